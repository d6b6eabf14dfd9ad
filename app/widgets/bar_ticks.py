"""Which bars and beats of a song are marked, in the ruler and behind the waveforms."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from app.model.tempo import BarBeat, BeatGrid
from app.widgets.place_text import bar_text
from app.widgets.time_axis import TimeAxis

MARK_SPACING, LABEL_SPACING = 0.9, 3.0  # least distance, in lines of text


@dataclass(frozen=True, slots=True, kw_only=True)
class BarTick:
    """One mark.

    Attributes:
        frame: Where.
        is_strong: Whether it stands out: a bar among beats, or one with a label among bars.
        text: Of a mark with a label; empty for others.
    """

    frame: int
    is_strong: bool
    text: str


@lru_cache(maxsize=4)  # every lane asks for the same ones
def bar_ticks(axis: TimeAxis, grid: BeatGrid, *, spacing: float) -> tuple[BarTick, ...]:
    """Choose marks in view.

    Args:
        axis: The view.
        grid: The beats.
        spacing: Height of a line of text in pixels; distances of marks and labels follow from it.
    """
    pixels_per_beat = float(grid.frames_per_beat) / axis.frames_per_pixel
    per_bar = grid.tempo.beats_per_bar
    step = _beats_between(pixels_per_beat, per_bar, spacing * MARK_SPACING)
    label_step = _beats_between(pixels_per_beat, per_bar, spacing * LABEL_SPACING)
    last_frame = min(axis.last_frame, axis.num_frames)
    ticks: list[BarTick] = []
    first = -(-grid.beat_at(max(0, int(axis.first_frame))) // step) * step
    for beat in count(first, step):
        frame = grid.frame_of_beat(beat)
        if frame > last_frame:
            return tuple(ticks)
        if frame >= axis.first_frame:
            is_strong = beat % (per_bar if step < per_bar else max(step, label_step)) == 0
            text = ""
            if beat % label_step == 0:
                place = BarBeat(bar=beat // per_bar + 1, beat=beat % per_bar + 1)
                text = str(place.bar) if label_step >= per_bar else bar_text(place)
            ticks.append(BarTick(frame=frame, is_strong=is_strong, text=text))
    raise AssertionError("a song ends")


def snap_beats(axis: TimeAxis, grid: BeatGrid, min_pixels: float) -> int:
    """Return the beats between lines that a drag snaps to: beats, or bars when zoomed out."""
    pixels_per_beat = float(grid.frames_per_beat) / axis.frames_per_pixel
    return 1 if pixels_per_beat >= min_pixels else grid.tempo.beats_per_bar


def _beats_between(pixels_per_beat: float, per_bar: int, least: float) -> int:
    """Return 1, a bar, or as many bars as a power of two, that take so many pixels."""
    steps = _steps(per_bar)
    return next(beats for beats in steps if beats * pixels_per_beat >= least)


def _steps(per_bar: int) -> Iterator[int]:
    yield 1
    for power in count():
        yield per_bar << power
