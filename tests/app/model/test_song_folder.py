"""Where songs lie, and their lanes on disk."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.song_folder import (
    audio_path,
    create_track,
    is_lane_name,
    new_song_folder,
    open_lane,
    open_track,
    opening_track,
    peaks_path,
    songs_root,
    store_peaks,
)
from app.model.track import Track
from engine.errors import AudioFileError, OutputError
from tests.app.model.stored_song import FACTS, WHOLE, sound, write_audio


def finished_lane(folder: Path, name: str = "drums") -> Track:
    track = create_track(folder, name, FACTS)
    write_audio(folder, name, sound(1))
    track.mark_done(WHOLE)
    return track


def assert_same_peaks(one: Track, other: Track) -> None:
    for level, expected in zip(one.peaks.levels, other.peaks.levels, strict=True):
        np.testing.assert_array_equal(level, expected)


def test_songs_of_one_name_get_folders_of_their_own(tmp_path: Path) -> None:
    names = [new_song_folder(tmp_path / "songs", "AC/DC: Live").name for _ in range(3)]

    assert names == ["AC_DC_ Live", "AC_DC_ Live (2)", "AC_DC_ Live (3)"]


def test_a_title_of_any_length_gets_a_folder_that_leaves_room_for_its_files(
    tmp_path: Path,
) -> None:
    folder = new_song_folder(tmp_path, "é" * 500)

    assert folder.is_dir()
    assert len(folder.name.encode()) <= 100


def test_a_root_that_is_a_file_gives_a_sentence(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    root.touch()

    with pytest.raises(OutputError) as caught:
        new_song_folder(root, "Song")

    assert caught.value.remedy


def test_songs_lie_in_the_users_own_data() -> None:
    assert songs_root() == Path(os.environ["XDG_DATA_HOME"]) / "Strata" / "songs"


def test_a_new_lane_is_a_silent_file_that_any_program_reads(tmp_path: Path) -> None:
    folder = new_song_folder(tmp_path, "Song")

    track = create_track(folder, "drums", FACTS)

    samples_TC, rate = soundfile.read(audio_path(folder, "drums"), dtype="float32")
    assert (samples_TC.shape, rate) == ((5000, 2), 44_100)
    assert not samples_TC.any()
    assert track.done == FrameRanges()
    assert not isinstance(track.samples_TC, np.memmap)


def test_what_another_process_writes_is_seen_in_the_lane(tmp_path: Path) -> None:
    folder = new_song_folder(tmp_path, "Song")
    track = create_track(folder, "drums", FACTS)

    write_audio(folder, "drums", sound(1, 100), start=200)

    np.testing.assert_array_equal(track.samples_TC[200:300], sound(1, 100))


def test_making_a_lane_again_leaves_the_old_one_to_who_has_it(tmp_path: Path) -> None:
    folder = new_song_folder(tmp_path, "Song")
    old = finished_lane(folder)
    store_peaks(folder, old)

    new = create_track(folder, "drums", FACTS)

    np.testing.assert_array_equal(old.samples_TC, sound(1))
    assert not new.samples_TC.any()
    assert not peaks_path(folder, "drums").exists()


def test_stored_peaks_are_those_of_the_audio(tmp_path: Path) -> None:
    folder = new_song_folder(tmp_path, "Song")
    track = finished_lane(folder)
    store_peaks(folder, track)

    steps = list(opening_track(folder, "drums", FACTS, track.done))

    assert steps == []  # nothing had to be found
    assert_same_peaks(open_track(folder, "drums", FACTS, track.done), track)


@pytest.mark.parametrize("damage", ["missing", "short", "empty", "noise", "header", "foreign"])
def test_peaks_that_are_not_there_or_damaged_are_found_in_the_audio(
    tmp_path: Path, damage: str
) -> None:
    folder = new_song_folder(tmp_path, "Song")
    track = finished_lane(folder)
    store_peaks(folder, track)
    path = peaks_path(folder, "drums")
    whole = path.read_bytes()
    spoilt = {
        "short": whole[:-1],
        "empty": b"",
        "noise": bytes(range(256)),
        "header": whole.replace(b"(20, 3)", b"(99999999999999, 3)"),
        "foreign": whole.replace(b"(20, 3)", b"(4, 15)"),
    }
    if damage == "missing":
        path.unlink()
    else:
        assert spoilt[damage] != whole
        path.write_bytes(spoilt[damage])

    assert_same_peaks(open_track(folder, "drums", FACTS, track.done), track)


def test_only_what_is_done_has_peaks(tmp_path: Path) -> None:
    folder = new_song_folder(tmp_path, "Song")
    create_track(folder, "drums", FACTS)
    write_audio(folder, "drums", sound(1))

    track = open_track(folder, "drums", FACTS, FrameRanges((FrameRange(0, 512),)))

    assert track.peaks.levels[0][:2].any(axis=1).all()
    assert not track.peaks.levels[0][2:].any()


def test_a_lane_of_another_song_is_refused(tmp_path: Path) -> None:
    folder = new_song_folder(tmp_path, "Song")
    soundfile.write(audio_path(folder, "drums"), sound(1, 4999), 44_100, subtype="FLOAT")

    with pytest.raises(AudioFileError):
        open_track(folder, "drums", FACTS, FrameRanges())


def test_a_lane_that_is_a_link_is_refused_since_the_engine_would_write_through_it(
    tmp_path: Path,
) -> None:
    folder = new_song_folder(tmp_path, "Song")
    finished_lane(folder)
    path = audio_path(folder, "drums")
    path.rename(tmp_path / "elsewhere.wav")
    path.symlink_to(tmp_path / "elsewhere.wav")

    with pytest.raises(AudioFileError, match="link"):
        open_lane(folder, "drums", FACTS, writable=True)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "/x", ".hidden", "x.", "con", "Mix", "MIX", "a\0", "a\n"]
)
def test_names_that_could_lead_elsewhere_name_no_lane(tmp_path: Path, name: str) -> None:
    assert not is_lane_name(name)
    with pytest.raises(ValueError, match="no name for a lane"):
        audio_path(tmp_path, name)


def test_the_names_of_stems_name_lanes() -> None:
    assert all(map(is_lane_name, (MIX_LANE, "drums", "residual", "lead guitar", "Žluťoučký")))
