"""Tracks with known stems, and which estimates are held against which of them.

Two layouts are read. ``DIR/track/{mixture,drums,...}.flac`` may lack the mixture, which is then
the sum of the stems. A dataset for training, ``DIR/test/track/part.flac``, says under ``groups``
in ``DIR/dataset.json`` which parts add up to a stem. A folder with stems directly in it is one
track.

Axes: S stem, C channel, T sample.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from engine.errors import AudioFileError, DatasetError
from engine.evaluation.remix import remix
from engine.events import FloatArray

MANIFEST_NAME = "dataset.json"
TEST_SPLIT = "test"
MIXTURE_NAMES = ("mixture", "mix")
AUDIO_SUFFIXES = (".flac", ".wav", ".ogg", ".aiff", ".aif")
CATCH_ALL_STEM = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFiles:
    """A track on disk.

    Attributes:
        name: Name of its folder.
        mixture: File of the mix, if there is one.
        parts: Other audio files by the name of the part.
        stem_of_part: Stem that a part belongs to, for parts that are not stems themselves.
    """

    name: str
    mixture: Path | None
    parts: Mapping[str, Path]
    stem_of_part: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferenceTrack:
    """A mix and its true stems in memory, (C, T) float32 each."""

    name: str
    sample_rate: int
    mix_CT: FloatArray
    stems: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row of scores: the estimates of these stems, added up, against one reference."""

    name: str
    model_stems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Targets:
    """What is scored on a track.

    Attributes:
        scored: One target for each of the first references.
        references_SCT: References of the targets, and behind them one with everything that no
            target covers, if there is any; together they are all true stems.
    """

    scored: tuple[Target, ...]
    references_SCT: FloatArray


def find_tracks(folder: Path) -> tuple[TrackFiles, ...]:
    """List the tracks of a dataset in the order of their names.

    Raises:
        DatasetError: The folder is missing or holds no track, or its manifest is damaged.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"The dataset folder “{folder}” does not exist.",
            remedy="Give a folder that holds one folder per track.",
        )
    stem_of_part = _read_groups(folder)
    split = folder / TEST_SPLIT
    root = split if split.is_dir() and not _audio_files(split) else folder
    candidates = [root] if _audio_files(root) else sorted(path for path in root.iterdir())
    tracks = []
    for path in candidates:
        files = _audio_files(path) if path.is_dir() and not path.name.startswith(".") else {}
        parts = {name: file for name, file in files.items() if name not in MIXTURE_NAMES}
        if not parts:
            continue
        # A file with the stem's own name is the whole stem; its parts would count twice.
        parts = {name: parts[name] for name in parts if stem_of_part.get(name, "") not in parts}
        mixtures = [files[name] for name in MIXTURE_NAMES if name in files]
        tracks.append(
            TrackFiles(
                name=path.resolve().name,
                mixture=mixtures[0] if mixtures else None,
                parts=parts,
                stem_of_part=stem_of_part,
            )
        )
    if not tracks:
        raise DatasetError(
            f"There is no track with stems in “{folder}”.",
            remedy=f"Lay it out as {folder.name}/TRACK/drums.flac and so on.",
        )
    return tuple(tracks)


def load_track(
    files: TrackFiles,
    *,
    max_seconds: float | None = None,
    remix_seed: int | None = None,
    separate_parts: Collection[str] = (),
) -> ReferenceTrack:
    """Read a track, or ``max_seconds`` from its middle.

    Shorter files are continued by silence, mono ones stand on all channels. With a remix seed
    the parts are placed and balanced by ``remix`` and a mixture on disk is not used. Parts of
    a group add up to its stem, but for the ``separate_parts``, which stay stems of their own.

    Raises:
        AudioFileError: A file cannot be decoded.
        DatasetError: The files of the track differ in their sample rates.
    """
    use_mixture = files.mixture is not None and remix_seed is None
    paths = dict(files.parts)
    if use_mixture and files.mixture is not None:
        paths["mixture"] = files.mixture
    sample_rate, total = _rate_and_length(files.name, list(paths.values()))
    length = total if max_seconds is None else min(total, round(max_seconds * sample_rate))
    start = (total - length) // 2
    sounds = {name: _read(path, start, length) for name, path in paths.items()}
    if remix_seed is not None:
        for sound_CT in sounds.values():
            _require_at_most_stereo(sound_CT, files.name)
        sounds = remix(sounds, track=files.name, seed=remix_seed)
    channels = max(len(sound_CT) for sound_CT in sounds.values())
    sounds = {name: _with_channels(sound, channels, files.name) for name, sound in sounds.items()}
    mix_CT = sounds.pop("mixture") if use_mixture else _sum(list(sounds.values()))
    members: dict[str, list[FloatArray]] = {}
    for name, sound_CT in sounds.items():
        stem = name if name in separate_parts else files.stem_of_part.get(name, name)
        members.setdefault(stem, []).append(sound_CT)
    stems = {stem: _sum(members[stem]) for stem in sorted(members)}
    return ReferenceTrack(name=files.name, sample_rate=sample_rate, mix_CT=mix_CT, stems=stems)


def targets_of(track: ReferenceTrack, model_stems: Sequence[str] | None) -> Targets:
    """Decide what is held against what.

    Without a model every reference is a target of its own. With one, a reference of the
    name of a stem is its target; ``bass_other`` is the target of the sum of bass and other;
    any further reference is part of other. A stem of the model for which the track has no
    reference is silent there, unless some reference is left that fits nowhere.
    """
    if model_stems is None:
        scored = tuple(Target(name=name, model_stems=()) for name in track.stems)
        return Targets(scored=scored, references_SCT=np.stack(list(track.stems.values())))
    references: dict[str, FloatArray] = {}
    members: dict[str, tuple[str, ...]] = {}
    unclaimed: list[FloatArray] = []
    for name, sound_CT in track.stems.items():
        names = (name,) if name in model_stems else tuple(name.split("_"))
        if all(part in model_stems for part in names):
            members[name] = names
            references[name] = sound_CT
        else:
            unclaimed.append(sound_CT)
    covered = {stem for names in members.values() for stem in names}
    merged = CATCH_ALL_STEM in covered and CATCH_ALL_STEM not in members
    if unclaimed and CATCH_ALL_STEM in model_stems and not merged:
        known = [references[CATCH_ALL_STEM]] if CATCH_ALL_STEM in references else []
        references[CATCH_ALL_STEM] = _sum([*known, *unclaimed])
        members[CATCH_ALL_STEM] = (CATCH_ALL_STEM,)
        covered.add(CATCH_ALL_STEM)
        unclaimed = []
    if not unclaimed:
        for stem in model_stems:
            if stem not in covered:
                members[stem] = (stem,)
                references[stem] = np.zeros_like(track.mix_CT)
    order = sorted(members, key=lambda name: model_stems.index(members[name][0]))
    rest = [_sum(unclaimed)] if unclaimed else []
    return Targets(
        scored=tuple(Target(name=name, model_stems=members[name]) for name in order),
        references_SCT=np.stack([*(references[name] for name in order), *rest]),
    )


def _audio_files(folder: Path) -> dict[str, Path]:
    return {
        path.stem.lower(): path
        for path in sorted(folder.iterdir())
        if path.is_file()
        and path.suffix.lower() in AUDIO_SUFFIXES
        and not path.name.startswith(".")
    }


def _read_groups(folder: Path) -> dict[str, str]:
    """Stem of each part; the manifest lies in the dataset's folder or above the split."""
    for manifest in (folder / MANIFEST_NAME, folder.resolve().parent / MANIFEST_NAME):
        if manifest.is_file():
            break
    else:
        return {}
    try:
        content: object = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(manifest) from error
    groups = content.get("groups", {}) if isinstance(content, dict) else None
    if not isinstance(groups, dict):
        raise _damaged(manifest)
    stem_of_part: dict[str, str] = {}
    for stem, parts in groups.items():
        if not isinstance(parts, list):
            raise _damaged(manifest)
        stem_of_part.update({str(part): str(stem) for part in parts})
    return stem_of_part


