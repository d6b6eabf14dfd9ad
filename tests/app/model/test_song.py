"""The history of a song."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.model import song as song_module
from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import LaneState, MixState
from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from engine.residual import RESIDUAL_STEM
from tests.app.widgets.made_songs import made_song


def gain_of(gain_db: float) -> LaneState:
    return LaneState(gain_db=gain_db)


def new_song() -> Song:
    return Song(Path("folder"), Path("song.mp3"))


states = st.builds(
    MixState,
    lanes=st.dictionaries(
        st.sampled_from(("drums", "bass")),
        st.builds(LaneState, gain_db=st.sampled_from((-6.0, 0.0, 3.0)), muted=st.booleans()),
    ),
    is_looping=st.booleans(),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), states, st.sampled_from(("", "fader", "pan"))),
        st.just(("undo",)),
        st.just(("redo",)),
        st.just(("end",)),
    ),
    max_size=30,
)


@given(steps=steps)
def test_undo_and_redo_go_back_and_forth_exactly(steps: list[tuple[object, ...]]) -> None:
    """The oracle: a list of all states and a place in it."""
    song = new_song()
    timeline, place, merge_key = [song.state], 0, ""

    for step in steps:
        if step[0] == "change":
            state, key = step[1], step[2]
            assert isinstance(state, MixState)
            assert isinstance(key, str)
            song.change(state, "step", merge_key=key)
            if state != timeline[place]:
                if key and key == merge_key and place > 0:
                    place -= 1
                if state == timeline[place]:
                    timeline, merge_key = timeline[: place + 1], ""
                else:
                    timeline, place = [*timeline[: place + 1], state], place + 1
                    merge_key = key
        elif step[0] == "undo":
            song.undo()
            if place > 0:
                place, merge_key = place - 1, ""
        elif step[0] == "redo":
            song.redo()
            if place + 1 < len(timeline):
                place, merge_key = place + 1, ""
        else:
            song.end_merging()
            merge_key = ""
        assert song.state == timeline[place]
        assert bool(song.undo_text) == (place > 0)
        assert bool(song.redo_text) == (place + 1 < len(timeline))


def test_a_dragged_fader_is_one_step_until_it_is_let_go() -> None:
    song = new_song()
    for gain_db in (-1.0, -2.0, -3.0):
        song.change_lane("drums", gain_of(gain_db), "Gain", merge_key="drums/gain")
    song.end_merging()
    song.change_lane("drums", gain_of(-4.0), "Gain", merge_key="drums/gain")

    song.undo()
    assert song.state.lane("drums").gain_db == -3.0
    song.undo()
    assert song.state.lane("drums").gain_db == 0.0
    assert song.undo_text == ""


def test_a_fader_that_is_brought_back_to_where_it_was_leaves_no_empty_step() -> None:
    song = new_song()
    song.change_lane("drums", gain_of(-1.0), "Gain", merge_key="drums/gain")
    song.change_lane("drums", gain_of(0.0), "Gain", merge_key="drums/gain")

    assert song.undo_text == ""


def test_after_that_the_fader_is_a_step_of_its_own_again() -> None:
    song = new_song()
    song.change_lane("bass", gain_of(-5.0), "Gain", merge_key="bass/gain")
    for gain_db in (-1.0, 0.0, -2.0):
        song.change_lane("drums", gain_of(gain_db), "Gain", merge_key="drums/gain")

    song.undo()

    assert song.state == MixState(lanes={"bass": gain_of(-5.0)})


def test_the_same_state_again_is_no_step_and_no_signal(qtbot: QtBot) -> None:
    song = new_song()
    with qtbot.assertNotEmitted(song.state_changed):
        song.change(MixState(), "Nothing")

    assert song.undo_text == ""


def test_history_forgets_its_oldest_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(song_module, "MAX_HISTORY", 3)
    song = new_song()
    for gain_db in range(-10, 0):
        song.change_lane("drums", gain_of(float(gain_db)), "Gain")

    for _ in range(10):
        song.undo()

    assert song.state.lane("drums").gain_db == -4.0


def test_a_restored_state_has_no_history() -> None:
    song = new_song()
    song.change_lane("drums", gain_of(-1.0), "Gain", merge_key="fader")
    song.undo()

    song.restore(MixState(is_looping=True))

    assert (song.undo_text, song.redo_text) == ("", "")
    song.change_lane("drums", gain_of(-2.0), "Gain", merge_key="fader")
    song.undo()
    assert song.state == MixState(is_looping=True)


def test_status_is_told(qtbot: QtBot) -> None:
    song = new_song()
    with qtbot.waitSignal(song.status_changed):
        song.set_status(SongStatus(phase=Phase.DECODING))

    assert song.status.phase is Phase.DECODING


def test_a_song_is_called_after_its_file_before_it_is_open() -> None:
    assert new_song().title == "song"


def test_nothing_is_left_over_only_after_some_of_it_has_arrived() -> None:
    silence_TC = np.zeros((100, 2), np.float32)
    song = made_song({"mix": silence_TC, "drums": silence_TC, RESIDUAL_STEM: silence_TC})
    song.residual = "fold"
    lane = song.track(RESIDUAL_STEM)
    lane.done = FrameRanges()
    assert song.has_leftovers

    lane.mark_done(FrameRange(0, 50))
    assert not song.has_leftovers
