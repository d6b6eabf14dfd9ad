"""What somebody does to give a song a tempo, and to type a loop."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.mix_state import LaneState
from app.model.song import Song
from app.model.tempo import BarRange, BeatGrid, Tempo
from app.widgets import mix_changes, tempo_changes
from app.widgets.go_to_time import GoToTimeDialog
from app.widgets.loop_panel import LoopPanel
from app.widgets.place_text import bpm_text
from app.widgets.tempo_commands import TempoCommands
from app.widgets.tempo_panel import TempoPanel, read_bpm
from tests.app.widgets.studio_window import RATE, StudioWindow, studio_window

Key, Modifier = Qt.Key, Qt.KeyboardModifier
BAR = 2 * RATE  # at 120 BPM


class Clock:
    """Goes on when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    defaults = TempoCommands.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "clock", clock)
    return clock


@pytest.fixture
def studio(qtbot: QtBot, clock: Clock) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        studio.window.show()
        qtbot.waitExposed(studio.window)
        studio.window.activateWindow()
        studio.add_song()
        studio.window.timeline.stack.row("drums").waveform.setFocus()
        yield studio
        for panel in (TempoPanel, LoopPanel):
            for each in studio.window.findChildren(panel):
                each.close()


@pytest.fixture
def song(studio: StudioWindow) -> Song:
    return studio.session.songs[0]


def tempo_of(song: Song) -> Tempo | None:
    return song.state.tempo


def press(
    studio: StudioWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier
) -> None:
    QTest.keyClick(studio.window.focusWidget() or studio.window, key, modifier)


def type_text(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Key.Key_A, Modifier.ControlModifier)
    QTest.keyClicks(field, text)


def tap(studio: StudioWindow, clock: Clock, *intervals: float) -> None:
    for interval in intervals:
        clock.seconds += interval
        press(studio, Key.Key_T)


def panel_of(studio: StudioWindow) -> TempoPanel:
    studio.window.actions_.tempo.trigger()
    (panel,) = studio.window.findChildren(TempoPanel)
    return panel


def loop_panel_of(studio: StudioWindow) -> LoopPanel:
    studio.window.actions_.type_loop.trigger()
    (panel,) = studio.window.findChildren(LoopPanel)
    return panel


def test_a_tempo_is_typed_and_undone(studio: StudioWindow, song: Song) -> None:
    panel = panel_of(studio)
    assert not panel.set_button.isEnabled()

    type_text(panel.bpm, "97,35")
    panel.beats.setValue(3)
    QTest.keyClick(panel.bpm, Key.Key_Return)

    assert tempo_of(song) == Tempo(bpm=97.35, beats_per_bar=3)
    assert studio.window.transport_bar.tempo.button.text() == "97.35 BPM"
    assert studio.window.transport_bar.tempo.bar.isVisible()
    studio.window.actions_.undo.trigger()
    assert tempo_of(song) is None
    assert not studio.window.transport_bar.tempo.bar.isVisible()
    studio.window.actions_.redo.trigger()
    assert tempo_of(song) is not None


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("97.35", 97.35), ("97,354", 97.35), ("20", 20.0), ("400", 400.0),
        ("19.99", None), ("401", None), ("", None), ("nan", None), ("fast", None),
    ],
)  # fmt: skip
def test_two_decimals_of_a_tempo_within_reason_are_read(text: str, bpm: float | None) -> None:
    assert read_bpm(text) == bpm


@pytest.mark.parametrize("language", ["de", "fa"])
def test_a_tempo_is_read_as_the_panel_has_written_it(language: str) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(language))
    try:
        assert read_bpm(bpm_text(Tempo(bpm=97.35)).removesuffix(" BPM")) == 97.35
    finally:
        QLocale.setDefault(before)


def test_more_decimals_survive_a_change_of_the_beats_alone(
    studio: StudioWindow, song: Song
) -> None:
    mix_changes.select(song, FrameRange(700, 700 + 31_234))
    studio.window.actions_.loop_bars[1].trigger()
    tempo = tempo_of(song)
    assert tempo is not None
    panel = panel_of(studio)

    panel.beats.setValue(3)
    panel.apply()

    assert tempo_of(song) == replace(tempo, beats_per_bar=3)
    assert round(tempo.bpm, 2) != tempo.bpm


def test_four_taps_are_a_tempo_and_one_step_of_undo(
    studio: StudioWindow, song: Song, clock: Clock
) -> None:
    tap(studio, clock, 0.0, 0.5, 0.5)
    assert tempo_of(song) is None
    assert studio.window.statusBar().currentMessage() == "Tap on: 1 more"

    tap(studio, clock, 0.5, 0.48, 0.52)
    assert tempo_of(song) == Tempo(bpm=120.0)

    studio.window.actions_.undo.trigger()
    assert tempo_of(song) is None


