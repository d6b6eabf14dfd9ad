"""The head of a lane: its name and its controls."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.model.mix_state import MIX_LANE, LaneState
from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.control_painting import em
from app.widgets.drag_grip import DragGrip
from app.widgets.elided_label import ElidedLabel
from app.widgets.gain_fader import GainFader
from app.widgets.gain_text import GainField, gain_text, pan_description, pan_text
from app.widgets.lane_button import LaneButton
from app.widgets.lane_style import (
    MUTE_COLOUR,
    SOLO_COLOUR,
    blended,
    drawn_on,
    lane_colour,
    lane_title,
    standard_title,
)
from app.widgets.level_meter import LevelMeter
from app.widgets.pan_knob import PanKnob
from app.widgets.taken_range import taken_text
from app.widgets.title_field import TitleField
from engine.residual import RESIDUAL_STEM

EXCLUSIVE = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
WIDTH_EM = 20.0


class LaneHeader(QWidget):
    """Name, colour, mute, solo, gain, pan and level of one lane.

    Signals:
        pressed: The user has reached the lane, which selects it.
        touched: By mouse, and not to type: the keys mean the song again.
        drag_started: The lane is dragged by its head, to somewhere outside.
        menu_requested: Where, on the screen.
        listening_chosen: Only of the original: whether it is heard instead of the stems.
        collapse_chosen: Only of the original and the residual: whether it is low.
    """

    pressed = Signal()
    touched = Signal()
    drag_started = Signal()
    menu_requested = Signal(QPoint)
    listening_chosen = Signal(bool)
    collapse_chosen = Signal(bool)

    def __init__(self, song: Song, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._song = song
        self._is_selected = False
        self._shown: tuple[LaneState, str] | None = None
        self._colour = QColor()
        self._pressed_at: QPoint | None = None
        self._is_mix = name == MIX_LANE
        self._is_empty = False
        self.grip = DragGrip(self)
        self.title = ElidedLabel(self)
        self.experimental = QLabel(self.tr("exp.", "short for experimental"), self)
        self.pan = PanKnob(self)
        self.pan_label = QLabel(self)
        self.mute = LaneButton("M", QColor(MUTE_COLOUR), self)
        self.solo = LaneButton("S", QColor(SOLO_COLOUR), self)
        self.fader = GainFader(self)
        self.field = GainField(self)
        self.meter = LevelMeter(self)
        self.listen = LaneButton(self.tr("Listen"), None, self)
        self.collapse = LaneButton("▾", None, self)
        self.collapse.fills = False  # the arrow says it
        self.facts = ElidedLabel(self)
        self._mixing = (self.mute, self.solo, self.fader, self.field, self.pan, self.pan_label)
        self._lay_out()
        self._connect()
        self.show_state()

    def _lay_out(self) -> None:
        gap = round(em(self) * 0.3)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(gap)
        first.addWidget(self.grip)
        first.addWidget(self.title)
        first.addWidget(self.experimental)
        first.addStretch(1)
        if self._is_mix:
            first.addWidget(self.listen)
            second.addWidget(self.facts, 1)
        else:
            first.addWidget(self.pan)
            first.addWidget(self.pan_label)
            first.addWidget(self.mute)
            first.addWidget(self.solo)
            second.addWidget(self.fader, 1)  # has the row almost to itself, to be aimed at
            second.addWidget(self.field)
        first.addWidget(self.collapse)
        for control in self._mixing if self._is_mix else (self.listen, self.facts):
            control.hide()
        self.collapse.setVisible(self._is_mix or self.name == RESIDUAL_STEM)
        if self._is_mix:
            second.insertSpacing(0, self.grip.sizeHint().width())
        rows = QVBoxLayout()
        rows.setSpacing(gap)
        rows.addLayout(first)
        rows.addLayout(second)
        rows.addStretch(1)
        rows.setContentsMargins(0, gap, 0, gap)
        around = QHBoxLayout(self)
        around.setContentsMargins(round(em(self) * 0.28), 0, gap, 1)
        around.setSpacing(round(gap * 1.5))
        around.addLayout(rows, 1)
        meter = QVBoxLayout()
        meter.setContentsMargins(0, gap, 0, gap)
        meter.addWidget(self.meter)
        around.addLayout(meter)
        bold = self.title.font()
        bold.setBold(True)
        self.title.setFont(bold)
        width = self.fontMetrics().horizontalAdvance("R100")
        self.pan_label.setFixedWidth(width)
        small = self.facts.font()
        small.setPointSizeF(small.pointSizeF() * 0.9)
        for label in (self.facts, self.experimental):
            label.setFont(small)
        self.experimental.hide()
        self.setFixedWidth(round(em(self) * WIDTH_EM))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        for button in (self.mute, self.solo, self.listen, self.collapse):
            button.setCursor(Qt.CursorShape.ArrowCursor)
        self.meter.setCursor(Qt.CursorShape.ArrowCursor)

    def _connect(self) -> None:
        self.grip.drag_started.connect(self.drag_started)
        for button in (self.mute, self.solo, self.listen, self.collapse):
            button.touched.connect(self.touched)
            button.reached.connect(self.pressed)
        for control in (self.fader, self.pan):
            control.touched.connect(self.touched)
            control.reached.connect(self.pressed)
        self.field.reached.connect(self.pressed)
        self.mute.clicked.connect(self._toggle_mute)
        self.solo.clicked.connect(self._toggle_solo)
        self.fader.gain_chosen.connect(self._set_gain)
        self.fader.released.connect(self._song.end_merging)
        self.field.valueChanged.connect(self._set_gain)
        self.field.editingFinished.connect(self._song.end_merging)
        self.pan.pan_chosen.connect(self._set_pan)
        self.pan.released.connect(self._song.end_merging)
        self.listen.clicked.connect(self.listening_chosen)
        self.collapse.clicked.connect(self.collapse_chosen)

    # What it shows

    def show_state(self) -> None:
        """Show what the song says of the lane."""
        lane = self._song.state.lane(self.name)
        part = taken_text(self._song, self._song.state.selection)
        if (lane, part) == self._shown:
            return
        self._shown = (lane, part)
        title = lane_title(self._song, self.name)
        self.mute.setChecked(lane.muted)
        self.solo.setChecked(lane.soloed)
        self.fader.show_gain(lane.gain_db)
        self.field.show_gain(lane.gain_db)
        self.pan.show_pan(lane.pan)
        self.pan_label.setText(pan_text(lane.pan))
        self._show_colour(lane_colour(self._song, self.name))
        self._describe_dragging(title, part)
        self._describe(title, gain_text(lane.gain_db), pan_description(lane.pan))
        self._show_title()

    def _show_colour(self, colour: QColor) -> None:
        if colour == self._colour:  # painting all controls again is slow
            return
        self._colour = colour
        drawn = drawn_on(colour, self.palette().window().color())
        for control in (self.fader, self.pan, self.meter):
            control.set_colour(drawn)
        self.update()

    def _describe_dragging(self, title: str, part: str) -> None:
        self.grip.setAccessibleName(self.tr("Drag out {lane}").format(lane=title))
        how = self.tr(
            "Hold the mouse button and drag: {lane} lands as a file in your DAW or a folder. "
            "Taken: {part}"
        ).format(lane=title, part=part)
        if self._song.state.selection is None:
            how += ". " + self.tr("For a part of it, mark that first.")
        self.setToolTip(how)  # of the free area, which is a handle, too
        self.grip.setToolTip(how)
        self.grip.setAccessibleDescription(how)

    def _describe(self, title: str, gain: str, pan: str) -> None:
        self.setAccessibleName(self.tr("Controls of {lane}").format(lane=title))
        self.mute.setAccessibleName(self.tr("Mute {lane}").format(lane=title))
        self.mute.setToolTip(self.tr("Mute (M)"))
        self.solo.setAccessibleName(self.tr("Solo {lane}").format(lane=title))
        self.solo.setToolTip(self.tr("Solo (S); with Alt no other lane"))
        self.fader.setAccessibleName(self.tr("Gain of {lane}").format(lane=title))
        self.fader.setAccessibleDescription(gain)
        self.fader.setToolTip(
            self.tr(
                "Gain (+ and −). With Shift mouse, wheel and arrow keys move it finely; "
                "double-click or Delete returns to 0 dB."
            )
        )
        self.field.setAccessibleName(self.tr("Gain of {lane} in decibels").format(lane=title))
        self.field.lineEdit().setAccessibleName(self.field.accessibleName())
        self.field.setToolTip(self.tr("Gain: type a number, or use the arrow keys"))
        self.pan.setAccessibleName(self.tr("Pan of {lane}").format(lane=title))
        self.pan.setAccessibleDescription(pan)
        self.pan.setToolTip(
            self.tr("Pan: {pan}. Drag up or down, double-click returns to the centre.").format(
                pan=pan
            )
        )
        self.meter.setAccessibleName(self.tr("Level of {lane}").format(lane=title))
        self.listen.setAccessibleName(self.tr("Listen to the original"))
        self.listen.setToolTip(self.tr("Hear the original instead of the stems (B)"))
        self.collapse.setAccessibleName(
            self.tr("Make the original's lane low")
            if self._is_mix
            else self.tr("Make the residual's lane low")
        )
        self.collapse.setToolTip(self.tr("Make this lane low or high"))

    def show_empty(self, is_empty: bool) -> None:
        """Say whether nothing at all is in the lane; only in the residual's head."""
        self._is_empty = is_empty
        self._show_title()

    def _show_title(self) -> None:
        title = lane_title(self._song, self.name)
        if self._is_empty:
            self.title.setText(self.tr("{lane}: nothing left").format(lane=title))
            self.title.setToolTip(
                self.tr("Nothing is left over: the stems alone add up to the original")
            )
        else:
            self.title.setText(title)
            rename = self.tr("{lane} (double-click or F2 renames it)").format(lane=title)
            self.title.setToolTip(f"{rename}\n{self.toolTip()}".rstrip())

    def show_experimental(self, is_experimental: bool) -> None:
        """Say whether the model is known to be weak at this stem."""
        tip = self.tr(
            "Experimental: this model is known to be weak at this stem. Listen closely before you "
            "use it."
        )
        self.experimental.setVisible(is_experimental)
        self.experimental.setToolTip(tip)
        self.experimental.setAccessibleName(tip)
        self.setAccessibleDescription(tip if is_experimental else "")

    def show_facts(self, text: str) -> None:
        """Show a line about the song; only in the original's head."""
        self.facts.setText(text)
        self.facts.setToolTip(text)

    def show_listening(self, is_heard: bool) -> None:
        """Show whether the original is heard instead of the stems."""
        self.listen.setChecked(is_heard)

    def show_collapsed(self, is_collapsed: bool) -> None:
        """Show one row of controls instead of two."""
        self.collapse.setChecked(is_collapsed)
        self.collapse.setText("▸" if is_collapsed else "▾")
        for control in (self.facts,) if self._is_mix else self._mixing:
            control.setVisible(not is_collapsed)

    def set_selected(self, is_selected: bool) -> None:
        """Show that the keys act on this lane."""
        self._is_selected = is_selected
        self.update()

    def collapsed_height(self) -> int:
        """Return the height of one row."""
        return round(em(self) * 2.1)

    def minimumSizeHint(self) -> QSize:
        """Be high enough for both rows."""
        hint = super().minimumSizeHint()
        return QSize(round(em(self) * WIDTH_EM), hint.height())

    # What the user does

    def edit_title(self) -> None:
        """Let the user type another name, in place of the one that is shown."""
        for field in self.findChildren(TitleField):
            if not field.is_over:  # another one would begin with the old name again
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        own = standard_title(self.name)
        field = TitleField(lane_title(self._song, self.name), own, self)
        field.setFont(self.title.font())
        gap = round(em(self) * 0.3)
        room = QRect(self.title.x() - gap, 0, 0, field.sizeHint().height())
        room.setRight(self.meter.x() - gap)
        room.moveTop(max(0, self.title.geometry().center().y() - room.height() // 2))
        field.setGeometry(room)
        field.named.connect(self._rename)
        field.left.connect(self.touched)
        field.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rename(self, title: str) -> None:
        if title.strip() != lane_title(self._song, self.name):
            own = standard_title(self.name)
            mix_changes.rename_lane(self._song, self.name, "" if title.strip() == own else title)

    def _toggle_mute(self) -> None:
        mix_changes.toggle_mute(self._song, self.name)

    def _toggle_solo(self) -> None:
        if QGuiApplication.keyboardModifiers() & EXCLUSIVE:
            mix_changes.toggle_only_solo(self._song, self.name)
        else:
            mix_changes.toggle_solo(self._song, self.name)
        # A click on the only soloed lane may change nothing, but has moved the button.
        self.solo.setChecked(self._song.state.lane(self.name).soloed)

    def _set_gain(self, gain_db: float) -> None:
        mix_changes.set_gain(self._song, self.name, gain_db)

    def _set_pan(self, pan: float) -> None:
        mix_changes.set_pan(self._song, self.name, pan)

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the new theme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._shown = None
            self._colour = QColor()
            self.show_state()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the lane; its free area is a handle, too."""
        self.touched.emit()
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename the lane, at its name."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self.title.geometry().contains(event.position().toPoint()):
            self.edit_title()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the lane out once the pointer is far enough."""
        if self._pressed_at is None:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.drag_started.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Forget where it was pressed."""
        self._pressed_at = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the lane's menu."""
        self.menu_requested.emit(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the lane's colour."""
        painter = QPainter(self)
        palette = self.palette()
        ground = palette.window().color()
        if self._is_selected:
            ground = blended(palette.highlight().color(), ground, 0.14)
        painter.fillRect(self.rect(), ground)
        colour = drawn_on(lane_colour(self._song, self.name), ground)
        painter.fillRect(QRectF(0, 0, em(self) * 0.28, self.height() - 1), colour)
        line = blended(palette.windowText().color(), palette.window().color(), 0.22)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), line)
        painter.fillRect(QRectF(self.width() - 1, 0, 1, self.height()), line)
