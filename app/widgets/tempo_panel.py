"""The small panel in which the tempo of a song is typed or tapped."""

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from app.model.tempo import (
    BPM_DECIMALS,
    MAX_BEATS_PER_BAR,
    MAX_BPM,
    MIN_BEATS_PER_BAR,
    MIN_BPM,
    Tempo,
)
from app.widgets.popup_panel import PopupPanel


def read_bpm(text: str) -> float | None:
    """Read a tempo such as ``97.35`` or ``97,35``; None if it is none."""
    try:
        number = text.strip().replace(QLocale().decimalPoint(), ".").replace(",", ".")
        bpm = round(float(number), BPM_DECIMALS)
    except ValueError:
        return None
    return bpm if MIN_BPM <= bpm <= MAX_BPM else None


class BpmField(QLineEdit):
    """A field for a tempo, in which the key T taps.

    Signals:
        tapped: T was pressed.
    """

    tapped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tap instead of typing a letter that no number has."""
        if event.key() == Qt.Key.Key_T and not event.modifiers():
            if not event.isAutoRepeat():
                self.tapped.emit()
            return
        super().keyPressEvent(event)


class TempoPanel(PopupPanel):
    """Beats per minute and per bar, with buttons for what else can be said of a tempo.

    Signals:
        tempo_chosen: Beats per minute, and beats per bar.
        tapped: One tap more.
        bar_one_wanted: Bar 1 shall be at the playhead.
        cleared: The song shall have no tempo.
    """

    tempo_chosen = Signal(float, int)
    tapped = Signal()
    bar_one_wanted = Signal()
    cleared = Signal()

    def __init__(self, tempo: Tempo | None, parent: QWidget) -> None:
        super().__init__(self.tr("Tempo of the song"), parent)
        self._tempo = tempo
        self.bpm = BpmField()
        self.beats = QSpinBox()
        self._note = QLabel()
        self.tap_button = QPushButton(self.tr("&Tap"))
        self.bar_one_button = QPushButton(self.tr("Bar &1 at the Playhead"))
        self.clear_button = QPushButton(self.tr("&Clear"))
        self.set_button = QPushButton(self.tr("&Set"))
        self._prepare()
        self._lay_out()
        self.show_tempo(tempo)

    def show_tempo(self, tempo: Tempo | None) -> None:
        """Take over a tempo that came from elsewhere, such as from taps."""
        self._tempo = tempo
        text = "" if tempo is None else QLocale().toString(float(tempo.bpm), "f", BPM_DECIMALS)
        self.bpm.setText(text)
        self.bpm.selectAll()
        self.bpm.setModified(False)
        if tempo is not None:
            self.beats.setValue(tempo.beats_per_bar)
        self.bar_one_button.setEnabled(tempo is not None)
        self.clear_button.setEnabled(tempo is not None)
        self._show_validity()

    def show_note(self, text: str) -> None:
        """Say something below the fields."""
        self._note.setText(text)

    def apply(self) -> None:
        """Set the tempo and close; what is no tempo stays to be mended."""
        bpm = self._bpm()
        if bpm is not None:
            self.tempo_chosen.emit(bpm, self.beats.value())
            self.close()

    def _prepare(self) -> None:
        self.bpm.setAccessibleName(self.tr("Beats per minute"))
        self.bpm.setToolTip(
            self.tr("{least} to {most}, such as 97.35; T taps").format(
                least=round(MIN_BPM), most=round(MAX_BPM)
            )
        )
        self.bpm.setPlaceholderText(self.tr("such as 97.35"))
        self.bpm.textChanged.connect(self._show_validity)
        self.bpm.tapped.connect(self.tapped)
        self.beats.setRange(MIN_BEATS_PER_BAR, MAX_BEATS_PER_BAR)
        self.beats.setValue(4)
        self.beats.setAccessibleName(self.tr("Beats per bar"))
        self.beats.setToolTip(self.tr("How many beats a bar has"))
        self._note.setWordWrap(True)
        self._note.setAccessibleName(self.tr("Note"))
        self.tap_button.setToolTip(
            self.tr("Tap along, at least four times; begin with the first beat of a bar (T)")
        )
        self.bar_one_button.setToolTip(self.tr("Bar 1 begins where the playhead is (D)"))
        self.clear_button.setToolTip(self.tr("Show times alone, without bars"))
        self.set_button.setToolTip(self.tr("Take this tempo (Enter)"))
        self.tap_button.clicked.connect(self.tapped)
        self.bar_one_button.clicked.connect(self.bar_one_wanted)
        self.clear_button.clicked.connect(self.cleared)
        self.clear_button.clicked.connect(self.close)
        self.set_button.clicked.connect(self.apply)

    def _lay_out(self) -> None:
        form = QFormLayout()
        tempo = QHBoxLayout()
        tempo.addWidget(self.bpm)
        tempo.addWidget(self.tap_button)
        label = QLabel(self.tr("&BPM:"))
        label.setBuddy(self.bpm)
        form.addRow(label, tempo)
        beats_label = QLabel(self.tr("B&eats per bar:"))
        beats_label.setBuddy(self.beats)
        form.addRow(beats_label, self.beats)
        self.column.addLayout(form)
        self.column.addWidget(self._note)
        buttons = QHBoxLayout()
        for button in (self.bar_one_button, self.clear_button, self.set_button):
            buttons.addWidget(button)
        self.column.addLayout(buttons)
        self.bpm.setFocus()

    def _bpm(self) -> float | None:
        if self._tempo is not None and not self.bpm.isModified():
            return self._tempo.bpm  # with all of its decimals, as a loop gives them
        return read_bpm(self.bpm.text())

    @Slot()
    def _show_validity(self) -> None:
        is_tempo = self._bpm() is not None
        self.set_button.setEnabled(is_tempo)
        if is_tempo or not self.bpm.text():
            self._note.setText("")
        else:
            text = self.tr("A tempo lies between {least} and {most} BPM.")
            self._note.setText(text.format(least=round(MIN_BPM), most=round(MAX_BPM)))
