"""What is taken out of the window, in words: the marked range, or the whole song.

One rule for every way out, be it dragging or copying: with a marked range that is what is taken.
"""

from PySide6.QtCore import QCoreApplication

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets.duration_text import length_text
from app.widgets.place_text import bars_text, grid_of
from app.widgets.time_text import time_text

translate = QCoreApplication.translate


def taken_part(song: Song, frames: FrameRange | None) -> FrameRange | None:
    """Return what is taken if this is marked; None for the whole song."""
    if song.facts is None or frames is None or frames.num_frames >= song.facts.num_frames:
        return None
    return frames


def taken_text(song: Song, frames: FrameRange | None) -> str:
    """Say which part of a song is taken, or that it is all of it.

    Whole bars are ``bars 5–8``, anything else is times such as ``0:17.00–0:25.00``.
    """
    part = taken_part(song, frames)
    if part is None or song.facts is None:
        return translate("TakenRange", "whole song")
    if bars := bars_text(grid_of(song), part):
        return bars
    rate = song.facts.sample_rate
    return "–".join(time_text(frame / rate, decimals=2) for frame in (part.start, part.stop))


def taken_length_text(song: Song, frames: FrameRange | None) -> str:
    """Say how long a taken part is, such as ``9.47 s``, or that it is the whole song."""
    part = taken_part(song, frames)
    if part is None or song.facts is None:
        return translate("TakenRange", "whole song")
    return length_text(part.num_frames / song.facts.sample_rate)