def test_taps_after_a_pause_are_another_step(
    studio: StudioWindow, song: Song, clock: Clock
) -> None:
    tap(studio, clock, 0.0, 0.5, 0.5, 0.5)
    tap(studio, clock, 10.0, 0.6, 0.6, 0.6)
    assert tempo_of(song) == Tempo(bpm=100.0)

    studio.window.actions_.undo.trigger()
    assert tempo_of(song) == Tempo(bpm=120.0)


def test_the_first_tap_while_it_plays_is_bar_1(
    studio: StudioWindow, song: Song, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.transport.seek(RATE)
    monkeypatch.setattr(type(studio.transport), "is_playing", property(lambda _: True))
    tap(studio, clock, 0.0)
    studio.transport.seek(3 * RATE)

    tap(studio, clock, 0.5, 0.5, 0.5)

    assert tempo_of(song) == Tempo(bpm=120.0, first_beat=RATE)


def test_it_can_be_tapped_in_the_panel_too(studio: StudioWindow, song: Song, clock: Clock) -> None:
    panel = panel_of(studio)
    panel.tap_button.click()
    for _ in range(3):
        clock.seconds += 0.4
        QTest.keyClick(panel.bpm, Key.Key_T)

    assert tempo_of(song) == Tempo(bpm=150.0)
    assert panel.bpm.text() == "150.00"
    panel.clear_button.click()
    assert tempo_of(song) is None


def test_this_loop_is_four_bars(studio: StudioWindow, song: Song) -> None:
    loop = FrameRange(12_345, 12_345 + 65_432)
    mix_changes.select(song, loop, loops=True)

    studio.window.actions_.loop_bars[2].trigger()

    tempo = tempo_of(song)
    assert tempo is not None
    assert tempo.first_beat == loop.start
    grid = BeatGrid(tempo=tempo, sample_rate=RATE)
    assert grid.whole_bars(loop) == BarRange(first=1, last=4)
    assert "BPM" in studio.window.statusBar().currentMessage()
    studio.window.actions_.undo.trigger()
    assert tempo_of(song) is None
    assert song.state.selection == loop


def test_a_loop_that_would_be_no_music_changes_nothing_and_says_so(
    studio: StudioWindow, song: Song
) -> None:
    mix_changes.select(song, FrameRange(0, RATE))

    studio.window.actions_.loop_bars[4].trigger()

    assert tempo_of(song) is None
    assert studio.window.statusBar().currentMessage() == (
        "That would be 3840 BPM. A tempo lies between 20 and 400 BPM."
    )


def test_any_number_of_bars_is_typed(studio: StudioWindow, song: Song) -> None:
    mix_changes.select(song, FrameRange(0, 3 * BAR))
    press(studio, Key.Key_L, Modifier.ControlModifier)
    (panel,) = studio.window.findChildren(LoopPanel)
    assert panel.focusWidget() is panel.bars

    panel.bars.setValue(3)
    QTest.keyClick(panel.bars, Key.Key_Return)

    assert tempo_of(song) == Tempo(bpm=120.0)


def test_bar_1_comes_to_the_playhead_and_the_tempo_goes(studio: StudioWindow, song: Song) -> None:
    assert not studio.window.actions_.bar_one.isEnabled()
    tempo_changes.set_tempo(song, 120.0, 4)
    studio.transport.seek(777)

    press(studio, Key.Key_D)
    assert tempo_of(song) == Tempo(bpm=120.0, first_beat=777)

    studio.window.actions_.clear_tempo.trigger()
    assert tempo_of(song) is None
    assert studio.window.actions_.undo.text() == "&Undo: Clear the tempo"


def test_resetting_the_mix_keeps_the_tempo(studio: StudioWindow, song: Song) -> None:
    tempo_changes.set_tempo(song, 120.0, 4)
    song.change_lane("drums", LaneState(gain_db=-6.0), "gain")

    studio.window.actions_.reset_mix.trigger()

    assert song.state.lane("drums") == LaneState()
    assert tempo_of(song) == Tempo(bpm=120.0)


def test_arrows_with_alt_step_by_beats_and_bars(studio: StudioWindow, song: Song) -> None:
    tempo_changes.set_tempo(song, 120.0, 4)
    studio.transport.seek(RATE + 5)

    press(studio, Key.Key_Right, Modifier.AltModifier)
    assert studio.transport.position == RATE * 3 // 2
    press(studio, Key.Key_Left, Modifier.AltModifier)
    press(studio, Key.Key_Left, Modifier.AltModifier)
    assert studio.transport.position == RATE // 2
    press(studio, Key.Key_Right, Modifier.AltModifier | Modifier.ShiftModifier)
    assert studio.transport.position == BAR
    press(studio, Key.Key_Left, Modifier.AltModifier | Modifier.ShiftModifier)
    press(studio, Key.Key_Left, Modifier.AltModifier)
    assert studio.transport.position == 0


def test_a_bar_is_typed_where_a_time_is(studio: StudioWindow, song: Song) -> None:
    tempo_changes.set_tempo(song, 120.0, 4)
    press(studio, Key.Key_G, Modifier.ControlModifier)
    (dialog,) = studio.window.findChildren(GoToTimeDialog)

    dialog.field.setText("b3.2")
    dialog._buttons.button(QDialogButtonBox.StandardButton.Ok).click()

    assert studio.transport.position == 2 * BAR + RATE // 2
    assert studio.window.transport_bar.tempo.bar.text() == "bar 3.2"


def test_the_loop_is_typed_in_bars_and_one_field_follows_the_others(
    studio: StudioWindow, song: Song
) -> None:
    tempo_changes.set_tempo(song, 120.0, 4)
    panel = loop_panel_of(studio)
    assert (panel.start.text(), panel.length.text()) == ("b1.1", "b4")

    type_text(panel.start, "b2")
    assert (panel.stop.text(), panel.length.text()) == ("b5.1", "b3")
    type_text(panel.length, "b2")
    assert panel.stop.text() == "b4.1"
    type_text(panel.stop, "b5")
    assert panel.length.text() == "b3"
    QTest.keyClick(panel.stop, Key.Key_Return)

    assert song.state.selection == FrameRange(BAR, 4 * BAR)
    assert song.state.is_looping


def test_a_start_behind_the_end_takes_the_loop_along(studio: StudioWindow, song: Song) -> None:
    mix_changes.select(song, FrameRange(RATE, 2 * RATE))
    panel = loop_panel_of(studio)

    type_text(panel.start, "0:05.5")

    assert (panel.stop.text(), panel.length.text()) == ("0:06.500", "0:01.000")


def test_what_is_no_loop_stays_to_be_mended(studio: StudioWindow, song: Song) -> None:
    mix_changes.select(song, FrameRange(RATE, 2 * RATE))
    panel = loop_panel_of(studio)

    type_text(panel.stop, "0:00.5")
    assert not panel.set_button.isEnabled()
    QTest.keyClick(panel.stop, Key.Key_Return)
    assert panel.isVisible()
    type_text(panel.stop, "soon")
    assert not panel.tempo_button.isEnabled()
    QTest.keyClick(panel.stop, Key.Key_Escape)

    assert song.state.selection == FrameRange(RATE, 2 * RATE)


def test_a_field_that_nobody_touches_keeps_its_frame(studio: StudioWindow, song: Song) -> None:
    mix_changes.select(song, FrameRange(RATE + 3, 2 * RATE + 1))
    panel = loop_panel_of(studio)

    type_text(panel.stop, "0:03")
    panel.apply()

    assert song.state.selection == FrameRange(RATE + 3, 3 * RATE)


def test_the_toggle_is_remembered(studio: StudioWindow) -> None:
    assert studio.window.actions_.snap.isChecked()

    press(studio, Key.Key_N)

    assert not studio.window.timeline.snap.is_on
    assert not studio.settings.snaps_to_grid


def test_panels_have_names_and_close_with_escape(studio: StudioWindow) -> None:
    for open_panel in (panel_of, loop_panel_of):
        panel = open_panel(studio)
        assert QApplication.activePopupWidget() is panel
        for widget in panel.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible():
                text = getattr(widget, "text", str)()
                named = widget.accessibleName() or text or widget.objectName().startswith("qt_")
                assert named, widget
        QTest.keyClick(panel, Key.Key_Escape)
        assert not panel.isVisible()
        QApplication.processEvents()


def test_a_message_about_the_tempo_goes_when_that_is_undone(
    studio: StudioWindow, song: Song
) -> None:
    tempo_changes.set_tempo(song, 120, 4)
    studio.transport.seek(3 * RATE)
    bar = studio.window.statusBar()
    studio.window.actions_.bar_one.trigger()
    assert bar.currentMessage() == "Bar 1 begins at the playhead"

    studio.window.actions_.undo.trigger()
    assert bar.currentMessage() == ""

    studio.window.show_notice("“Demo” is saved.")
    studio.window.actions_.redo.trigger()
    assert bar.currentMessage() == "“Demo” is saved."
