"""Colours of the studio: two palettes, light and dark, after the system or the user's choice.

Widgets paint with roles of the palette. What no role stands for is in ``ThemeColours``.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from app.widgets.icons import redraw_icons
from app.widgets.studio_style import StudioStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeColours:
    """One theme.

    Attributes:
        window: Behind everything.
        base: Behind lists, text and waveforms.
        raised: Buttons, and panels that stand out.
        line: Borders and grids.
        text: On all of these.
        faint_text: Less important text, still readable (4.5 to 1 on ``window``).
        disabled_text: Of controls that cannot be used.
        accent: Selection, progress, focus.
        accent_text: On ``accent``.
        link: Links in text.
        error: Behind the text of an error.
        notice: Behind the text of a notice.
    """

    window: str
    base: str
    raised: str
    line: str
    text: str
    faint_text: str
    disabled_text: str
    accent: str
    accent_text: str
    link: str
    error: str
    notice: str


LIGHT = ThemeColours(
    window="#f1f2f4",
    base="#ffffff",
    raised="#e6e8ec",
    line="#b9bec7",
    text="#191c21",
    faint_text="#535b67",
    disabled_text="#8b929d",
    accent="#0b67c2",
    accent_text="#ffffff",
    link="#0a58a6",
    error="#fbe0dd",
    notice="#e0ecf9",
)
DARK = ThemeColours(
    window="#1d2026",
    base="#15171b",
    raised="#2b2f37",
    line="#444b57",
    text="#e9ebef",
    faint_text="#a6aeba",
    disabled_text="#747c88",
    accent="#4a9fe8",
    accent_text="#0d1116",
    link="#7cbcf5",
    error="#4d2422",
    notice="#1f3550",
)


def theme_palette(colours: ThemeColours) -> QPalette:
    """Build the palette of a theme."""
    palette = QPalette(QColor(colours.raised), QColor(colours.window))
    role = QPalette.ColorRole
    everywhere = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.base,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.faint_text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.accent_text,
        role.Accent: colours.accent,
        role.Link: colours.link,
        role.LinkVisited: colours.link,
        role.Mid: colours.line,
    }
    for each, colour in everywhere.items():
        palette.setColor(each, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(disabled, each, QColor(colours.disabled_text))
    palette.setColor(disabled, role.Highlight, QColor(colours.line))
    return palette


def current_colours() -> ThemeColours:
    """Return the theme that the program shows now."""
    return DARK if is_dark(QGuiApplication.palette()) else LIGHT


def is_dark(palette: QPalette) -> bool:
    """Whether a palette has light text on a dark ground."""
    return palette.window().color().lightness() < palette.windowText().color().lightness()


class Theme(QObject):
    """Keeps the program's palette as the user or the system wants it.

    Signals:
        changed: The palette was replaced.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        application.setStyle(StudioStyle())
        application.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def choice(self) -> str:
        """What the user wants: ``system``, ``light`` or ``dark``."""
        return self._choice

    @choice.setter
    def choice(self, choice: str) -> None:
        self._choice = choice
        self._apply()

    def _apply(self) -> None:
        scheme = self._application.styleHints().colorScheme()
        wants_dark = self._choice == "dark" or (
            self._choice == "system" and scheme is Qt.ColorScheme.Dark
        )
        palette = theme_palette(DARK if wants_dark else LIGHT)
        self._application.setPalette(palette)
        QToolTip.setPalette(palette)
        redraw_icons()
        self.changed.emit()
