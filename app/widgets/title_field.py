"""The field in which a lane's name is typed, where the name stands."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_FREE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TitleField(QLineEdit):
    """Lives from a double-click until Enter, Esc, or a click elsewhere, which takes the name, too.

    Attributes:
        is_over: It was left, and only waits to be deleted.

    Signals:
        named: A name was typed; empty for the lane's own.
        left: By a key: the lane gets the keys again.
    """

    named = Signal(str)
    left = Signal()

    def __init__(self, title: str, own_title: str, parent: QWidget) -> None:
        """Make the field.

        Args:
            title: What it begins with.
            own_title: What an empty name stands for.
            parent: The lane's head.
        """
        super().__init__(title, parent)
        self.is_over = False
        self.setPlaceholderText(own_title)
        self.setAccessibleName(self.tr("Name of the lane"))
        tip = self.tr("Enter takes the name, Esc the old one; empty it for “{0}”")
        self.setToolTip(tip.format(own_title))
        self.setAccessibleDescription(self.toolTip())
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.selectAll()

    def event(self, event: QEvent) -> bool:
        """Keep every key that types or ends, whatever it does in the window."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not event.modifiers() & _FREE
            and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End, or type; no key goes on to the lane."""
        if event.key() in _ENTER:
            self._end(takes_name=True)
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self._end(takes_name=False)
            self.left.emit()
        else:
            super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the name, unless the field only waits for its menu or for another program."""
        super().focusOutEvent(event)
        waits = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in waits:
            self._end(takes_name=True)

    def _end(self, *, takes_name: bool) -> None:
        if self.is_over:
            return
        self.is_over = True
        if takes_name:
            self.named.emit(self.text())
        self.hide()
        self.deleteLater()
