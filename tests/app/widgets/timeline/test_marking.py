import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.range_gesture import SCROLL_INTERVAL_MS
from app.widgets.timeline_view import TimelineView
from tests.app.widgets.timeline.acting import NONE, RATE, Button, at, drag, wave

Key = Qt.Key


def test_a_drag_in_a_lane_marks_a_range_as_one_step(view: TimelineView, song: Song) -> None:
    drag(wave(view, "drums"), at(view, 20), at(view, 40))

    selection = song.state.selection
    assert selection is not None
    assert selection.start == pytest.approx(20 * RATE, abs=RATE / 5)
    assert selection.stop == pytest.approx(40 * RATE, abs=RATE / 5)
    assert not song.state.is_looping
    song.undo()
    assert song.state.selection is None


def test_a_drag_in_the_ruler_marks_a_loop(view: TimelineView, song: Song) -> None:
    drag(view.ruler, at(view, 20), at(view, 40))

    assert song.state.is_looping
    assert song.state.selection is not None


def test_nothing_reaches_the_song_before_the_pointer_lets_go(
    view: TimelineView, song: Song
) -> None:
    lane = wave(view, "drums")
    QTest.mousePress(lane, Button.LeftButton, NONE, at(view, 20))
    QTest.mouseMove(lane, at(view, 30))

    assert song.state.selection is None
    assert wave(view, "vocals")._selection is not None

    QTest.mouseRelease(lane, Button.LeftButton, NONE, at(view, 30))
    assert song.state.selection is not None


def test_shift_click_extends_the_selection(view: TimelineView, song: Song) -> None:
    mix_changes.select(song, FrameRange(20 * RATE, 30 * RATE))

    QTest.mouseClick(
        wave(view, "drums"), Button.LeftButton, Qt.KeyboardModifier.ShiftModifier, at(view, 50)
    )

    assert song.state.selection is not None
    assert song.state.selection.start == 20 * RATE
    assert song.state.selection.stop == pytest.approx(50 * RATE, abs=RATE / 5)


@pytest.mark.parametrize("selection", [None, FrameRange(20 * RATE, 30 * RATE)])
def test_dots_and_corner_take_what_is_marked_or_else_the_whole_song(
    view: TimelineView, song: Song, qtbot: QtBot, selection: FrameRange | None
) -> None:
    if selection is not None:
        mix_changes.select(song, selection)
    grip = view.stack.row("drums").header.grip

    with qtbot.waitSignal(view.drag_out_requested) as blocker:
        drag(grip, QPoint(3, 3), QPoint(60, 60))
    assert blocker.args == [("drums",), selection]

    with qtbot.waitSignal(view.drag_out_requested) as blocker:
        drag(view.corner.grip, QPoint(3, 3), QPoint(60, 60))
    assert blocker.args is not None
    assert set(blocker.args[0]) == {"vocals", "residual", "drums"}
    assert blocker.args[1] == selection


def test_every_handle_says_what_it_takes(view: TimelineView, song: Song) -> None:
    corner, header = view.corner.grip, view.stack.row("drums").header

    def tips() -> tuple[str, ...]:
        return corner._text, corner.toolTip(), header.toolTip(), header.grip.toolTip()

    assert all("whole song" in tip for tip in tips())
    mix_changes.select(song, FrameRange(17 * RATE, 25 * RATE))
    assert all("0:17.00–0:25.00" in tip for tip in tips())
    song.undo()
    assert all("whole song" in tip for tip in tips())


