"""Which song comes next."""

from collections.abc import Sequence

from app.model.song import Song
from app.workers.song_work import SongWork

MAX_DECODED_AHEAD = 2  # songs in front of one that is decoded, which have not all stems yet


def next_to_decode(works: Sequence[SongWork], shown: Song | None) -> SongWork | None:
    """Return the song whose decoding may begin, if there is one: first of all, the one on screen.

    Args:
        works: All songs in the order of the queue.
        shown: The song on screen.
    """
    num_ahead = 0
    for work in works:
        if work.song is shown and work.awaits_decoding:
            return work
    for work in works:
        if work.awaits_decoding:
            return work if num_ahead < MAX_DECODED_AHEAD else None
        num_ahead += bool(work.planned) and not work.is_held and work.lacks_stems
    return None


def in_order_of_separation(works: Sequence[SongWork], shown: Song | None) -> list[SongWork]:
    """Sort songs: every one gets its first stems before any one gets better ones.

    Args:
        works: All songs in the order of the queue.
        shown: The song on screen; of those without stems it comes first.
    """
    return sorted(
        works,
        key=lambda work: (not work.lacks_stems, not work.lacks_stems or work.song is not shown),
    )
