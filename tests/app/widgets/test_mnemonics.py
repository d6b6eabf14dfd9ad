"""No key with Alt means two things, in either language."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.application import install_translations
from app.model.export_choice import ExportKind
from app.widgets.action_button import ActionButton
from app.widgets.export_dialog import ExportDialog
from tests.app.widgets.studio_window import StudioWindow, studio_window

LETTER = re.compile(r"&(\w)")


@pytest.fixture(params=["en", "de"], autouse=True)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    before = QLocale()
    translators = install_translations(qapp, request.param)
    yield request.param
    for translator in translators:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


@pytest.fixture
def studio(qtbot: QtBot, language: str) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        studio.window.show()
        yield studio


def letters_of(top: QWidget) -> Iterator[tuple[str, str]]:
    for widget in top.findChildren(QWidget):
        is_button = isinstance(widget, QAbstractButton) and not isinstance(widget, ActionButton)
        is_label = isinstance(widget, QLabel) and widget.buddy() is not None
        if widget.isVisibleTo(top) and (is_button or is_label):
            text = widget.text()  # type: ignore[attr-defined]
            found = LETTER.search(text)
            if found:
                yield found[1].upper(), text


def clashes(claims: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    owners = defaultdict[str, set[str]](set)
    for letter, text in claims:
        owners[letter].add(text)
    return [tuple(sorted(texts)) for texts in owners.values() if len(texts) > 1]


@pytest.mark.parametrize("has_song", [False, True])
def test_letters_of_menus_panels_and_shortcuts_differ(studio: StudioWindow, has_song: bool) -> None:
    if has_song:
        studio.add_song()
        QApplication.processEvents()
    claims = list(letters_of(studio.window))
    for menu in studio.window.menuBar().actions():
        found = LETTER.search(menu.text())
        assert found is not None, menu.text()
        claims.append((found[1].upper(), menu.text()))
    for action in studio.window.actions():
        for sequence in action.shortcuts():
            key = sequence.toString().removeprefix("Alt+")
            if key != sequence.toString() and len(key) == 1:
                claims.append((key, action.text()))

    assert len(claims) > 6
    assert clashes(claims) == []


@pytest.mark.parametrize("kind", list(ExportKind))
def test_letters_of_the_export_dialog_differ(studio: StudioWindow, kind: ExportKind) -> None:
    dialog = ExportDialog(studio.add_song(), studio.settings, studio.window)
    dialog.show()
    dialog._content._kind_buttons[kind].setChecked(True)
    claims = list(letters_of(dialog))

    assert len(claims) > 8
    assert clashes(claims) == []
    dialog.close()