@pytest.mark.parametrize("seconds", [0.0, 30.0, 99.95])
def test_the_tag_of_a_narrow_range_stands_beside_it(
    view: TimelineView, song: Song, seconds: float
) -> None:
    start = round(seconds * RATE)
    mix_changes.select(song, FrameRange(start, start + RATE // 20))
    view.select_lane("drums")
    lane = wave(view, "drums")
    lane.grab()

    tag, x = lane._grip, lane._axis.x_of(start)
    assert lane.rect().contains(tag.toAlignedRect())
    assert not tag.left() < x < tag.right()


def test_dragging_the_selection_with_alt_asks_for_it(
    view: TimelineView, song: Song, qtbot: QtBot
) -> None:
    selection = FrameRange(20 * RATE, 30 * RATE)
    mix_changes.select(song, selection)

    with qtbot.waitSignal(view.drag_out_requested) as blocker:
        drag(
            wave(view, "drums"),
            at(view, 25),
            at(view, 60),
            Qt.KeyboardModifier.AltModifier,
        )

    assert blocker.args == [("drums",), selection]
    assert song.state.selection == selection


def test_dragging_the_selections_tag_asks_for_it(
    view: TimelineView, song: Song, qtbot: QtBot
) -> None:
    selection = FrameRange(20 * RATE, 60 * RATE)
    mix_changes.select(song, selection)
    view.select_lane("drums")
    lane = wave(view, "drums")
    lane.grab()
    start = lane._grip.center().toPoint()

    with qtbot.waitSignal(view.drag_out_requested) as blocker:
        drag(lane, start, start + QPoint(80, 0))

    assert blocker.args == [("drums",), selection]


def test_the_selections_tag_is_large_and_says_how_to_drag_it(
    view: TimelineView, song: Song
) -> None:
    mix_changes.select(song, FrameRange(20 * RATE, 60 * RATE))
    view.select_lane("drums")
    lane = wave(view, "drums")
    lane.grab()
    tag = lane._grip

    QTest.mouseMove(lane, QPoint(5, 5))  # a test before may have left it at the tag
    QTest.mouseMove(lane, tag.center().toPoint())

    assert tag.height() >= 1.5 * lane.fontMetrics().height()
    assert "Hold the mouse button and drag" in lane.toolTip()
    assert lane.cursor().shape() is Qt.CursorShape.OpenHandCursor
    QTest.mouseMove(lane, QPoint(5, 5))
    assert lane.toolTip() == ""


def test_the_head_of_a_lane_says_that_it_can_be_dragged(view: TimelineView) -> None:
    header = view.stack.row("drums").header

    for handle in (header, header.grip, header.title):
        assert "Drums lands as a file" in handle.toolTip()
        assert handle.cursor().shape() is Qt.CursorShape.OpenHandCursor
    assert header.mute.cursor().shape() is Qt.CursorShape.ArrowCursor
    assert "all stems land as files" in view.corner.grip.toolTip()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.52, 0.7, 0.98])
def test_the_playhead_never_covers_the_length_of_the_loop(
    view: TimelineView, song: Song, share: float
) -> None:
    mix_changes.select(song, FrameRange(20 * RATE, 60 * RATE), loops=True)
    frame = round((20 + share * 40) * RATE)

    view._show_position(frame)

    ruler = view.ruler
    left = ruler._length_place()
    assert left is not None
    width = QFontMetricsF(ruler._length_font()).horizontalAdvance(ruler._length_text())
    x = view.axis.x_of(frame)
    assert x < left or x > left + width
    assert view.axis.x_of(20 * RATE) <= left
    assert left + width <= view.axis.x_of(60 * RATE)


def test_a_loop_of_a_song_that_is_gone_has_no_length(view: TimelineView, song: Song) -> None:
    mix_changes.select(song, FrameRange(20 * RATE, 60 * RATE), loops=True)
    view.ruler.grab()

    view.ruler.show_song(0)
    view.ruler.show_playhead(30 * RATE)

    assert view.ruler._length_place() is None


def test_right_click_asks_for_the_lanes_menu(view: TimelineView, qtbot: QtBot) -> None:
    lane = wave(view, "drums")
    where = lane.mapToGlobal(QPoint(50, 20))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(50, 20), where)

    with qtbot.waitSignal(view.lane_menu_requested) as blocker:
        QCoreApplication.sendEvent(lane, event)

    assert blocker.args == ["drums", where]
    assert view.selected_lane == "drums"


