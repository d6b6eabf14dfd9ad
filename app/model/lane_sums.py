"""Makes lanes add up to the original again after a kill in the middle of a replaced region.

A region that is separated anew is written lane by lane into files that hold the old stems. If
the process dies in between, some lanes are new there and others old. What then is missing of the
original belongs to the residual: that is what a residual is. Where the residual is shared among
the stems, “other” takes it.

Axes: T frame, C channel.
"""

from collections.abc import Generator
from contextlib import ExitStack
from functools import reduce

import numpy as np

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.project_snapshot import ProjectSnapshot
from app.model.song_folder import forget_peaks, open_lane
from engine.audio.mapped_pages import fetch_pages
from engine.events import FloatArray

# Which lane takes what is missing: the first of these that is there, else the last stem.
_TAKERS = ("residual", "other")
# The contract of every separation: the largest difference to the mix, of full scale.
MAX_DIFFERENCE = 1e-6
_PIECE_FRAMES = 1 << 18


def common_ranges(sets: tuple[FrameRanges, ...]) -> FrameRanges:
    """Return the frames that all sets have; none if there are no sets."""
    return reduce(_common, sets) if sets else FrameRanges()


def _common(one: FrameRanges, other: FrameRanges) -> FrameRanges:
    found: list[FrameRange] = []
    mine, theirs = iter(one.ranges), iter(other.ranges)
    item, part = next(mine, None), next(theirs, None)
    while item is not None and part is not None:
        common = item.intersection(part)
        if common is not None:
            found.append(common)
        if item.stop < part.stop:
            item = next(mine, None)
        else:
            part = next(theirs, None)
    return FrameRanges(tuple(found))


def taking_lane(snapshot: ProjectSnapshot) -> str | None:
    """Return the name of the lane that takes what the others lack; None without stems."""
    stems = [lane.name for lane in snapshot.lanes if lane.name != MIX_LANE]
    return next((name for name in _TAKERS if name in stems), stems[-1] if stems else None)


def mending_sum(snapshot: ProjectSnapshot) -> Generator[float, None, None]:
    """Give one lane what the lanes lack of the original, where all of them are done.

    Yields:
        The share that is done. It may be stopped and begun again at any time.

    Raises:
        AudioFileError: A lane cannot be opened.
        OutputError: The lane cannot be written.
        OSError: Its old peaks cannot be removed.
    """
    facts, taker = snapshot.facts, taking_lane(snapshot)
    if facts is None or taker is None:
        return
    names = [lane.name for lane in snapshot.lanes]
    done = common_ranges(tuple(lane.done for lane in snapshot.lanes))
    num_seen = 0
    with ExitStack() as stack:
        waves = {
            name: stack.enter_context(
                open_lane(snapshot.folder, name, facts, writable=name == taker)
            )
            for name in names
        }
        for piece in _pieces(done):
            frames = slice(piece.start, piece.stop)
            for name in names:
                fetch_pages(waves[name].samples_TC[frames])
            mix_TC = waves[MIX_LANE].samples_TC[frames]
            lanes = [waves[name].samples_TC[frames] for name in names if name != MIX_LANE]
            missing_TC = _missing(mix_TC, lanes)
            if missing_TC is not None:
                forget_peaks(snapshot.folder, taker)
                waves[taker].write(piece.start, waves[taker].samples_TC[frames] + missing_TC)
            num_seen += piece.num_frames
            yield num_seen / done.num_frames


def _missing(mix_TC: FloatArray, lanes: list[FloatArray]) -> FloatArray | None:
    """Return what lanes lack of a mix, zero where it is rounding; None if that is everywhere."""
    sum_TC = np.zeros(mix_TC.shape, np.float64)
    for lane_TC in lanes:
        sum_TC += lane_TC
    missing_TC = mix_TC - sum_TC
    is_rounding_TC = np.abs(missing_TC) <= MAX_DIFFERENCE * np.maximum(1.0, np.abs(mix_TC))
    if is_rounding_TC.all():
        return None
    return np.where(is_rounding_TC, 0.0, missing_TC).astype(np.float32)


def _pieces(done: FrameRanges) -> Generator[FrameRange, None, None]:
    for item in done.ranges:
        for start in range(item.start, item.stop, _PIECE_FRAMES):
            yield FrameRange(start, min(item.stop, start + _PIECE_FRAMES))
