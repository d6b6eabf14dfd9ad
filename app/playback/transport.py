"""Play, pause, seek and loop, as the window sees them."""

import time
from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.model.frame_range import FrameRange
from app.model.mix_state import MIN_GAIN_DB
from app.model.song import Song
from app.playback.audio_output import AudioOutput
from app.playback.lane_bank import ChannelGains, LaneBank
from app.playback.lane_gains import Monitor, lane_gains
from app.playback.read_ahead import ReadAhead
from app.playback.stem_mixer import StemMixer

TICK_MS = 33
LINGER_MS = 3_000  # a pause longer than this frees the device for other programs
FIRST_RATE = 44_100  # of the mixer before a song is open
AHEAD_SECONDS = 0.1  # of the playhead, where stems have to be by now; more than one tick
LEVELS_SECONDS = 0.02  # whoever asks again sooner gets the same levels


class Transport(QObject):
    """Plays the song on screen.

    It listens to the song itself: gains, lanes, selection and loop need no other call.

    Signals:
        position_changed: Frame that is heard now; about 30 a second while playing.
        playing_changed: Playback began, or ended.
        monitor_changed: ``stems`` or ``original`` is wanted.
        heard_changed: ``stems`` or ``original`` is heard (see ``heard``).
        device_changed: The sound comes from another device, or from none.
        device_failed: ``EngineError`` that says why there is no sound; playback goes on silently.
    """

    position_changed = Signal(int)
    playing_changed = Signal(bool)
    monitor_changed = Signal(str)
    heard_changed = Signal(str)
    device_changed = Signal()
    device_failed = Signal(object)

    def __init__(self, output: AudioOutput, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.output = output
        self._song: Song | None = None
        self._mixer = StemMixer(sample_rate=FIRST_RATE)
        self._read_ahead = ReadAhead()
        self._monitor: Monitor = "stems"
        self._heard: Monitor = "stems"
        self._only_lane: str | None = None
        self._monitor_gain_db = 0.0
        self._is_playing = False
        self._levels: Mapping[str, tuple[float, float]] = {}
        self._levels_at = 0.0
        self._ticks = QTimer(self)
        self._ticks.setInterval(TICK_MS)
        self._ticks.timeout.connect(self._tick)
        self._linger = QTimer(self)
        self._linger.setInterval(LINGER_MS)
        self._linger.setSingleShot(True)
        self._linger.timeout.connect(self._let_go)
        output.opened.connect(self.device_changed)
        output.failed.connect(self._report_failure)

    # The song

    @property
    def song(self) -> Song | None:
        """The song that is played."""
        return self._song

    def set_song(self, song: Song | None) -> None:
        """Play another song from now on; it rests at its start."""
        if song is self._song:
            return
        self.pause()
        if self._song is not None:
            self._song.opened.disconnect(self._take_song)
            self._song.lanes_changed.disconnect(self._take_lanes)
            self._song.audio_arrived.disconnect(self._follow_stems)
            self._song.state_changed.disconnect(self._take_state)
            self._song.destroyed.disconnect(self._forget_song)
        self._song = song
        if song is not None:
            song.opened.connect(self._take_song)
            song.lanes_changed.connect(self._take_lanes)
            song.audio_arrived.connect(self._follow_stems)
            song.state_changed.connect(self._take_state)
            song.destroyed.connect(self._forget_song)
            self.output.list_devices()  # loads the driver, so that play need not wait for it
        self._take_song()

    @Slot()
    def _forget_song(self) -> None:
        self._song = None
        self.pause()
        self._take_song()

    @Slot()
    def _take_song(self) -> None:
        self._only_lane = None
        facts = self._song.facts if self._song is not None else None
        rate = facts.sample_rate if facts is not None else self._mixer.sample_rate
        if rate != self._mixer.sample_rate:
            self._let_go()  # the old mixer fades out while its stream closes
            self._mixer = StemMixer(sample_rate=rate)
            self._mixer.set_monitor_gain(self._linear_monitor_gain())
        self._hear(self._monitor_at(0))
        gains = self._gains()
        self._mixer.set_song(self._new_bank(gains), gains, loop=self._loop())
        self._settle()
        self.position_changed.emit(0)

    @Slot()
    def _take_lanes(self) -> None:
        self._hear(self._monitor_at(self._mixer.position))
        gains = self._gains()
        self._mixer.set_lanes(self._new_bank(gains), gains)
        self._settle()

    @Slot()
    def _take_state(self) -> None:
        self._mixer.set_gains(self._gains())
        loop = self._loop()
        if loop != self._mixer.loop:
            self._mixer.set_loop(loop)
            # A loop that was drawn behind the playhead would never be reached.
            if self._is_playing and loop is not None and self._mixer.position >= loop.stop:
                self.seek(loop.start)
        self._settle()

    def _new_bank(self, gains: tuple[ChannelGains, ...]) -> LaneBank:
        tracks = self._song.tracks if self._song is not None else ()
        return LaneBank(
            [track.name for track in tracks],
            [track.samples_TC for track in tracks],
            gains,
            ramp_frames=self._mixer.ramp_frames,
        )

    def _gains(self) -> tuple[ChannelGains, ...]:
        if self._song is None or self._song.facts is None:
            return ()
        return lane_gains(
            self._song.state,
            [track.name for track in self._song.tracks],
            num_channels=self._song.facts.num_channels,
            monitor=self._heard,
            only_lane=self._only_lane,
        )

    def _loop(self) -> FrameRange | None:
        if self._song is None or self._song.facts is None:
            return None
        state, num_frames = self._song.state, self._song.facts.num_frames
        if not state.is_looping or num_frames == 0:
            return None
        whole = FrameRange(0, num_frames)
        return whole if state.selection is None else state.selection.intersection(whole)

    @property
    def _num_frames(self) -> int:
        num_frames: int = self._mixer.bank.num_frames
        return num_frames

    # Playing

    @property
    def is_playing(self) -> bool:
        """Whether the playhead moves, or will in a moment."""
        return self._is_playing

    @property
    def position(self) -> int:
        """Frame that is heard now."""
        return self._mixer.heard_position(self.output.latency_seconds)

    def play(self) -> None:
        """Play on; from the start after the end, and inside the loop if one is on."""
        if self._is_playing or self._num_frames == 0:
            return
        position, loop = self._mixer.position, self._mixer.loop
        if loop is not None and position not in loop:
            self.seek(loop.start)
        elif position >= self._num_frames:
            self.seek(0)
        self._is_playing = True
        self._linger.stop()
        self._mixer.play()
        self._read_ahead.start(self._mixer)
        self.output.open(self._mixer)
        self._ticks.start()
        self.playing_changed.emit(True)

    def play_from_start(self) -> None:
        """Play from the first frame, or from the loop's if one is on."""
        loop = self._mixer.loop
        self.seek(loop.start if loop is not None else 0)
        self.play()

    def pause(self) -> None:
        """Rest where playback is."""
        if not self._is_playing:
            return
        self._is_playing = False
        self._mixer.pause()
        self._linger.start()
        self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play, or pause."""
        if self._is_playing:
            self.pause()
        else:
            self.play()

    def stop(self) -> None:
        """Rest at the start of the song."""
        self.pause()
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Continue from another frame; frames outside of the song mean its ends."""
        frame = min(max(0, frame), self._num_frames)
        self._read_ahead.seek(self._mixer, frame)
        self._settle()
        self._follow_stems()
        self.position_changed.emit(frame)

    def skip(self, seconds: float) -> None:
        """Go forward, or back if negative."""
        self.seek(self.position + round(seconds * self._mixer.sample_rate))

    def shut_down(self) -> None:
        """Let go of the sound card and all threads; for closing the window."""
        self.set_song(None)
        self._ticks.stop()
        self._linger.stop()
        self._read_ahead.stop()
        self.output.shut_down()

    @Slot()
    def _tick(self) -> None:
        self._follow_stems()
        self.position_changed.emit(self.position)
        if self._is_playing and self._mixer.has_ended:
            self.pause()
        elif self._mixer.is_resting:
            self._ticks.stop()

    @Slot()
    def _let_go(self) -> None:
        self._ticks.stop()
        self._linger.stop()
        self._read_ahead.stop()
        self.output.close()

    def _settle(self) -> None:
        """While nothing drives the mixer, it must obey by itself, or old lanes stay open."""
        if not self.output.is_running:
            self._mixer.settle()

    @Slot(object)
    def _report_failure(self, error: object) -> None:
        self.device_failed.emit(error)
        self.device_changed.emit()

    # What is heard

    @property
    def monitor(self) -> Monitor:
        """Whether the stems or the original is heard."""
        return self._monitor

    def set_monitor(self, monitor: Monitor) -> None:
        """Hear the stems or the original, at the same position and level."""
        if monitor != self._monitor:
            self._monitor = monitor
            self._follow_stems()
            self.monitor_changed.emit(monitor)

    @property
    def heard(self) -> Monitor:
        """What is heard: the original, too, wherever the stems have not arrived."""
        return self._heard

    @Slot()
    def _follow_stems(self) -> None:
        """Go over to the stems where they have arrived, and to the original where not."""
        monitor = self._monitor_at(self._mixer.position)
        if monitor != self._heard:
            self._hear(monitor)
            self._mixer.set_gains(self._gains())  # a short cross-fade
            self._settle()

    def _hear(self, monitor: Monitor) -> None:
        if monitor != self._heard:
            self._heard = monitor
            self.heard_changed.emit(monitor)

    def _monitor_at(self, frame: int) -> Monitor:
        song = self._song
        if self._monitor == "original" or song is None or song.facts is None:
            return self._monitor
        num_frames = song.facts.num_frames
        if num_frames == 0:
            return self._monitor
        first = min(frame, num_frames - 1)
        stop = min(first + round(AHEAD_SECONDS * song.facts.sample_rate) + 1, num_frames)
        wanted = FrameRange(first, stop)
        has_arrived = bool(song.stems) and all(stem.done.covers(wanted) for stem in song.stems)
        return "stems" if has_arrived else "original"

    def solo_lane_momentarily(self, name: str | None) -> None:
        """Hear one lane alone, whatever is muted; None ends it. It is no part of the mix."""
        self._only_lane = name
        self._mixer.set_gains(self._gains())
        self._settle()

    @property
    def monitor_gain_db(self) -> float:
        """Volume of what is heard; no part of exports and meters."""
        return self._monitor_gain_db

    @monitor_gain_db.setter
    def monitor_gain_db(self, gain_db: float) -> None:
        self._monitor_gain_db = gain_db
        self._mixer.set_monitor_gain(self._linear_monitor_gain())
        self._settle()

    def _linear_monitor_gain(self) -> float:
        gain_db = self._monitor_gain_db
        return 0.0 if gain_db <= MIN_GAIN_DB else float(10.0 ** (gain_db / 20.0))

    def levels(self) -> Mapping[str, tuple[float, float]]:
        """Return the peaks, left and right, of each lane since the last call, and of ``master``.

        They are linear, after the lanes' gains and before the monitor's.
        """
        now = time.perf_counter()
        if now - self._levels_at >= LEVELS_SECONDS:
            self._levels_at = now
            self._levels = self._mixer.take_levels()
            if not self.output.is_running:
                self._levels = dict.fromkeys(self._levels, (0.0, 0.0))
        return self._levels

    @property
    def underruns(self) -> int:
        """How often the sound card has run out of sound."""
        return self.output.num_underruns
