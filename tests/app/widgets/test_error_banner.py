from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.widgets.error_banner import ErrorBanner
from engine.errors import EngineError
from tests.app.widgets.studio_window import studio_window


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def test_an_error_is_shown_with_its_remedy_and_the_log(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    assert banner.isHidden()

    banner.show_error(EngineError("The disk is full.", remedy="Make room."))

    assert not banner.isHidden()
    assert banner.text == "The disk is full. Make room."
    assert "studio.log" in banner.details_text


def test_the_action_of_an_error_runs_and_ends_it(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    called: list[str] = []
    banner.show_error(EngineError("Bad."), "&Again", lambda: called.append("again"))

    banner._action_button.click()

    assert called == ["again"]
    assert banner.isHidden()


def test_a_notice_is_no_error(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)

    banner.show_notice("The sound card is gone; playback goes on silently.")

    assert banner.text == "The sound card is gone; playback goes on silently."
    assert banner.details_text == ""


def test_a_message_moves_nothing_and_leaves_the_transport_in_reach(qtbot: QtBot) -> None:
    with studio_window() as studio:
        studio.add_song()
        window = studio.window
        window.show()
        lanes, transport = window.timeline, window.transport_bar
        qtbot.waitUntil(lambda: lanes.height() > 0)
        before = [(each.mapTo(window, QPoint()), each.size()) for each in (lanes, transport)]

        window.banner.show_error(EngineError("The disk is full.", remedy="Make room."))
        qtbot.waitUntil(lambda: window.banner.width() > window.timeline.width() // 2)

        assert window.banner.isVisible()
        assert [
            (each.mapTo(window, QPoint()), each.size()) for each in (lanes, transport)
        ] == before
        qtbot.waitUntil(
            lambda: place(window.banner, window).bottom() < place(transport, window).y()
        )
        foot = place(window.banner, window).bottom()

        window.banner._details_button.click()
        qtbot.waitUntil(lambda: window.banner._details.isVisible())
        qtbot.waitUntil(lambda: window.banner.height() > window.banner._details.height())
        assert window.banner.rect().contains(window.banner._details.geometry())
        assert place(window.banner, window).bottom() == foot


def test_a_message_covers_no_lane_and_every_lane_can_still_be_reached(qtbot: QtBot) -> None:
    with studio_window() as studio:
        studio.add_song()
        window = studio.window
        window.show()
        stack = window.timeline.stack
        qtbot.waitUntil(lambda: stack.rows[-1].height() > 0)
        before = [place(row.waveform, window) for row in stack.rows]
        seen = place(stack.viewport(), window)

        window.banner.show_error(EngineError("The disk is full.", remedy="Make room."))
        qtbot.waitUntil(lambda: stack.viewport().height() < seen.height())
        qtbot.waitUntil(lambda: stack.overflows)

        banner = place(window.banner, window)
        assert [place(row.waveform, window) for row in stack.rows] == before
        assert place(stack.viewport(), window).topLeft() == seen.topLeft()
        assert not place(stack.viewport(), window).intersects(banner)
        assert not place(stack.scroll_bar, window).intersects(banner)
        assert stack.scroll_bar.isVisible()

        window.timeline.select_lane(stack.names[-1])
        last = place(stack.rows[-1], window)
        assert last.bottom() <= place(stack.viewport(), window).bottom()

        window.banner.dismiss()
        qtbot.waitUntil(lambda: place(stack.viewport(), window) == seen)
        qtbot.waitUntil(lambda: [place(row.waveform, window) for row in stack.rows] == before)


def test_a_window_that_grows_under_a_message_gives_the_rows_what_they_get_without_one(
    qtbot: QtBot,
) -> None:
    with studio_window() as studio:
        studio.add_song()
        window = studio.window
        window.show()
        stack = window.timeline.stack
        window.banner.show_error(EngineError("The disk is full."))
        qtbot.waitUntil(lambda: stack.overflows)

        window.resize(window.width(), window.height() + 100)
        qtbot.waitUntil(lambda: window.timeline.room.height() > 0 and stack.overflows)
        under_a_message = [row.height() for row in stack.rows]
        window.banner.dismiss()
        qtbot.waitUntil(lambda: not stack.overflows)

        assert [row.height() for row in stack.rows] == under_a_message
