"""Below the lanes: play, loop, original or stems, where we are, how loud."""

from PySide6.QtCore import QElapsedTimer, QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.model.session import Session
from app.playback.transport import Transport
from app.widgets.action_button import ActionButton
from app.widgets.actions import Actions, describe
from app.widgets.compare_button import CompareButton
from app.widgets.icons import set_icon, set_label_icon
from app.widgets.level_meter import LevelMeter
from app.widgets.tempo_readout import TempoReadout
from app.widgets.time_readout import TimeReadout
from app.widgets.time_text import time_text

METER_INTERVAL_MS = 33
MIN_MONITOR_DB = -60
MAX_MONITOR_DB = 12
STEP_DB = 1
PAGE_DB = 6
SLIDER_CHARACTERS = 16
TIME_DECIMALS = 3


class TransportBar(QWidget):
    """Buttons of the transport, the time, and the monitor's volume with its level."""

    def __init__(
        self,
        session: Session,
        transport: Transport,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._transport = transport
        self._actions = actions
        self._time = TimeReadout()
        self._length = QLabel()
        self._monitor = QLabel()
        self.tempo = TempoReadout(session, transport, actions)
        self._compare = CompareButton(actions.compare)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self._volume_text = QLabel()
        self._level = LevelMeter()
        self._fall_timer = QTimer(self, interval=METER_INTERVAL_MS)
        self._meter_clock = QElapsedTimer()
        self._meter_clock.start()
        self._prepare()
        self._lay_out()
        self._connect()
        self.show_volume()
        self._show_position()
        self._show_heard(transport.heard)

    def minimumSizeHint(self) -> QSize:
        """Be content with less than all texts need."""
        hint = super().minimumSizeHint()
        labels = [each for each in (self._monitor, self._volume_text) if each.isVisibleTo(self)]
        texts = sum(label.minimumSizeHint().width() for label in labels)
        texts += self._compare.text_width + self.tempo.text_width
        return QSize(hint.width() - texts, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what there is room for now."""
        super().resizeEvent(event)
        self._fit_texts()

    def _fit_texts(self) -> None:
        """Show all texts while there is room; the first to go is what a button says, too."""
        layout = self.layout()
        assert layout is not None
        shows = (
            self._monitor.setVisible,
            self._volume_text.setVisible,
            self._compare.show_text,
            self.tempo.show_text,
        )
        for show in shows:
            show(True)
        for show in shows:
            if layout.minimumSize().width() <= self.width():
                break
            show(False)

    def show_volume(self) -> None:
        """Take over the monitor's volume after it was changed elsewhere."""
        gain_db = self._transport.monitor_gain_db
        with QSignalBlocker(self.volume):
            self.volume.setValue(round(gain_db))
        text = self.tr("{0} dB").format(self.locale().toString(float(gain_db), "f", 0))
        self._volume_text.setText(text)
        self.volume.setAccessibleDescription(text)

    def _prepare(self) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF() * 1.5)
        self._time.setFont(font)
        self._time.setText(time_text(0, decimals=TIME_DECIMALS))
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance("0:00:00.000 "))
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._time.setAccessibleName(self.tr("Position"))
        self._time.setToolTip(self._actions.go_to.toolTip())
        self._time.clicked.connect(self._actions.go_to.trigger)
        self._length.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._length.setAccessibleName(self.tr("Length"))
        self._monitor.setAccessibleName(self.tr("What is heard"))
        self._level.setAccessibleName(self.tr("Output level"))
        self.volume.setRange(MIN_MONITOR_DB, MAX_MONITOR_DB)
        self.volume.setSingleStep(STEP_DB)
        self.volume.setPageStep(PAGE_DB)
        self.volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.volume.setAccessibleName(self.tr("Volume of the monitor"))
        self.volume.setToolTip(
            self.tr("Volume of what you hear (Ctrl+Up, Ctrl+Down); exports do not change")
        )
        self.volume.setFixedWidth(self.fontMetrics().averageCharWidth() * SLIDER_CHARACTERS)
        self._volume_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("−60 dB "))

    def _lay_out(self) -> None:
        a = self._actions
        row = QHBoxLayout(self)
        edge = round(self.fontMetrics().height() * 1.4)
        for action in (a.return_to_start, a.play, a.loop):
            button = ActionButton(action)
            button.setIconSize(QSize(edge, edge))
            row.addWidget(button)
        row.addWidget(self._time)
        row.addWidget(self._length)
        row.addWidget(self.tempo)
        row.addStretch(1)
        row.addWidget(self._monitor)
        row.addWidget(self._compare)
        row.addStretch(1)
        row.addWidget(ActionButton(a.follow))
        for action in (a.zoom_out, a.zoom_in, a.zoom_fit, a.flatter, a.taller):
            row.addWidget(ActionButton(action))
        icon = QLabel()
        set_label_icon(icon, "volume", self.fontMetrics().height())
        for widget in (icon, self.volume, self._volume_text, self._level):
            row.addWidget(widget)

    def _connect(self) -> None:
        transport = self._transport
        transport.position_changed.connect(self._show_position)
        # On the same tick as the lanes' meters: peaks that one of them has taken are gone.
        transport.position_changed.connect(self._follow_level)
        transport.playing_changed.connect(self._show_playing)
        transport.heard_changed.connect(self._show_heard)
        self.volume.valueChanged.connect(self._set_volume)
        self.tempo.resized.connect(self._fit_texts)
        self._fall_timer.timeout.connect(self._show_level)
        self._session.current_changed.connect(self._show_position)

    def _show_position(self) -> None:
        song = self._session.current
        seconds, length = 0.0, ""
        if song is not None and song.facts is not None:
            rate = song.facts.sample_rate
            seconds = self._transport.position / rate
            length = f"/ {time_text(song.facts.num_frames / rate)}"
        self._time.setText(time_text(seconds, decimals=TIME_DECIMALS))
        if length != self._length.text():
            self._length.setText(length)
            self._fit_texts()

    def _show_playing(self, is_playing: bool) -> None:
        play = self._actions.play
        play.setText(self.tr("&Pause") if is_playing else self.tr("&Play"))
        describe(play, play.text().replace("&", ""))
        set_icon(play, "pause" if is_playing else "play")
        self._meter_clock.restart()
        if is_playing:
            self._fall_timer.stop()
        else:
            self._fall_timer.start()

    def _show_heard(self, heard: str) -> None:
        is_original = heard == "original"
        self._monitor.setText(
            self.tr("You hear the original") if is_original else self.tr("You hear the stems")
        )
        self._fit_texts()
        is_waiting = heard != self._transport.monitor
        self._monitor.setToolTip(
            self.tr("The stems have not arrived here yet: they come in by themselves.")
            if is_waiting
            else ""
        )

    def _set_volume(self, gain_db: int) -> None:
        self._transport.monitor_gain_db = float(gain_db)
        self.show_volume()

    def _follow_level(self) -> None:
        if self._transport.is_playing:
            self._show_level()

    def _show_level(self) -> None:
        is_playing = self._transport.is_playing
        levels = self._transport.levels() if is_playing else {}
        elapsed_seconds = self._meter_clock.restart() / 1000
        self._level.show_levels(levels.get("master", (0.0, 0.0)), elapsed_seconds)
        self._level.setToolTip(
            self.tr("Output level · %n underrun(s)", "", self._transport.underruns)
        )
        if not is_playing and self._level.is_at_rest:
            self._fall_timer.stop()
