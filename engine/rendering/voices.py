"""Dry voices: recordings of a singer and of his speech, turned into many singers.

Resampling moves pitch and formants together (another body), the phase vocoder of Rubber Band
moves the pitch under fixed formants (another melody).
"""

import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from engine.errors import DatasetError
from engine.rendering.fluidsynth import SAMPLE_RATE
from engine.rendering.required_programs import find_program

FloatArray = npt.NDArray[np.float32]

_SPEECH_PROBABILITY = 0.25
"""Sentences are half as long as songs, so their share of the time is near an eighth."""

_NUM_CLIPS = 40
_FADE_FRAMES = 441
_TIMEOUT_SECONDS = 120.0
_LOWEST_SHIFT, _HIGHEST_SHIFT = -5.0, 12.0
_HARMONY_INTERVALS = (-5.0, 3.0, 4.0, 5.0, 7.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceClip:
    """A recording and the silence in seconds before it."""

    name: str
    gap_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePlan:
    """What a voice track is made of.

    Attributes:
        clips: Recordings in order; as many are used as the track is long.
        body_semitones: Shift of pitch and formants together.
        pitch_semitones: Further shift of the pitch alone.
        second_voice_semitones: Interval of a second voice (0 doubles), None without.
    """

    clips: tuple[VoiceClip, ...]
    body_semitones: float
    pitch_semitones: float
    second_voice_semitones: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePool:
    """Recordings that a split may use, as paths relative to the voice folder."""

    songs: tuple[str, ...]
    speeches: tuple[str, ...]


def find_recordings(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the recordings by speaker and number, such as ``pjs001``, song before speech."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in ("song", "speech"):
        for path in sorted((folder / kind).glob("*.ogg")):
            number = re.split(r"[_.]", path.name)[0]
            found[number] = (*found.get(number, ()), f"{kind}/{path.name}")
    return found


def plan_voice(pool: VoicePool, random: np.random.Generator) -> VoicePlan:
    """Draw the recordings and the shifts of one voice track."""
    clips = []
    for _ in range(_NUM_CLIPS):
        is_speech = bool(pool.speeches) and random.random() < _SPEECH_PROBABILITY
        names = pool.speeches if is_speech or not pool.songs else pool.songs
        is_break = random.random() < 0.12
        gap = random.uniform(4.0, 9.0) if is_break else random.uniform(0.1, 2.0)
        clips.append(
            VoiceClip(name=names[int(random.integers(len(names)))], gap_seconds=round(gap, 3))
        )
    body = float(np.clip(random.normal(1.5, 2.5), -3.0, 6.0))
    pitch = float(np.clip(random.normal(1.0, 3.0), _LOWEST_SHIFT - body, _HIGHEST_SHIFT - body))
    second: float | None = None
    kind = random.random()
    if kind < 0.15:
        second = 0.0
    elif kind < 0.3:
        second = float(random.choice(_HARMONY_INTERVALS))
    return VoicePlan(
        clips=tuple(clips),
        body_semitones=round(body, 2),
        pitch_semitones=round(pitch, 2) if random.random() < 0.8 else 0.0,
        second_voice_semitones=second,
    )


def sing(plan: VoicePlan, *, folder: Path, num_frames: int) -> FloatArray:
    """Make the voice track (1, num_frames) at 44.1 kHz that a plan describes.

    Raises:
        DatasetError: If a recording is missing.
        MissingToolError: If ffmpeg is not installed.
    """
    line_T = _join_clips(plan, folder, num_frames)
    if plan.second_voice_semitones is not None:
        # 0.18 semitones and 23 ms apart, two copies are heard as two takes.
        interval = plan.second_voice_semitones or 0.18
        second_T = _shift_pitch(line_T, plan.pitch_semitones + interval)
        delay = SAMPLE_RATE * 23 // 1000
        second_T = np.concatenate([np.zeros(delay, dtype=np.float32), second_T])[:num_frames]
        line_T = _shift_pitch(line_T, plan.pitch_semitones) + np.float32(0.6) * second_T
    elif plan.pitch_semitones:
        line_T = _shift_pitch(line_T, plan.pitch_semitones)
    return line_T[np.newaxis]


def _join_clips(plan: VoicePlan, folder: Path, num_frames: int) -> FloatArray:
    line_T = np.zeros(num_frames, dtype=np.float32)
    ratio = 2.0 ** (-plan.body_semitones / 12.0)
    fade = np.linspace(0.0, 1.0, _FADE_FRAMES, dtype=np.float32)
    position = 0
    for clip in plan.clips:
        position += round(clip.gap_seconds * SAMPLE_RATE)
        if position >= num_frames:
            break
        sound_T: FloatArray = soxr.resample(
            _read_clip(folder / clip.name), SAMPLE_RATE, SAMPLE_RATE * ratio, quality="HQ"
        ).astype(np.float32)
        sound_T = sound_T[: num_frames - position].copy()
        if len(sound_T) > 2 * _FADE_FRAMES:
            sound_T[:_FADE_FRAMES] *= fade
            sound_T[-_FADE_FRAMES:] *= fade[::-1]
        line_T[position : position + len(sound_T)] += sound_T
        position += len(sound_T)
    return line_T


@lru_cache(maxsize=64)
def _read_clip(path: Path) -> FloatArray:
    try:
        sound_TC, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        raise DatasetError(f"The recording “{path.name}” could not be read.") from error
    sound_T: FloatArray = sound_TC.mean(axis=1)
    if sample_rate != SAMPLE_RATE:
        sound_T = soxr.resample(sound_T, sample_rate, SAMPLE_RATE)
    return sound_T


def _shift_pitch(sound_T: FloatArray, semitones: float) -> FloatArray:
    """Shift the pitch and keep formants and length."""
    arguments = [
        find_program("ffmpeg"),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0"),
        *("-af", f"rubberband=pitch={2.0 ** (semitones / 12.0):.6f}:formant=preserved"),
        *("-f", "f32le", "pipe:1"),
    ]
    try:
        result = subprocess.run(
            arguments,
            input=sound_T.astype("<f4").tobytes(),
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            start_new_session=True,
        )
    except subprocess.SubprocessError as error:
        raise DatasetError(
            "ffmpeg could not shift the pitch of a voice.",
            remedy="Install an ffmpeg that is built with the filter “rubberband”.",
        ) from error
    shifted_T = np.frombuffer(result.stdout, dtype="<f4")[: len(sound_T)]
    return np.pad(shifted_T, (0, len(sound_T) - len(shifted_T))).astype(np.float32)
