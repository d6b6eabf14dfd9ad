"""What a method hears of a song before, or while, it separates the song's windows.

A method with a memory (``SongListener``) separates better, or tells like sources apart, for having
heard other parts of the song. Where that comes from is a policy:

* ``probe``: a few pieces, spread over the song, are heard before the first window. Which ones
  depends on the mix alone, so that every window meets the same memory whichever comes first: the
  studio begins at the playhead and still writes the bytes of one pass from start to end, which
  a memory carried from window to window could not give. It costs as much for an hour as for a
  minute: 8 x 2 s through the encoder take 0.9 s of one core with the quality model, and the first
  sound is there after 1.3 s (measured). They lie in the first five minutes, so that a long mix
  need not be decoded to its end before it begins to sound.
* ``two-pass``: every window is heard before the first one is separated; at most twice the time.
* ``carried``: windows are heard as they are separated, each knowing those before it. Only for
  windows in their order.
* ``none``: every window for itself.

A song's memory is a sum over pieces of a fixed number of values, so that it does not grow.

Axes: C channel, T frame.
"""

from collections.abc import Generator, Sequence
from typing import Literal

import torch

from engine.audio.mix_source import MixSource
from engine.audio.windows import WindowPlan, cut_window
from engine.events import NoticeRaised
from engine.source_places import SourcePlaces
from engine.window_batches import WindowBatches
from engine.wording import Wording

MemoryPolicy = Literal["probe", "two-pass", "carried", "none"]

DEFAULT_POLICY: MemoryPolicy = "probe"
NUM_PIECES = 8
PIECE_SECONDS = 2.0
SPAN_SECONDS = 300.0
LISTENING_SHARE = 0.6  # of the time that the same frames take to separate; for progress only


def probed_pieces(*, sample_rate: int, num_frames: int) -> tuple[range, ...]:
    """Return the frames of a mix that are heard first: the middles of equal parts of its begin.

    A mix too short for that many pieces gives fewer, down to one of its own length.
    """
    length = min(num_frames, round(PIECE_SECONDS * sample_rate))
    if length == 0:
        return ()
    span = min(num_frames, round(SPAN_SECONDS * sample_rate))
    num_pieces = min(NUM_PIECES, span // length)
    starts = [
        (2 * piece + 1) * span // (2 * num_pieces) - length // 2 for piece in range(num_pieces)
    ]
    return tuple(range(start, start + length) for start in starts)


def pieces_of(policy: MemoryPolicy, plan: WindowPlan, *, sample_rate: int) -> tuple[range, ...]:
    """Return the frames that are to be heard before the first window is separated."""
    if policy == "probe":
        return probed_pieces(sample_rate=sample_rate, num_frames=plan.num_frames)
    if policy == "two-pass":
        starts = [plan.start(index) for index in range(plan.num_windows)]
        return tuple(range(start, start + plan.window_frames) for start in starts)
    return ()


def last_frame_of(pieces: Sequence[range]) -> int:
    """Return how much of the mix has to be decoded for them."""
    return max((piece.stop for piece in pieces), default=0)


def listening(
    mix: MixSource, batches: WindowBatches, pieces: Sequence[range]
) -> Generator[NoticeRaised | float, None, None]:
    """Let the model hear pieces of the mix, one after the other.

    Yields:
        The share that is done after every piece, and notices: the last one is for sources of one
        kind that the model cannot tell from each other.
    """
    card = batches.card
    places = SourcePlaces(num_sources=len(card.stem_names)) if card.stem_order == "free" else None
    for number, piece in enumerate(pieces):
        piece_CT = torch.from_numpy(cut_window(mix, piece.start, len(piece)))
        yield from batches.listen(piece_CT)
        if places is not None:
            places.hear(piece_CT)
        yield (number + 1) / len(pieces)
    if places is not None and places.are_one:
        yield NoticeRaised(
            message=Wording(
                "The sources lie at one place and come out as one: choose another model."
            )
        )


def listening_share(pieces: Sequence[range], plan: WindowPlan) -> float:
    """Return how much of the time of a separation the listening takes, roughly."""
    heard = LISTENING_SHARE * sum(len(piece) for piece in pieces)
    return heard / max(1.0, heard + plan.num_windows * plan.window_frames)
