"""What the whole queue still needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.model.song_status import Phase, SongStatus
from app.widgets.status_text import RUNNING_PHASES, UNFINISHED_PHASES


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSummary:
    """The queue in numbers.

    Attributes:
        num_songs: Songs in the queue.
        num_ready: Songs that are done.
        num_failed: Songs that failed.
        num_unfinished: Songs that run or wait.
        num_paused: Songs that go on only when the user says so.
        elapsed_seconds: Time that all songs have taken together.
        remaining_seconds: Estimate for those that are not finished; None while there is none.
    """

    num_songs: int
    num_ready: int
    num_failed: int
    num_unfinished: int
    num_paused: int
    elapsed_seconds: float
    remaining_seconds: float | None


def summarise(statuses: Iterable[SongStatus]) -> QueueSummary:
    """Add up the queue.

    A song that waits is expected to take as long as the others do on average.
    """
    songs = list(statuses)
    unfinished = [song for song in songs if song.phase in UNFINISHED_PHASES - {Phase.PAUSED}]
    totals = [
        song.elapsed_seconds + (song.remaining_seconds or 0.0)
        for song in songs
        if (song.phase is Phase.DONE and song.elapsed_seconds > 0.0)
        or (song.phase in RUNNING_PHASES and song.remaining_seconds is not None)
    ]
    remaining: float | None = None
    if totals and unfinished:
        typical = sum(totals) / len(totals)
        remaining = sum(
            song.remaining_seconds
            if song.remaining_seconds is not None
            else max(0.0, typical - song.elapsed_seconds)
            for song in unfinished
        )
    return QueueSummary(
        num_songs=len(songs),
        num_ready=sum(song.phase is Phase.DONE for song in songs),
        num_failed=sum(song.phase is Phase.FAILED for song in songs),
        num_unfinished=len(unfinished),
        num_paused=sum(song.phase is Phase.PAUSED for song in songs),
        elapsed_seconds=sum(song.elapsed_seconds for song in songs),
        remaining_seconds=remaining,
    )
