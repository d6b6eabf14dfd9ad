"""Which marks a ruler of time has, and what is written on them."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from app.widgets.time_axis import TimeAxis
from app.widgets.time_text import time_text

# Seconds between labels, how many parts each is divided into, decimals of the label.
_STEPS = (
    (0.0001, 5, 4),
    (0.0002, 4, 4),
    (0.0005, 5, 4),
    (0.001, 5, 3),
    (0.002, 4, 3),
    (0.005, 5, 3),
    (0.01, 5, 2),
    (0.02, 4, 2),
    (0.05, 5, 2),
    (0.1, 5, 1),
    (0.2, 4, 1),
    (0.5, 5, 1),
    (1.0, 5, 0),
    (2.0, 4, 0),
    (5.0, 5, 0),
    (10.0, 5, 0),
    (15.0, 3, 0),
    (30.0, 6, 0),
    (60.0, 6, 0),
    (120.0, 4, 0),
    (300.0, 5, 0),
    (600.0, 5, 0),
    (900.0, 3, 0),
    (1800.0, 6, 0),
    (3600.0, 6, 0),
    (7200.0, 4, 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTick:
    """One mark.

    Attributes:
        frame: Where; not rounded.
        text: Of a mark with a label; empty for one between labels.
    """

    frame: float
    text: str


@lru_cache(maxsize=4)  # every lane asks for the same ones
def time_ticks(axis: TimeAxis, sample_rate: int, min_label_pixels: float) -> tuple[TimeTick, ...]:
    """Choose marks at round times, with labels no closer than a number of pixels."""
    seconds_per_pixel = axis.frames_per_pixel / sample_rate
    least = min_label_pixels * seconds_per_pixel
    step, parts, decimals = next((entry for entry in _STEPS if entry[0] >= least), _STEPS[-1])
    first = ceil(axis.first_frame / sample_rate / step * parts - 1e-9)
    last = min(axis.last_frame, axis.num_frames) / sample_rate / step * parts
    ticks: list[TimeTick] = []
    for number in range(first, int(last) + 1):
        seconds = number * step / parts
        text = time_text(seconds, decimals=decimals) if number % parts == 0 else ""
        ticks.append(TimeTick(frame=seconds * sample_rate, text=text))
    return tuple(ticks)
