"""The user's choices; each takes effect at once, and the last button only closes."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.model.settings import Settings
from app.widgets.elided_path import ElidedPath
from app.widgets.separation_panel import device_text
from app.widgets.storage_row import StorageRow
from engine.serving_messages import DeviceFound


class SettingsDialog(QDialog):
    """Device, sound card, appearance, language, and where songs lie."""

    def __init__(
        self,
        settings: Settings,
        devices: Sequence[DeviceFound],
        open_folders: Sequence[Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings"))
        self._settings = settings
        self.device = QComboBox()
        self.output = QComboBox()
        self.theme = QComboBox()
        self.language = QComboBox()
        self._folder = ElidedPath()
        self._folder.show_path(settings.songs_folder)
        self._storage = StorageRow(settings, open_folders)
        self._language_note = QLabel(self.tr("The language changes at the next start."))
        self._form = QFormLayout()
        self._fill_choices(devices)
        self._lay_out()
        self._connect()

    def set_outputs(self, names: Sequence[str]) -> None:
        """List the sound cards."""
        self.output.clear()
        self.output.addItem(self.tr("The system’s choice"), "")
        chosen = self._settings.output_device
        for name in dict.fromkeys((*names, chosen)):
            if name:
                text = name if name in names else self.tr("{0} (not connected)").format(name)
                self.output.addItem(text, name)
        self.output.setCurrentIndex(max(0, self.output.findData(chosen)))

    def _fill_choices(self, devices: Sequence[DeviceFound]) -> None:
        for choice in devices:
            self.device.addItem(device_text(choice), choice.name)
        self.device.setCurrentIndex(max(0, self.device.findData(self._settings.device)))
        self.device.setEnabled(bool(devices))
        if not devices:
            self.device.addItem(self.tr("The engine is still starting"), "")
        for value, text in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            self.theme.addItem(text, value)
        self.theme.setCurrentIndex(max(0, self.theme.findData(self._settings.theme)))
        for value, text in (
            ("system", self.tr("As the system")),
            ("en", "English"),
            ("de", "Deutsch"),
        ):
            self.language.addItem(text, value)
        self.language.setCurrentIndex(max(0, self.language.findData(self._settings.language)))
        self.set_outputs(())

    def _lay_out(self) -> None:
        self._language_note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._folder.setMinimumWidth(self.fontMetrics().averageCharWidth() * 40)
        choose = QPushButton(self.tr("C&hoose…"))
        choose.setAccessibleName(self.tr("Choose the folder of the songs"))
        choose.setToolTip(self.tr("Choose the folder of the songs"))
        choose.clicked.connect(self._choose_folder)
        folder_row = QHBoxLayout()
        folder_row.addWidget(self._folder, 1)
        folder_row.addWidget(choose)
        for text, name, field in (
            (self.tr("Separate &on:"), self.tr("Separate on"), self.device),
            (self.tr("&Play through:"), self.tr("Play through"), self.output),
            (self.tr("&Appearance:"), self.tr("Appearance"), self.theme),
            (self.tr("&Language:"), self.tr("Language"), self.language),
        ):
            field.setAccessibleName(name)
            self._form.addRow(text, field)
        self._form.addRow("", self._language_note)
        self._folder.setAccessibleName(self.tr("Folder of the songs"))
        label = QLabel(self.tr("Songs &lie in:"))
        label.setBuddy(self._folder)
        self._form.addRow(label, folder_row)
        self._form.addRow(self.tr("They take:"), self._storage)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self._form)
        layout.addStretch(1)
        layout.addWidget(buttons)
        for button in self.findChildren(QPushButton):  # Enter closes, and opens no other dialog
            button.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)

    def _connect(self) -> None:
        self.device.activated.connect(self._set_device)
        self.output.activated.connect(self._set_output)
        self.theme.activated.connect(self._set_theme)
        self.language.activated.connect(self._set_language)

    def _set_device(self) -> None:
        self._settings.device = str(self.device.currentData())

    def _set_output(self) -> None:
        self._settings.output_device = str(self.output.currentData())

    def _set_theme(self) -> None:
        self._settings.theme = str(self.theme.currentData())

    def _set_language(self) -> None:
        self._settings.language = str(self.language.currentData())

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the Songs"), str(self._settings.songs_folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._set_folder)
        dialog.open()

    def _set_folder(self, folder: str) -> None:
        self._settings.songs_folder = Path(folder)
        self._folder.show_path(Path(folder))
        self._storage.measure()

    def done(self, result: int) -> None:
        """Stop measuring before the dialog goes."""
        self._storage.stop()
        super().done(result)
