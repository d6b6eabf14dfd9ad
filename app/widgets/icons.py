"""Icons from ``resources/icons``, drawn in the colours of the palette, whichever it is."""

from dataclasses import dataclass
from functools import lru_cache
from weakref import ref

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel
from shiboken6 import isValid

from app.resource_files import resource_path

SIZES = (16, 20, 24, 32, 48, 64)  # in pixels of the screen; Qt takes the nearest
_TINT = b"currentColor"


def icon_pixmap(name: str, size: int, colour: QColor, *, pixel_ratio: float = 1.0) -> QPixmap:
    """Draw an icon in one colour.

    Args:
        name: File in ``resources/icons`` without its suffix.
        size: Edge, in pixels that do not depend on the screen.
        colour: For everything that the file draws in the current colour.
        pixel_ratio: Of the screen.
    """
    edge = round(size * pixel_ratio)
    pixmap = QPixmap(QSize(edge, edge))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    svg = _source(name).replace(_TINT, colour.name().encode())
    QSvgRenderer(QByteArray(svg)).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(pixel_ratio)
    return pixmap


def tinted_icon(name: str, palette: QPalette) -> QIcon:
    """Make an icon in the text colours of a palette, for enabled and disabled controls."""
    icon = QIcon()
    groups = (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    )
    for mode, group in groups:
        colour = palette.color(group, QPalette.ColorRole.ButtonText)
        for size in SIZES:
            icon.addPixmap(icon_pixmap(name, size, colour), mode)
    return icon


def application_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resource_path("icons", "strata.svg")))


@lru_cache
def _source(name: str) -> bytes:
    return resource_path("icons", f"{name}.svg").read_bytes()


IconOwner = QAction | QAbstractButton | QLabel


@dataclass(frozen=True, slots=True)
class _Use:
    """An icon on a control, so that it can be drawn anew."""

    owner: ref[IconOwner]
    name: str
    size: int


_uses: list[_Use] = []


def set_icon(owner: QAction | QAbstractButton, name: str) -> None:
    """Give an action or button an icon that stays right when the palette changes."""
    _keep(owner, name, 0)


def set_label_icon(label: QLabel, name: str, size: int) -> None:
    """Give a label an icon that stays right when the palette changes."""
    _keep(label, name, size)


def redraw_icons() -> None:
    """Draw every icon in use anew, after the program's palette was replaced."""
    for use in _uses:
        owner = use.owner()
        if owner is not None and isValid(owner):
            _draw(owner, use)


def _keep(owner: IconOwner, name: str, size: int) -> None:
    def others(use: _Use) -> bool:
        other = use.owner()
        return other is not None and other is not owner and isValid(other)

    _uses[:] = filter(others, _uses)
    _uses.append(_Use(ref(owner), name, size))
    _draw(owner, _uses[-1])


def _draw(owner: IconOwner, use: _Use) -> None:
    palette = QGuiApplication.palette()
    if isinstance(owner, QLabel):
        colour = palette.color(QPalette.ColorRole.WindowText)
        ratio = owner.devicePixelRatioF()
        owner.setPixmap(icon_pixmap(use.name, use.size, colour, pixel_ratio=ratio))
    else:
        owner.setIcon(tinted_icon(use.name, palette))
