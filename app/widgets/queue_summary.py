"""How many songs of the queue are done, wait or failed."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.model.song_status import EXPECTED_PHASES, Phase, SongStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSummary:
    """The queue in numbers.

    Attributes:
        num_songs: Songs in the queue.
        num_ready: Songs that are done.
        num_failed: Songs that failed.
        num_repeatable: Those among them that may go better another time.
        num_unfinished: Songs that run or wait.
        num_paused: Songs that go on only when the user says so.
        elapsed_seconds: Time that all songs have taken together.
    """

    num_songs: int
    num_ready: int
    num_failed: int
    num_repeatable: int
    num_unfinished: int
    num_paused: int
    elapsed_seconds: float


def summarise(statuses: Iterable[SongStatus]) -> QueueSummary:
    """Count the songs of the queue."""
    songs = list(statuses)
    unfinished = [song for song in songs if song.phase in EXPECTED_PHASES]
    return QueueSummary(
        num_songs=len(songs),
        num_ready=sum(song.phase is Phase.DONE for song in songs),
        num_failed=sum(song.phase is Phase.FAILED for song in songs),
        num_repeatable=sum(song.phase is Phase.FAILED and song.can_be_repeated for song in songs),
        num_unfinished=len(unfinished),
        num_paused=sum(song.phase is Phase.PAUSED for song in songs),
        elapsed_seconds=sum(song.elapsed_seconds for song in songs),
    )
