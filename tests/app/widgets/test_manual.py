import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.resource_files import resource_path
from app.widgets.actions import Actions, plain_text
from app.widgets.manual_viewer import ManualPage, ManualViewer, heading_name, manual_page
from tests.app.widgets.studio_window import studio_window

PAGES = sorted(resource_path("manual").glob("manual_*.md"))
LINK = re.compile(r"\]\(#([^)]+)\)")
PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_to_a_heading(page: Path, qtbot: QtBot) -> None:
    viewer = ManualPage()
    qtbot.addWidget(viewer)
    viewer.show_page(page)

    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert len(links) > 10
    assert [link for link in links if not viewer.show_heading(link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_picture_is_there_and_fits(page: Path, qtbot: QtBot) -> None:
    viewer = ManualPage()
    qtbot.addWidget(viewer)
    viewer.show_page(page)
    width = viewer.viewport().width()

    for name in PICTURE.findall(page.read_text(encoding="utf-8")):
        image = viewer.loadResource(2, QUrl(name))
        assert 0 < image.width() <= width, name  # type: ignore[attr-defined]


def test_both_manuals_have_the_same_chapters_and_pictures() -> None:
    english, german = (manual_page(code).read_text(encoding="utf-8") for code in ("en", "de"))

    assert manual_page("fr") == manual_page("en")
    assert english.count("\n## ") == german.count("\n## ")
    assert len(PICTURE.findall(english)) == len(PICTURE.findall(german))
    assert english.count("\n| ") == german.count("\n| ")


def test_keys_of_the_manual_are_those_of_the_program(qtbot: QtBot) -> None:
    with studio_window() as studio:
        actions: Actions = studio.window.actions_
        keys = {
            plain_text(action.text()): action.shortcut().toString()
            for action in (
                actions.export, actions.compare, actions.hear_residual, actions.spectrogram,
                actions.zoom_fit, actions.zoom_selection, actions.copy_all, actions.separate,
                actions.solo_only, actions.pause_song, actions.manual,
            )
        }  # fmt: skip
    english = manual_page("en").read_text(encoding="utf-8")

    assert {text: key for text, key in keys.items() if key not in english} == {}


def test_headings_are_named_as_everywhere() -> None:
    assert heading_name("Projects: nothing has to be saved") == "projects-nothing-has-to-be-saved"
    assert heading_name("Hören und mischen") == "hören-und-mischen"


@pytest.mark.parametrize("width", [500, 1100])
def test_the_page_is_never_wider_than_its_window(qtbot: QtBot, width: int) -> None:
    viewer = ManualViewer("en")
    qtbot.addWidget(viewer)
    viewer.show()
    assert viewer.width() >= 0.65 * viewer.screen().availableSize().width()
    page = viewer.page

    viewer.resize(width, 500)
    qtbot.waitUntil(lambda: not page._fit_timer.isActive())

    assert page.horizontalScrollBar().maximum() == 0


def test_the_manual_says_the_same_of_escape_everywhere() -> None:
    english, german = (manual_page(code).read_text(encoding="utf-8") for code in ("en", "de"))

    assert "**Esc** only leaves a control" in english
    assert "**Esc** marks" not in english
    assert "**Esc** verlässt nur ein Element" in german
    assert "**Esc** wählt" not in german


@pytest.fixture
def viewer(qtbot: QtBot) -> ManualViewer:
    viewer = ManualViewer("en")
    viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(viewer)
    viewer.show()
    with qtbot.waitActive(viewer):
        viewer.activateWindow()
    return viewer


def test_words_are_found_in_the_manual(viewer: ManualViewer) -> None:
    bar, page = viewer.find_bar, viewer.page
    QTest.keyClick(viewer, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert bar.field.hasFocus()
    QTest.keyClicks(bar.field, "residual")
    num_places = page.toPlainText().lower().count("residual")
    assert num_places > 2
    assert page.textCursor().selectedText().lower() == "residual"
    assert bar.count.text() == f"1 of {num_places}"
    first = page.textCursor().selectionStart()

    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert page.textCursor().selectionStart() > first
    assert bar.count.text() == f"2 of {num_places}"
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == f"{num_places} of {num_places}"  # around the start
    assert viewer.isVisible()


def test_what_is_not_in_the_manual_is_said_and_escape_first_empties_the_field(
    viewer: ManualViewer,
) -> None:
    bar = viewer.find_bar
    bar.begin()
    QTest.keyClicks(bar.field, "zebra")
    assert bar.count.text() == "Not found"

    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert (bar.field.text(), bar.count.text()) == ("", "")
    assert viewer.page.hasFocus()
    assert viewer.isVisible()
    QTest.keyClick(viewer.page, Qt.Key.Key_Escape)
    assert not viewer.isVisible()


def test_the_manual_opens_ready_for_a_word_and_arrows_still_scroll_it(viewer: ManualViewer) -> None:
    assert viewer.focusWidget() is viewer.find_bar.field
    bar = viewer.page.verticalScrollBar()

    QTest.keyClick(viewer.find_bar.field, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    QTest.keyClick(viewer.find_bar.field, Qt.Key.Key_PageUp)
    assert bar.value() == 0
    QTest.keyClicks(viewer.find_bar.field, "loop")
    assert viewer.page.textCursor().selectedText().lower() == "loop"
