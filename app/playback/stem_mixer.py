"""Mixing of lanes inside the sound card's callback."""

import threading
import time
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.model.frame_range import FrameRange
from app.playback.gain_ramp import GainRamp
from app.playback.lane_bank import (
    EMPTY_BANK,
    MAX_BLOCK_FRAMES,
    NUM_OUTPUTS,
    ChannelGains,
    LaneBank,
    raise_peak,
)
from app.playback.voice import Voice

FloatArray = npt.NDArray[np.float32]

RAMP_SECONDS = 0.010  # of gain, pan, mute, solo, A/B and the monitor's volume
FADE_SECONDS = 0.005  # of play, pause, seek, the turn of a loop and new lanes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlayOrder:
    """That playback should run or rest; each order is a new object, so that none is lost."""

    is_playing: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Jump:
    """That playback should continue from a frame; each jump is a new object.

    Attributes:
        frame: Where to.
        is_ready: Whether the audio there is in memory. Until then, what plays goes on: a disk
            may take longer than a block lasts. Written by the reader's thread only, once.
    """

    frame: int
    is_ready: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixSnapshot:
    """Everything that the callback needs, frozen so that one store replaces all of it.

    Attributes:
        bank: The lanes.
        gains: Of each lane of the bank; mute, solo and pan are in them already.
        monitor_gain: Volume of the whole, which the meters leave out.
        loop: Frames to repeat.
        order: Whether to play.
        jump: Where to continue, once.
    """

    bank: LaneBank
    gains: tuple[ChannelGains, ...]
    monitor_gain: float
    loop: FrameRange | None
    order: PlayOrder
    jump: Jump


class MixClock(NamedTuple):
    """What the callback had done when it ended last; replaced as a whole.

    Attributes:
        position: Frame that it will write next.
        run_frames: Frames written since the last jump or start.
        loop: In force.
        has_turned: Whether the loop has turned since then.
        is_playing: Whether the position moves.
        order: The last one that was obeyed.
        jump: The last one that was obeyed.
        at: ``time.perf_counter`` just then.
    """

    position: int
    run_frames: int
    loop: FrameRange | None
    has_turned: bool
    is_playing: bool
    order: PlayOrder
    jump: Jump
    at: float


