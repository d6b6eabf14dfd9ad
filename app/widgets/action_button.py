"""Buttons for actions: same text, icon, key and state wherever they stand."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from app.widgets.actions import plain_text


class ActionButton(QToolButton):
    """A flat button that triggers an action and speaks its name.

    It takes the focus from Tab alone: after a click, Space goes on meaning “play”.
    """

    def __init__(
        self, action: QAction, *, with_text: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setDefaultAction(action)
        self.setAutoRaise(not with_text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if with_text:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        action.changed.connect(self._follow_action)
        self._follow_action()

    def _follow_action(self) -> None:
        action = self.defaultAction()
        if action is not None:
            self.setAccessibleName(plain_text(action.text()))
            self.setAccessibleDescription(action.toolTip())
