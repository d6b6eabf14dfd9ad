"""The export dialog as a person uses it: choose, see what it means, write, read back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
)
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.frame_range import FrameRange
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from app.widgets import export_dialog
from app.widgets.existing_question import ExistingQuestion
from app.widgets.export_dialog import ExportDialog
from app.widgets.export_place_box import ExportPlaceBox
from app.widgets.export_report import ExportReport
from engine.audio.audio_format import AudioFormat
from tests.app.separated_song import STEMS, separated_song
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


def entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_enter_writes_the_stems_and_shows_them(
    dialog: ExportDialog, revealed: list[Path], song: Song, tmp_path: Path, qtbot: QtBot
) -> None:
    assert preview(dialog)[:2] == ["On the Run/", "On the Run (Drums).wav"]
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: says(dialog, "written to"), timeout=TIMEOUT_MS)

    folder = tmp_path / "out" / "On the Run"
    assert entries(folder) == sorted(preview(dialog)[1:])
    bass_TC = soundfile.read(folder / "On the Run (Bass).wav", dtype="float32")[0]
    assert np.array_equal(bass_TC, song.track("bass").samples_TC)
    assert revealed == [folder / "On the Run (Drums).wav"]


def test_names_follow_every_keystroke_and_nonsense_is_explained(
    dialog: ExportDialog, qtbot: QtBot
) -> None:
    pattern = child(dialog, QLineEdit, "Pattern of the file names")
    assert isinstance(pattern, QLineEdit)
    pattern.setText("{n}_{stem}")
    assert preview(dialog)[1:3] == ["1_Drums.wav", "2_Bass.wav"]

    pattern.setText("{bpm}")
    assert preview(dialog) == []
    assert says(dialog, "There is no field “{bpm}”")
    assert not button(dialog, "Export").isEnabled()
    pattern.setText("{title}")
    assert button(dialog, "Export").isEnabled()


def test_unchecked_stems_and_kinds_change_the_files(dialog: ExportDialog) -> None:
    check_stem(dialog, 0, Qt.CheckState.Unchecked)
    assert preview(dialog)[1] == "On the Run (Bass).wav"

    button(dialog, "The mix without some stems").click()
    check_stem(dialog, 3, Qt.CheckState.Checked)
    assert preview(dialog)[1:] == ["On the Run (No Vocals).wav"]
    check_stem(dialog, 0, Qt.CheckState.Checked)
    assert preview(dialog)[1:] == ["On the Run (No Drums and Vocals).wav"]

    button(dialog, "The mix as it is heard").click()
    button(dialog, "The original, too").click()
    assert preview(dialog)[1:] == ["On the Run (Mix).wav", "On the Run (Original).wav"]

    button(dialog, "Stems, a file each").click()
    button(dialog, "A project for REAPER, too").click()
    assert preview(dialog)[1] == "On the Run (Bass).wav"
    assert preview(dialog)[-1] == "On the Run.rpp"


def test_the_gain_is_shown_before_anything_is_written(
    dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    button(dialog, "The mix without some stems").click()
    check_stem(dialog, 3, Qt.CheckState.Checked)
    choose_format(dialog, "FLAC")

    report = dialog.findChildren(ExportReport)[0]
    qtbot.waitUntil(lambda: "dB quieter" in report.gain_text, timeout=TIMEOUT_MS)
    assert "“No Vocals”" in report.gain_text
    assert not (tmp_path / "out").exists()
    choose_format(dialog, "WAV")
    assert report.gain_text == ""


@pytest.mark.parametrize("title", ["Ogg Vorbis", "MP3"])
def test_lossy_formats_say_that_they_are_not_for_the_daw(title: str, dialog: ExportDialog) -> None:
    choose_format(dialog, title)
    assert any("not for the DAW" in label.text() for label in dialog.findChildren(QLabel))


@pytest.mark.parametrize(
    ("answer", "folders", "num_new"),
    [
        ("Use a New Folder", ["On the Run", "On the Run (2)"], 5),
        ("Write Only the Others", ["On the Run"], 4),
        ("Replace Them", ["On the Run"], 5),
        ("Cancel", ["On the Run"], 0),
    ],
)
def test_files_that_are_there_already_are_asked_about(
    answer: str,
    folders: list[str],
    num_new: int,
    dialog: ExportDialog,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    folder = tmp_path / "out" / "On the Run"
    folder.mkdir(parents=True)
    (folder / "On the Run (Drums).wav").write_text("old")

    button(dialog, "Export").click()
    qtbot.waitUntil(lambda: bool(dialog.findChildren(ExistingQuestion)), timeout=TIMEOUT_MS)
    question = dialog.findChildren(ExistingQuestion)[0]
    (chosen,) = (item for item in question.buttons() if item.text().replace("&", "") == answer)
    chosen.click()

    if num_new:
        qtbot.waitUntil(lambda: says(dialog, "written to"), timeout=TIMEOUT_MS)
    written = list((tmp_path / "out").rglob("*.wav"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == folders
    assert sum(path.stat().st_size > 1000 for path in written) == num_new
    assert button(dialog, "Export").isEnabled()


def test_existing_files_are_marked_in_the_preview(
    song: Song, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "out" / "On the Run"
    folder.mkdir(parents=True)
    (folder / "On the Run (Bass).wav").touch()
    dialog = opened(song, settings, qtbot)

    qtbot.waitUntil(
        lambda: preview(dialog)[2] == "exists already: On the Run (Bass).wav", timeout=TIMEOUT_MS
    )
    dialog.stop()


def test_a_selection_can_be_exported_alone(
    song: Song, settings: Settings, revealed: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    song.change(replace(song.state, selection=FrameRange(1000, 5410)), "select")
    dialog = opened(song, settings, qtbot)
    (ranges,) = (box for box in dialog.findChildren(QComboBox) if "Whole" in box.itemText(0))
    assert ranges.currentIndex() == 0
    ranges.setCurrentIndex(1)
    export(dialog, qtbot)

    path = tmp_path / "out" / "On the Run" / "On the Run (Bass) 0m00.023-0m00.123.wav"
    samples_TC = soundfile.read(path, dtype="float32")[0]
    assert np.array_equal(samples_TC, song.track("bass").samples_TC[1000:5410])


def test_a_long_folder_shows_its_end_and_all_of_it_in_the_tip(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    folder = Path("/very") / ("long" * 60) / "the end"
    dialog._place.set_folder(str(folder))

    shown = child(dialog, QLineEdit, "Folder")
    assert isinstance(shown, QLineEdit)
    assert shown.text().startswith("/very")
    assert shown.text().endswith("the end")
    assert "…" in shown.text()
    assert str(folder) in shown.toolTip()
    assert dialog.choice.folder == folder


def test_an_export_can_wait_for_stems_that_are_not_complete(
    settings: Settings, revealed: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path / "songs", num_frames=1000, done=620)
    dialog = opened(song, settings, qtbot)
    assert says(dialog, "Drums 62 %")
    assert not button(dialog, "Export").isEnabled()

    button(dialog, "Wait, Then Export").click()
    assert says(dialog, "starts by itself")
    for stem in song.stems:
        stem.mark_done(FrameRange(620, 1000))
        song.report_audio(stem.name, FrameRange(620, 1000))
    assert says(dialog, "starts by itself")
    song.set_status(SongStatus(phase=Phase.DONE))
    qtbot.waitUntil(lambda: says(dialog, "written to"), timeout=TIMEOUT_MS)

    assert len(entries(tmp_path / "out" / "On the Run")) == len(STEMS)


def test_waiting_ends_when_the_separation_does_not_go_on(
    settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path / "songs", num_frames=1000, done=620)
    dialog = opened(song, settings, qtbot)
    button(dialog, "Wait, Then Export").click()
    song.set_status(SongStatus(phase=Phase.CANCELLED))

    assert says(dialog, "Separate the song again")
    assert not (tmp_path / "out").exists()
    dialog.stop()


def test_complete_stems_that_will_get_better_are_said_to(
    settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path / "songs", num_frames=1000)
    song.set_status(SongStatus(phase=Phase.SEPARATING, fraction=0.3))
    dialog = opened(song, settings, qtbot)

    assert says(dialog, "A better result is on its way (30 %)")
    assert button(dialog, "Export").isEnabled()
    assert button(dialog, "Wait, Then Export").isEnabled()
    dialog.stop()


def test_escape_cancels_the_writing_and_then_closes(
    settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path / "songs", num_frames=2_000_000)
    dialog = opened(song, settings, qtbot)
    choose_format(dialog, "Ogg Vorbis")
    button(dialog, "Export").click()
    qtbot.waitUntil(lambda: says(dialog, "Writing"), timeout=TIMEOUT_MS)

    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: says(dialog, "Cancelled; no file was written"), timeout=TIMEOUT_MS)
    assert dialog.isVisible()
    assert not (tmp_path / "out").exists()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_while_it_writes_stops_the_export(
    settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path / "songs", num_frames=2_000_000)
    dialog = opened(song, settings, qtbot)
    choose_format(dialog, "Ogg Vorbis")
    button(dialog, "Export").click()
    qtbot.waitUntil(lambda: says(dialog, "Writing"), timeout=TIMEOUT_MS)
    dialog.stop()

    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_a_sentence(
    dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "out").write_text("a file")
    button(dialog, "Export").click()

    qtbot.waitUntil(lambda: says(dialog, "Choose another folder"), timeout=TIMEOUT_MS)
    assert button(dialog, "Export").isEnabled()


def test_the_choices_are_there_again_next_time(
    dialog: ExportDialog, song: Song, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    choose_format(dialog, "MP3")
    check_stem(dialog, 1, Qt.CheckState.Unchecked)
    dialog.findChildren(ExportPlaceBox)[0].set_folder(str(tmp_path / "elsewhere"))
    dialog.reject()

    again = opened(song, settings, qtbot)
    assert again.choice == dialog.choice
    assert again.choice.format == AudioFormat(container="mp3", bit_depth=None)
    assert again.choice.unwanted_stems == {"bass"}
    again.stop()