class StemMixer:
    """Sums the lanes of the current snapshot at one position: one clock for all.

    The GUI thread calls everything but ``fill``, which belongs to the audio thread. There is no
    waiting: each thread publishes frozen objects, and to store one reference is atomic. ``fill``
    allocates no arrays, logs nothing and never touches Qt. Whatever would be a step in the
    waveform is a short cross-fade between two voices: the one that plays and the one that did.
    """

    def __init__(self, *, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.ramp_frames = max(1, round(RAMP_SECONDS * sample_rate))
        self.fade_frames = max(1, round(FADE_SECONDS * sample_rate))
        self._snapshot = MixSnapshot(
            bank=EMPTY_BANK,
            gains=(),
            monitor_gain=1.0,
            loop=None,
            order=PlayOrder(is_playing=False),
            jump=Jump(frame=0),
        )
        self._busy = threading.Lock()
        # The audio thread's own.
        self._voice = Voice(fade_frames=self.fade_frames)
        self._tail = Voice(fade_frames=self.fade_frames)
        self._monitor = GainRamp(1.0, self.ramp_frames)
        self._gains = self._snapshot.gains
        self._order, self._jump = self._snapshot.order, self._snapshot.jump
        self._fade_done = self.fade_frames
        phases_T = (np.arange(self.fade_frames) + 0.5) / self.fade_frames
        self._rise_T = (0.5 - 0.5 * np.cos(np.pi * phases_T)).astype(np.float32)
        self._fall_T = np.float32(1.0) - self._rise_T
        self._mixed_OT = np.empty((NUM_OUTPUTS, MAX_BLOCK_FRAMES), np.float32)
        self._tail_OT = np.empty((NUM_OUTPUTS, MAX_BLOCK_FRAMES), np.float32)
        self._factors_T = np.empty(MAX_BLOCK_FRAMES, np.float32)
        self._peaks_O = np.zeros(NUM_OUTPUTS, np.float32)
        self._seen_reading = self._reading = object()
        self._clock = self._read_clock()

    # GUI thread

    @property
    def clock(self) -> MixClock:
        """What the callback has done."""
        return self._clock

    @property
    def bank(self) -> LaneBank:
        """The lanes that were set last."""
        return self._snapshot.bank

    @property
    def loop(self) -> FrameRange | None:
        """The loop that was set last."""
        return self._snapshot.loop

    def set_lanes(self, bank: LaneBank, gains: tuple[ChannelGains, ...]) -> None:
        """Replace all lanes; playback goes on at the same position."""
        self._snapshot = replace(self._snapshot, bank=bank, gains=gains)

    def set_song(
        self, bank: LaneBank, gains: tuple[ChannelGains, ...], *, loop: FrameRange | None
    ) -> None:
        """Replace all lanes by another song's; playback rests at its start."""
        self._snapshot = replace(
            self._snapshot,
            bank=bank,
            gains=gains,
            loop=loop,
            order=PlayOrder(is_playing=False),
            jump=Jump(frame=0),
        )

    def set_gains(self, gains: tuple[ChannelGains, ...]) -> None:
        """Let the gains of all lanes move to new values."""
        if len(gains) != len(self._snapshot.bank.lanes):
            raise ValueError(f"{len(self._snapshot.bank.lanes)} lanes but {len(gains)} gains")
        self._snapshot = replace(self._snapshot, gains=gains)

    def set_monitor_gain(self, gain: float) -> None:
        """Let the volume of the whole move to a new value."""
        self._snapshot = replace(self._snapshot, monitor_gain=gain)

    def set_loop(self, loop: FrameRange | None) -> None:
        """Repeat these frames from now on."""
        if loop is not None and loop.stop > self._snapshot.bank.num_frames:
            raise ValueError(f"the loop ends at {loop.stop}, after the song")
        self._snapshot = replace(self._snapshot, loop=loop)

    def play(self) -> None:
        """Run."""
        self._snapshot = replace(self._snapshot, order=PlayOrder(is_playing=True))

    def pause(self) -> None:
        """Rest."""
        self._snapshot = replace(self._snapshot, order=PlayOrder(is_playing=False))

    def seek(self, frame: int, *, is_ready: bool = True) -> None:
        """Continue from another frame, at once or when somebody has made the jump ready."""
        self._snapshot = replace(self._snapshot, jump=Jump(frame=frame, is_ready=is_ready))

    @property
    def jump(self) -> Jump:
        """The last jump that was ordered."""
        return self._snapshot.jump

    @property
    def position(self) -> int:
        """Frame that is written next; a jump counts at once."""
        jump, clock = self._snapshot.jump, self._clock
        return clock.position if clock.jump is jump else jump.frame

    @property
    def is_resting(self) -> bool:
        """Whether all orders are obeyed and the position does not move."""
        snapshot, clock = self._snapshot, self._clock
        return (
            clock.order is snapshot.order and clock.jump is snapshot.jump and not clock.is_playing
        )

    @property
    def has_ended(self) -> bool:
        """Whether playback has come to the end of the song by itself."""
        clock = self._clock
        return (
            clock.order is self._snapshot.order and clock.order.is_playing and not clock.is_playing
        )

    def heard_position(self, latency_seconds: float) -> int:
        """Return the frame that is heard now, if sound takes so long from here to the ear."""
        jump, clock = self._snapshot.jump, self._clock
        if clock.jump is not jump:
            return jump.frame
        if not clock.is_playing:
            return clock.position
        lag_seconds = max(0.0, latency_seconds - (time.perf_counter() - clock.at))
        frame = clock.position - min(round(lag_seconds * self.sample_rate), clock.run_frames)
        loop = clock.loop
        if clock.has_turned and loop is not None and frame < loop.start:
            frame = loop.start + (frame - loop.start) % loop.num_frames
        return frame

    def take_levels(self) -> dict[str, tuple[float, float]]:
        """Return the peaks, left and right, of each lane and the master since the last call."""
        bank = self._snapshot.bank
        levels = {
            name: (float(peaks_O[0]), float(peaks_O[1]))
            for name, peaks_O in zip(bank.names, bank.peaks_LO, strict=True)
        }
        levels["master"] = (float(self._peaks_O[0]), float(self._peaks_O[1]))
        self._reading = object()
        return levels

    def settle(self) -> None:
        """Obey at once and let go of old lanes, while nothing calls ``fill``."""
        with self._busy:
            snapshot = self._snapshot
            snapshot.jump.is_ready = True
            self._fade_done = self.fade_frames
            self._adopt(snapshot)
            self._fade_done = self.fade_frames
            self._end_fade()
            self._aim(snapshot)
            self._end_ramps()
            self._clock = self._read_clock()

    # Audio thread

    def fill(self, out_TO: FloatArray) -> None:
        """Write the next frames, left and right, shape (T, 2); any number of them.

        Should two callers ever meet, such as a stream that was given up and its successor, the
        second one writes silence.
        """
        if not self._busy.acquire(blocking=False):
            out_TO.fill(0.0)
            return
        try:
            self._fill(out_TO)
        finally:
            self._busy.release()

    def _fill(self, out_TO: FloatArray) -> None:
        snapshot = self._snapshot
        if self._reading is not self._seen_reading:
            self._seen_reading = self._reading
            self._peaks_O.fill(0.0)
            self._voice.bank.peaks_LO.fill(0.0)
        done, num_frames = 0, len(out_TO)
        while done < num_frames:
            count = min(num_frames - done, MAX_BLOCK_FRAMES)
            is_silent = False
            if self._fade_done >= self.fade_frames:
                is_silent = not self._voice.is_playing
                self._adopt(snapshot)
            if self._fade_done < self.fade_frames:
                count = min(count, self.fade_frames - self._fade_done)
            self._aim(snapshot)
            if is_silent:  # nobody hears a step: what starts now begins with its own gains
                self._end_ramps()
            self._write(out_TO[done : done + count])
            done += count
        self._clock = self._read_clock()

    def _adopt(self, snapshot: MixSnapshot) -> None:
        """Obey what is new; while a fade runs, that waits for its end."""
        voice = self._voice
        position, is_playing = voice.position, voice.is_playing
        if snapshot.jump is not self._jump and snapshot.jump.is_ready:
            self._jump = snapshot.jump
            position = snapshot.jump.frame
        if snapshot.order is not self._order:
            self._order = snapshot.order
            is_playing = snapshot.order.is_playing
        if (
            snapshot.bank is not voice.bank
            or position != voice.position
            or is_playing != voice.is_playing
            or (
                snapshot.loop != voice.loop
                and (voice.is_in_loop_fade(snapshot.loop) or voice.is_in_loop_fade(voice.loop))
            )
        ):
            self._tail, self._voice = voice, self._tail
            self._voice.begin(snapshot.bank, position, loop=snapshot.loop, is_playing=is_playing)
            if snapshot.bank is not voice.bank:
                self._gains = ()  # none of the new bank's have been obeyed yet
            if voice.is_playing or is_playing:
                self._fade_done = 0
            else:
                self._end_fade()
        elif snapshot.loop != voice.loop:
            voice.loop = snapshot.loop
            voice.has_turned = False

    def _end_fade(self) -> None:
        """Let go of the lanes that were heard before."""
        self._tail.begin(EMPTY_BANK, 0, loop=None, is_playing=False)

    def _write(self, out_TO: FloatArray) -> None:
        voice, num_frames = self._voice, len(out_TO)
        is_fading = self._fade_done < self.fade_frames

        mixed_OT = self._mixed_OT[:, :num_frames]
        voice.render(mixed_OT)
        if is_fading:
            self._cross_fade(mixed_OT)
        voice.bank.advance(num_frames)
        for output in range(NUM_OUTPUTS):
            raise_peak(self._peaks_O, output, mixed_OT[output])
            self._monitor.scale(mixed_OT[output], out_TO[:, output], self._factors_T)
        self._monitor.advance(num_frames)

        if is_fading and self._fade_done >= self.fade_frames:
            self._end_fade()
        if voice.is_playing and voice.has_ended:
            voice.is_playing = False

    def _aim(self, snapshot: MixSnapshot) -> None:
        if snapshot.bank is self._voice.bank and snapshot.gains is not self._gains:
            self._gains = snapshot.gains
            self._voice.bank.aim(snapshot.gains)
        self._monitor.aim(snapshot.monitor_gain)

    def _end_ramps(self) -> None:
        self._voice.bank.advance(self.ramp_frames)
        self._monitor.advance(self.ramp_frames)

    def _cross_fade(self, mixed_OT: FloatArray) -> None:
        num_frames = mixed_OT.shape[1]
        tail_OT = self._tail_OT[:, :num_frames]
        self._tail.render(tail_OT)
        if self._tail.bank is not self._voice.bank:
            self._tail.bank.advance(num_frames)
        done = self._fade_done
        np.multiply(mixed_OT, self._rise_T[done : done + num_frames], out=mixed_OT)
        np.multiply(tail_OT, self._fall_T[done : done + num_frames], out=tail_OT)
        np.add(mixed_OT, tail_OT, out=mixed_OT)
        self._fade_done = done + num_frames

    def _read_clock(self) -> MixClock:
        voice = self._voice
        return MixClock(
            position=voice.position,
            run_frames=voice.run_frames,
            loop=voice.loop,
            has_turned=voice.has_turned,
            is_playing=voice.is_playing,
            order=self._order,
            jump=self._jump,
            at=time.perf_counter(),
        )
