"""Decides who gets a key: the control that has the focus, or the window's shortcuts.

Letters and digits typed into a text field stay there by Qt's own rules. A button that Tab has
reached takes Return, and a slider or a list its arrows, although these keys also mean “play from
the start” and “seek” everywhere else. Space plays and pauses, whatever has the focus.
"""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

HOLD_SECONDS = 0.35  # a key that is held longer than this means “only while I hold it”

_PRESS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_TYPE = _PRESS | {Qt.Key.Key_Space}
_SIDEWAYS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})
_UP_DOWN = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
_JUMPS = frozenset({Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_KEYS_OF = (
    (QAbstractButton, _PRESS),
    (QComboBox, _PRESS | _UP_DOWN),
    (QAbstractSlider, _SIDEWAYS | _UP_DOWN | _JUMPS),
    (QAbstractItemView, _UP_DOWN | _JUMPS),
    (QTabBar, _SIDEWAYS),
    (QAbstractSpinBox, _TYPE | _SIDEWAYS | _UP_DOWN | _JUMPS),
    (QLineEdit, _TYPE | _SIDEWAYS | _JUMPS),
    (QPlainTextEdit, _SIDEWAYS | _UP_DOWN | _JUMPS),
    (QTextEdit, _SIDEWAYS | _UP_DOWN | _JUMPS),
)
_SHIFT_OR_NONE = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


class KeyGuard(QObject):
    """Watches the keys of whatever has the focus in a window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._focused: QWidget | None = None
        self._down: dict[int, float] = {}  # when each key that is down was pressed
        self._undo: dict[int, Callable[[], None]] = {}
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_focus)

    def undo_after_hold(self, key: Qt.Key, undo: Callable[[], None]) -> None:
        """Undo what a key has just done when it is let go, if it was held and not tapped.

        It counts only while the key is down: a click on the same action's button lasts.
        """
        if int(key) in self._down:
            self._undo[int(key)] = undo

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep keys for the control that has the focus; notice keys that are let go."""
        if isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            if event.type() == QEvent.Type.ShortcutOverride:
                self._down[event.key()] = monotonic()
            elif event.type() == QEvent.Type.KeyRelease:
                self._let_go(event.key())
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and isinstance(watched, QWidget)
            and control_wants(watched, event)
        ):
            event.accept()
            return True
        return (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and isinstance(watched, QWidget)
            and _press(watched, event)
        )

    def _let_go(self, key: int) -> None:
        pressed_at = self._down.pop(key, monotonic())
        undo = self._undo.pop(key, None)
        if undo is not None and monotonic() - pressed_at >= HOLD_SECONDS:
            undo()

    # Without the widgets that Qt hands over: the old one may be in the middle of its destruction.
    @Slot()
    def _follow_focus(self) -> None:
        if self._focused is not None and isValid(self._focused):
            self._focused.removeEventFilter(self)
        new = QApplication.focusWidget()
        self._focused = new if new is not None and self._window.isAncestorOf(new) else None
        if self._focused is not None:
            self._focused.installEventFilter(self)


def control_wants(control: QWidget, event: QKeyEvent) -> bool:
    """Whether a control does something with a key that the window would take from it."""
    if event.modifiers() not in _SHIFT_OR_NONE:
        return False
    return any(isinstance(control, kind) and event.key() in keys for kind, keys in _KEYS_OF)


def _press(control: QWidget, event: QKeyEvent) -> bool:
    """Press a button or open a list; return False if the control or the key is another."""
    if event.key() not in _PRESS or event.modifiers() not in _SHIFT_OR_NONE:
        return False
    if isinstance(control, QAbstractButton):
        if not event.isAutoRepeat():
            control.click()
        return True
    if isinstance(control, QComboBox) and not control.isEditable():
        control.showPopup()
        return True
    return False
