"""The mixer once more: frame by frame, in double precision, with none of the real one's code."""

from dataclasses import dataclass, field
from math import cos, pi

import numpy as np
import numpy.typing as npt

DoubleArray = npt.NDArray[np.float64]
Loop = tuple[int, int] | None


@dataclass
class PlainRamp:
    num_frames: int
    start: float
    target: float
    done: int = 0

    def aim(self, gain: float) -> None:
        if gain != self.target:
            self.start, self.target, self.done = self.value(self.done), gain, 0

    def value(self, done: int) -> float:
        share = min(done, self.num_frames) / self.num_frames
        return self.start + (self.target - self.start) * share

    def step(self) -> float:
        self.done += 1
        return self.value(self.done)


@dataclass
class PlainVoice:
    position: int = 0
    is_playing: bool = False
    loop: Loop = None


@dataclass
class PlainMixer:
    """Stereo lanes, one gain each, all at position ``voice.position``."""

    lanes: list[DoubleArray]
    fade_frames: int
    ramp_frames: int
    wanted_gains: list[float]
    wanted_loop: Loop = None
    pending_play: bool | None = None
    pending_seek: int | None = None
    voice: PlainVoice = field(default_factory=PlainVoice)
    tail: PlainVoice = field(default_factory=PlainVoice)
    fade_done: int = 0
    gains: list[PlainRamp] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fade_done = self.fade_frames
        self.gains = [PlainRamp(self.ramp_frames, gain, gain) for gain in self.wanted_gains]

    def fill(self, num_frames: int) -> DoubleArray:
        for ramp, gain in zip(self.gains, self.wanted_gains, strict=True):
            ramp.aim(gain)
        return np.array([self._next_frame() for _ in range(num_frames)]).reshape(num_frames, 2)

    def _next_frame(self) -> DoubleArray:
        if self.fade_done >= self.fade_frames:
            if not self.voice.is_playing:
                for ramp in self.gains:
                    ramp.done = ramp.num_frames
            self._adopt()
        gains = [ramp.step() for ramp in self.gains]
        frame = self._read(self.voice, gains)
        if self.fade_done < self.fade_frames:
            rise = 0.5 - 0.5 * cos(pi * (self.fade_done + 0.5) / self.fade_frames)
            frame = rise * frame + (1.0 - rise) * self._read(self.tail, gains)
            self.fade_done += 1
        return frame

    def _adopt(self) -> None:
        voice = self.voice
        position = voice.position if self.pending_seek is None else self.pending_seek
        is_playing = voice.is_playing if self.pending_play is None else self.pending_play
        self.pending_seek = self.pending_play = None
        loop_steps = self.wanted_loop != voice.loop and any(
            loop is not None and loop[1] - self._fade(loop) < voice.position < loop[1]
            for loop in (voice.loop, self.wanted_loop)
        )
        if position != voice.position or is_playing != voice.is_playing or loop_steps:
            self.tail = voice
            self.voice = PlainVoice(position, is_playing, self.wanted_loop)
            if voice.is_playing or is_playing:
                self.fade_done = 0
        voice = self.voice
        voice.loop = self.wanted_loop

    def _fade(self, loop: tuple[int, int]) -> int:
        return min(self.fade_frames, loop[1] - loop[0])

    def _read(self, voice: PlainVoice, gains: list[float]) -> DoubleArray:
        if not voice.is_playing:
            return np.zeros(2)
        position, loop = voice.position, voice.loop
        frame = self._mixed(position, gains)
        voice.position = min(position + 1, len(self.lanes[0]))
        if loop is not None and position < loop[1]:
            start, stop = loop
            fade = self._fade(loop)
            if position >= stop - fade:
                share = (position - (stop - fade) + 0.5) / fade
                before = self._mixed(position - (stop - start), gains)
                frame = (1.0 - share) * frame + share * before
            if voice.position == stop:
                voice.position = start
        if voice.position >= len(self.lanes[0]):
            voice.is_playing = False
        return frame

    def _mixed(self, position: int, gains: list[float]) -> DoubleArray:
        if not 0 <= position < len(self.lanes[0]):
            return np.zeros(2)
        return sum(
            (gain * lane[position] for gain, lane in zip(gains, self.lanes, strict=True)),
            start=np.zeros(2),
        )
