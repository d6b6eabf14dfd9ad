"""The row below the lanes where a message stands."""

from pytestqt.qtbot import QtBot

from app.widgets.timeline_view import TimelineView


def test_however_high_a_message_is_it_leaves_the_lanes_enough_to_be_seen(
    view: TimelineView, qtbot: QtBot
) -> None:
    size = view.size()

    view.room.take(10 * view.height())
    qtbot.waitUntil(lambda: view.room.height() > 0)

    assert view.stack.height() == view.stack.minimumSizeHint().height()
    assert view.size() == size


def test_a_message_that_goes_at_once_leaves_no_trace(view: TimelineView, qtbot: QtBot) -> None:
    before = [row.geometry() for row in view.stack.rows]

    view.room.take(50)
    view.room.take(0)
    view.room.take(60)
    qtbot.waitUntil(lambda: view.room.height() == 60)
    assert [row.geometry() for row in view.stack.rows] == before

    view.room.take(0)
    qtbot.waitUntil(lambda: view.room.height() == 0)
    assert [row.geometry() for row in view.stack.rows] == before
    assert not view.stack.overflows
