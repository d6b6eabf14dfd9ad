"""Bars and beats in the timeline, and what snaps to them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.model.tempo import Tempo
from app.widgets import mix_changes, tempo_changes
from app.widgets.timeline_view import TimelineView
from tests.app.widgets.timeline.acting import RATE, Button, at, drag, wave

BAR = 2 * RATE  # at 120 BPM
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tempo(view: TimelineView, song: Song) -> Tempo:
    """Bars of two seconds, the first of which begins at one second."""
    tempo = Tempo(bpm=120, first_beat=RATE)
    song.change(replace(song.state, tempo=tempo), "tempo")
    return tempo


def test_a_drag_in_ruler_or_lane_snaps_to_beats(
    view: TimelineView, song: Song, tempo: Tempo
) -> None:
    view._control.zoom(5.0, 0.0)

    for place in (view.ruler, wave(view, "drums")):
        drag(place, at(view, 5.1), at(view, 12.9))
        assert song.state.selection == FrameRange(5 * RATE, 13 * RATE)
        mix_changes.clear_selection(song)


def test_zoomed_out_it_snaps_to_bars(view: TimelineView, song: Song, tempo: Tempo) -> None:
    drag(view.ruler, at(view, 21.4), at(view, 38.3))

    assert song.state.selection == FrameRange(21 * RATE, 39 * RATE)


@pytest.mark.parametrize("key", [ALT, CTRL])
def test_with_alt_or_ctrl_it_is_free(
    view: TimelineView, song: Song, tempo: Tempo, key: Qt.KeyboardModifier
) -> None:
    drag(view.ruler, at(view, 21.4), at(view, 38.3), key)

    selection = song.state.selection
    assert selection is not None
    assert selection.start == pytest.approx(21.4 * RATE, abs=RATE / 8)
    assert selection.start % BAR != RATE


def test_without_a_tempo_or_with_the_toggle_off_it_is_free(
    view: TimelineView, song: Song, tempo: Tempo
) -> None:
    view.snap.is_on = False
    drag(view.ruler, at(view, 21.4), at(view, 38.3))
    free = song.state.selection
    assert free is not None
    assert free.start % BAR != RATE

    view.snap.is_on = True
    tempo_changes.clear_tempo(song)
    drag(view.ruler, at(view, 21.4), at(view, 38.3))
    assert song.state.selection == free


def test_an_edge_that_is_dragged_snaps_and_the_other_stays_where_it_is(
    view: TimelineView, song: Song, tempo: Tempo
) -> None:
    mix_changes.select(song, FrameRange(20 * RATE + 77, 40 * RATE + 11))

    drag(view.ruler, at(view, 40), at(view, 50.6))

    assert song.state.selection == FrameRange(20 * RATE + 77, 51 * RATE)


def test_the_ruler_grows_by_the_row_of_bars_and_shrinks_again(
    view: TimelineView, song: Song, tempo: Tempo, qtbot: QtBot
) -> None:
    with_bars = view.ruler.sizeHint().height()
    qtbot.waitUntil(lambda: view.ruler.height() == with_bars)
    before = view.ruler.grab().toImage()

    song.undo()

    assert view.ruler.sizeHint().height() < with_bars
    qtbot.waitUntil(lambda: view.ruler.height() < with_bars)
    assert view.ruler.grab().toImage() != before


def test_lanes_have_lines_at_bars_instead_of_round_times(
    view: TimelineView, song: Song, tempo: Tempo
) -> None:
    lane = wave(view, "drums")
    with_bars = lane.grab().toImage()

    tempo_changes.put_bar_one(song, RATE // 2)
    moved = lane.grab().toImage()
    tempo_changes.clear_tempo(song)

    assert moved != with_bars
    assert lane.grab().toImage() not in (moved, with_bars)


def test_screen_readers_hear_the_tempo_and_the_bars(
    view: TimelineView, song: Song, tempo: Tempo
) -> None:
    assert view.ruler.accessibleDescription() == "120.00 BPM, nothing is marked"

    mix_changes.select(song, FrameRange(RATE + 4 * BAR, RATE + 8 * BAR), loops=True)
    assert view.ruler.accessibleDescription() == (
        "120.00 BPM, loop from 0:09.00 to 0:17.00, bars 5–8"
    )
    assert "bars 5–8" in view.corner.grip.accessibleDescription()


def test_tips_say_that_an_edge_can_be_dragged_and_the_loop_typed(
    view: TimelineView, song: Song, tempo: Tempo
) -> None:
    ruler = view.ruler
    assert ruler.toolTip() == "Click to go there, drag to mark a loop"
    mix_changes.select(song, FrameRange(21 * RATE, 41 * RATE), loops=True)
    bottom = ruler.sizeHint().height() - 4

    QTest.mouseMove(ruler, QPoint(at(view, 21).x(), bottom))
    assert ruler.toolTip() == "Drag to move the start; with Alt or Ctrl, off the grid"
    QTest.mouseMove(ruler, QPoint(at(view, 41).x(), bottom))
    assert ruler.toolTip().startswith("Drag to move the end")
    QTest.mouseMove(ruler, QPoint(at(view, 30).x(), bottom))
    assert "Double-click" in ruler.toolTip()
    QTest.mouseMove(wave(view, "drums"), QPoint(at(view, 21).x(), 5))
    assert wave(view, "drums").toolTip().startswith("Drag to move the start")


def test_a_double_click_on_the_loop_wants_its_ends_typed(
    view: TimelineView, song: Song, tempo: Tempo, qtbot: QtBot
) -> None:
    mix_changes.select(song, FrameRange(21 * RATE, 41 * RATE), loops=True)
    ruler, asked = view.ruler, list[bool]()
    ruler.typing_wanted.connect(lambda: asked.append(True))
    bottom = ruler.height() - 4

    QTest.mouseDClick(ruler, Button.LeftButton, pos=QPoint(at(view, 60).x(), bottom))
    QTest.mouseDClick(ruler, Button.LeftButton, pos=QPoint(at(view, 30).x(), 3))
    assert asked == []
    QTest.mouseDClick(ruler, Button.LeftButton, pos=QPoint(at(view, 30).x(), bottom))
    assert asked == [True]
    assert song.state.selection == FrameRange(21 * RATE, 41 * RATE)
