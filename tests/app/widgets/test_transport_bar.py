from collections.abc import Mapping
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.model.tempo import Tempo
from app.widgets.action_button import ActionButton
from app.widgets.level_zoom import STEP_DB
from tests.app.widgets.studio_window import studio_window


def test_the_output_meter_shares_the_peaks_of_a_tick_with_the_lanes_meters(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studio_window() as studio:
        studio.add_song()
        transport, bar = studio.transport, studio.window.transport_bar
        asked: list[bool] = []

        def levels() -> Mapping[str, tuple[float, float]]:
            asked.append(transport.is_playing)
            return {"master": (0.5, 0.5)}

        monkeypatch.setattr(transport, "levels", levels)
        transport.play()
        asked.clear()

        transport.position_changed.emit(0)

        assert asked == [True, True]
        assert not bar._level.is_at_rest
        transport.pause()
        qtbot.waitUntil(lambda: bar._level.is_at_rest)
        assert not bar._fall_timer.isActive()


def test_the_button_says_the_way_back_while_the_original_is_heard(qtbot: QtBot) -> None:
    with studio_window() as studio:
        bar, compare = studio.window.transport_bar, studio.window.actions_.compare
        studio.add_song()
        button = bar._compare
        assert button.accessibleName() == button.shown_text == "Hear the Original"
        before = button.grab().toImage()
        button.show_text(True)
        width = button.sizeHint().width()

        compare.trigger()
        assert bar._monitor.text() == "You hear the original"
        assert button.isChecked()
        assert button.shown_text == button.accessibleName() == "Back to the Stems"
        button.show_text(True)
        assert button.sizeHint().width() == width
        assert button.grab().toImage() != before

        compare.trigger()
        assert button.accessibleName() == button.shown_text == "Hear the Original"


def test_quiet_waveforms_can_be_enlarged_beside_the_zoom(qtbot: QtBot) -> None:
    with studio_window() as studio:
        studio.add_song()
        bar, zoom = studio.window.transport_bar, studio.window.timeline.level_zoom
        buttons = {button.accessibleName(): button for button in bar.findChildren(ActionButton)}

        buttons["Taller Waveforms"].click()
        buttons["Taller Waveforms"].click()
        assert zoom.decibels == 2 * STEP_DB
        buttons["Flatter Waveforms"].click()
        assert zoom.decibels == STEP_DB
        assert not buttons["Taller Waveforms"].icon().isNull()


def test_the_height_of_the_waveforms_is_there_again_after_a_restart(qtbot: QtBot) -> None:
    with studio_window() as studio:
        studio.add_song()
        studio.window.timeline.level_zoom.turn(3)
    with studio_window() as studio:
        assert studio.window.timeline.level_zoom.decibels == 3 * STEP_DB
        studio.add_song()
        rows = studio.window.timeline.stack.rows
        assert {row.waveform._level_zoom for row in rows} == {10.0 ** (3 * STEP_DB / 20.0)}
        studio.window.timeline.level_zoom.reset()


@pytest.mark.parametrize("is_narrow", [False, True])
def test_a_tempo_that_is_set_clips_no_text_and_hides_first_what_a_button_says_too(
    qtbot: QtBot, is_narrow: bool
) -> None:
    with studio_window() as studio:
        song, window = studio.add_song(), studio.window
        bar = window.transport_bar
        window.show()
        window.resize(3000, window.height())
        qtbot.waitUntil(lambda: bar._monitor.isVisible())
        layout = bar.layout()
        assert layout is not None
        if is_narrow:  # just enough, until there is a tempo
            window.resize(
                window.width() - bar.width() + layout.minimumSize().width(), window.height()
            )
            qtbot.waitUntil(lambda: bar.width() == layout.minimumSize().width())
        assert bar._monitor.isVisible()

        song.change(replace(song.state, tempo=Tempo(bpm=118.18, first_beat=0)), "Tempo")
        qtbot.waitUntil(lambda: bar.tempo.bar.isVisible())

        assert bar._monitor.isVisible() is not is_narrow
        buttons = (bar._compare, bar.tempo.button)
        assert all(button.text_width > 0 for button in buttons)
        qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in buttons))
