"""Arrows mean the song, unless Tab has reached a control."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QWidget
from pytestqt.qtbot import QtBot

from app.model.song_view import SongView
from app.widgets.lane_header import LaneHeader
from tests.app.widgets.studio_window import RATE, StudioWindow, studio_window
from tests.app.widgets.test_accessibility import tab_chain

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        studio.window.show()
        qtbot.waitExposed(studio.window)
        studio.window.activateWindow()
        studio.add_song()
        QApplication.processEvents()
        studio.window.timeline.stack.row("drums").waveform.setFocus()
        yield studio


def header(studio: StudioWindow, name: str) -> LaneHeader:
    return studio.window.timeline.stack.row(name).header


def focus(studio: StudioWindow) -> QWidget:
    focused = studio.window.focusWidget()
    assert focused is not None
    return focused


@pytest.mark.parametrize("control", ["fader", "pan", "mute", "solo", "title"])
def test_the_mouse_selects_the_lane_and_leaves_the_arrows_to_the_song(
    studio: StudioWindow, control: str
) -> None:
    tabbed = header(studio, "drums").fader
    tabbed.setFocus(Qt.FocusReason.TabFocusReason)
    touched: QWidget = getattr(header(studio, "bass"), control)

    QTest.mousePress(touched, LEFT, NONE, touched.rect().center())
    QTest.mouseMove(touched, touched.rect().center() + QPoint(0, 3))
    QTest.mouseRelease(touched, LEFT, NONE, touched.rect().center() + QPoint(0, 3))
    gain_db = studio.session.songs[0].state.lane("drums").gain_db
    QTest.keyClick(focus(studio), Qt.Key.Key_Right)

    assert studio.window.timeline.selected_lane == "bass"
    assert focus(studio) is studio.window.timeline.stack.row("bass").waveform
    assert studio.transport.position == RATE
    assert studio.session.songs[0].state.lane("drums").gain_db == gain_db


def test_a_gain_is_typed_after_a_click_and_its_lane_selected(studio: StudioWindow) -> None:
    field = header(studio, "bass").field

    QTest.mouseClick(field.lineEdit(), LEFT)
    assert focus(studio) is field
    assert studio.window.timeline.selected_lane == "bass"

    field.selectAll()
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.value() == 0.0
    assert focus(studio) is studio.window.timeline.stack.row("bass").waveform


@pytest.mark.parametrize("control", ["fader", "pan", "mute", "solo", "field"])
def test_tab_selects_the_lane_of_the_control_and_escape_goes_back_to_it(
    studio: StudioWindow, control: str
) -> None:
    widget: QWidget = getattr(header(studio, "bass"), control)

    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert studio.window.timeline.selected_lane == "bass"

    QTest.keyClick(widget, Qt.Key.Key_Escape)
    assert focus(studio) is studio.window.timeline.stack.row("bass").waveform


def test_tab_reaches_a_lane_before_its_controls(studio: StudioWindow) -> None:
    chain = tab_chain(studio.window)
    for row in studio.window.timeline.stack.rows:
        inside = [widget for widget in chain if row.isAncestorOf(widget)]
        assert inside[0] is row.waveform


def test_a_closed_dialog_gives_the_keys_to_the_lanes(studio: StudioWindow) -> None:
    button = studio.window.separation.models
    button.setFocus(Qt.FocusReason.TabFocusReason)
    studio.window.actions_.colour_lane.trigger()
    (dialog,) = studio.window.findChildren(QColorDialog)

    dialog.reject()
    QApplication.processEvents()

    assert focus(studio) is studio.window.timeline.stack.row("drums").waveform


def test_a_song_that_begins_afresh_has_the_keys(studio: StudioWindow) -> None:
    header(studio, "bass").fader.setFocus(Qt.FocusReason.TabFocusReason)
    first = studio.session.songs[0]
    second = studio.add_song()
    studio.session.remove(first)
    QApplication.processEvents()

    assert studio.session.current is second
    assert focus(studio) is studio.window.timeline.stack.row("mix").waveform


def test_the_selected_lane_comes_back_with_its_song(studio: StudioWindow) -> None:
    first = studio.session.songs[0]
    studio.window.timeline.select_lane("vocals")
    studio.window.timeline.set_song(None)
    assert first.view.lane == "vocals"

    studio.window.timeline.set_song(first)

    assert studio.window.timeline.selected_lane == "vocals"
    assert first.view.lane == "vocals"


def test_a_song_that_comes_back_has_one_selected_lane_which_is_the_one_with_the_keys(
    studio: StudioWindow,
) -> None:
    song = studio.session.songs[0]
    song.view = SongView(lane="bass")
    timeline = studio.window.timeline
    timeline.set_song(None)
    timeline.focus_lanes()  # as a window that has just got its first song

    timeline.set_song(song)

    assert timeline.selected_lane == "bass"
    assert focus(studio) is timeline.stack.row("bass").waveform
