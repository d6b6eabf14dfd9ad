"""The layout of a dataset on disk: ``split/track/stem.flac`` and an optional ``dataset.json``.

MUSDB18-HQ, MoisesDB or Slakh2100 laid out that way work as they are; without ``dataset.json``
every file stands for the stem that it is named after.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DatasetError

MANIFEST_NAME = "dataset.json"
AUDIO_SUFFIXES = (".flac", ".wav", ".ogg")
MIXTURE_NAMES = ("mixture", "mix")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFolder:
    """The files of one track that belong to the stems that were asked for.

    Attributes:
        name: Name of the track's folder.
        members: Files of each stem; several stand for parts that add up to the stem, none for a
            stem that the track lacks.
        is_partial: The track also holds files that belong to no stem asked for, so that its
            stems do not add up to the song and a missing stem is unknown rather than silent.
    """

    name: str
    members: Mapping[str, tuple[Path, ...]]
    is_partial: bool


def list_tracks(folder: Path, split: str, stem_names: Sequence[str]) -> tuple[TrackFolder, ...]:
    """Find the tracks of a split that hold at least one of the stems, in order of their names.

    Raises:
        DatasetError: The folder, the split or one of the stems is missing, or the manifest is
            damaged.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"The dataset folder “{folder}” does not exist.",
            remedy="Render one with “strata render”, or give the folder of another dataset.",
        )
    split_folder = folder / split
    if not split_folder.is_dir():
        raise DatasetError(
            f"The dataset “{folder.name}” has no folder “{split}”.",
            remedy=f"Lay it out as {folder.name}/{split}/TRACK/STEM.flac.",
        )
    groups = _read_groups(folder / MANIFEST_NAME)
    found = [
        _list_track(path, stem_names, groups)
        for path in sorted(split_folder.iterdir())
        if path.is_dir() and not path.name.startswith(".")
    ]
    tracks = tuple(track for track in found if any(track.members.values()))
    for stem in stem_names:
        if not any(track.members[stem] for track in tracks):
            raise DatasetError(
                f"No track in “{folder.name}/{split}” has the stem “{stem}”.",
                remedy=f"Lay it out as {folder.name}/{split}/TRACK/{stem}.flac.",
            )
    return tracks


def _list_track(
    path: Path, stem_names: Sequence[str], groups: Mapping[str, tuple[str, ...]]
) -> TrackFolder:
    files = {
        file.stem: file
        for file in sorted(path.iterdir())
        if file.suffix.lower() in AUDIO_SUFFIXES
        and file.stem not in MIXTURE_NAMES
        and not file.name.startswith(".")
    }
    members: dict[str, tuple[Path, ...]] = {}
    for stem in stem_names:
        # A file with the stem's own name is the whole stem; its members would count twice.
        names = (stem,) if stem in files else groups.get(stem, ())
        members[stem] = tuple(files[name] for name in names if name in files)
    used = {file for paths in members.values() for file in paths}
    known = used | {
        file for stem in stem_names for name, file in files.items() if name in groups.get(stem, ())
    }
    return TrackFolder(
        name=path.name, members=members, is_partial=bool(set(files.values()) - known)
    )


def _read_groups(manifest: Path) -> dict[str, tuple[str, ...]]:
    if not manifest.exists():
        return {}
    damaged = DatasetError(
        f"The dataset's description “{manifest}” is damaged.",
        remedy="Render the dataset again, or delete that file if every file is a whole stem.",
    )
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged from error
    groups = content.get("groups", {}) if isinstance(content, dict) else None
    if not isinstance(groups, dict) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names)
        for names in groups.values()
    ):
        raise damaged
    return {str(stem): tuple(names) for stem, names in groups.items()}
