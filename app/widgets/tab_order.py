"""The order in which Tab visits the window: area by area, whenever their controls were made."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def order_tabs(areas: Iterable[QWidget]) -> None:
    """Let Tab visit these areas in turn; inside an area the order stays.

    Qt appends new controls to the end, so this has to be done again after some were made.
    """
    visited = [widget for area in areas for widget in _stops(area)]
    for before, after in pairwise(visited):
        QWidget.setTabOrder(before, after)


def _stops(area: QWidget) -> list[QWidget]:
    """Return the controls of an area in the order of Tab."""
    found: list[QWidget] = []
    widget = area.nextInFocusChain()
    while widget is not None and widget is not area:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and area.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