def _damaged(manifest: Path) -> DatasetError:
    return DatasetError(
        f"The dataset's description “{manifest}” is damaged.",
        remedy="Render the dataset again, or delete that file if every file is a whole stem.",
    )


def _rate_and_length(track: str, paths: Sequence[Path]) -> tuple[int, int]:
    rates: set[int] = set()
    length = 0
    for path in paths:
        try:
            properties = soundfile.info(path)
        except (OSError, soundfile.LibsndfileError) as error:
            raise AudioFileError.unreadable(path, "it is damaged or no audio file") from error
        rates.add(int(properties.samplerate))
        length = max(length, int(properties.frames))
    if len(rates) != 1:
        raise DatasetError(
            f"The stems of “{track}” have different sample rates: {sorted(rates)}.",
            remedy="Resample them to one rate.",
        )
    return rates.pop(), length


def _read(path: Path, start: int, length: int) -> FloatArray:
    try:
        with soundfile.SoundFile(path) as file:
            sound_TC = np.zeros((length, file.channels), dtype=np.float32)
            available = max(0, min(length, file.frames - start))
            if available:
                file.seek(start)
                read = file.read(available, dtype="float32", always_2d=True)
                sound_TC[: len(read)] = read
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioFileError.unreadable(path, "it is damaged or no audio file") from error
    return np.ascontiguousarray(sound_TC.T)


def _with_channels(sound_CT: FloatArray, channels: int, track: str) -> FloatArray:
    if len(sound_CT) == channels:
        return sound_CT
    if len(sound_CT) != 1:
        raise DatasetError(
            f"The stems of “{track}” have {len(sound_CT)} and {channels} channels.",
            remedy="Store all stems with the same number of channels.",
        )
    return np.repeat(sound_CT, channels, axis=0)


def _require_at_most_stereo(sound_CT: FloatArray, track: str) -> None:
    if len(sound_CT) > 2:
        raise DatasetError(
            f"The stems of “{track}” have {len(sound_CT)} channels and cannot be placed in stereo.",
            remedy="Evaluate this dataset without --remix-seed.",
        )


def _sum(sounds: Sequence[FloatArray]) -> FloatArray:
    total_CT = sounds[0].copy()
    for sound_CT in sounds[1:]:
        total_CT += sound_CT
    return total_CT
