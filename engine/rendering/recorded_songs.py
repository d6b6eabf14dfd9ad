"""The songs that exist as recorded stems, cut into sections like the rendered ones."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.errors import DatasetError
from engine.rendering.fluidsynth import SAMPLE_RATE
from engine.rendering.stem_levels import PEAK
from engine.rendering.track_folder import RenderedTrack, workshop_of, write_track

FloatArray = npt.NDArray[np.float32]

TRAINING_SONGS = ("lithium", "potassium", "rubidium")
"""Hydrogen is the only recorded song to test on, so it is never rendered for training."""

_SECTION_SECONDS = 80.0
_LICENCE = "Software-Entwicklungskit, Everything is Free, CC0 1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A piece of a recorded song; ``name`` is that of its track."""

    song: str
    number: int

    @property
    def name(self) -> str:
        """Name of the track's folder."""
        return f"{self.song}_{self.number}"


def find_sections(sources: Path | None) -> tuple[Section, ...]:
    """Return the sections of the training songs that lie in the sources."""
    sections: list[Section] = []
    for song in TRAINING_SONGS if sources else ():
        assert sources is not None
        drums = sources / "songs_cc0" / song / "drums.ogg"
        if drums.is_file():
            seconds = soundfile.info(drums).duration
            count = max(1, round(seconds / _SECTION_SECONDS))
            sections.extend(Section(song=song, number=number) for number in range(count))
    return tuple(sections)


def copy_section(section: Section, *, sources: Path, out: Path) -> RenderedTrack:
    """Write one section as ``out/train/name``, all stems with one gain.

    Raises:
        DatasetError: If a stem cannot be read.
    """
    stems: dict[str, FloatArray] = {}
    for path in sorted((sources / "songs_cc0" / section.song).glob("*.ogg")):
        stems[path.stem] = _read_section(path, section.number)
    num_frames = min(sound_CT.shape[-1] for sound_CT in stems.values())
    peak = max(float(np.abs(sound_CT).max()) for sound_CT in stems.values())
    gain = np.float32(PEAK / peak if peak > 0 else 1.0)
    facts = {"song": section.song, "section": section.number, "licence": _LICENCE}
    track = out / "train" / section.name
    with workshop_of(track) as workshop:
        return write_track(
            track,
            workshop,
            {name: sound_CT[:, :num_frames] * gain for name, sound_CT in stems.items()},
            manifest=json.dumps(facts, indent=1, sort_keys=True) + "\n",
        )


def _read_section(path: Path, number: int) -> FloatArray:
    try:
        total = soundfile.info(path).frames
        length = total // max(1, round(total / SAMPLE_RATE / _SECTION_SECONDS))
        sound_TC, sample_rate = soundfile.read(
            path, frames=length, start=number * length, dtype="float32", always_2d=True
        )
    except soundfile.SoundFileError as error:
        raise DatasetError(f"The stem “{path.name}” could not be read.") from error
    if sample_rate != SAMPLE_RATE:
        raise DatasetError(f"The stem “{path.name}” is not at 44.1 kHz.")
    return np.ascontiguousarray(sound_TC.T)
