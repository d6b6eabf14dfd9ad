"""Keys that a control keeps for itself although the window has a shortcut with the same key."""

from collections.abc import Collection

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

Key = Qt.Key

ARROW_KEYS = frozenset((Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down))
SLIDER_KEYS = ARROW_KEYS | {
    Key.Key_PageUp,
    Key.Key_PageDown,
    Key.Key_Home,
    Key.Key_End,
    Key.Key_Delete,
    Key.Key_Backspace,
}
FIELD_KEYS = frozenset(
    (Key.Key_Up, Key.Key_Down, Key.Key_PageUp, Key.Key_PageDown, Key.Key_Return, Key.Key_Enter)
)


def keeps_key(event: QEvent, keys: Collection[Qt.Key], *, with_shift: bool = False) -> bool:
    """Claim a key before the window's shortcuts see it.

    To be called in ``event``, which returns True if this does.

    Args:
        event: Any event of the control.
        keys: Which it wants.
        with_shift: Whether it wants them together with Shift, or alone.
    """
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    modifier = Qt.KeyboardModifier
    wanted = modifier.ShiftModifier if with_shift else modifier.NoModifier
    if event.key() not in keys or event.modifiers() & ~modifier.KeypadModifier != wanted:
        return False
    event.accept()
    return True
