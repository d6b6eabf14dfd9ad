"""Lanes that add up again after a kill in the middle of a replaced region."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.frame_range import FrameRange, FrameRanges
from app.model.lane_sums import MAX_DIFFERENCE, common_ranges, mending_sum, taking_lane
from app.model.mix_state import MIX_LANE
from app.model.project_snapshot import LaneSnapshot, ProjectSnapshot
from app.model.song_folder import audio_path, create_track, new_song_folder, open_lane
from engine.events import FloatArray
from tests.app.model.stored_song import FACTS, sound, write_audio

NAMES = (MIX_LANE, "drums", "bass", "residual")
DONE = FrameRanges((FrameRange(0, 2000), FrameRange(3000, 4000)))


@pytest.fixture
def snapshot(tmp_path: Path) -> ProjectSnapshot:
    """A song whose lanes add up where they are done."""
    folder = new_song_folder(tmp_path, "Song")
    for name in NAMES:
        create_track(folder, name, FACTS)
    drums_TC, bass_TC, residual_TC = sound(1), sound(2), sound(3)
    write_audio(folder, MIX_LANE, drums_TC + bass_TC + residual_TC)
    for name, samples_TC in zip(NAMES[1:], (drums_TC, bass_TC, residual_TC), strict=True):
        for item in DONE.ranges:
            write_audio(folder, name, samples_TC[item.start : item.stop], item.start)
    lanes = tuple(LaneSnapshot(name=name, done=DONE) for name in NAMES)
    return ProjectSnapshot(folder=folder, source=FACTS.source, facts=FACTS, lanes=lanes)


def lane(snapshot: ProjectSnapshot, name: str) -> FloatArray:
    with open_lane(snapshot.folder, name, FACTS) as wave:
        return wave.read(0, FACTS.num_frames).T


def differences(snapshot: ProjectSnapshot, item: FrameRange) -> FloatArray:
    total_TC = sum(lane(snapshot, name).astype(np.float64) for name in NAMES[1:])
    result_TC: FloatArray = np.abs(total_TC - lane(snapshot, MIX_LANE))[item.start : item.stop]
    return result_TC


def test_lanes_that_add_up_are_left_to_the_last_bit(snapshot: ProjectSnapshot) -> None:
    before = [audio_path(snapshot.folder, name).read_bytes() for name in NAMES]

    shares = list(mending_sum(snapshot))

    assert shares[-1] == 1.0
    assert [audio_path(snapshot.folder, name).read_bytes() for name in NAMES] == before


def test_what_a_torn_region_lacks_goes_into_the_residual(snapshot: ProjectSnapshot) -> None:
    write_audio(snapshot.folder, "drums", sound(9, 500), 1000)  # new, while bass is still old
    drums_TC = lane(snapshot, "drums")
    residual_TC = lane(snapshot, "residual")
    assert differences(snapshot, DONE.ranges[0]).max() > 0.1

    list(mending_sum(snapshot))

    assert all(differences(snapshot, item).max() <= MAX_DIFFERENCE for item in DONE.ranges)
    np.testing.assert_array_equal(lane(snapshot, "drums"), drums_TC)
    untouched = np.r_[0:1000, 1500:5000]
    np.testing.assert_array_equal(lane(snapshot, "residual")[untouched], residual_TC[untouched])


@pytest.mark.parametrize(
    ("names", "taker"),
    [
        (("mix", "drums", "residual", "other"), "residual"),
        (("mix", "drums", "other", "vocals"), "other"),
        (("mix", "drums", "piano"), "piano"),
        (("mix",), None),
    ],
)
def test_what_is_missing_goes_where_a_residual_goes(
    snapshot: ProjectSnapshot, names: tuple[str, ...], taker: str | None
) -> None:
    lanes = tuple(LaneSnapshot(name=name, done=DONE) for name in names)

    assert taking_lane(replace(snapshot, lanes=lanes)) == taker


def test_what_is_not_done_in_every_lane_is_nobodys_promise(snapshot: ProjectSnapshot) -> None:
    write_audio(snapshot.folder, "drums", sound(9, 500), 2200)
    before = audio_path(snapshot.folder, "residual").read_bytes()

    list(mending_sum(snapshot))

    assert audio_path(snapshot.folder, "residual").read_bytes() == before


def test_what_one_lane_does_not_claim_is_left_as_it_is(snapshot: ProjectSnapshot) -> None:
    write_audio(snapshot.folder, "drums", sound(9, 500), 1000)
    lanes = list(snapshot.lanes)
    lanes[2] = replace(lanes[2], done=FrameRanges((FrameRange(0, 1000),)))
    before = audio_path(snapshot.folder, "residual").read_bytes()

    list(mending_sum(replace(snapshot, lanes=tuple(lanes))))

    assert audio_path(snapshot.folder, "residual").read_bytes() == before


def test_mending_that_was_stopped_is_done_by_the_next(
    snapshot: ProjectSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.model.lane_sums._PIECE_FRAMES", 300)
    write_audio(snapshot.folder, "drums", sound(9, 2000), 0)
    first = mending_sum(snapshot)
    next(first)
    next(first)
    first.close()
    assert differences(snapshot, DONE.ranges[0]).max() > 0.1

    list(mending_sum(snapshot))

    assert differences(snapshot, DONE.ranges[0]).max() <= MAX_DIFFERENCE


@given(edges=st.lists(st.sets(st.integers(0, 30), max_size=8).map(sorted), min_size=1, max_size=4))
def test_common_ranges_are_the_intersection_of_the_sets(edges: list[list[int]]) -> None:
    sets = tuple(
        FrameRanges(tuple(FrameRange(a, b) for a, b in zip(each[::2], each[1::2], strict=False)))
        for each in edges
    )

    common = common_ranges(sets)

    assert {f for f in range(31) if f in common} == {
        f for f in range(31) if all(f in each for each in sets)
    }
    assert FrameRanges.of(common.ranges) == common
