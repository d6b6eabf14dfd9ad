from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from app.widgets.error_banner import ErrorBanner
from app.widgets.failed_page import FailedPage
from app.widgets.main_window import MainWindow
from app.widgets.welcome import Welcome
from app.widgets.yielding_page import YieldingPage
from engine.errors import EngineError
from tests.app.widgets.studio_window import StudioWindow, studio_window


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


@pytest.fixture(params=["welcome", "failed song"])
def page_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def show_page(studio: StudioWindow, name: str) -> Welcome | FailedPage:
    """Show a page that has no lanes, and return its contents."""
    window = studio.window
    if name == "welcome":
        window.welcome.show_recent([Path(f"song {number}.wav") for number in range(5)])
        return window.welcome
    song = Song(Path("songs"), Path("broken.wav"))
    song.set_status(SongStatus(phase=Phase.FAILED, error=EngineError("Broken.", remedy="Mend it.")))
    studio.session.add(song)
    studio.session.set_current(song)
    return window.failed_page


def shown_places(contents: QWidget, window: MainWindow) -> list[QRect]:
    """Where the controls and texts of a page are."""
    parts = [*contents.findChildren(QLabel), *contents.findChildren(QPushButton)]
    return [place(each, window) for each in parts if each.isVisible()]


@pytest.mark.parametrize(("spare", "moves"), [(2, True), (4, False)])
def test_a_message_covers_nothing_of_a_page_and_moves_it_only_if_it_must(
    qapp: QApplication, qtbot: QtBot, page_name: str, spare: int, moves: bool
) -> None:
    with studio_window() as studio:
        window, contents = studio.window, show_page(studio, page_name)
        window.show()
        window.banner.show_error(EngineError("Bad.", remedy="Change it."))
        qtbot.waitUntil(lambda: window.banner.width() > contents.width() // 2)
        # As much room above and below the contents as some messages would take.
        others = window.height() - contents.height()
        height = contents.minimumSizeHint().height() - contents.foot.minimumHeight()
        window.resize(window.width(), others + height + spare * window.banner.height())
        window.banner.dismiss()
        qtbot.waitUntil(lambda: contents.foot.minimumHeight() == 0)
        qapp.processEvents()  # the layouts follow
        size, before = window.size(), shown_places(contents, window)

        window.banner.show_error(EngineError("Bad.", remedy="Change it."))
        qtbot.waitUntil(lambda: contents.foot.minimumHeight() > window.banner.height())
        qapp.processEvents()

        banner = place(window.banner, window)
        assert (shown_places(contents, window) != before) is moves
        assert [each for each in shown_places(contents, window) if each.intersects(banner)] == []
        assert window.size() == size


def test_a_page_without_room_for_a_message_can_be_scrolled_above_it(
    qtbot: QtBot, page_name: str
) -> None:
    with studio_window() as studio:
        window, contents = studio.window, show_page(studio, page_name)
        window.show()
        window.resize(window.width(), window.minimumSizeHint().height())
        size = window.size()
        page = window._pages.currentWidget()
        assert isinstance(page, YieldingPage)
        area = page.area

        window.banner.show_error(EngineError("Bad.", remedy="Change it."))
        qtbot.waitUntil(lambda: window.banner.isVisible() and window.banner.width() > 200)
        qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
        buttons = [each for each in contents.findChildren(QPushButton) if each.isVisible()]
        for button in buttons:
            area.ensureWidgetVisible(button)
            assert not place(button, window).intersects(place(window.banner, window))
            assert place(area.viewport(), window).contains(place(button, window))
        assert not place(area, window).intersects(place(window.banner, window))
        assert window.size() == size

        window.banner.dismiss()
        qtbot.waitUntil(lambda: area.height() == page.height())


def test_a_page_that_grows_under_a_message_has_room_again(qtbot: QtBot) -> None:
    foot, contents = QWidget(), QWidget()
    layout = QVBoxLayout(contents)
    layout.addWidget(QLabel("Text"))
    layout.addWidget(foot, 1)
    page = YieldingPage(contents, foot)
    qtbot.addWidget(page)
    page.resize(300, 90)
    page.show()

    page.take(70)
    assert page.area.height() == 20
    page.resize(300, 300)
    assert (page.area.height(), foot.minimumHeight()) == (300, 70)
    page.take(0)
    assert foot.minimumHeight() == 0


def test_a_page_whose_contents_grow_under_a_message_can_be_scrolled(qtbot: QtBot) -> None:
    foot, contents = QWidget(), QWidget()
    layout = QVBoxLayout(contents)
    layout.addWidget(foot, 1)
    page = YieldingPage(contents, foot)
    qtbot.addWidget(page)
    page.resize(300, 200)
    page.show()
    page.take(70)
    assert page.area.height() == 200

    tall = QLabel("Text")
    tall.setMinimumHeight(180)
    layout.insertWidget(0, tall)

    qtbot.waitUntil(lambda: page.area.height() == 130)
    qtbot.waitUntil(lambda: page.area.verticalScrollBar().maximum() > 0)
