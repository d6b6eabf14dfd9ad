"""Levels of stems: audible, not clipping, and balanced as in a plain mix."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

PEAK = 0.5
_BLOCK_FRAMES = 17640
_SILENCE_DB = -60.0


def active_rms(sound_CT: FloatArray) -> float:
    """RMS over the blocks of 0.4 s that lie less than 30 dB below the loudest, 0 if silent."""
    power = _block_power(sound_CT)
    loud = power[power > power.max() * 1e-3]
    return float(np.sqrt(loud.mean())) if loud.size else 0.0


def is_sounding(sound_CT: FloatArray, *, least_active_share: float) -> bool:
    """Whether enough blocks are above -60 dB of full scale and every sample is finite."""
    if not np.isfinite(sound_CT).all():
        return False
    loudest_silence = 10 ** (_SILENCE_DB / 10)
    return bool(np.mean(_block_power(sound_CT) > loudest_silence) >= least_active_share)


def scale_to_peak(sound_CT: FloatArray) -> FloatArray:
    """Scale to the common peak."""
    peak = float(np.abs(sound_CT).max())
    if peak == 0.0:
        return sound_CT
    return (sound_CT * np.float32(PEAK / peak)).astype(np.float32)


def scale_to_rms(sound_CT: FloatArray, rms: float) -> FloatArray:
    """Scale to an active RMS, but never above the common peak."""
    peak = float(np.abs(sound_CT).max())
    if peak == 0.0:
        return sound_CT
    gain = min(rms / active_rms(sound_CT), PEAK / peak)
    return (sound_CT * np.float32(gain)).astype(np.float32)


def balance_groups(
    sounds: Mapping[str, FloatArray], offsets_db: Mapping[str, float], *, rms: float
) -> dict[str, FloatArray]:
    """Give the groups of one stem equal loudness but for offsets, and their sum a level.

    Args:
        sounds: Sounds (C, T) by group, all of one length; C may differ.
        offsets_db: Loudness of each group relative to the others.
        rms: Active RMS of the sum.
    """
    if not sounds:
        return {}
    levelled = {
        group: sound_CT * np.float32(10 ** (offsets_db[group] / 20.0) / active_rms(sound_CT))
        for group, sound_CT in sounds.items()
    }
    total = np.zeros((2, next(iter(sounds.values())).shape[-1]), dtype=np.float32)
    for sound_CT in levelled.values():
        total += sound_CT
    peak = float(max(np.abs(total).max(), *(np.abs(s).max() for s in levelled.values())))
    gain = np.float32(min(rms / active_rms(total), PEAK / peak))
    return {group: (sound_CT * gain).astype(np.float32) for group, sound_CT in levelled.items()}


def to_mono_if_equal(sound_CT: FloatArray) -> FloatArray:
    """Keep one channel if both are the same to within -60 dB of the sound."""
    if len(sound_CT) != 2:
        return sound_CT
    difference = float(np.mean(np.square(sound_CT[0] - sound_CT[1]), dtype=np.float64))
    power = float(np.mean(np.square(sound_CT), dtype=np.float64))
    if difference <= power * 1e-6:
        return sound_CT[:1]
    return sound_CT


def _block_power(sound_CT: FloatArray) -> npt.NDArray[np.float64]:
    """Mean power of each block of 0.4 s, at least one value."""
    num_channels, num_frames = sound_CT.shape
    num_blocks = max(1, num_frames // _BLOCK_FRAMES)
    size = min(_BLOCK_FRAMES, num_frames)
    blocks = sound_CT[:, : num_blocks * size].reshape(num_channels, num_blocks, size)
    # Summing in float64 without a copy of the sound in float64.
    squares = np.einsum("cbt,cbt->b", blocks, blocks, dtype=np.float64)
    power: npt.NDArray[np.float64] = squares / (num_channels * max(1, size))
    return power
