"""Above the lanes: which model takes the song apart, on which device, and how far it is."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from app.model.session import Session
from app.model.shown_text import model_title, shown_text
from app.model.song import Song
from app.model.song_status import UNFINISHED_PHASES
from app.widgets.action_button import ActionButton
from app.widgets.actions import Actions
from app.widgets.elided_combo import ElidedCombo
from app.widgets.elided_label import ElidedLabel
from app.widgets.lane_style import standard_title
from app.widgets.progress_line import ProgressLine
from app.widgets.quality_choice import QualityChoice
from app.widgets.status_text import remember_models, short_status_texts, status_text
from app.widgets.text_fitting import fitting_text
from engine.model_library import ModelEntry
from engine.quality import METHODS_WITH_QUALITY
from engine.residual import Residual
from engine.serving_messages import DeviceFound

MODEL_CHARACTERS = 16
DEVICE_CHARACTERS = 10
MIN_CHARACTERS = 10  # the beginning can still be read
MAX_CHARACTERS = 52
RESIDUAL_CHARACTERS = 30
NAME_ROLE = Qt.ItemDataRole.UserRole


class SeparationPanel(QWidget):
    """Choice of model and device, and the progress of the song on screen.

    Signals:
        model_chosen: Name of a model that the user has picked.
        device_chosen: Name of a device that the user has picked.
        residual_chosen: What shall become of what no stem claims, as ``Residual`` names it.
    """

    model_chosen = Signal(str)
    device_chosen = Signal(str)
    residual_chosen = Signal(str)

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._song: Song | None = None
        self._title = ElidedLabel()
        self._status = QLabel()
        self.models = ElidedCombo()
        self.devices = ElidedCombo()
        self.residuals = ElidedCombo()
        self.qualities = QualityChoice()
        self._with_quality: frozenset[str] = frozenset()
        self.progress = ProgressLine()
        self._buttons = {
            name: ActionButton(action, with_text=True)
            for name, action in (
                ("separate", actions.separate),
                ("pause", actions.pause_song),
                ("cancel", actions.cancel_song),
                ("retry", actions.retry_song),
                ("export", actions.export),
            )
        }
        self._prepare()
        self._lay_out()
        session.current_changed.connect(self._follow_current)
        self._follow_current()

    def set_models(self, entries: Sequence[ModelEntry], chosen: str) -> None:
        """List the models, the best first."""
        remember_models(entries)
        self._with_quality = frozenset(
            entry.name for entry in entries if entry.card.method in METHODS_WITH_QUALITY
        )
        with QSignalBlocker(self.models):
            self.models.clear()
            for entry in entries:
                self.models.addItem(model_title(entry.card.title), entry.name)
                tip = self._describe_model(entry)
                self.models.setItemData(self.models.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
            self.models.setCurrentIndex(max(0, self.models.findData(chosen)))
        self._describe_choices()

    def set_devices(self, choices: Sequence[DeviceFound], chosen: str) -> None:
        """List the devices; those that cannot be used say why and cannot be picked.

        Args:
            choices: What the engine has found; empty while it is still starting.
            chosen: Name of the one that is shown.
        """
        with QSignalBlocker(self.devices):
            self.devices.clear()
            model = self.devices.model()
            assert isinstance(model, QStandardItemModel)
            for choice in choices:
                item = QStandardItem(device_text(choice))
                item.setData(choice.name, NAME_ROLE)
                item.setEnabled(not choice.reason)
                item.setToolTip(shown_text(choice.reason))
                item.setAccessibleDescription(shown_text(choice.reason))
                model.appendRow(item)
            if not choices:
                self.devices.addItem(self.tr("Starting…"))
            self.devices.setEnabled(bool(choices))
            self.devices.setCurrentIndex(max(0, self.devices.findData(chosen)))
        self._describe_choices()

    @property
    def model_name(self) -> str:
        """Name of the model in the list; empty if there is none."""
        return str(self.models.currentData() or "")

    def set_residual(self, chosen: Residual) -> None:
        """Show what becomes of what no stem claims."""
        with QSignalBlocker(self.residuals):
            self.residuals.setCurrentIndex(self.residuals.findData(chosen))
        self._describe_choices()

    def _list_residuals(self) -> None:
        choices: tuple[tuple[Residual, str, str], ...] = (
            (
                "fold",
                self.tr("Shared among the stems"),
                self.tr(
                    "What no stem claims is shared among the stems: they sound fuller, and "
                    "nothing is left over"
                ),
            ),
            (
                "separate",
                self.tr("In a lane of their own"),
                self.tr(
                    "What no stem claims goes into the lane “Residual”: the stems are cleaner, "
                    "but thinner"
                ),
            ),
        )
        for value, text, tip in choices:
            self.residuals.addItem(text, value)
            self.residuals.setItemData(self.residuals.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    def _prepare(self) -> None:
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self._title.setFont(font)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        # A long title must not keep the window wide.
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.progress.setMaximumHeight(max(4, self.fontMetrics().height() // 3))
        self.progress.setAccessibleName(self.tr("Progress of the separation"))
        # Or the lanes would move under the mouse when a separation begins or ends.
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        for combo, name in (
            (self.models, self.tr("Model")),
            (self.devices, self.tr("Device")),
            (self.residuals, self.tr("Leftovers")),
        ):
            combo.setAccessibleName(name)
            combo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            # Reasons make some entries long; the list itself shows them whole.
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.models.setMinimumContentsLength(MODEL_CHARACTERS)
        self.devices.setMinimumContentsLength(DEVICE_CHARACTERS)
        self.residuals.setMinimumContentsLength(DEVICE_CHARACTERS)
        self.models.activated.connect(self._choose_model)
        self.devices.activated.connect(self._choose_device)
        self.residuals.activated.connect(self._choose_residual)
        self._list_residuals()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        heading = QHBoxLayout()
        heading.addWidget(self._title, 3)
        heading.addWidget(self._status, 4)
        grid.addLayout(heading, 0, 0)
        row = QHBoxLayout()
        for text, combo in (
            (self.tr("M&odel:"), self.models),
            (self.tr("&Device:"), self.devices),
            (self.tr("&Leftovers:"), self.residuals),
        ):
            label = QLabel(text)
            label.setBuddy(combo)
            row.addWidget(label)
            row.addWidget(combo, 2)
            longest = RESIDUAL_CHARACTERS if combo is self.residuals else MAX_CHARACTERS
            character = self.fontMetrics().averageCharWidth()
            combo.setMinimumWidth(character * MIN_CHARACTERS)
            combo.setMaximumWidth(character * longest)
            if combo is self.models:
                row.addWidget(self.qualities)
        row.addStretch(0)
        for button in self._buttons.values():
            row.addWidget(button)
        grid.addLayout(row, 1, 0)
        grid.addWidget(self.progress, 2, 0)
        # It lies in what is the margin while it is hidden, so that no empty row is left.
        margins = grid.contentsMargins()
        margins.setBottom(0)
        grid.setContentsMargins(margins)

    def minimumSizeHint(self) -> QSize:
        """Be content with less than the texts of the buttons need."""
        hint = super().minimumSizeHint()
        shown = [each for each in self._buttons.values() if each.isVisibleTo(self)]
        texts = sum(button.text_width for button in shown)
        return QSize(hint.width() - texts, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the texts of the buttons while there is room."""
        super().resizeEvent(event)
        self._fit_buttons()
        self._show_status()

    def _show_status(self) -> None:
        """Say where the song stands in as many words as there is room for."""
        if self._song is not None:
            status, metrics, width = (
                self._song.status,
                self._status.fontMetrics(),
                self._status.width(),
            )
            texts = (status_text(status), *short_status_texts(status))
            text = fitting_text(texts, metrics, width)
            # Why a song failed has no shorter words, and a label would leave out its beginning.
            self._status.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))

    def _fit_buttons(self) -> None:
        for button in self._buttons.values():
            button.show_text(True)
        layout = self.layout()
        assert layout is not None
        if layout.minimumSize().width() > self.width():
            for button in self._buttons.values():
                button.show_text(False)
        self.updateGeometry()

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.status_changed.disconnect(self._refresh)
            self._song.opened.disconnect(self._refresh)
            self._song.lanes_changed.disconnect(self._refresh)
        self._song = self._session.current
        if self._song is not None:
            self._song.status_changed.connect(self._refresh)
            self._song.opened.connect(self._refresh)
            self._song.lanes_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        song = self._song
        if song is None:
            return
        status = song.status
        self._title.setText(song.title)
        self._title.setToolTip(str(song.source))
        self._status.setToolTip(status_text(status))
        self._show_status()
        is_unfinished = status.phase in UNFINISHED_PHASES
        self.progress.setVisible(is_unfinished)
        is_endless = status.preparation is not None and status.step is None
        self.progress.show_fraction(None if is_endless else status.fraction)
        self.progress.setAccessibleDescription(status_text(status))
        self._show_buttons(
            separate=not is_unfinished,
            pause=is_unfinished,
            cancel=is_unfinished,
            retry=status.can_be_repeated,
        )

    def _show_buttons(self, **shown: bool) -> None:
        changed = [name for name in shown if self._buttons[name].isHidden() == shown[name]]
        for name in changed:
            self._buttons[name].setVisible(shown[name])
        if changed:
            self._fit_buttons()

    def _choose_model(self) -> None:
        self._describe_choices()
        self.model_chosen.emit(self.model_name)

    def _choose_device(self) -> None:
        self._describe_choices()
        self.device_chosen.emit(str(self.devices.currentData()))

    def _choose_residual(self) -> None:
        self._describe_choices()
        self.residual_chosen.emit(str(self.residuals.currentData()))

    def _describe_choices(self) -> None:
        self._show_qualities()
        meaning = self.residuals.currentData(Qt.ItemDataRole.ToolTipRole)
        self.residuals.setToolTip(str(meaning or ""))
        self.residuals.setAccessibleDescription(self.residuals.toolTip())
        tip = self.models.itemData(self.models.currentIndex(), Qt.ItemDataRole.ToolTipRole)
        self.models.setToolTip(tip or self.tr("Which model takes songs apart"))
        self.models.setAccessibleDescription(self.models.toolTip())
        self.devices.setToolTip(self.tr("What computes: {0}").format(self.devices.currentText()))

    def _show_qualities(self) -> None:
        has_choice = self.model_name in self._with_quality
        if self.qualities.isHidden() == has_choice:
            self.qualities.setVisible(has_choice)
            self._fit_buttons()

    def _describe_model(self, entry: ModelEntry) -> str:
        weak = entry.card.experimental_stems
        stems = [
            self.tr("{0} (experimental)").format(standard_title(name))
            if name in weak
            else standard_title(name)
            for name in entry.card.stem_names
        ]
        text = self.tr("Finds: {0}").format(", ".join(stems))
        return f"{text}\n{self._describe_blind()}" if entry.is_blind else text

    def _describe_blind(self) -> str:
        return self.tr(
            "For sources of one kind, such as two voices or two guitars, at different places "
            "between left and right. Not for whole songs; in mono nothing is gained."
        )


def device_text(choice: DeviceFound) -> str:
    """Return a device as people read it: its name, and why it cannot be used."""
    title = shown_text(choice.title)
    if choice.name == "cpu":  # a maker's name alone says nothing to most people
        title = QCoreApplication.translate("SeparationPanel", "Processor ({0})").format(title)
    return f"{title} – {shown_text(choice.reason)}" if choice.reason else title
