import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.settings import MAX_HEIGHT_DB
from app.model.song import Song
from app.model.song_view import SongView
from app.widgets import mix_changes
from app.widgets.lane_waveform import LaneWaveform
from app.widgets.timeline_view import TimelineView
from tests.app.widgets.fake_transport import FakeTransport
from tests.app.widgets.made_songs import made_song
from tests.app.widgets.timeline.acting import (
    NAMES,
    NONE,
    RATE,
    SECONDS,
    Button,
    at,
    audio,
    turn_wheel,
    wave,
)

Key = Qt.Key


def test_wheel_with_ctrl_zooms_at_the_pointer(view: TimelineView) -> None:
    turn_wheel(view, "drums", 30, 5, Qt.KeyboardModifier.ControlModifier)

    assert view.axis.frames_per_column < view.axis.max_frames_per_column / 3
    assert view.axis.x_of(30 * RATE) == pytest.approx(300, abs=2)


def test_wheel_scrolls_through_time_where_all_lanes_are_in_view(view: TimelineView) -> None:
    view.zoom_in()
    view.zoom_in()

    turn_wheel(view, "drums", 10, -3)
    there = view.axis.first_column
    assert there > 0

    turn_wheel(view, "drums", 10, 3)
    assert view.axis.first_column == 0


def test_scroll_bar_and_view_move_together(view: TimelineView) -> None:
    view.zoom_in()
    bar = view._control.scroll_bar
    assert bar.maximum() == view.axis.max_first_column

    bar.setValue(bar.maximum())
    assert view.axis.last_frame == pytest.approx(RATE * SECONDS, abs=view.axis.frames_per_column)

    view.zoom_to_fit()
    assert bar.maximum() == 0
    assert view.axis.shows_all


def test_zoom_to_selection_fills_the_view(view: TimelineView, song: Song) -> None:
    mix_changes.select(song, FrameRange(20 * RATE, 30 * RATE))

    view.zoom_to_selection()

    assert view.axis.first_frame == pytest.approx(19.5 * RATE, rel=0.01)
    assert view.axis.last_frame == pytest.approx(30.5 * RATE, rel=0.01)


def test_axis_is_as_wide_as_the_lanes(view: TimelineView, qtbot: QtBot) -> None:
    assert view.axis.num_columns == wave(view, "drums").width()
    assert view.ruler.width() == wave(view, "drums").width()

    view.resize(view.width() + 123, 200)

    qtbot.waitUntil(lambda: view.axis.num_columns == wave(view, "drums").width())
    qtbot.waitUntil(lambda: view.ruler.width() == view.axis.num_columns)


def test_a_click_seeks(view: TimelineView, transport: FakeTransport, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.seek_requested):
        QTest.mouseClick(wave(view, "drums"), Button.LeftButton, NONE, at(view, 42))
    assert transport.position == pytest.approx(42 * RATE, abs=RATE / 10)

    QTest.mouseClick(view.ruler, Button.LeftButton, NONE, at(view, 7))
    assert transport.position == pytest.approx(7 * RATE, abs=RATE / 10)


def test_playhead_stands_over_the_frame_that_is_heard(
    view: TimelineView, transport: FakeTransport
) -> None:
    transport.seek(50 * RATE)

    middle = view.playhead.geometry().center().x()
    expected = view.stack.header_width + view.axis.x_of(50 * RATE)
    assert middle == pytest.approx(expected, abs=1.5)
    assert view.playhead.isVisible()


def test_playhead_out_of_view_is_hidden(view: TimelineView, transport: FakeTransport) -> None:
    view.follows_playhead = False
    view.zoom_in()

    transport.seek(99 * RATE)

    assert not view.playhead.isVisible()


