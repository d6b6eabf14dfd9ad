"""Gains and pans as text, and the field in which a gain is typed."""

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB
from app.widgets.own_keys import FIELD_KEYS, keeps_key

MINUS = "−"
INFINITE = "−∞"


def gain_text(gain_db: float) -> str:
    """Write a gain such as ``−6.0 dB`` or ``+2.2 dB`` in the user's language."""
    return f"{_number_text(gain_db)} dB"


def pan_text(pan: float) -> str:
    """Write a pan such as ``L 30`` or ``C``, short enough for a lane."""
    percent = round(abs(pan) * 100)
    if percent == 0:
        return QCoreApplication.translate("GainText", "C", "pan in the centre, one letter")
    side = (
        QCoreApplication.translate("GainText", "L", "pan to the left, one letter")
        if pan < 0
        else QCoreApplication.translate("GainText", "R", "pan to the right, one letter")
    )
    return f"{side}{percent}"


def pan_description(pan: float) -> str:
    """Say a pan in words, for a screen reader."""
    percent = round(abs(pan) * 100)
    if percent == 0:
        return QCoreApplication.translate("GainText", "centre")
    if pan < 0:
        return QCoreApplication.translate("GainText", "{percent} % left").format(percent=percent)
    return QCoreApplication.translate("GainText", "{percent} % right").format(percent=percent)


class GainField(QDoubleSpinBox):
    """A gain in decibels that can be typed, or stepped with the arrow keys.

    Signals:
        reached: It has got the keyboard.
    """

    reached = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(MIN_GAIN_DB, MAX_GAIN_DB)
        self.setDecimals(1)
        self.setSingleStep(0.5)
        self.setSuffix(" dB")
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrame(False)

    def show_gain(self, gain_db: float) -> None:
        """Show what the model says, without telling the model about it."""
        self.blockSignals(True)
        self.setValue(gain_db)
        self.blockSignals(False)

    def textFromValue(self, value: float) -> str:
        """Write a gain with a real minus; the bottom of the fader is silent."""
        return _number_text(value)

    def valueFromText(self, text: str) -> float:
        """Read a gain that was typed."""
        number = _typed_number(text)
        return self.value() if number is None else number

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Take any number with either minus; others may still be typed on."""
        number = _typed_number(text)
        if number is not None and MIN_GAIN_DB <= number <= MAX_GAIN_DB:
            return QValidator.State.Acceptable, text, position
        return QValidator.State.Intermediate, text, position

    def sizeHint(self) -> QSize:
        """Be as wide as the longest gain."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(f"{MINUS}00.0 dB") + metrics.height() * 0.7
        return QSize(round(width), round(metrics.height() * 1.35))

    def minimumSizeHint(self) -> QSize:
        """Never clip a gain."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Keep the keys that step or end the field, whatever they do in the window."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.setValue(self.value())  # forget what was typed; the key leaves the field
        return keeps_key(event, FIELD_KEYS) or super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with the keyboard's focus: a wheel that passes by scrolls the lanes."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the number, so that typing replaces it."""
        super().focusInEvent(event)
        self.selectAll()
        self.reached.emit()


def _number_text(gain_db: float) -> str:
    if gain_db <= MIN_GAIN_DB:
        return INFINITE
    text = QLocale().toString(abs(gain_db), "f", 1)
    rounded = round(gain_db, 1)
    sign = MINUS if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{text}"


def _typed_number(text: str) -> float | None:
    plain = text.replace("dB", "").replace("db", "").replace(MINUS, "-").replace(" ", "").strip()
    if plain in ("-∞", "-inf"):
        return MIN_GAIN_DB
    number, is_number = QLocale().toDouble(plain)
    if not is_number:
        # A dot is understood in every language.
        number, is_number = QLocale.c().toDouble(plain)
    return number if is_number else None
