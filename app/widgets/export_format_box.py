"""How to store exported files, in plain words."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QGroupBox, QLabel, QWidget

from app.model.export_choice import ExportChoice
from engine.audio.audio_format import AudioFormat, BitDepth, Container, audio_format

_CONTAINERS: tuple[tuple[Container, str], ...] = (
    ("wav", "WAV"),
    ("flac", "FLAC"),
    ("ogg", "Ogg Vorbis"),
    ("mp3", "MP3"),
)
_DEPTHS: dict[Container, tuple[BitDepth, ...]] = {
    "wav": ("float", "24", "16"),
    "flac": ("24", "16"),
    "ogg": (),
    "mp3": (),
}


class ExportFormatBox(QGroupBox):
    """The part of the export dialog that chooses container and depth.

    Signals:
        changed: The user chose something else.
    """

    changed = Signal()

    def __init__(self, choice: ExportChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Format"))
        self._containers = QComboBox()
        self._containers.setAccessibleName(self.tr("Format"))
        for container, title in _CONTAINERS:
            self._containers.addItem(title, container)
        self._depths = QComboBox()
        self._depths.setAccessibleName(self.tr("Depth"))
        self._explanation = QLabel()
        self._explanation.setWordWrap(True)
        # Room for the longest text, so that the dialog does not jump.
        self._explanation.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        layout = QFormLayout(self)
        layout.addRow(self.tr("Form&at:"), self._containers)
        layout.addRow(self.tr("&Depth:"), self._depths)
        layout.addRow(self._explanation)
        self._containers.setCurrentIndex(self._containers.findData(choice.format.container))
        self._show_depths(choice.format.bit_depth)
        self._containers.currentIndexChanged.connect(self._take_container)
        self._depths.currentIndexChanged.connect(self._take_depth)

    def choice(self, choice: ExportChoice) -> ExportChoice:
        """Return a choice with this box's part of it replaced."""
        return replace(choice, format=self._format)

    @property
    def _container(self) -> Container:
        return _CONTAINERS[self._containers.currentIndex()][0]

    @property
    def _format(self) -> AudioFormat:
        depths = _DEPTHS[self._container]
        index = self._depths.currentIndex()
        return audio_format(self._container, depths[index] if 0 <= index < len(depths) else None)

    def _show_depths(self, wanted: BitDepth | None) -> None:
        depths = _DEPTHS[self._container]
        titles: dict[BitDepth, str] = {
            "float": self.tr("32-bit float"),
            "24": self.tr("24 bits"),
            "16": self.tr("16 bits"),
        }
        self._depths.blockSignals(True)
        self._depths.clear()
        for depth in depths:
            self._depths.addItem(titles[depth])
        if wanted in depths:
            self._depths.setCurrentIndex(depths.index(wanted))
        self._depths.setEnabled(bool(depths))
        self._depths.blockSignals(False)
        self._explain()

    def _explain(self) -> None:
        chosen = self._format
        if chosen.is_float:
            text = self.tr("Exact to the sample, and never clips. The best choice for a DAW.")
        elif chosen.bit_depth is None:
            text = self.tr("Small, for listening. Not sample-exact, so not for the DAW.")
        elif chosen.container == "flac":
            text = self.tr("About half the size of WAV, and exact to {0} bits.")
        elif chosen.bit_depth == "24":
            text = self.tr("Exact to {0} bits: the everyday format for delivery.")
        else:
            text = self.tr("Exact to {0} bits, as on a CD.")
        if chosen.bit_depth == "16":
            text += " " + self.tr("With dither.")
        self._explanation.setText(text.format(chosen.bit_depth))
        self._containers.setAccessibleDescription(self._explanation.text())

    @Slot()
    def _take_container(self) -> None:
        self._show_depths(None)
        self.changed.emit()

    @Slot()
    def _take_depth(self) -> None:
        self._explain()
        self.changed.emit()
