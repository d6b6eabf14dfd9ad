"""What the user has set for a song: a frozen value, so that undo is a list of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import cos, pi, sin, sqrt
from types import MappingProxyType

from app.model.frame_range import FrameRange
from app.model.tempo import Tempo

MIX_LANE = "mix"  # the lane of the original; the others are named after their stems

MIN_GAIN_DB = -60.0  # the bottom of a fader; it is silent there
MAX_GAIN_DB = 12.0
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """What the user has set for one lane.

    Attributes:
        gain_db: ``MIN_GAIN_DB`` (silent) to ``MAX_GAIN_DB``.
        pan: -1 (left) to 1 (right).
        muted: Not heard.
        soloed: If any lane is soloed, only such lanes are heard.
        title: The user's name for the lane; empty for the stem's own.
        colour: Such as ``#009e73``; empty for the stem's own.
    """

    gain_db: float = 0.0
    pan: float = 0.0
    muted: bool = False
    soloed: bool = False
    title: str = ""
    colour: str = ""

    def __post_init__(self) -> None:
        if not MIN_GAIN_DB <= self.gain_db <= MAX_GAIN_DB:
            raise ValueError(f"gain_db must lie in [{MIN_GAIN_DB}, {MAX_GAIN_DB}]")
        if not -1.0 <= self.pan <= 1.0:
            raise ValueError("pan must lie in [-1, 1]")
        if self.colour and not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"{self.colour!r} is no colour such as #009e73")

    @property
    def gain(self) -> float:
        """Linear gain of the fader alone."""
        return 0.0 if self.gain_db <= MIN_GAIN_DB else 10.0 ** (self.gain_db / 20.0)


DEFAULT_LANE = LaneState()


@dataclass(frozen=True, slots=True, kw_only=True)
class MixState:
    """Everything of a song that undo brings back.

    Attributes:
        lanes: By name; a lane that is not named is as it was at first.
        selection: Marked frames; they are the loop, too.
        is_looping: Whether playback repeats the selection, or the whole song if there is none.
        tempo: Where its bars are; None as long as nobody has said so.
    """

    lanes: Mapping[str, LaneState] = field(default_factory=lambda: MappingProxyType({}))
    selection: FrameRange | None = None
    is_looping: bool = False
    tempo: Tempo | None = None

    def lane(self, name: str) -> LaneState:
        """Return the state of a lane."""
        return self.lanes.get(name, DEFAULT_LANE)

    def with_lane(self, name: str, lane: LaneState) -> "MixState":
        """Return this state with one lane replaced; as it was at first, it is not named."""
        lanes = {**self.lanes, name: lane}
        if lane == DEFAULT_LANE:
            del lanes[name]
        return replace(self, lanes=MappingProxyType(lanes))


def effective_gains(state: MixState, stem_names: Iterable[str]) -> dict[str, float]:
    """Return the linear gain of each stem's lane after mute and solo.

    The lane of the original takes no part: it is heard instead of the stems, not beside them.
    """
    names = [name for name in stem_names if name != MIX_LANE]
    lanes = {name: state.lane(name) for name in names}
    any_solo = any(lane.soloed for lane in lanes.values())
    return {
        name: 0.0 if lane.muted or (any_solo and not lane.soloed) else lane.gain
        for name, lane in lanes.items()
    }


def pan_gains(pan: float) -> tuple[float, float]:
    """Return left and right gains of constant power, both 1 in the middle.

    A stem that is not panned must stay as it is, or the lanes would not add up to the mix.
    """
    angle = (pan + 1.0) * pi / 4.0
    return min(1.0, sqrt(2.0) * cos(angle)), min(1.0, sqrt(2.0) * sin(angle))
