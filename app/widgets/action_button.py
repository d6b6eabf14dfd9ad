"""Buttons for actions: same text, icon, key and state wherever they stand."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStyleOptionToolButton, QToolButton, QWidget

from app.widgets.actions import plain_text


class ActionButton(QToolButton):
    """A flat button that triggers an action and speaks its name.

    It takes the focus from Tab alone: after a click, Space goes on meaning “play”.
    """

    def __init__(
        self, action: QAction, *, with_text: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._has_text = False
        self.setDefaultAction(action)
        self.setAutoRaise(not with_text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_text(with_text)
        action.changed.connect(self._follow_action)
        self._follow_action()

    def show_text(self, is_shown: bool) -> None:
        """Show the text beside the icon, or the icon alone."""
        style = Qt.ToolButtonStyle
        self._has_text = is_shown
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if is_shown else style.ToolButtonIconOnly
        )

    @property
    def text_width(self) -> int:
        """What the button is narrower without its text, at least; 0 if that is hidden."""
        text = plain_text(self.text())
        return self.fontMetrics().horizontalAdvance(text) if self._has_text else 0

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Keep the text off the icon."""
        super().initStyleOption(option)
        if self._has_text:
            option.text = f" {option.text}"

    def sizeHint(self) -> QSize:
        """Ask for the room of that gap, too."""
        hint = super().sizeHint()
        gap = self.fontMetrics().horizontalAdvance(" ") if self._has_text else 0
        return QSize(hint.width() + gap, hint.height())

    def _follow_action(self) -> None:
        action = self.defaultAction()
        if action is not None:
            self.setAccessibleName(plain_text(action.text()))
            self.setAccessibleDescription(action.toolTip())
