"""A dataset of a few seconds of noise, so that training tests take milliseconds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

SAMPLE_RATE = 8000
STEM_NAMES = ("drums", "bass", "other", "vocals")
GROUPS = {"other": ["guitar", "keys"]}


def write_stem(path: Path, *, seed: int, seconds: float = 3.0, channels: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    samples = rng.normal(0.0, 0.1, size=(int(seconds * SAMPLE_RATE), channels)).clip(-0.9, 0.9)
    soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")


def write_dataset(
    folder: Path,
    *,
    tracks: Mapping[str, Sequence[str]] | None = None,
    splits: Sequence[str] = ("train", "validation"),
    groups: Mapping[str, Sequence[str]] | None = None,
    suffix: str = ".flac",
) -> Path:
    """Write tracks with the named files; by default three, one stem of each kind being stereo."""
    names = ("drums", "bass", "guitar", "keys", "vocals")
    chosen = tracks if tracks is not None else {f"song {number}": names for number in range(3)}
    seed = 0
    for split in splits:
        for track, files in chosen.items():
            for name in files:
                seed += 1
                channels = 2 if name in ("drums", "keys") else 1
                write_stem(folder / split / track / f"{name}{suffix}", seed=seed, channels=channels)
    manifest = {
        "sample_rate": SAMPLE_RATE,
        "stems": list(STEM_NAMES),
        "groups": {name: list(members) for name, members in (groups or GROUPS).items()},
    }
    (folder / "dataset.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
