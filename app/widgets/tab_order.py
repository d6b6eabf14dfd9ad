"""The order in which Tab visits the window: area by area, whenever their controls were made."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def order_tabs(areas: Iterable[QWidget]) -> None:
    """Let Tab visit these areas in turn; inside an area the order stays.

    Qt appends new controls to the end, so this has to be done again after some were made.
    """
    areas = tuple(areas)
    chain = _chain(areas[0])  # of the whole window: it is long, and walked only once
    places = {widget: place for place, widget in enumerate(chain)}
    stops = [widget for widget in chain if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
    visited: list[QWidget] = []
    for area in areas:
        inside = [widget for widget in stops if area.isAncestorOf(widget)]
        place = places[area]
        after = [widget for widget in inside if places[widget] > place]
        visited += after + inside[: len(inside) - len(after)]
    for before, then in pairwise(visited):
        QWidget.setTabOrder(before, then)


def _chain(first: QWidget) -> list[QWidget]:
    """Return all widgets of the window in the order of Tab, from one of them."""
    chain = [first]
    widget = first.nextInFocusChain()
    while widget is not None and widget is not first:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    return chain
