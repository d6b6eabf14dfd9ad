import numpy as np
import pytest

from app.model.frame_range import FrameRange
from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB, MIX_LANE
from app.model.song import Song
from app.widgets import mix_changes
from tests.app.widgets.made_songs import made_song


@pytest.fixture
def song() -> Song:
    silence = np.zeros((1000, 2), np.float32)
    return made_song(dict.fromkeys((MIX_LANE, "drums", "bass", "vocals"), silence))


def soloed(song: Song) -> list[str]:
    return [stem.name for stem in song.stems if song.state.lane(stem.name).soloed]


def test_mute_goes_on_and_off_in_steps_that_undo_names(song: Song) -> None:
    mix_changes.toggle_mute(song, "drums")

    assert song.state.lane("drums").muted
    assert song.undo_text == "Mute Drums"

    mix_changes.toggle_mute(song, "drums")

    assert not song.state.lane("drums").muted
    assert song.undo_text == "Unmute Drums"


def test_solo_adds_lanes(song: Song) -> None:
    mix_changes.toggle_solo(song, "drums")
    mix_changes.toggle_solo(song, "bass")

    assert soloed(song) == ["drums", "bass"]


def test_exclusive_solo_drops_the_others_in_one_step(song: Song) -> None:
    mix_changes.toggle_solo(song, "drums")
    mix_changes.toggle_solo(song, "bass")

    mix_changes.toggle_only_solo(song, "vocals")

    assert soloed(song) == ["vocals"]
    song.undo()
    assert soloed(song) == ["drums", "bass"]


def test_exclusive_solo_of_the_only_soloed_lane_brings_all_back(song: Song) -> None:
    mix_changes.toggle_only_solo(song, "vocals")

    mix_changes.toggle_only_solo(song, "vocals")

    assert soloed(song) == []


def test_a_dragged_fader_is_one_step_until_it_is_let_go(song: Song) -> None:
    for gain_db in (-1.0, -2.0, -3.0):
        mix_changes.set_gain(song, "drums", gain_db)
    song.end_merging()
    mix_changes.set_gain(song, "drums", -9.0)

    song.undo()
    assert song.state.lane("drums").gain_db == -3.0
    song.undo()
    assert song.state.lane("drums").gain_db == 0.0


@pytest.mark.parametrize(("asked", "given"), [(99.0, MAX_GAIN_DB), (-99.0, MIN_GAIN_DB)])
def test_gain_stays_on_the_fader(song: Song, asked: float, given: float) -> None:
    mix_changes.set_gain(song, "drums", asked)

    assert song.state.lane("drums").gain_db == given


def test_clearing_the_selection_ends_the_loop(song: Song) -> None:
    mix_changes.select(song, FrameRange(10, 20), loops=True)

    mix_changes.clear_selection(song)

    assert song.state.selection is None
    assert not song.state.is_looping


def test_marking_a_range_leaves_the_loop_as_it_is(song: Song) -> None:
    mix_changes.select(song, FrameRange(10, 20), loops=True)

    mix_changes.select(song, FrameRange(30, 40))

    assert song.state.is_looping
    assert song.state.selection == FrameRange(30, 40)


def test_an_emptied_name_brings_the_stems_own_back(song: Song) -> None:
    mix_changes.rename_lane(song, "drums", "  Kit ")
    assert song.state.lane("drums").title == "Kit"

    mix_changes.rename_lane(song, "drums", "")

    assert song.undo_text == "Rename Kit"
    assert song.state.lane("drums").title == ""
