"""How much the songs take on disk, with a button that clears old ones away."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMessageBox, QPushButton, QWidget

from app.model.settings import Settings
from app.model.shown_text import shown_error
from app.workers.engine_job import EngineJob
from app.workers.song_storage import (
    SongsRemoved,
    StorageMeasured,
    measure_songs,
    remove_songs,
)
from engine.errors import EngineError


class StorageRow(QWidget):
    """A line of the settings."""

    def __init__(
        self, settings: Settings, open_folders: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._open_folders = tuple(open_folders)
        self._measured: StorageMeasured | None = None
        self._job: EngineJob | None = None
        self.text = QLabel(self.tr("measuring…"))
        self.text.setAccessibleName(self.tr("What the songs take on disk"))
        self.clear_button = QPushButton(self.tr("&Clear Closed Songs…"))
        self.clear_button.setEnabled(False)
        self.clear_button.setToolTip(self.tr("Moves songs that are not open into the bin"))
        self.clear_button.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.clear_button)
        self.measure()

    def measure(self) -> None:
        """Look again; the answer arrives later."""
        root = self._settings.songs_folder
        self._run(EngineJob(lambda: measure_songs(root, self._open_folders), self))

    def stop(self) -> None:
        """End the work and wait for it."""
        if self._job is not None:
            self._job.stop()
            self._job = None

    def _run(self, job: EngineJob) -> None:
        self.stop()
        self._job = job
        job.event_arrived.connect(self._take)
        job.failed.connect(self._show_failure)
        job.start()

    def _take(self, event: object) -> None:
        if isinstance(event, SongsRemoved):
            self.measure()
        elif isinstance(event, StorageMeasured):
            self._measured = event
            self.text.setText(QLocale().formattedDataSize(event.num_bytes))
            self.clear_button.setEnabled(bool(event.closed_folders))

    def _show_failure(self, error: EngineError) -> None:
        self.text.setText(shown_error(error))

    def _ask(self) -> None:
        if self._measured is None:
            return
        size = QLocale().formattedDataSize(self._measured.closed_bytes)
        question = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Clear Closed Songs"),
            self.tr(
                "Move %n song(s) that are not open into the bin?",
                "",
                len(self._measured.closed_folders),
            ),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            self,
        )
        question.setInformativeText(
            self.tr("They take {0}. Files that a DAW refers to would be missing there.").format(
                size
            )
        )
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        question.accepted.connect(self._remove)
        question.open()

    def _remove(self) -> None:
        if self._measured is not None:
            folders = self._measured.closed_folders
            self._run(EngineJob(lambda: remove_songs(folders), self))
