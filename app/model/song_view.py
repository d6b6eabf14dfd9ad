"""Where the user is in a song: kept in its project, but no part of undo."""

from dataclasses import dataclass

from app.model.frame_range import FrameRange


@dataclass(frozen=True, slots=True, kw_only=True)
class SongView:
    """What the timeline shows when a song comes on screen again.

    Attributes:
        visible: Frames from edge to edge; None for the whole song.
        position: Frame of the playhead.
        lane: Name of the lane that the keys act on; empty for the first.
    """

    visible: FrameRange | None = None
    position: int = 0
    lane: str = ""
