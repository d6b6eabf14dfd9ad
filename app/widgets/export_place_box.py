"""Where exported files go and what they are called, with a preview of the names."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.model.export_choice import ExistingChoice, ExportChoice
from app.model.song_folder import projects_root
from app.model.tempo import Tempo
from app.widgets.elided_path import ElidedPath
from app.widgets.name_preview import NamePreview
from app.widgets.place_text import bpm_text
from engine.audio.name_template import DEFAULT_TEMPLATE, FIELD_NAMES

_POLICIES: tuple[ExistingChoice, ...] = ("ask", "rename", "skip", "overwrite")


class ExportPlaceBox(QGroupBox):
    """The part of the export dialog that names the files and their folder.

    Signals:
        changed: The user chose something else.
    """

    changed = Signal()

    def __init__(self, choice: ExportChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Names and place"))
        self._folder = choice.folder or projects_root()
        layout = QFormLayout(self)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.addRow(*self._template_row(choice))
        self._preview = NamePreview()
        layout.addRow(self.tr("&Gives:"), self._preview)
        layout.addRow(*self._folder_row())
        layout.addRow(self.tr("If files ex&ist:"), self._policy_box(choice.existing))
        self._project = QCheckBox(self.tr("A &project for REAPER, too"))
        self._project.setToolTip(
            self.tr("A text file that opens all files in REAPER, aligned, named and coloured")
        )
        self._project.setChecked(choice.with_project)
        self._shows_folder = QCheckBox(self.tr("S&how the files afterwards"))
        self._shows_folder.setChecked(choice.shows_folder)
        layout.addRow(self._project)
        self._tempo_note = QLabel()
        self._tempo_note.setWordWrap(True)
        self._tempo_note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addRow(self._tempo_note)
        layout.addRow(self._shows_folder)
        for box in (self._project, self._shows_folder):
            box.toggled.connect(self.changed)
        self._project.toggled.connect(self._tempo_note.setVisible)
        self._tempo_note.setVisible(choice.with_project)

    @property
    def folder(self) -> Path:
        """The folder that gets the song's folder."""
        return self._folder

    def choice(self, choice: ExportChoice) -> ExportChoice:
        """Return a choice with this box's part of it replaced."""
        return replace(
            choice,
            template=self._template.text(),
            folder=None if self._folder == projects_root() else self._folder,
            existing=_POLICIES[self._existing.currentIndex()],
            with_project=self._project.isChecked(),
            shows_folder=self._shows_folder.isChecked(),
        )

    def show_tempo(self, tempo: Tempo | None) -> None:
        """Say which tempo the project for REAPER gets, and what that means for its start."""
        self._tempo_note.setText(
            self.tr("The song has no tempo here, so REAPER shows 120 BPM: its bars mean nothing.")
            if tempo is None
            else self.tr(
                "With {0}, and bars as here; the files begin where they lie in their first bar."
            ).format(bpm_text(tempo))
        )

    def show_names(self, folder_name: str, names: Sequence[str], taken: Sequence[str]) -> None:
        """Show what the files will be called, and which of them are there already."""
        self.show_folders([(folder_name, names)] if names else [], taken)

    def show_folders(
        self, folders: Sequence[tuple[str, Sequence[str]]], taken: Sequence[str] = ()
    ) -> None:
        """Show what the files of several songs will be called, below the folder of each."""
        self._preview.clear()
        for folder_name, names in folders:
            self._preview.add_folder(self._folder / folder_name, names, taken)

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Take another folder."""
        self._folder = Path(folder)
        self._show_folder()
        self.changed.emit()

    def _template_row(self, choice: ExportChoice) -> tuple[QLabel, QHBoxLayout]:
        self._template = QLineEdit(choice.template)
        self._template.setAccessibleName(self.tr("Pattern of the file names"))
        self._template.setPlaceholderText(DEFAULT_TEMPLATE)
        self._template.textChanged.connect(self.changed)
        fields = QToolButton()
        fields.setText(self.tr("Placeholder"))
        fields.setAccessibleName(self.tr("Insert a placeholder into the pattern"))
        fields.setToolTip(fields.accessibleName())
        fields.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(fields)
        texts = {
            "title": self.tr("Title of the song"),
            "artist": self.tr("Artist"),
            "stem": self.tr("Stem"),
            "model": self.tr("Model that separated"),
            "n": self.tr("Number of the file"),
            "date": self.tr("Date of the recording"),
        }
        for name in FIELD_NAMES:
            action = menu.addAction(f"{texts[name]}\t{{{name}}}")
            action.triggered.connect(lambda _=False, name=name: self._insert(name))
        menu.addSeparator()
        reset = menu.addAction(self.tr("The usual pattern"))
        reset.triggered.connect(lambda: self._template.setText(DEFAULT_TEMPLATE))
        fields.setMenu(menu)
        label = QLabel(self.tr("&Names:"))
        label.setBuddy(self._template)
        row = QHBoxLayout()
        row.addWidget(self._template)
        row.addWidget(fields)
        return label, row

    def _folder_row(self) -> tuple[QLabel, QHBoxLayout]:
        self._folder_text = ElidedPath()
        self._folder_text.setAccessibleName(self.tr("Folder"))
        choose = QPushButton(self.tr("&Choose…"))
        choose.setAccessibleName(self.tr("Choose another folder"))
        choose.setToolTip(choose.accessibleName())
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose_folder)
        self._show_folder()
        label = QLabel(self.tr("Fo&lder:"))
        label.setBuddy(choose)
        row = QHBoxLayout()
        row.addWidget(self._folder_text)
        row.addWidget(choose)
        return label, row

    def _policy_box(self, existing: ExistingChoice) -> QComboBox:
        self._existing = QComboBox()
        self._existing.setAccessibleName(self.tr("If files exist"))
        texts: dict[ExistingChoice, str] = {
            "ask": self.tr("Ask"),
            "rename": self.tr("Use a folder with a number"),
            "skip": self.tr("Write only the others"),
            "overwrite": self.tr("Replace them"),
        }
        for policy in _POLICIES:
            self._existing.addItem(texts[policy])
        self._existing.setCurrentIndex(_POLICIES.index(existing))
        self._existing.currentIndexChanged.connect(self.changed)
        return self._existing

    def _show_folder(self) -> None:
        self._folder_text.show_path(self._folder)

    def _insert(self, name: str) -> None:
        self._template.insert(f"{{{name}}}")
        self._template.setFocus()

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder for Exported Files"), str(self._folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.set_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
