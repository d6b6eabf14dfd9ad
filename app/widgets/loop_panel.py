"""The small panel in which start, end and length of a loop are typed, and how many bars it is."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from app.model.frame_range import FrameRange
from app.widgets.place_text import SongPlaces
from app.widgets.popup_panel import PopupPanel

MAX_BARS = 999


class LoopPanel(PopupPanel):
    """Three fields of which two say it all: who changes one sees another follow.

    Signals:
        loop_chosen: ``FrameRange``.
        bars_chosen: ``FrameRange``, and how many bars that is, from which the tempo follows.
    """

    loop_chosen = Signal(object)
    bars_chosen = Signal(object, int)

    def __init__(
        self, places: SongPlaces, loop: FrameRange, parent: QWidget, *, bars: int = 4
    ) -> None:
        """Make the panel.

        Args:
            places: Reads and writes places of the song.
            loop: What the fields say at first.
            parent: The window.
            bars: What the loop may be.
        """
        super().__init__(self.tr("Loop"), parent)
        self._places = places
        self._loop: FrameRange | None = loop
        self._start, self._stop = loop.start, loop.stop
        self._typed: QLineEdit | None = None
        self._old = (loop.start, loop.stop)
        self.start, self.stop, self.length = QLineEdit(), QLineEdit(), QLineEdit()
        self.bars = QSpinBox()
        self._note = QLabel()
        self.set_button = QPushButton(self.tr("Set the &Loop"))
        self.tempo_button = QPushButton(self.tr("Set the &Tempo"))
        self._prepare(bars)
        self._lay_out()
        self._show()

    def apply(self) -> None:
        """Set the loop and close; what is no loop stays to be mended.

        In the field of the bars, Enter sets the tempo.
        """
        if self.bars.hasFocus():
            self.apply_bars()
        elif self._loop is not None:
            self.loop_chosen.emit(self._loop)
            self.close()

    @Slot()
    def apply_bars(self) -> None:
        """Set the loop, and the tempo that makes it so many bars; close."""
        if self._loop is not None:
            self.bars_chosen.emit(self._loop, self.bars.value())
            self.close()

    def _prepare(self, bars: int) -> None:
        has_bars = self._places.grid is not None
        place_hint = (
            self.tr("For example 1:05.72, or b5.3 for bar 5, beat 3")
            if has_bars
            else self.tr("Minutes and seconds, for example 1:05.72")
        )
        length_hint = (
            self.tr("For example 8.5, or b4 for 4 bars, b0.2 for 2 beats")
            if has_bars
            else self.tr("Seconds, for example 8.5")
        )
        for field, name, hint, read in (
            (self.start, self.tr("Start of the loop"), place_hint, self._take_start),
            (self.stop, self.tr("End of the loop"), place_hint, self._take_stop),
            (self.length, self.tr("Length of the loop"), length_hint, self._take_length),
        ):
            field.setAccessibleName(name)
            field.setToolTip(hint)
            field.textEdited.connect(read)
        self._note.setAccessibleName(self.tr("Note"))
        self._note.setText(length_hint if has_bars else place_hint)
        self.bars.setRange(1, MAX_BARS)
        self.bars.setValue(bars)
        self.bars.setAccessibleName(self.tr("Number of bars"))
        self.bars.setToolTip(self.tr("How many bars this loop is, by ear"))
        self.set_button.setToolTip(self.tr("Take this loop (Enter)"))
        self.tempo_button.setToolTip(
            self.tr("Sets the tempo so that the loop is so many bars, and bar 1 at its start")
        )
        self.set_button.clicked.connect(self._set_loop)
        self.tempo_button.clicked.connect(self.apply_bars)

    @Slot()
    def _set_loop(self) -> None:
        self.start.setFocus()
        self.apply()

    def _lay_out(self) -> None:
        form = QFormLayout()
        for text, field in (
            (self.tr("&Start:"), self.start),
            (self.tr("&End:"), self.stop),
            (self.tr("Len&gth:"), self.length),
        ):
            label = QLabel(text)
            label.setBuddy(field)
            form.addRow(label, field)
        self.column.addLayout(form)
        self.column.addWidget(self._note)
        self.column.addWidget(self.set_button)
        row = QHBoxLayout()
        label = QLabel(self.tr("This loop is so many &bars:"))
        label.setBuddy(self.bars)
        for widget in (label, self.bars, self.tempo_button):
            row.addWidget(widget)
        self.column.addLayout(row)
        self.start.setFocus()
        self.start.selectAll()

    @Slot(str)
    def _take_start(self, text: str) -> None:
        old_start, stop = self._before(self.start)
        start = self._places.read(text)
        if start is not None and start >= stop:  # the loop moves, as long as it was
            stop = min(start + stop - old_start, self._places.num_frames)
        self._take(start, stop)

    @Slot(str)
    def _take_stop(self, text: str) -> None:
        start, _ = self._before(self.stop)
        self._take(start, self._places.read(text))

    @Slot(str)
    def _take_length(self, text: str) -> None:
        start, _ = self._before(self.length)
        self._take(start, self._places.read_stop(text, start))

    def _before(self, field: QLineEdit) -> tuple[int, int]:
        """Return start and end as they were before somebody began to type in a field."""
        if field is not self._typed:
            self._typed = field
            self._old = (self._start, self._stop)
        return self._old

    def _take(self, start: int | None, stop: int | None) -> None:
        self._loop = None
        if start is not None and stop is not None and start < stop:
            self._start, self._stop = start, stop
            self._loop = FrameRange(start, stop)
        self._show()

    def _show(self) -> None:
        """Let the other fields follow the one in which somebody types."""
        self.set_button.setEnabled(self._loop is not None)
        self.tempo_button.setEnabled(self._loop is not None)
        if self._loop is None:
            self._note.setText(self.tr("This is no place in the song that a loop can have."))
            return
        if self._typed is not None:
            self._note.setText(self._typed.toolTip())
        for field, text in (
            (self.start, self._places.text(self._start)),
            (self.stop, self._places.text(self._stop)),
            (self.length, self._places.length_text(self._stop - self._start)),
        ):
            if field is not self._typed:
                field.setText(text)
