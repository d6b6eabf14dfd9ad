"""What to export: stems, the mix as heard, or the mix without some stems; and which part."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.model.export_choice import ExportChoice, ExportKind
from app.model.export_planning import done_share, export_range
from app.model.frame_range import FrameRange
from app.model.mix_state import effective_gains
from app.model.song import Song
from app.widgets.lane_style import drawn_on, lane_colour, lane_title, standard_title
from app.widgets.time_text import time_text
from engine.errors import EngineError
from engine.residual import RESIDUAL_STEM

_NAME = Qt.ItemDataRole.UserRole
_DECIMALS = 3  # of the times of a selection


class ExportContentBox(QGroupBox):
    """The part of the export dialog that says what the files hold.

    Signals:
        changed: The user chose something else.
    """

    changed = Signal()

    def __init__(
        self,
        song: Song,
        choice: ExportChoice,
        parent: QWidget | None = None,
        *,
        others: Sequence[Song] = (),
    ) -> None:
        """Make the box.

        Args:
            song: What to export.
            choice: What is chosen at first.
            parent: The dialog.
            others: Further songs that the choices are for.
        """
        super().__init__(parent)
        self.setTitle(self.tr("What"))
        self._song = song
        self._songs = (song, *others)
        self._unwanted = set(choice.unwanted_stems)
        self._wants_silence = False  # a residual although nothing is left over
        self._removed = set(choice.removed_stems)
        self._has_project = choice.with_project
        self._kinds = QButtonGroup(self)
        self._kind_buttons: dict[ExportKind, QRadioButton] = {}
        layout = QVBoxLayout(self)
        for kind, text, tip in self._kind_texts():
            button = QRadioButton(text)
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
            button.setChecked(kind is choice.kind)
            self._kinds.addButton(button)
            self._kind_buttons[kind] = button
            layout.addWidget(button)
        self._stems_label = QLabel()
        self._stems = QListWidget()
        self._stems_label.setBuddy(self._stems)
        self._stems.setSelectionMode(QListWidget.SelectionMode.NoSelection)  # boxes say it all
        layout.addWidget(self._stems_label)
        layout.addWidget(self._stems, stretch=1)
        self._faders_note = QLabel()
        self._faders_note.setWordWrap(True)
        self._faders_note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addWidget(self._faders_note)
        self._original = QCheckBox(self.tr("The &original, too"))
        self._original.setToolTip(
            self.tr("The decoded original as a further file, aligned with all others")
        )
        self._original.setChecked(choice.with_original)
        layout.addWidget(self._original)
        self._range_label = QLabel(self.tr("&Range:"))
        self._range = QComboBox()
        self._range_label.setBuddy(self._range)
        self._fades = QCheckBox(self.tr("&Fade for 3 ms at the cuts"))
        self._fades.setToolTip(
            self.tr("Without the fades, every sample is that of the song; best for loops")
        )
        self._fades.setChecked(choice.has_fades)
        for widget in (self._range_label, self._range, self._fades):
            layout.addWidget(widget)
        self._show_ranges(only_selection=choice.only_selection)
        self.refresh()
        self._kinds.buttonToggled.connect(self._take_kind)
        self._stems.itemChanged.connect(self._take_stem)
        self._original.toggled.connect(self.changed)
        self._range.currentIndexChanged.connect(self._take_range)
        self._fades.toggled.connect(self.changed)

    def choice(self, choice: ExportChoice) -> ExportChoice:
        """Return a choice with this box's part of it replaced."""
        return replace(
            choice,
            kind=self._kind,
            unwanted_stems=frozenset(self._unwanted_now),
            removed_stems=frozenset(self._removed),
            with_original=self._original.isChecked(),
            only_selection=self._only_selection,
            has_fades=self._only_selection and self._fades.isChecked(),
        )

    def remembered_choice(self) -> ExportChoice:
        """Return what is chosen here, for this song and others."""
        return self.remembered(self.choice(ExportChoice()))

    @property
    def wants_silence(self) -> bool:
        """Whether a residual is wanted although nothing is left over."""
        return self._wants_silence

    def remembered(self, choice: ExportChoice) -> ExportChoice:
        """Return a choice for the next song, whose residual may not be silent."""
        return replace(choice, unwanted_stems=frozenset(self._unwanted))

    @property
    def _has_leftovers(self) -> bool:
        return any(song.has_leftovers for song in self._songs)

    @property
    def _unwanted_now(self) -> set[str]:
        """Stems that get no file, with a residual in which there is nothing."""
        if self._has_leftovers:
            return self._unwanted
        if self._wants_silence:
            return self._unwanted - {RESIDUAL_STEM}
        return self._unwanted | {RESIDUAL_STEM}

    @Slot()
    def refresh(self) -> None:
        """Show the song's stems as they are now: names, colours, and how much is there."""
        kind = self._kind
        texts = {
            ExportKind.STEMS: self.tr("Write these &stems:"),
            ExportKind.HEARD: self.tr("Heard with the faders as they are:"),
            ExportKind.WITHOUT: self.tr("Leave these &stems out:"),
        }
        self._stems_label.setText(texts[kind])
        self._stems.setAccessibleName(texts[kind].replace("&", "").rstrip(":"))
        self._stems.setEnabled(kind is not ExportKind.HEARD)
        self._faders_note.setVisible(kind is not ExportKind.HEARD)
        self._show_note()
        self._fades.setEnabled(self._only_selection)
        current = self._stems.currentRow()
        self._stems.blockSignals(True)
        self._stems.clear()
        for name, share, is_checked in self._rows():
            song = next(song for song in self._songs if name in {s.name for s in song.stems})
            text = lane_title(song, name) if len(self._songs) == 1 else standard_title(name)
            if share < 1.0:
                text = self.tr("{name} – {percent} % there").format(
                    name=text, percent=int(100 * share)
                )
            elif name == RESIDUAL_STEM and not self._has_leftovers:
                text = self.tr("{name} – nothing is left over").format(name=text)
            item = QListWidgetItem(self._swatch(song, name), text, self._stems)
            item.setData(_NAME, name)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
            )
            item.setCheckState(Qt.CheckState.Checked if is_checked else Qt.CheckState.Unchecked)
        self._stems.setCurrentRow(current if current >= 0 else self._first_checked_row())
        self._stems.blockSignals(False)

    @Slot(bool)
    def expect_project(self, has_project: bool) -> None:
        """Say what counts in the files, and what in the project beside them."""
        self._has_project = has_project
        self._show_note()

    def _show_note(self) -> None:
        has_mixer = self._has_project and self._kind is ExportKind.STEMS
        self._faders_note.setText(
            self.tr("Faders and solo do not change the files; the REAPER project has them.")
            if has_mixer
            else self.tr("Faders and solo do not count here.")
        )

    def _first_checked_row(self) -> int:
        rows = range(self._stems.count())
        checked = Qt.CheckState.Checked
        return next((row for row in rows if self._stems.item(row).checkState() is checked), 0)

    def _kind_texts(self) -> tuple[tuple[ExportKind, str, str], ...]:
        return (
            (
                ExportKind.STEMS,
                self.tr("S&tems, a file each"),
                self.tr("As they were separated; faders do not matter. They add up to the song"),
            ),
            (
                ExportKind.HEARD,
                self.tr("The &mix as it is heard"),
                self.tr("One file with faders, pans, mutes and solos as they are"),
            ),
            (
                ExportKind.WITHOUT,
                self.tr("The mix &without some stems"),
                self.tr("One file: the original minus the chosen stems, such as for karaoke"),
            ),
        )

    @property
    def _kind(self) -> ExportKind:
        return next(kind for kind, button in self._kind_buttons.items() if button.isChecked())

    @property
    def _only_selection(self) -> bool:
        return self._range.currentIndex() == 1

    def _rows(self) -> list[tuple[str, float, bool]]:
        """Name of each stem, the share that is there, and whether it is checked."""
        shares: dict[str, float] = {}
        heard: set[str] = set()
        for song in self._songs:
            try:
                frames = export_range(song, self.choice(ExportChoice()))
            except EngineError:
                continue
            for stem in song.stems:
                share = done_share(stem, frames)
                shares[stem.name] = min(share, shares.get(stem.name, 1.0))
            gains = effective_gains(song.state, [stem.name for stem in song.stems])
            heard |= {name for name, gain in gains.items() if gain > 0.0}
        checked = {
            ExportKind.STEMS: shares.keys() - self._unwanted_now,
            ExportKind.HEARD: heard,
            ExportKind.WITHOUT: self._removed,
        }[self._kind]
        names = sorted(shares, key=lambda name: name == RESIDUAL_STEM)
        return [(name, shares[name], name in checked) for name in names]

    def _show_ranges(self, *, only_selection: bool) -> None:
        facts = self._song.facts
        if len(self._songs) > 1:  # what is marked in one means nothing in another
            self._range.addItem(self.tr("Whole songs"))
            for widget in (self._range, self._fades):
                widget.setEnabled(False)
            return
        if facts is None:
            return
        seconds = facts.num_frames / facts.sample_rate
        self._range.addItem(self.tr("Whole song ({0})").format(time_text(seconds)))
        selection = self._song.state.selection
        if selection is not None:
            self._range.addItem(self._selection_text(selection, facts.sample_rate))
            self._range.setCurrentIndex(int(only_selection))

    def _selection_text(self, selection: FrameRange, sample_rate: int) -> str:
        text = (
            self.tr("Loop ({start} to {stop})")
            if self._song.state.is_looping
            else self.tr("Selection ({start} to {stop})")
        )
        return text.format(
            start=time_text(selection.start / sample_rate, decimals=_DECIMALS),
            stop=time_text(selection.stop / sample_rate, decimals=_DECIMALS),
        )

    def _swatch(self, song: Song, name: str) -> QIcon:
        edge = self.fontMetrics().height()
        pixmap = QPixmap(edge * 2, edge * 2)  # sharp on dense screens
        pixmap.setDevicePixelRatio(2.0)
        pixmap.fill(Qt.GlobalColor.transparent)
        background = self.palette().color(QPalette.ColorRole.Base)
        colour = drawn_on(QColor(lane_colour(song, name)), background)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        margin = edge // 6
        radius = edge / 5
        painter.drawRoundedRect(
            margin, margin, edge - 2 * margin, edge - 2 * margin, radius, radius
        )
        painter.end()
        icon = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected, QIcon.Mode.Disabled):
            icon.addPixmap(pixmap, mode)
        return icon

    @Slot()
    def _take_kind(self) -> None:
        if self._kinds.checkedButton() is not None:
            self._stems.setCurrentRow(-1)
            self.refresh()
            self.changed.emit()

    @Slot()
    def _take_range(self) -> None:
        self.refresh()
        self.changed.emit()

    @Slot(QListWidgetItem)
    def _take_stem(self, item: QListWidgetItem) -> None:
        self._stems.setCurrentItem(item)
        name = item.data(_NAME)
        is_checked = item.checkState() is Qt.CheckState.Checked
        if self._kind is ExportKind.STEMS:
            if name == RESIDUAL_STEM and not self._has_leftovers:
                self._wants_silence = is_checked
                self.changed.emit()
                return
            (self._unwanted.discard if is_checked else self._unwanted.add)(name)
        elif self._kind is ExportKind.WITHOUT:
            (self._removed.add if is_checked else self._removed.discard)(name)
        self.changed.emit()
