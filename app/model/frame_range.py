"""Ranges of frames of a mix, and sets of them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class FrameRange:
    """The frames [start, stop) of a mix; never empty."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise ValueError(f"need 0 <= start < stop, got {self.start} and {self.stop}")

    @property
    def num_frames(self) -> int:
        """Length in frames."""
        return self.stop - self.start

    def __contains__(self, frame: int) -> bool:
        return self.start <= frame < self.stop

    def intersection(self, other: "FrameRange") -> "FrameRange | None":
        """Return the frames that both have, or None."""
        start, stop = max(self.start, other.start), min(self.stop, other.stop)
        return FrameRange(start, stop) if start < stop else None


@dataclass(frozen=True, slots=True)
class FrameRanges:
    """A set of frames: ascending ranges that neither overlap nor touch."""

    ranges: tuple[FrameRange, ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[FrameRange]) -> "FrameRanges":
        """Join any ranges, in any order, into a set."""
        joined: list[FrameRange] = []
        for item in sorted(ranges):
            if joined and item.start <= joined[-1].stop:
                joined[-1] = FrameRange(joined[-1].start, max(joined[-1].stop, item.stop))
            else:
                joined.append(item)
        return cls(tuple(joined))

    def with_range(self, added: FrameRange) -> "FrameRanges":
        """Return this set with the frames of one more range."""
        return FrameRanges.of((*self.ranges, added))

    @property
    def num_frames(self) -> int:
        """How many frames the set has."""
        return sum(item.num_frames for item in self.ranges)

    def __contains__(self, frame: int) -> bool:
        return any(frame in item for item in self.ranges)

    def covers(self, wanted: FrameRange) -> bool:
        """Whether every frame of a range is in the set."""
        return any(item.start <= wanted.start and wanted.stop <= item.stop for item in self.ranges)

    def gaps(self, within: FrameRange) -> tuple[FrameRange, ...]:
        """Return what is missing of a range, in order."""
        missing: list[FrameRange] = []
        position = within.start
        for item in self.ranges:
            if item.stop <= position:
                continue
            if item.start >= within.stop:
                break
            if item.start > position:
                missing.append(FrameRange(position, item.start))
            position = item.stop
        if position < within.stop:
            missing.append(FrameRange(position, within.stop))
        return tuple(missing)
