"""Plays a bass line on an instrument that is drawn, not recorded.

A note is a row of periods, each faded into the next one:

    y_m(φ) = Σ_k a_k(m) cos(2π k φ + θ_k),

so that one inverse Fourier transform makes all periods of a note, however its harmonics move. The
period has a whole number of samples, and is read at the speed that gives the key's frequency.

A plucked string has harmonics sin(π k p) / k^s, that a pickup at q hears as sin(π k q)
(N. H. Fletcher, T. D. Rossing, The Physics of Musical Instruments, 1998); high ones
die first. Oscillator, filter and frequency modulation are the textbook ones.

Axes: M period, N sample of a period, K harmonic, T frame.
"""

import numpy as np
import numpy.typing as npt

from engine.rendering.bass_sound import CURVE_HZ, BassSound
from engine.rendering.score import Note, Part

FloatArray = npt.NDArray[np.float32]
_Doubles = npt.NDArray[np.float64]

_CUT_SECONDS = 0.006  # in which a note gives way to the next one
_RELEASES = 5.0  # times of release after which nothing is left
_SILENCE = 1e-12


def play_bass(
    parts: list[Part],
    sound: BassSound,
    random: np.random.Generator,
    *,
    num_frames: int,
    sample_rate: int,
) -> FloatArray:
    """Play parts, each of which has one voice; controllers are not heeded.

    Args:
        parts: Notes; those that start together sound as the last of them.
        sound: The instrument.
        random: Draws phases and noise.
        num_frames: Length of the result; what lies behind it is cut.
        sample_rate: Frames per second.

    Returns:
        Sound (1, num_frames) of any level, 0 without notes.
    """
    phases = random.uniform(0.0, 2.0 * np.pi * sound.disorder, sample_rate)
    total_T = np.zeros(num_frames)
    for part in parts:
        # The voice is taken by the next note, and a note that lasts beyond it is cut off.
        follows = [*(note.start for note in part.notes[1:]), np.inf]
        for note, next_start in zip(part.notes, follows, strict=False):
            first = round(note.start * sample_rate)
            space = min(num_frames - first, round(min(next_start, 1e6) * sample_rate) - first)
            if space > 0:
                played_T = _note(note, sound, random, phases, sample_rate)[:space]
                cut = min(len(played_T), round(_CUT_SECONDS * sample_rate))
                if len(played_T) == space:
                    played_T[space - cut :] *= np.linspace(1.0, 0.0, cut)
                total_T[first : first + len(played_T)] += played_T
    shaped_T = _curved(_driven(total_T, sound), sound, sample_rate)
    return shaped_T[None].astype(np.float32)


