from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from app.widgets.error_banner import ErrorBanner
from engine.errors import EngineError
from tests.app.widgets.studio_window import studio_window


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
        foot = window.banner.mapTo(window, window.banner.rect().bottomLeft()).y()
        assert foot < transport.mapTo(window, QPoint()).y()

        window.banner._details_button.click()
        qtbot.waitUntil(lambda: window.banner._details.isVisible())
        qtbot.waitUntil(lambda: window.banner.height() > window.banner._details.height())
        assert window.banner.rect().contains(window.banner._details.geometry())
        assert window.banner.mapTo(window, window.banner.rect().bottomLeft()).y() == foot
