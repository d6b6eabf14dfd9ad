"""Which files become which references, in every layout that is read."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import AudioFileError, DatasetError
from engine.evaluation.reference_tracks import find_tracks, load_track, targets_of
from tests.engine.evaluation.track_folders import RATE, sound, write_track

FOUR = ("drums", "bass", "other", "vocals")


def test_without_a_mixture_the_mix_is_the_sum_of_the_stems(tmp_path: Path) -> None:
    parts = {"drums": sound(0), "bass": sound(1)}
    write_track(tmp_path / "song", parts)
    track = load_track(find_tracks(tmp_path)[0])
    assert (track.name, track.sample_rate) == ("song", RATE)
    assert np.array_equal(track.mix_CT, parts["bass"] + parts["drums"])
    assert np.array_equal(track.stems["drums"], parts["drums"])


def test_a_mixture_on_disk_is_the_mix_and_no_stem(tmp_path: Path) -> None:
    write_track(tmp_path / "song", {"drums": sound(0), "mixture": sound(1)})
    track = load_track(find_tracks(tmp_path)[0])
    assert np.array_equal(track.mix_CT, sound(1))
    assert set(track.stems) == {"drums"}


def training_layout(folder: Path) -> None:
    parts = {"drums": sound(0), "guitar": sound(1, channels=1), "keys": sound(2)}
    write_track(folder / "test" / "one", parts)
    write_track(folder / "train" / "two", parts)
    manifest = {"groups": {"other": ["guitar", "keys"]}}
    (folder / "dataset.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("subfolder", [".", "test"])
def test_groups_of_a_training_set_add_up_to_their_stem(tmp_path: Path, subfolder: str) -> None:
    training_layout(tmp_path)
    (files,) = find_tracks(tmp_path / subfolder)
    assert files.name == "one"
    track = load_track(files)
    assert set(track.stems) == {"drums", "other"}
    assert np.array_equal(track.stems["other"], sound(1, channels=1) + sound(2))


def test_a_part_that_the_model_knows_stays_a_stem_of_its_own(tmp_path: Path) -> None:
    training_layout(tmp_path)
    track = load_track(find_tracks(tmp_path)[0], separate_parts=("guitar", "other"))
    assert set(track.stems) == {"drums", "guitar", "other"}
    assert np.array_equal(track.stems["other"], sound(2))


def test_a_whole_stem_is_not_counted_twice_with_its_parts(tmp_path: Path) -> None:
    training_layout(tmp_path)
    (tmp_path / "test" / "one" / "drums.wav").rename(tmp_path / "test" / "one" / "other.wav")
    track = load_track(find_tracks(tmp_path)[0])
    assert np.array_equal(track.stems["other"], sound(0))
    assert set(track.stems) == {"other"}


def test_a_folder_with_stems_in_it_is_one_track(tmp_path: Path) -> None:
    folder = write_track(tmp_path / "hydrogen", {"drums": sound(0), "bass_other": sound(1)})
    assert [files.name for files in find_tracks(folder)] == ["hydrogen"]


def test_stems_that_are_one_in_the_reference_are_one_target(tmp_path: Path) -> None:
    write_track(tmp_path / "song", {"drums": sound(0), "bass_other": sound(1)})
    track = load_track(find_tracks(tmp_path)[0])
    targets = targets_of(track, FOUR)
    assert {target.name: target.model_stems for target in targets.scored} == {
        "drums": ("drums",),
        "bass_other": ("bass", "other"),
        "vocals": ("vocals",),
    }
    assert [target.name for target in targets.scored] == ["drums", "bass_other", "vocals"]
    assert np.array_equal(targets.references_SCT[1], sound(1))
    assert not targets.references_SCT[2].any()


def test_what_the_model_does_not_name_belongs_to_other(tmp_path: Path) -> None:
    write_track(tmp_path / "song", {"drums": sound(0), "piano": sound(1), "other": sound(2)})
    targets = targets_of(load_track(find_tracks(tmp_path)[0]), FOUR)
    other = [target.name for target in targets.scored].index("other")
    assert np.array_equal(targets.references_SCT[other], sound(1) + sound(2))


def test_without_other_the_rest_counts_in_the_masks_but_is_not_scored(tmp_path: Path) -> None:
    write_track(tmp_path / "song", {"drums": sound(0), "piano": sound(1)})
    targets = targets_of(load_track(find_tracks(tmp_path)[0]), ("drums", "bass"))
    # Whether there is a bass in that piano file is not known, so silence is not asked for.
    assert [target.name for target in targets.scored] == ["drums"]
    assert np.array_equal(targets.references_SCT[1], sound(1))


def test_an_excerpt_comes_from_the_middle(tmp_path: Path) -> None:
    drums = sound(0, seconds=3.0)
    write_track(tmp_path / "song", {"drums": drums, "bass": sound(1, seconds=1.0)})
    track = load_track(find_tracks(tmp_path)[0], max_seconds=2.0)
    assert np.array_equal(track.stems["drums"], drums[:, RATE // 2 : RATE // 2 + 2 * RATE])
    # The shorter file is continued by silence.
    assert track.stems["bass"][:, : RATE // 2].any()
    assert not track.stems["bass"][:, RATE // 2 :].any()


def test_remixed_tracks_are_stereo_and_add_up(tmp_path: Path) -> None:
    write_track(tmp_path / "song", {"drums": sound(0, channels=1), "mixture": sound(5, channels=1)})
    track = load_track(find_tracks(tmp_path)[0], remix_seed=3)
    assert track.mix_CT.shape[0] == 2
    assert np.array_equal(track.mix_CT, track.stems["drums"])
    assert np.abs(track.mix_CT).max() == pytest.approx(0.9, rel=1e-5)


def test_missing_and_empty_folders_end_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        find_tracks(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="no track"):
        find_tracks(tmp_path)


def test_damaged_files_end_in_a_sentence(tmp_path: Path) -> None:
    folder = write_track(tmp_path / "song", {"drums": sound(0)})
    (folder / "bass.flac").write_bytes(b"no audio")
    with pytest.raises(AudioFileError, match=r"bass\.flac"):
        load_track(find_tracks(tmp_path)[0])
    (tmp_path / "dataset.json").write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="damaged"):
        find_tracks(tmp_path)


def test_tracks_that_contradict_themselves_end_in_a_sentence(tmp_path: Path) -> None:
    folder = write_track(tmp_path / "a" / "song", {"drums": sound(0, channels=3)})
    with pytest.raises(DatasetError, match="placed in stereo"):
        load_track(find_tracks(tmp_path / "a")[0], remix_seed=0)
    (folder / "bass.wav").write_bytes((folder / "drums.wav").read_bytes())
    write_track(tmp_path / "b" / "song", {"drums": sound(0), "bass": sound(1, channels=3)})
    with pytest.raises(DatasetError, match="channels"):
        load_track(find_tracks(tmp_path / "b")[0])
    other = write_track(tmp_path / "c" / "song", {"drums": sound(0)})
    slow = write_track(tmp_path / "d" / "song", {"bass": sound(0)}, rate=4000)
    (slow / "bass.wav").rename(other / "bass.wav")
    with pytest.raises(DatasetError, match="sample rates"):
        load_track(find_tracks(tmp_path / "c")[0])
