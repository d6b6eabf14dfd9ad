"""Copies of projects."""

import os
from pathlib import Path

import numpy as np
import pytest

from app.model import project_copy
from app.model.project_copy import ProjectCopied, copy_project
from app.model.project_error import ProjectError
from app.model.project_file import open_project
from app.model.project_snapshot import snapshot_of
from app.model.song import Song
from app.model.song_folder import exports_folder, peaks_path, store_peaks
from app.model.song_status import Phase, SongStatus
from engine.errors import OutputError
from engine.events import ProgressChanged
from tests.app.separated_song import separated_song


@pytest.fixture
def song(tmp_path: Path, qapp: object) -> Song:
    return separated_song(tmp_path / "songs")


def test_a_copy_is_the_same_song_and_independent_of_it(song: Song, tmp_path: Path) -> None:
    store_peaks(song.folder, song.tracks[0])
    (exports_folder(song.folder) / "slice.wav").touch()
    destination = tmp_path / "projects" / "Mine"

    events = list(copy_project(snapshot_of(song), destination))

    assert events[-1] == ProjectCopied(folder=destination)
    fractions = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    copy = open_project(destination)
    assert copy.state == song.state
    assert peaks_path(destination, "mix").exists()
    assert not list(exports_folder(destination).iterdir())
    for track, expected in zip(copy.tracks, song.tracks, strict=True):
        np.testing.assert_array_equal(track.samples_TC, expected.samples_TC)
        assert not np.shares_memory(track.samples_TC, expected.samples_TC)
    assert song.folder.is_dir()


@pytest.mark.parametrize("has_copy_file_range", [True, False])
def test_a_copy_is_complete_however_the_system_copies(
    song: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_copy_file_range: bool
) -> None:
    monkeypatch.setattr(project_copy, "_PIECE_BYTES", 1001)
    if not has_copy_file_range:
        monkeypatch.delattr(os, "copy_file_range", raising=False)

    list(copy_project(snapshot_of(song), tmp_path / "copy"))

    copy = open_project(tmp_path / "copy")
    np.testing.assert_array_equal(copy.tracks[2].samples_TC, song.tracks[2].samples_TC)


def test_a_cancelled_copy_leaves_nothing_behind(song: Song, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    events = copy_project(snapshot_of(song), tmp_path / "new" / "copy")
    next(events)
    assert set(tmp_path.rglob("*")) != before

    events.close()

    assert set(tmp_path.rglob("*")) == before


def test_a_full_disk_leaves_nothing_behind(
    song: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, num_bytes: int) -> None:
        raise OutputError("There is no room.", remedy="Make room.")

    monkeypatch.setattr(project_copy, "check_room", refuse)
    before = set(tmp_path.rglob("*"))

    with pytest.raises(ProjectError, match="no room"):
        list(copy_project(snapshot_of(song), tmp_path / "new" / "copy"))

    assert set(tmp_path.rglob("*")) == before


def test_an_empty_folder_may_be_chosen(song: Song, tmp_path: Path) -> None:
    destination = tmp_path / "empty"
    destination.mkdir()

    list(copy_project(snapshot_of(song), destination))

    assert open_project(destination).title == song.title


@pytest.mark.parametrize("kind", ["file", "folder", "itself", "inside"])
def test_a_place_that_is_taken_stays_as_it_is(song: Song, tmp_path: Path, kind: str) -> None:
    destination = tmp_path / "taken"
    if kind == "file":
        destination.write_bytes(b"precious")
    elif kind == "folder":
        destination.mkdir()
        (destination / "precious").touch()
    else:
        destination = song.folder if kind == "itself" else song.folder / "stems" / "copy"
    before = {path: path.stat().st_size for path in tmp_path.rglob("*")}

    with pytest.raises(ProjectError, match="already something") as caught:
        next(copy_project(snapshot_of(song), destination))

    assert caught.value.remedy
    assert {path: path.stat().st_size for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("phase", [Phase.DECODING, Phase.SEPARATING])
def test_a_song_that_is_being_worked_on_is_not_copied(
    song: Song, tmp_path: Path, phase: Phase
) -> None:
    song.set_status(SongStatus(phase=phase))

    with pytest.raises(ProjectError, match="while it is being separated") as caught:
        list(copy_project(snapshot_of(song), tmp_path / "copy"))

    assert "Pause" in caught.value.remedy


def test_a_lane_that_is_gone_gives_a_sentence(song: Song, tmp_path: Path) -> None:
    (song.folder / "stems" / "bass.wav").unlink()

    with pytest.raises(ProjectError):
        list(copy_project(snapshot_of(song), tmp_path / "copy"))

    assert not (tmp_path / "copy").exists()
