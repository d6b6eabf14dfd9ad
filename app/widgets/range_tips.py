"""What a tool tip says where the pointer is on a marked range: its edges can be dragged."""

from PySide6.QtCore import QCoreApplication

from app.model.frame_range import FrameRange

translate = QCoreApplication.translate


def edge_tip(selection: FrameRange, edge: int, *, snaps: bool) -> str:
    """Return the tip at an edge of what is marked.

    Args:
        selection: What is marked.
        edge: One of its ends.
        snaps: Whether a drag snaps to the grid.
    """
    text = (
        translate("RangeTips", "Drag to move the start")
        if edge == selection.start
        else translate("RangeTips", "Drag to move the end")
    )
    if not snaps:
        return text
    return translate("RangeTips", "{tip}; with Alt or Ctrl, off the grid").format(tip=text)
