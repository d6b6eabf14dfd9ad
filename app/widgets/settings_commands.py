"""Opens the settings, and lets what they say take effect at once."""

from PySide6.QtCore import QObject

from app.model.recovery import SessionRecord
from app.model.session import Session
from app.model.settings import Settings
from app.playback.transport import Transport
from app.widgets.engine_choices import EngineChoices
from app.widgets.main_window import MainWindow
from app.widgets.settings_dialog import SettingsDialog
from app.widgets.theme import Theme


class SettingsCommands(QObject):
    """Connects the settings with theme and sound."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        theme: Theme,
        transport: Transport,
        choices: EngineChoices,
        record: SessionRecord,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._record = record
        self._settings = settings
        self._theme = theme
        self._transport = transport
        self._choices = choices
        self._window = window
        transport.output.set_device(settings.output_device)
        transport.monitor_gain_db = settings.monitor_gain_db
        window.transport_bar.show_volume()
        window.actions_.settings.triggered.connect(self.show_settings)
        settings.changed.connect(self._follow)

    def show_settings(self) -> None:
        """Open the dialog."""
        # What another window of Strata has open must not be cleared away either.
        elsewhere = self._record.folders_elsewhere()
        folders = [*elsewhere, *(song.folder for song in self._session.songs)]
        dialog = SettingsDialog(self._settings, self._choices.devices, folders, self._window)
        output = self._transport.output

        def list_outputs() -> None:
            dialog.set_outputs([device.name for device in output.list_devices()])

        output.devices_changed.connect(list_outputs)
        dialog.finished.connect(lambda: output.devices_changed.disconnect(list_outputs))
        list_outputs()
        dialog.open()

    def store_volume(self) -> None:
        """Keep the monitor's volume for the next start."""
        self._settings.monitor_gain_db = self._transport.monitor_gain_db

    def _follow(self, name: str) -> None:
        if name == "theme":
            self._theme.choice = self._settings.theme
        elif name == "output_device":
            self._transport.output.set_device(self._settings.output_device)
