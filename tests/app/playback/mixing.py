"""Mixers over made-up lanes, and what they write."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.playback.lane_bank import ChannelGains, LaneBank
from app.playback.stem_mixer import StemMixer

FloatArray = npt.NDArray[np.float32]

SAMPLE_RATE = 8_000  # ramps of 80 frames, fades of 40


def stereo(gain: float) -> ChannelGains:
    return ((gain, 0.0), (0.0, gain))


def noise_lanes(num_lanes: int, num_frames: int, *, seed: int = 0) -> list[FloatArray]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(-0.1, 0.1, (num_frames, 2)).astype(np.float32) for _ in range(num_lanes)]


def make_bank(
    mixer: StemMixer, lanes: Sequence[FloatArray], gains: Sequence[float] | None = None
) -> tuple[LaneBank, tuple[ChannelGains, ...]]:
    channel_gains = tuple(stereo(gain) for gain in gains or [1.0] * len(lanes))
    names = [f"lane {number}" for number in range(len(lanes))]
    return LaneBank(names, lanes, channel_gains, ramp_frames=mixer.ramp_frames), channel_gains


def make_mixer(lanes: Sequence[FloatArray], gains: Sequence[float] | None = None) -> StemMixer:
    """Build a mixer that rests at the start of some stereo lanes."""
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank, channel_gains = make_bank(mixer, lanes, gains)
    mixer.set_song(bank, channel_gains, loop=None)
    return mixer


def make_playing_mixer(
    lanes: Sequence[FloatArray], gains: Sequence[float] | None = None
) -> StemMixer:
    """Build a mixer whose fade at the start is over; it plays from frame 0 again."""
    mixer = make_mixer(lanes, gains)
    mixer.play()
    written(mixer, 4 * mixer.fade_frames)
    mixer.seek(0)
    written(mixer, mixer.fade_frames)
    return mixer


def written(mixer: StemMixer, num_frames: int) -> FloatArray:
    """Let the mixer write one block."""
    out_TO = np.full((num_frames, 2), np.nan, np.float32)
    mixer.fill(out_TO)
    return out_TO
