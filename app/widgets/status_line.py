"""The right end of the status bar: where the sound goes."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from app.model.shown_text import shown_error
from app.playback.transport import Transport
from engine.errors import EngineError

HERTZ_PER_KILOHERTZ = 1000


class StatusLine(QLabel):
    """Names the sound card, or says that there is none."""

    def __init__(self, transport: Transport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transport = transport
        self.setMargin(self.fontMetrics().averageCharWidth() // 2)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setAccessibleName(self.tr("Sound card"))
        transport.device_changed.connect(self._show_device)
        transport.device_failed.connect(self._show_failure)

    def _show_device(self) -> None:
        output = self._transport.output
        if output.active_device_name:
            rate = self.locale().toString(output.device_rate / HERTZ_PER_KILOHERTZ, "g", 4)
            self.setText(
                self.tr("{name} · {rate} kHz").format(name=output.active_device_name, rate=rate)
            )
            self.setToolTip(self.tr("Sound card; Settings has others"))

    def _show_failure(self, error: EngineError) -> None:
        self.setText(self.tr("No sound"))
        self.setToolTip(shown_error(error))