def _note(
    note: Note, sound: BassSound, random: np.random.Generator, phases: _Doubles, sample_rate: int
) -> _Doubles:
    frequency = 440.0 * 2.0 ** ((note.key - 69) / 12.0)
    loudness = note.velocity / 127.0
    held = max(note.end - note.start, 0.02)
    seconds = held + _RELEASES * sound.release_seconds
    num_frames = round(seconds * sample_rate)
    time_T = np.arange(num_frames) / sample_rate
    waves = _waves(sound, frequency, seconds, loudness, phases, sample_rate)
    bend_T = 2.0 ** (sound.slide / 12.0 * np.exp(-time_T / 0.03))
    tone_T = _read(waves, np.cumsum(bend_T) * (frequency / 2.0 / sample_rate))
    tone_T *= np.minimum(1.0, time_T / sound.attack_seconds)
    tone_T /= np.sqrt(np.mean(tone_T[: sample_rate // 5] ** 2)) + _SILENCE
    tone_T += sound.noise * _attack_noise(sound, random, num_frames, sample_rate)
    tone_T *= np.exp(-np.maximum(0.0, time_T - held) / sound.release_seconds)
    tone_T *= loudness**1.5
    return tone_T


def _waves(
    sound: BassSound,
    frequency: float,
    seconds: float,
    loudness: float,
    phases: _Doubles,
    sample_rate: int,
) -> _Doubles:
    """Return periods (M, N) of half the frequency, so that the octave below has a place."""
    size = round(2.0 * sample_rate / frequency)
    # A slide upwards reads on faster than time goes.
    num_periods = int(seconds * frequency / 2.0 * 2.0 ** max(0.0, sound.slide / 12.0)) + 3
    time_M1: _Doubles = np.arange(num_periods, dtype=np.float64)[:, None] * (2.0 / frequency)
    order_K: _Doubles = np.arange(size // 2 + 1)[None] / 2.0
    if sound.kind == "modulated":
        level_MK = _modulated(sound, time_M1, loudness, size)
    else:
        make = _string if sound.kind == "string" else _oscillator
        level_MK = np.zeros((num_periods, size // 2 + 1), dtype=np.complex128)
        level_MK[:, 2::2] = make(sound, order_K[:, 2::2], frequency, time_M1, loudness)
        level_MK *= np.exp(1j * phases[: size // 2 + 1])
    if sound.kind != "string":
        level_MK[:, 1] += sound.sub * np.abs(level_MK).max(axis=1)
    level_MK[:, order_K[0] * frequency > 0.45 * sample_rate] = 0.0
    waves: _Doubles = np.fft.irfft(level_MK, n=size, axis=1)
    return waves


def _string(
    sound: BassSound, order_K: _Doubles, frequency: float, time_M1: _Doubles, loudness: float
) -> _Doubles:
    hertz_K = order_K * frequency
    first, second = (np.sin(np.pi * order_K * place) for place in sound.pickups)
    heard_K = first + sound.pickup_blend * (second - first)
    # A hard pluck is a bright one.
    bright_hz = sound.bright_hz * 2.0 ** (2.0 * loudness - 1.0)
    struck_K = np.sin(np.pi * order_K * sound.pluck) / order_K**sound.slope
    struck_K = struck_K / (1.0 + (hertz_K / bright_hz) ** sound.bright_order)
    lasting_K = sound.sustain_seconds / (1.0 + hertz_K / sound.damped_hz)
    result: _Doubles = struck_K * heard_K * np.exp(-time_M1 / lasting_K)
    return result


def _oscillator(
    sound: BassSound, order_K: _Doubles, frequency: float, time_M1: _Doubles, loudness: float
) -> _Doubles:
    pulse_K = np.sin(np.pi * order_K * sound.pulse) / order_K
    wave_K = pulse_K + sound.saw_share * (1.0 / order_K - pulse_K)
    sweep_M1 = sound.sweep * loudness * np.exp(-time_M1 / sound.sweep_seconds)
    relative_MK = order_K * frequency / (sound.cutoff_hz * (1.0 + sweep_M1))
    peak_MK = sound.resonance * np.exp(-((np.log2(relative_MK) / 0.25) ** 2))
    filter_MK = 1.0 / (1.0 + relative_MK**3) + peak_MK
    result: _Doubles = wave_K * filter_MK * _held(sound, time_M1)
    return result


def _modulated(
    sound: BassSound, time_M1: _Doubles, loudness: float, size: int
) -> npt.NDArray[np.complex128]:
    phase_N = 4.0 * np.pi * np.arange(size)[None] / size
    index_M1 = sound.index * loudness * np.exp(-time_M1 / sound.sweep_seconds)
    wave_MN = np.sin(phase_N + index_M1 * np.sin(sound.modulator * phase_N))
    spectrum: npt.NDArray[np.complex128] = np.fft.rfft(wave_MN * _held(sound, time_M1), axis=1)
    spectrum[:, 0] = 0.0
    return spectrum


def _held(sound: BassSound, time_M1: _Doubles) -> _Doubles:
    result: _Doubles = sound.held + (1.0 - sound.held) * np.exp(-time_M1 / sound.sustain_seconds)
    return result


def _read(waves: _Doubles, position_T: _Doubles) -> _Doubles:
    """Read periods (M, N) at positions in periods, each faded into the next."""
    size = waves.shape[1]
    share_N = np.arange(size) / size
    faded = waves[:-1] * (1.0 - share_N) + waves[1:] * share_N
    flat = faded.ravel()
    read_T: _Doubles = np.interp(position_T * size, np.arange(len(flat)), flat)
    return read_T


def _attack_noise(
    sound: BassSound, random: np.random.Generator, num_frames: int, sample_rate: int
) -> _Doubles:
    """Return noise around a frequency that dies at once."""
    length = min(num_frames, round(6.0 * sound.noise_seconds * sample_rate) + 1)
    spectrum = np.fft.rfft(random.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1.0 / sample_rate)
    spectrum *= np.exp(-np.square(np.log2((hertz + 1.0) / sound.noise_hz)))
    noise_T = np.fft.irfft(spectrum, n=length)
    noise_T *= np.exp(-np.arange(length) / (sound.noise_seconds * sample_rate))
    result_T = np.zeros(num_frames)
    result_T[:length] = noise_T / (np.abs(noise_T).max() + _SILENCE)
    return result_T


def _driven(sound_T: _Doubles, sound: BassSound) -> _Doubles:
    rms = float(np.sqrt(np.mean(sound_T**2)))
    if sound.drive == 0.0 or rms == 0.0:
        return sound_T
    offset = sound.asymmetry
    driven_T = np.tanh(sound_T * (sound.drive / rms) + offset) - np.tanh(offset)
    driven_T *= rms / float(np.sqrt(np.mean(driven_T**2)))
    blended_T: _Doubles = sound_T + sound.driven_share * (driven_T - sound_T)
    return blended_T


def _curved(sound_T: _Doubles, sound: BassSound, sample_rate: int) -> _Doubles:
    # Zeros behind the end take what the filter would carry round to the start.
    size = 2 ** (len(sound_T) + sample_rate // 4).bit_length()
    hertz = np.fft.rfftfreq(size, 1.0 / sample_rate)
    gain_db = np.interp(np.log(hertz + 1.0), np.log(np.array(CURVE_HZ)), sound.curve_db)
    # Nothing of a bass lies below the lowest string but offsets and thumps.
    gain = 10 ** (gain_db / 20.0) / np.sqrt(1.0 + (25.0 / np.maximum(hertz, 1e-3)) ** 4)
    shaped_T: _Doubles = np.fft.irfft(np.fft.rfft(sound_T, size) * gain, size)[: len(sound_T)]
    return shaped_T
