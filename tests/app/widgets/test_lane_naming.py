"""A lane is renamed where its name stands."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.lane_header import LaneHeader
from app.widgets.title_field import TitleField
from tests.app.widgets.studio_window import StudioWindow, studio_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        studio.window.show()
        qtbot.waitExposed(studio.window)
        studio.window.activateWindow()
        mix_changes.select(studio.add_song(), FrameRange(0, 8000), loops=True)
        QApplication.processEvents()
        yield studio


@pytest.fixture
def song(studio: StudioWindow) -> Song:
    return studio.session.songs[0]


def header(studio: StudioWindow, name: str) -> LaneHeader:
    return studio.window.timeline.stack.row(name).header


def begin(studio: StudioWindow, name: str) -> TitleField:
    """Double-click on a lane's name as a mouse does: the second press is another event."""
    title = header(studio, name).title
    QTest.mouseClick(title, LEFT)
    QTest.mouseDClick(title, LEFT)
    (field,) = header(studio, name).findChildren(TitleField)
    return field


def test_a_double_click_on_a_name_lets_it_be_typed_and_no_shortcut_hears_it(
    studio: StudioWindow, song: Song
) -> None:
    marked = song.state.selection
    field = begin(studio, "other")
    assert QApplication.focusWidget() is field
    assert header(studio, "other").rect().contains(field.geometry())

    QTest.keyClicks(field, "My Guitar 2")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert song.state.lane("other").title == "My Guitar 2"
    assert header(studio, "other").title.text() == "My Guitar 2"
    assert song.state.selection == marked
    assert song.state.tempo is None
    assert not studio.transport.is_playing
    assert studio.window.focusWidget() is studio.window.timeline.stack.row("other").waveform


def test_escape_keeps_the_old_name(studio: StudioWindow, song: Song) -> None:
    undone = song.undo_text
    field = begin(studio, "bass")
    QTest.keyClicks(field, "Guitar")

    QTest.keyClick(field, Qt.Key.Key_Escape)

    assert song.state.lane("bass").title == ""
    assert song.undo_text == undone
    assert not field.isVisible()


def test_a_click_elsewhere_takes_the_name(studio: StudioWindow, song: Song) -> None:
    QTest.keyClicks(begin(studio, "bass"), "Cello")

    QTest.mouseClick(studio.window.timeline.stack.row("drums").waveform, LEFT)

    assert song.state.lane("bass").title == "Cello"


def test_f2_in_the_middle_of_a_name_goes_on_with_it(studio: StudioWindow, song: Song) -> None:
    field = begin(studio, "bass")
    QTest.keyClicks(field, "Cel")

    QTest.keyClick(field, Qt.Key.Key_F2)
    focused = QApplication.focusWidget()
    assert focused is field
    QTest.keyClicks(focused, "lo")
    QTest.keyClick(focused, Qt.Key.Key_Return)

    assert song.state.lane("bass").title == "Cello"


@pytest.mark.parametrize("typed", ["", "Bass"])
def test_the_own_name_of_a_lane_follows_the_language_again(
    studio: StudioWindow, song: Song, typed: str
) -> None:
    mix_changes.rename_lane(song, "bass", "Cello")
    field = begin(studio, "bass")
    field.setText(typed)

    QTest.keyClick(field, Qt.Key.Key_Return)

    assert song.state.lane("bass").title == ""


def test_a_double_click_beside_the_name_types_nothing(studio: StudioWindow) -> None:
    QTest.mouseDClick(header(studio, "bass"), LEFT)

    assert header(studio, "bass").findChildren(TitleField) == []