@pytest.mark.parametrize("beyond", [1, 60])
def test_the_view_follows_a_drag_beyond_its_edge(
    view: TimelineView, song: Song, qtbot: QtBot, beyond: int
) -> None:
    view.zoom_in()
    view.zoom_in()
    lane, before = wave(view, "drums"), view.axis
    end = QPoint(lane.width() + beyond, 20)
    QTest.mousePress(lane, Button.LeftButton, NONE, QPoint(lane.width() // 2, 20))
    QTest.mouseMove(lane, end)

    qtbot.waitUntil(lambda: view.axis.first_column > before.first_column + 100)
    QTest.mouseRelease(lane, Button.LeftButton, NONE, end)

    selection, there = song.state.selection, view.axis
    assert selection is not None
    assert selection.start == pytest.approx(before.frame_at(lane.width() // 2), abs=RATE / 5)
    assert selection.stop == pytest.approx(there.last_frame, abs=RATE / 5)
    qtbot.wait(3 * SCROLL_INTERVAL_MS)
    assert view.axis == there


def test_a_loop_is_drawn_backwards_beyond_the_edge_and_ends_with_the_song(
    view: TimelineView, song: Song, qtbot: QtBot
) -> None:
    view.zoom_in()
    view._control.scroll(150)
    QTest.mousePress(view.ruler, Button.LeftButton, NONE, QPoint(100, 5))
    QTest.mouseMove(view.ruler, QPoint(-200, 5))

    qtbot.waitUntil(lambda: view.axis.first_column == 0)
    QTest.mouseRelease(view.ruler, Button.LeftButton, NONE, QPoint(-200, 5))

    assert song.state.selection is not None
    assert song.state.selection.start == 0


def test_the_view_rests_when_the_pointer_comes_back(view: TimelineView, qtbot: QtBot) -> None:
    view.zoom_in()
    lane = wave(view, "drums")
    QTest.mousePress(lane, Button.LeftButton, NONE, QPoint(100, 20))
    QTest.mouseMove(lane, QPoint(lane.width() + 50, 20))
    QTest.mouseMove(lane, QPoint(lane.width() - 5, 20))
    there = view.axis

    qtbot.wait(3 * SCROLL_INTERVAL_MS)

    assert view.axis == there
    QTest.mouseRelease(lane, Button.LeftButton, NONE, QPoint(200, 20))


def test_the_ruler_says_the_time_at_the_mouse(view: TimelineView) -> None:
    before = view.ruler.grab().toImage()
    QTest.mouseMove(wave(view, "drums"), at(view, 33))
    assert view.ruler._pointer_text() == "0:33.00"
    assert view.ruler.grab().toImage() != before

    QTest.mouseMove(view.ruler, QPoint(at(view, 44).x(), 5))
    assert view.ruler._pointer_text() == "0:44.00"
    QCoreApplication.sendEvent(view.ruler, QEvent(QEvent.Type.Leave))
    assert view.ruler._pointer_text() == ""


def test_the_length_of_a_loop_is_a_length_and_no_place(view: TimelineView, song: Song) -> None:
    mix_changes.select(song, FrameRange(20 * RATE, 20 * RATE + 75_760), loops=True)
    assert view.ruler._length_text() == "Loop: 9.47 s long"


def test_a_lane_that_a_solo_silences_says_so_in_its_tip(view: TimelineView, song: Song) -> None:
    lane = wave(view, "drums")
    mix_changes.toggle_solo(song, "vocals")
    QTest.mouseMove(lane, at(view, 33))
    assert lane.toolTip() == "Silent: another stem is soloed"
    mix_changes.toggle_solo(song, "vocals")
    QTest.mouseMove(lane, at(view, 34))
    assert lane.toolTip() == ""


def test_the_time_at_the_mouse_leaves_no_half_of_a_label(view: TimelineView) -> None:
    ruler = view.ruler
    metrics = QFontMetricsF(ruler.font())
    label = view.axis.x_of(50 * RATE) + metrics.height() * 0.2
    label_stop = label + metrics.horizontalAdvance("0:50")

    def written() -> set[int]:
        image = ruler.grab().toImage()
        chip = ruler._pointer_place()
        start = round(label if chip is None else chip.right() + 1)
        rows, columns = range(1, round(metrics.height())), range(start, round(label_stop))
        assert len(columns) > 2
        return {image.pixel(x, y) for x in columns for y in rows}

    assert len(written()) > 1
    ruler.show_pointer(label - metrics.horizontalAdvance("0:"))
    assert len(written()) == 1


def test_the_corner_says_what_is_taken_beside_the_height_of_waveforms(
    view: TimelineView,
) -> None:
    def shown() -> str:
        QCoreApplication.processEvents()
        grip = corner.grip
        return grip.shown_text(grip.width() - grip.minimumSizeHint().width())

    corner = view.corner
    part = "10:12.59–10:18.22"
    corner.show_taken(part)
    assert shown() == f"Drag out all: {part}"

    corner.show_height(9.0)
    assert shown() == f"All: {part}"
