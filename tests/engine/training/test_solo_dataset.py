"""How solo recordings become a training set.

Axes: T frame.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OutputError
from engine.training.dataset_folder import list_tracks
from engine.training.solo_dataset import SoloPart, split_solos, write_solo_dataset

RATE = 8_000
lengths = st.lists(st.floats(1.0, 4000.0), min_size=1, max_size=40)


def seconds_of(parts: tuple[SoloPart, ...], lengths: list[float], split: str) -> float:
    return sum(
        (part.stop - part.start) * lengths[int(part.path.name)]
        for part in parts
        if part.split == split
    )


@given(lengths)
def test_every_second_of_every_recording_has_one_use(lengths: list[float]) -> None:
    parts = split_solos([Path(str(index)) for index in range(len(lengths))], lengths)
    for index in range(len(lengths)):
        own = sorted(
            (part for part in parts if part.path.name == str(index)), key=lambda part: part.start
        )
        assert own[0].start == 0.0
        assert own[-1].stop == 1.0
        assert all(first.stop == second.start for first, second in itertools.pairwise(own))


@given(lengths)
def test_something_is_held_out_and_most_is_learned_from(lengths: list[float]) -> None:
    parts = split_solos([Path(str(index)) for index in range(len(lengths))], lengths)
    held_out = seconds_of(parts, lengths, "validation")
    assert 0.0 < held_out <= max(0.35 * sum(lengths), 8.0 * len(lengths))
    assert seconds_of(parts, lengths, "train") >= 0.5 * sum(lengths)


def test_of_many_recordings_whole_ones_are_held_out() -> None:
    parts = split_solos([Path(str(index)) for index in range(20)], [60.0] * 20)
    assert len(parts) == 20
    assert sum(part.split == "validation" for part in parts) == 2


def test_pieces_add_up_to_the_recordings_whatever_their_format(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise_T = rng.uniform(-0.5, 0.5, 50 * RATE).astype(np.float32)
    soundfile.write(tmp_path / "loud.wav", 4.0 * noise_T, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "surround.wav", np.stack([noise_T[: 9 * RATE]] * 4, axis=1), RATE)
    paths = [tmp_path / "loud.wav", tmp_path / "surround.wav"]
    parts = split_solos(paths, [50.0, 9.0])
    shares = list(write_solo_dataset(parts, "cello", tmp_path / "set"))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    lengths = {
        split: [
            soundfile.info(path).duration
            for track in list_tracks(tmp_path / "set", split, ("cello",))
            for path in track.members["cello"]
        ]
        for split in ("train", "validation")
    }
    assert sum(lengths["train"]) + sum(lengths["validation"]) == pytest.approx(59.0, abs=0.01)
    assert max(lengths["train"]) <= 30.0
    first, _ = soundfile.read(tmp_path / "set" / "train" / "00001" / "cello.flac")
    scale = 1.0 / np.abs(first).max()
    np.testing.assert_allclose(
        scale * first, noise_T[: len(first)] / np.abs(noise_T[: len(first)]).max(), atol=1e-4
    )


def test_the_set_appears_when_it_is_complete(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", 0.1 * np.ones(50 * RATE), RATE)
    parts = split_solos([tmp_path / "one.wav"], [50.0])
    copying = write_solo_dataset(parts, "cello", tmp_path / "set")
    next(copying)
    copying.close()
    assert not (tmp_path / "set").exists()
    list(write_solo_dataset(parts, "cello", tmp_path / "set"))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["one.wav", "set"]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", 0.1 * np.ones(RATE), RATE)
    (tmp_path / "file").write_text("in the way")
    parts = split_solos([tmp_path / "one.wav"], [1.0])
    with pytest.raises(OutputError, match="could not be copied"):
        list(write_solo_dataset(parts, "cello", tmp_path / "file" / "set"))
