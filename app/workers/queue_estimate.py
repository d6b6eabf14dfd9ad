"""How fast songs are separated here, and what the whole queue still needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.model.song_status import Phase
from app.workers.song_work import SongWork

EXPECTED_PHASES = frozenset({Phase.WAITING, Phase.DECODING, Phase.SEPARATING})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEstimate:
    """What the songs that run or wait still need.

    Attributes:
        seconds: For all whose length is known; None while nothing can be said.
        num_unknown: Songs that are left out.
    """

    seconds: float | None = None
    num_unknown: int = 0


class Paces:
    """Seconds of work for a second of a song, by model, as measured since the program began."""

    def __init__(self) -> None:
        self._worked: dict[str, float] = {}
        self._separated: dict[str, float] = {}
        self._current: dict[str, float] = {}

    def follow(self, work: SongWork) -> None:
        """Look at the separation that runs; it counts while none has ended yet."""
        length, running, whole = work.song.length_seconds, work.running, work.seconds_per_song
        if running is not None and running.has_lanes and length and whole is not None:
            self._current[running.choice.name] = whole / length

    def note_end(self, model_name: str, work: SongWork) -> None:
        """Take the separation into account that has just ended: long ones count more."""
        length = work.song.length_seconds
        worked, share = work.run_seconds, work.run_share
        if length is None or share <= 0.0:
            return
        self._worked[model_name] = self._worked.get(model_name, 0.0) + worked
        self._separated[model_name] = self._separated.get(model_name, 0.0) + share * length

    def of(self, model_name: str) -> float | None:
        """Return the pace of a model; None if it has not been used yet."""
        if (separated := self._separated.get(model_name, 0.0)) > 0.0:
            return self._worked[model_name] / separated
        return self._current.get(model_name)


def estimate_queue(works: Iterable[SongWork], paces: Paces) -> QueueEstimate:
    """Add up what the songs need that run or wait; what stands still or failed needs nothing."""
    expected = [work for work in works if work.song.status.phase in EXPECTED_PHASES]
    seconds = [_remaining_seconds(work, paces) for work in expected]
    known = [each for each in seconds if each is not None]
    if not known:
        return QueueEstimate(num_unknown=len(expected))
    return QueueEstimate(seconds=sum(known), num_unknown=len(expected) - len(known))


def _remaining_seconds(work: SongWork, paces: Paces) -> float | None:
    total, length = 0.0, work.song.length_seconds
    for planned in work.planned:
        if planned.is_dropped:
            continue
        status = work.song.status
        is_under_way = planned is work.running and status.phase is Phase.SEPARATING
        if is_under_way and status.remaining_seconds is not None:
            total += status.remaining_seconds
            continue
        pace = paces.of(planned.choice.name)
        if pace is None or length is None:
            return None
        total += pace * length * (1.0 - planned.share_done(work.song))
    return total
