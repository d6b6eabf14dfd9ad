"""What the window shows in place of a song that could not be opened: why, and what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.model.shown_text import shown_text
from app.model.song import Song
from app.model.song_status import Phase
from app.widgets.actions import Actions, plain_text
from app.widgets.icons import set_icon, set_label_icon

TITLE_SCALE = 1.4
ICON_LINES = 3  # height of the picture in lines of text
TEXT_CHARACTERS = 70  # width of the text in characters


def was_never_open(song: Song) -> bool:
    """Whether a song has failed before there was anything to show of it."""
    return song.status.phase is Phase.FAILED and song.facts is None


class FailedPage(QWidget):
    """The error of one song with its remedy and three ways on.

    Attributes:
        foot: Empty; a message of the window may cover it.

    Signals:
        another_wanted: The user wants to choose another file in its place.
    """

    another_wanted = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Song that could not be opened"))
        icon = QLabel()
        icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_label_icon(icon, "error", self.fontMetrics().height() * ICON_LINES)
        self._message, self._remedy, self._source = (self._label() for _ in range(3))
        font = self._message.font()
        font.setPointSizeF(font.pointSizeF() * TITLE_SCALE)
        self._message.setFont(font)
        self._source.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.retry_button = QPushButton(self.tr("&Try Again"))
        self.another_button = QPushButton(self.tr("&Choose Another File…"))
        self.remove_button = QPushButton(self.tr("&Remove from the Queue"))
        self.retry_button.clicked.connect(actions.retry_song.trigger)
        self.another_button.clicked.connect(self.another_wanted)
        self.remove_button.clicked.connect(actions.close_song.trigger)
        self.retry_button.setToolTip(actions.retry_song.toolTip())
        self.another_button.setToolTip(self.tr("Open another file in its place"))
        self.remove_button.setToolTip(actions.close_song.toolTip())
        for button, name in (
            (self.retry_button, "retry"),
            (self.another_button, "open"),
            (self.remove_button, "remove"),
        ):
            set_icon(button, name)
            button.setAutoDefault(False)
            button.setAccessibleName(plain_text(button.text()))
            button.setMinimumHeight(round(self.fontMetrics().height() * 2.1))
        self._lay_out(icon)

    def show_song(self, song: Song) -> None:
        """Say why a song could not be opened."""
        error = song.status.error
        self._message.setText(shown_text(error.message) if error is not None else "")
        self._remedy.setText(shown_text(error.remedy) if error is not None else "")
        self._remedy.setVisible(bool(self._remedy.text()))
        self._source.setText(str(song.source))
        self.retry_button.setVisible(song.status.can_be_repeated)

    @property
    def text(self) -> str:
        """What it says: message and remedy."""
        return f"{self._message.text()} {self._remedy.text()}".rstrip()

    def _label(self) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Paths have no blanks to break at, and must not keep the window wide.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return label

    def _lay_out(self, icon: QLabel) -> None:
        self.foot = QWidget()
        line = self.fontMetrics().height()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.retry_button, self.another_button, self.remove_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        texts = QVBoxLayout()
        for widget in (icon, self._message, self._remedy, self._source):
            texts.addWidget(widget)
        texts.setSpacing(line // 2)
        column = QWidget()
        column.setLayout(texts)
        column.setMaximumWidth(self.fontMetrics().averageCharWidth() * TEXT_CHARACTERS)
        around = QHBoxLayout()
        around.addStretch(1)
        around.addWidget(column, 100)
        around.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(3)
        layout.addLayout(around)
        layout.addSpacing(line)
        layout.addLayout(buttons)
        layout.addWidget(self.foot, 4)