def test_motion_of_the_playhead_repaints_a_strip_and_no_more(
    view: TimelineView, transport: FakeTransport, qtbot: QtBot
) -> None:
    transport.seek(50 * RATE)
    qtbot.wait(20)
    strips = PaintedWidths(list(view.findChildren(LaneWaveform)))

    transport.seek(50 * RATE + RATE // 5)
    qtbot.waitUntil(lambda: len(strips.widths) >= len(NAMES))

    assert max(strips.widths) <= 40


class PaintedWidths(QObject):
    def __init__(self, widgets: list[LaneWaveform]) -> None:
        super().__init__()
        self.widths: list[int] = []
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.widths.append(event.region().boundingRect().width())
        return False


def test_view_turns_the_page_when_the_playhead_leaves_it(
    view: TimelineView, transport: FakeTransport
) -> None:
    view.zoom_in()
    view.zoom_in()
    transport.set_playing(True)
    transport.seek(round(view.axis.last_frame) - 10)
    first = view.axis.first_column

    transport.seek(round(view.axis.last_frame) + 10)

    assert view.axis.first_column > first
    assert view.axis.shows(transport.position)


def test_view_stays_where_the_user_scrolled_to(
    view: TimelineView, transport: FakeTransport
) -> None:
    view.zoom_in()
    view.zoom_in()
    transport.set_playing(True)
    transport.seek(RATE)
    view._control.scroll(100_000)
    there = view.axis.first_column

    transport.seek(2 * RATE)
    assert view.axis.first_column == there

    view.follows_playhead = True
    assert view.axis.shows(transport.position)


def test_view_that_does_not_follow_stays(view: TimelineView, transport: FakeTransport) -> None:
    view.follows_playhead = False
    view.zoom_in()
    transport.set_playing(True)

    transport.seek(90 * RATE)

    assert view.axis.first_column == 0


def test_meters_show_levels_and_fall_after_the_end(
    view: TimelineView, transport: FakeTransport, qtbot: QtBot
) -> None:
    meter = view.stack.row("drums").header.meter
    transport.measured = {"drums": (0.05, 0.05)}
    transport.set_playing(True)
    transport.seek(10)
    assert not meter.is_at_rest

    transport.set_playing(False)

    qtbot.waitUntil(lambda: meter.is_at_rest, timeout=6000)


# A song that comes back


def test_a_song_comes_back_as_it_was_left(
    view: TimelineView, transport: FakeTransport, song: Song
) -> None:
    transport.song = song
    view.zoom_in()
    view.zoom_in()
    transport.seek(50 * RATE)
    left = view.axis
    assert left.first_column > 0

    another = made_song({MIX_LANE: audio()}, sample_rate=RATE)
    show(another, view, transport)
    assert view.axis.shows_all
    assert transport.position == 0
    show(song, view, transport)

    assert transport.position == 50 * RATE
    assert view.axis.first_frame == pytest.approx(left.first_frame, abs=2 * left.frames_per_column)
    assert view.axis.last_frame == pytest.approx(left.last_frame, abs=2 * left.frames_per_column)
    assert another.view == SongView(lane="mix")


def test_a_kept_view_survives_that_the_window_gets_its_size_later(
    view: TimelineView, transport: FakeTransport, song: Song, qtbot: QtBot
) -> None:
    view.set_song(None)
    song.view = SongView(visible=FrameRange(20 * RATE, 40 * RATE), position=30 * RATE)
    show(song, view, transport)

    view.resize(view.width() + 300, 500)
    qtbot.waitUntil(lambda: view.axis.num_columns > 1100)

    assert view.axis.first_frame == pytest.approx(20 * RATE, abs=RATE / 10)
    assert view.axis.last_frame == pytest.approx(40 * RATE, abs=RATE / 10)
    assert song.view == SongView(
        visible=FrameRange(20 * RATE, 40 * RATE), position=30 * RATE, lane="mix"
    )


def show(song: Song, view: TimelineView, transport: FakeTransport) -> None:
    """Do what the studio does when another song is chosen."""
    transport.song = song
    transport.seek(0)
    view.set_song(song)


CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_wheel_with_ctrl_and_shift_draws_all_waveforms_taller(view: TimelineView) -> None:
    axis, button = view.axis, view.corner.height_button
    assert not button.isVisible()

    turn_wheel(view, "drums", 30, 4, CTRL_SHIFT)

    assert view.level_zoom.decibels == 12.0
    assert {row.waveform._level_zoom for row in view.stack.rows} == {10 ** (12 / 20)}
    assert view.axis == axis
    assert button.text() == "↕ +12 dB"

    QTest.mouseClick(button, Button.LeftButton)
    assert view.level_zoom.decibels == 0.0
    assert not button.isVisible()


def test_waveforms_are_never_flatter_than_they_are(view: TimelineView) -> None:
    view.level_zoom.turn(-3)
    assert view.level_zoom.decibels == 0.0

    view.level_zoom.turn(1000)
    assert view.level_zoom.decibels == MAX_HEIGHT_DB


def test_lanes_that_come_later_are_as_tall_as_the_others(view: TimelineView) -> None:
    view.level_zoom.turn(2)
    other = made_song(dict.fromkeys(NAMES, audio()), sample_rate=RATE)

    view.set_song(other)

    assert {row.waveform._level_zoom for row in view.stack.rows} == {10 ** (6 / 20)}
