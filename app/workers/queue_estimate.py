"""What the whole queue still needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.model.song_status import EXPECTED_PHASES, RUNNING_PHASES
from app.workers.song_work import SongWork


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEstimate:
    """What the songs that run or wait still need.

    Attributes:
        seconds: For all whose length is known; None while nothing can be said.
        num_unknown: Songs that are left out.
    """

    seconds: float | None = None
    num_unknown: int = 0


def estimate_queue(works: Iterable[SongWork]) -> QueueEstimate:
    """Add up what the songs need that run or wait; what stands still or failed needs nothing."""
    expected = [work for work in works if work.song.status.phase in EXPECTED_PHASES]
    seconds = [
        # What the song says itself, to the digit.
        work.song.status.remaining_seconds
        if work.song.status.phase in RUNNING_PHASES
        else work.remaining_seconds
        for work in expected
    ]
    known = [each for each in seconds if each is not None]
    if not known:
        return QueueEstimate(num_unknown=len(expected))
    return QueueEstimate(seconds=sum(known), num_unknown=len(expected) - len(known))
