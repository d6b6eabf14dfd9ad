"""What the window shows while there is no song: where to drop one, or how to do without."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.widgets.actions import Actions, plain_text
from app.widgets.icons import application_icon

TITLE_SCALE = 1.9
ICON_LINES = 5  # height of the picture in lines of text
TEXT_CHARACTERS = 62  # width of the text in characters
MAX_RECENT = 5  # the menu has more


class Welcome(QWidget):
    """The empty state: a drop area with buttons, and the songs of the last times by their names.

    Attributes:
        foot: Empty; a message of the window may cover it.

    Signals:
        recent_chosen: Path of a recent song or project.
    """

    recent_chosen = Signal(object)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Welcome"))
        self._actions = actions
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = _centred(self.tr("Drop a song here"))
        title.setFont(_scaled(title.font(), TITLE_SCALE))
        text = _centred(
            self.tr(
                "Strata takes it apart into drums, bass, vocals and the rest. You hear them while "
                "they are still being separated, and drag them into your DAW when you like."
            )
        )
        text.setFixedWidth(self.fontMetrics().averageCharWidth() * TEXT_CHARACTERS)
        around_text = QHBoxLayout()  # a label that is aligned gets too little height
        around_text.addStretch(1)
        around_text.addWidget(text)
        around_text.addStretch(1)
        formats = _centred(
            self.tr("WAV, AIFF, FLAC, MP3, Ogg, Opus, M4A – files, folders, several at once")
        )
        formats.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.open_button = QPushButton(self.tr("&Open Songs…"))
        self.open_button.setDefault(True)
        self.last_button = QPushButton(self.tr("Reopen &Last Session"), self)
        self.demo_button = QPushButton(self.tr("Try the &Demo Song"))
        actions.open_last.changed.connect(self._offer_last)
        self._offer_last()
        self._connect()
        self.foot = QWidget()
        layout = QVBoxLayout(self)
        layout.addStretch(3)
        for widget in (self._icon, title):
            layout.addWidget(widget)
        layout.addLayout(around_text)
        layout.addSpacing(self.fontMetrics().height())
        layout.addLayout(self._buttons())
        layout.addSpacing(self.fontMetrics().height())
        layout.addWidget(formats)
        layout.addSpacing(self.fontMetrics().height())
        layout.addLayout(self._recent_list())
        layout.addWidget(self.foot, 4)
        self._draw_icon()

    def _connect(self) -> None:
        for button, action in (
            (self.open_button, self._actions.open_files),
            (self.last_button, self._actions.open_last),
            (self.demo_button, self._actions.open_demo),
        ):
            button.clicked.connect(action.trigger)
            button.setToolTip(action.toolTip())
            button.setAccessibleName(plain_text(button.text()))

    def _offer_last(self) -> None:
        self.last_button.setVisible(self._actions.open_last.isEnabled())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.open_button, self.last_button, self.demo_button):
            button.setMinimumHeight(round(self.fontMetrics().height() * 2.1))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _recent_list(self) -> QHBoxLayout:
        self._recent_heading = _centred(self.tr("Recent songs"))
        font = self._recent_heading.font()
        font.setWeight(QFont.Weight.DemiBold)
        self._recent_heading.setFont(font)
        self._recent_heading.hide()
        self._recent, self._recent_buttons = QVBoxLayout(), list[QPushButton]()
        self._recent.setSpacing(0)
        column = QVBoxLayout()
        column.addWidget(self._recent_heading)
        column.addLayout(self._recent)
        around = QHBoxLayout()
        around.addStretch(1)
        around.addLayout(column)
        around.addStretch(1)
        return around

    @property
    def recent_buttons(self) -> tuple[QPushButton, ...]:
        """The recent songs, the latest first."""
        return tuple(self._recent_buttons)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """Name the latest songs and projects."""
        for button in self.recent_buttons:
            self._recent.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._recent_buttons.clear()
        width = self.fontMetrics().averageCharWidth() * TEXT_CHARACTERS
        before = self.demo_button
        for path in paths[:MAX_RECENT]:
            name = self.fontMetrics().elidedText(path.name, Qt.TextElideMode.ElideMiddle, width)
            button = QPushButton(name.replace("&", "&&"))
            button.setFlat(True)
            button.setAutoDefault(False)
            button.setAccessibleName(self.tr("Open {0}").format(path.name))
            button.setToolTip(str(path))
            button.clicked.connect(lambda _=False, chosen=path: self.recent_chosen.emit(chosen))
            self._recent.addWidget(button)
            self._recent_buttons.append(button)
            QWidget.setTabOrder(before, button)
            before = button
        self._recent_heading.setVisible(bool(paths))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the edge of the drop area."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        pen = QPen(self.palette().color(QPalette.ColorRole.Mid), max(1.5, line / 10))
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        edge = QRectF(self.rect()).adjusted(line, line, -line, -line - self.foot.minimumHeight())
        painter.drawRoundedRect(edge, line, line)

    def _draw_icon(self) -> None:
        edge = self.fontMetrics().height() * ICON_LINES
        self._icon.setPixmap(application_icon().pixmap(edge, edge))


def _centred(text: str) -> QLabel:
    label = QLabel(text)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label


def _scaled(font: QFont, factor: float) -> QFont:
    scaled = QFont(font)
    scaled.setPointSizeF(font.pointSizeF() * factor)
    scaled.setWeight(QFont.Weight.DemiBold)
    return scaled
