"""The export dialog for those who use keys, hear it read, or have a small screen."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.settings import Settings
from app.widgets.export_dialog import ExportDialog
from app.widgets.giving_scroll_area import GivingScrollArea
from tests.app.separated_song import separated_song


@pytest.fixture
def dialog(tmp_path: Path, qtbot: QtBot) -> Iterator[ExportDialog]:
    settings = Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    settings.export_choice = ExportChoice(folder=tmp_path / "out")
    song = separated_song(tmp_path / "songs", num_frames=44_100, peak=0.9)
    dialog = ExportDialog(song, settings)
    qtbot.addWidget(dialog)
    dialog.open()
    yield dialog
    dialog.stop()


def test_every_control_has_a_name_and_no_key_is_used_twice(dialog: ExportDialog) -> None:
    unnamed = [
        item
        for item in dialog.findChildren(QWidget)
        if item.focusPolicy() & Qt.FocusPolicy.TabFocus
        and item.isVisible()
        and not (item.accessibleName() or getattr(item, "text", str)())
        and not any(label.buddy() is item for label in dialog.findChildren(QLabel))
    ]
    assert unnamed == []
    texts = [item.text() for item in dialog.findChildren(QAbstractButton)]
    texts += [label.text() for label in dialog.findChildren(QLabel) if label.buddy()]
    keys = [found.group(1).lower() for text in texts for found in re.finditer("&([^&])", text)]
    assert len(keys) == len(set(keys))
    assert len(keys) > 10


def test_the_dialog_gives_way_on_a_small_screen_and_its_buttons_stay(
    dialog: ExportDialog,
) -> None:
    few_lines = 20 * dialog.fontMetrics().height()
    dialog.resize(dialog.width(), few_lines)
    assert dialog.height() == few_lines
    (export_button,) = (
        item
        for item in dialog.findChildren(QAbstractButton)
        if item.text().replace("&", "") == "Export"
    )
    below = export_button.mapTo(dialog, export_button.rect().bottomLeft()).y()
    assert below < few_lines


def test_the_dialog_grows_with_what_it_says_and_not_for_whoever_made_it_small(
    dialog: ExportDialog, qtbot: QtBot
) -> None:
    dialog.resize(dialog.sizeHint())
    project = next(box for box in dialog.findChildren(QCheckBox) if "REAPER" in box.text())
    (area,) = dialog.findChildren(GivingScrollArea)
    QApplication.processEvents()
    before = dialog.height()

    project.click()
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert area.verticalScrollBar().maximum() == 0

    project.click()
    QApplication.processEvents()
    small = before * 2 // 3
    dialog.resize(dialog.width(), small)
    project.click()
    QApplication.processEvents()
    assert dialog.height() < before
