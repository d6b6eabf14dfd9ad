"""Tiny tracks on disk for the tests of the evaluation."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile

from engine.events import FloatArray

RATE = 8000


def sound(seed: int, channels: int = 2, seconds: float = 2.0) -> FloatArray:
    """Low noise, (C, T)."""
    rng = np.random.default_rng(seed)
    shape = (channels, round(seconds * RATE))
    return (0.1 * rng.standard_normal(shape)).astype(np.float32)


def write_track(folder: Path, parts: Mapping[str, FloatArray], *, rate: int = RATE) -> Path:
    """Write parts as float WAV, which keeps them to the bit."""
    folder.mkdir(parents=True)
    for name, sound_CT in parts.items():
        soundfile.write(folder / f"{name}.wav", sound_CT.T, rate, subtype="FLOAT")
    return folder
