"""Projects on disk: saved, opened, damaged."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE, LaneState
from app.model.project_error import ProjectError
from app.model.project_file import (
    ProjectLoaded,
    ProjectNotLoaded,
    load_project,
    load_projects,
    open_project,
    read_project,
    save_project,
)
from app.model.project_migration import SCHEMA_VERSION
from app.model.project_snapshot import snapshot_of
from app.model.song import Song
from app.model.song_folder import PROJECT_FILE, audio_path, peaks_path, store_peaks
from app.model.song_status import Phase, SongStatus
from app.model.song_view import SongView
from engine.errors import AudioFileError
from engine.events import ProgressChanged
from tests.app.model.stored_song import sound
from tests.app.separated_song import separated_song, write_lane


@pytest.fixture
def song(tmp_path: Path, qapp: object) -> Song:
    """A song with everything that a project keeps."""
    song = separated_song(tmp_path)
    song.change_lane("drums", LaneState(gain_db=-3.0, title="Kit", colour="#009e73"), "Gain")
    song.change(replace(song.state, selection=FrameRange(10, 500), is_looping=True), "Loop")
    song.view = SongView(visible=FrameRange(0, 1000), position=77)
    return song


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_song_comes_back_as_it_was_saved(song: Song) -> None:
    save_project(song)

    again = open_project(song.folder)

    assert snapshot_of(again) == snapshot_of(song)
    assert again.facts == song.facts
    assert again.status.phase is Phase.DONE
    assert again.undo_text == ""
    for track, expected in zip(again.tracks, song.tracks, strict=True):
        np.testing.assert_array_equal(track.samples_TC, expected.samples_TC)
        np.testing.assert_array_equal(track.peaks.levels[0], expected.peaks.levels[0])


def test_a_project_may_be_moved(song: Song, tmp_path: Path) -> None:
    save_project(song)
    moved = song.folder.rename(tmp_path / "elsewhere")

    assert open_project(moved).folder == moved


def test_a_song_that_was_not_open_yet_is_kept_too(tmp_path: Path, qapp: object) -> None:
    song = Song(tmp_path, tmp_path / "song.mp3")
    save_project(song)

    again = open_project(tmp_path)

    assert (again.source, again.facts, again.status.phase) == (song.source, None, Phase.PAUSED)


@pytest.mark.parametrize(
    ("phase", "done", "expected"),
    [
        (Phase.DONE, None, Phase.DONE),
        (Phase.SEPARATING, 1000, Phase.PAUSED),
        (Phase.WAITING, 1000, Phase.PAUSED),
        (Phase.DECODING, None, Phase.PAUSED),
        (Phase.CANCELLED, 1000, Phase.CANCELLED),
    ],
)
def test_nothing_works_on_a_song_that_was_just_opened(
    tmp_path: Path, qapp: object, phase: Phase, done: int | None, expected: Phase
) -> None:
    song = separated_song(tmp_path, done=done)
    song.set_status(SongStatus(phase=phase))
    save_project(song)

    status = open_project(song.folder).status

    assert status.phase is expected
    assert status.fraction == pytest.approx(1.0 if done is None else done / 3000)


def test_a_song_that_failed_still_says_why(tmp_path: Path, qapp: object) -> None:
    song = Song(tmp_path, tmp_path / "song.mp3")
    error = AudioFileError("It is broken.", remedy="Mend it.")
    song.set_status(SongStatus(phase=Phase.FAILED, error=error))
    save_project(song)

    failed = open_project(tmp_path).status.error

    assert failed is not None
    assert (failed.message, failed.remedy) == ("It is broken.", "Mend it.")


def test_a_selection_over_the_end_is_cut_and_does_not_spoil_the_project(song: Song) -> None:
    song.change(replace(song.state, selection=FrameRange(2000, 9999)), "Select")
    song.view = SongView(visible=FrameRange(5000, 6000), position=10_000)
    save_project(song)

    again = open_project(song.folder)

    assert again.state.selection == FrameRange(2000, 3000)
    assert again.view.visible is None


def test_opening_tells_how_far_it_is_when_peaks_have_to_be_found(song: Song) -> None:
    save_project(song)

    events = list(load_project(song.folder))

    fractions = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert fractions == sorted(fractions)
    assert isinstance(events[-1], ProjectLoaded)


def test_lanes_that_a_kill_left_not_adding_up_are_mended(song: Song) -> None:
    save_project(song)
    write_lane(song, "bass", sound(5, 100), start_frame=50)

    again = open_project(song.folder)

    total_TC = np.sum([stem.samples_TC for stem in again.stems], axis=0, dtype=np.float64)
    np.testing.assert_allclose(total_TC, again.track(MIX_LANE).samples_TC, atol=1e-6)
    residual = again.track("residual")
    assert residual.peaks.levels[0][0, 1] == residual.samples_TC[:256].max()


def test_lanes_at_rest_are_not_even_looked_at(song: Song) -> None:
    for track in song.tracks:
        store_peaks(song.folder, track)
    save_project(song)

    assert [type(event) for event in load_project(song.folder)] == [ProjectLoaded]


# What cannot be opened


def break_mix(folder: Path) -> None:
    audio_path(folder, MIX_LANE).unlink()


def cut_drums(folder: Path) -> None:
    os.truncate(audio_path(folder, "drums"), 2000)


def swap_bass(folder: Path) -> None:
    path = audio_path(folder, "bass")
    path.unlink()
    path.symlink_to(audio_path(folder, "drums"))


def spoil_other(folder: Path) -> None:
    audio_path(folder, "other").write_bytes(b"no sound at all")


def empty_project(folder: Path) -> None:
    (folder / PROJECT_FILE).write_bytes(b"")


def replace_by_folder(folder: Path) -> None:
    (folder / PROJECT_FILE).unlink()
    (folder / PROJECT_FILE).mkdir()


def make_huge(folder: Path) -> None:
    os.truncate(folder / PROJECT_FILE, 1 << 30)


def remove_project(folder: Path) -> None:
    (folder / PROJECT_FILE).unlink()


def make_newer(folder: Path) -> None:
    path = folder / PROJECT_FILE
    version, newer = (
        f'"schema_version": {number}'.encode() for number in (SCHEMA_VERSION, SCHEMA_VERSION + 1)
    )
    path.write_bytes(path.read_bytes().replace(version, newer))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (break_mix, "cannot be opened"),
        (cut_drums, "cannot be opened"),
        (swap_bass, "cannot be opened"),
        (spoil_other, "cannot be opened"),
        (empty_project, "is damaged"),
        (replace_by_folder, "is not a project"),
        (make_huge, "is not a project"),
        (remove_project, "is not a project"),
        (make_newer, "newer version"),
        (shutil.rmtree, "is not a project"),
    ],
)
def test_what_cannot_be_opened_gives_a_sentence_and_stays_as_it_is(
    song: Song, spoil: Callable[[Path], None], words: str
) -> None:
    save_project(song)
    spoil(song.folder)
    before = files_of(song.folder) if spoil is not make_huge else {}

    with pytest.raises(ProjectError, match=words) as caught:
        open_project(song.folder)

    assert caught.value.remedy
    if spoil is not make_huge:
        assert files_of(song.folder) == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 4000), value=st.integers(0, 255), cut=st.booleans())
def test_no_damage_raises_anything_but_the_projects_error(
    song: Song, place: int, value: int, cut: bool
) -> None:
    save_project(song)
    path = song.folder / PROJECT_FILE
    damaged = bytearray(path.read_bytes())
    place %= len(damaged)
    if cut:
        del damaged[place:]
    else:
        damaged[place] = value
    path.write_bytes(damaged)

    try:
        open_project(song.folder)
    except ProjectError:
        assert path.read_bytes() == damaged


def test_of_several_projects_those_that_are_whole_are_opened(song: Song, tmp_path: Path) -> None:
    save_project(song)

    events = list(load_projects([tmp_path / "nothing", song.folder, tmp_path / "nothing"]))

    ends = [event for event in events if not isinstance(event, ProgressChanged)]
    assert [type(event) for event in ends] == [ProjectNotLoaded, ProjectLoaded, ProjectNotLoaded]


# What cannot be saved


def test_a_failed_save_leaves_the_old_project(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    save_project(song)
    before = files_of(song.folder)
    song.change_lane("drums", LaneState(muted=True), "Mute")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ProjectError, match="no space left on device") as caught:
        save_project(song)

    assert caught.value.remedy
    assert files_of(song.folder) == before


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what a descriptor stands for")
def test_sound_is_on_the_disk_before_the_project_claims_it(
    song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    save_project(song)

    project = synced.index(f".{PROJECT_FILE}.part")
    assert {audio_path(song.folder, track.name).name for track in song.tracks} == set(
        synced[:project]
    )


def test_saving_leaves_nothing_else_behind(song: Song) -> None:
    before = set(files_of(song.folder))

    save_project(song)

    assert set(files_of(song.folder)) == {*before, PROJECT_FILE}
    assert not peaks_path(song.folder, MIX_LANE).exists()


def test_reading_a_project_needs_no_sound(song: Song) -> None:
    save_project(song)
    audio_path(song.folder, MIX_LANE).unlink()

    assert read_project(song.folder) == snapshot_of(song)
