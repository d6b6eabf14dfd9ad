"""The one place that shows errors: inline, with a remedy, details on request and a way on."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.log_file import log_path
from app.model.shown_text import shown_text
from app.widgets.icons import set_icon, set_label_icon
from app.widgets.theme import current_colours
from engine.errors import EngineError

DETAILS_LINES = 7

Severity = Literal["error", "notice"]


class ErrorBanner(QWidget):
    """A strip at the foot of the song; hidden while there is nothing to say.

    Signals:
        dismissed: The user has closed it.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._severity: Severity = "notice"
        self._action: Callable[[], None] | None = None
        self._icon = QLabel()
        self._message = _text_label()
        self._remedy = _text_label()
        self._details = QPlainTextEdit()
        self._details_button = QPushButton(self.tr("&Details"))
        self._copy_button = QPushButton(self.tr("Cop&y"))
        self._action_button = QPushButton()
        self._close_button = QToolButton()
        self._prepare()
        self._lay_out()
        self.hide()

    def show_error(
        self,
        error: EngineError,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        *,
        details: str = "",
    ) -> None:
        """Show one error.

        Args:
            error: Its message and remedy are shown in the user's language.
            action_text: On the button that does something about it.
            action: What that button does.
            details: More than a sentence; the path of the log is added.
        """
        message, remedy = shown_text(error.message), shown_text(error.remedy)
        self._show("error", message, remedy, details, action_text, action)

    def show_notice(
        self, text: str, action_text: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Show something worth knowing that is no error.

        Args:
            text: What to say.
            action_text: On the button that does something about it.
            action: What that button does.
        """
        self._show("notice", text, "", "", action_text, action)

    def dismiss(self) -> None:
        """Hide the banner and forget what it said."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    @property
    def text(self) -> str:
        """What it says: message and remedy; empty while it is hidden."""
        if self.isHidden():
            return ""
        return f"{self._message.text()} {self._remedy.text()}".rstrip()

    @property
    def details_text(self) -> str:
        """What it says on request."""
        return self._details.toPlainText()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground in the colour of the severity."""
        colours = current_colours()
        painter = QPainter(self)
        is_error = self._severity == "error"
        painter.setBrush(QColor(colours.error if is_error else colours.notice))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _prepare(self) -> None:
        self.setAccessibleName(self.tr("Message"))
        self._details.setReadOnly(True)
        self._details.setAccessibleName(self.tr("Details of the message"))
        self._details.setTabChangesFocus(True)
        self._details.setFixedHeight(self.fontMetrics().lineSpacing() * DETAILS_LINES)
        self._details_button.setCheckable(True)
        self._details_button.toggled.connect(self._show_details)
        self._copy_button.setToolTip(self.tr("Copy the details"))
        self._copy_button.clicked.connect(self._copy)
        self._action_button.clicked.connect(self._act)
        set_icon(self._close_button, "cancel")
        self._close_button.setAutoRaise(True)
        self._close_button.setAccessibleName(self.tr("Close the message"))
        self._close_button.setToolTip(self.tr("Close the message"))
        self._close_button.clicked.connect(self.dismiss)
        for button in (self._details_button, self._copy_button, self._action_button):
            button.setAutoDefault(False)
        for each in (
            self._details_button, self._copy_button, self._action_button, self._close_button,
        ):  # fmt: skip
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(self.fontMetrics().height() // 6)
        texts.addWidget(self._message)
        texts.addWidget(self._remedy)
        row = QHBoxLayout()
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        for button in (self._action_button, self._details_button, self._copy_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self._details)

    def _show(
        self,
        severity: Severity,
        message: str,
        remedy: str,
        details: str,
        action_text: str,
        action: Callable[[], None] | None,
    ) -> None:
        self._severity = severity
        is_error = severity == "error"
        set_label_icon(self._icon, severity if is_error else "info", self._icon_size())
        font = self._message.font()
        font.setBold(is_error)
        self._message.setFont(font)
        self._message.setText(message)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))
        log_line = self.tr("Log: {0}").format(log_path())
        self._details.setPlainText(f"{details}\n{log_line}".lstrip() if is_error else "")
        self._details_button.setVisible(is_error)
        self._show_details(self._details_button.isChecked() and is_error)
        self._action = action
        self._action_button.setText(action_text)
        self._action_button.setVisible(action is not None)
        self.show()
        self.update()
        self._announce(f"{message} {remedy}".rstrip())

    def _icon_size(self) -> int:
        return round(self.fontMetrics().height() * 1.3)

    def _announce(self, text: str) -> None:
        """Let a screen reader say it: the focus stays where it is."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _show_details(self, visible: bool) -> None:
        self._details.setVisible(visible)
        self._copy_button.setVisible(visible)

    def _copy(self) -> None:
        QApplication.clipboard().setText(f"{self.text}\n{self.details_text}")

    def _act(self) -> None:
        action = self._action
        self.dismiss()
        if action is not None:
            action()


def _text_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
