"""A guitar amplifier: saturation, then the band-pass of a loudspeaker cabinet."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_HIGH_PASS_HZ = 90.0
_LOW_PASS_HZ = 4800.0
_PRESENCE_HZ = 2800.0


def amplify(sound_CT: FloatArray, *, drive_db: float, sample_rate: int) -> FloatArray:
    """Drive a sound into an amplifier.

    Args:
        sound_CT: Sound (C, T); its level does not matter.
        drive_db: Gain before saturation, relative to a signal with an RMS of -12 dB.
        sample_rate: Frames per second.

    Returns:
        Sound (C, T) with a peak of at most about 1.
    """
    rms = float(np.sqrt(np.mean(np.square(sound_CT, dtype=np.float64))))
    if rms == 0.0:
        return sound_CT
    gain = 10 ** ((drive_db - 12.0) / 20.0) / rms
    # The offset makes the curve asymmetric, which adds even harmonics as valves do.
    driven = np.tanh(gain * sound_CT.astype(np.float64) + 0.1) - np.tanh(0.1)
    num_frames = sound_CT.shape[-1]
    size = _fast_size(num_frames + sample_rate // 10)
    spectrum = np.fft.rfft(driven, n=size, axis=-1)
    spectrum *= _cabinet(np.linspace(0.0, sample_rate / 2, size // 2 + 1))
    return np.fft.irfft(spectrum, n=size, axis=-1)[..., :num_frames].astype(np.float32)


def _cabinet(frequency_hz: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    """Transfer function of second-order high pass, presence bump, fourth-order low pass."""
    s = 2j * np.pi * frequency_hz
    low, high, bump = (2 * np.pi * hz for hz in (_HIGH_PASS_HZ, _LOW_PASS_HZ, _PRESENCE_HZ))
    high_pass = s**2 / (s**2 + s * low * np.sqrt(2) + low**2)
    low_pass = 1.0 / ((s / high) ** 2 + (s / high) * np.sqrt(2) + 1.0) ** 2
    presence = (s**2 + s * bump * 1.2 + bump**2) / (s**2 + s * bump * 0.7 + bump**2)
    result: npt.NDArray[np.complex128] = high_pass * low_pass * presence
    return result


def _fast_size(length: int) -> int:
    """Smallest multiple of a power of two, with at most 6 significant bits, that fits."""
    shift = max(0, length.bit_length() - 6)
    return -(-length >> shift) << shift if shift else length
