"""What the export dialog says of the choices, so that nobody has to guess what is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.settings import Settings
from app.model.song import Song
from app.widgets import export_dialog
from app.widgets.export_dialog import ExportDialog
from app.widgets.export_report import ExportReport
from tests.app.separated_song import separated_song
from tests.app.widgets.exporting import (
    TIMEOUT_MS,
    button,
    check_stem,
    child,
    choose_format,
    export,
    opened,
    preview,
    says,
)

UNCHECKED = Qt.CheckState.Unchecked


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    settings.export_choice = ExportChoice(folder=tmp_path / "out")
    return settings


@pytest.fixture
def revealed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    paths: list[Path] = []
    monkeypatch.setattr(export_dialog, "reveal", paths.append)
    return paths


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return separated_song(tmp_path / "songs", num_frames=44_100, peak=0.9)


@pytest.fixture
def dialog(
    song: Song, settings: Settings, revealed: list[Path], qtbot: QtBot
) -> Iterator[ExportDialog]:
    dialog = opened(song, settings, qtbot)
    yield dialog
    dialog.stop()


def test_a_mix_goes_without_nothing_that_was_not_ticked(
    dialog: ExportDialog, song: Song, settings: Settings, qtbot: QtBot
) -> None:
    button(dialog, "The mix without some stems").click()
    stems = child(dialog, QListWidget, "Leave these stems out")
    assert isinstance(stems, QListWidget)
    assert {stems.item(row).checkState() for row in range(stems.count())} == {UNCHECKED}
    assert not button(dialog, "Export").isEnabled()
    assert says(dialog, "Tick what the mix should go without.")

    check_stem(dialog, 0, Qt.CheckState.Checked)
    assert preview(dialog)[1:] == ["On the Run (No Drums).wav"]
    assert button(dialog, "Export").isEnabled()
    dialog.reject()

    again = opened(song, settings, qtbot)
    assert not again.choice.removed_stems
    again.stop()


def test_space_ticks_the_box_with_the_keyboard_and_nothing_looks_chosen_before(
    dialog: ExportDialog,
) -> None:
    button(dialog, "The mix without some stems").click()
    stems = child(dialog, QListWidget, "Leave these stems out")
    assert isinstance(stems, QListWidget)
    assert stems.selectedItems() == []
    stems.setFocus()
    QTest.keyClick(stems, Qt.Key.Key_Down)
    QTest.keyClick(stems, Qt.Key.Key_Space)

    assert dialog.choice.removed_stems == {"bass"}


def test_the_boxes_say_whether_they_write_or_leave_out(dialog: ExportDialog) -> None:
    assert child(dialog, QListWidget, "Write these stems").isEnabled()
    button(dialog, "The mix without some stems").click()
    assert child(dialog, QListWidget, "Leave these stems out").isEnabled()


def test_a_project_for_a_daw_carries_the_faders_and_the_dialog_says_so(
    dialog: ExportDialog,
) -> None:
    def note() -> str:
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        (found,) = (text for text in texts if text.startswith("Faders and solo"))
        return found

    assert note() == "Faders and solo do not count here."
    button(dialog, "A project for REAPER, too").click()
    assert "the REAPER project has them" in note()
    button(dialog, "The mix without some stems").click()
    assert note() == "Faders and solo do not count here."


def test_it_says_when_nothing_can_show_the_files_and_does_not_offer_it_again(
    dialog: ExportDialog, revealed: list[Path], qtbot: QtBot
) -> None:
    export(dialog, qtbot)
    assert revealed  # as if no program were there: the replacement finds none
    assert says(dialog, "No program was found")
    assert button(dialog, "Show the Files").isHidden()


def test_what_was_foretold_of_the_level_goes_when_the_files_are_there(
    dialog: ExportDialog, qtbot: QtBot
) -> None:
    check_stem(dialog, 4, Qt.CheckState.Unchecked)
    choose_format(dialog, "FLAC")
    report = dialog.findChildren(ExportReport)[0]
    qtbot.waitUntil(lambda: "Nothing will clip" in report.gain_text, timeout=TIMEOUT_MS)

    export(dialog, qtbot)

    assert report.gain_text == ""


def test_24_bits_are_no_makeshift(dialog: ExportDialog) -> None:
    depths = child(dialog, QComboBox, "Depth")
    assert isinstance(depths, QComboBox)
    depths.setCurrentText("24 bits")

    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Exact to 24 bits: the everyday format for delivery." in texts
