"""Several songs that are marked in the queue are exported in one go."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QSettings, Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice, ExportKind
from app.model.export_planning import export_plan
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from app.widgets import songs_export_dialog
from app.widgets.existing_question import ExistingQuestion
from app.widgets.export_report import ExportReport
from app.widgets.file_commands import FileCommands
from app.widgets.remarks_area import RemarksArea
from app.widgets.songs_export_dialog import SongsExportDialog
from app.workers.export_job import ExportEnded, ExportJob
from engine.audio.audio_format import audio_format
from engine.errors import EngineError
from engine.track_export import ExportPlan
from tests.app.separated_song import STEMS, separated_song
from tests.app.widgets.exporting import TIMEOUT_MS, button, child, preview
from tests.app.widgets.studio_window import studio_window


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(songs_export_dialog, "reveal", lambda path: True)
    settings = Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    settings.export_choice = ExportChoice(folder=tmp_path / "out", existing="rename")
    return settings


@pytest.fixture
def songs(tmp_path: Path, qapp: object) -> list[Song]:
    return [separated_song(tmp_path / title, title=title) for title in ("One", "Two", "Three")]


@pytest.fixture
def dialog(songs: list[Song], settings: Settings, qtbot: QtBot) -> Iterator[SongsExportDialog]:
    dialog = opened(songs, settings, qtbot)
    yield dialog
    dialog.stop()


def opened(songs: list[Song], settings: Settings, qtbot: QtBot) -> SongsExportDialog:
    dialog = SongsExportDialog(songs, settings)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def report(dialog: SongsExportDialog) -> ExportReport:
    return dialog.findChildren(ExportReport)[0]


def wait_for_end(dialog: SongsExportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "written to" in report(dialog).text, timeout=TIMEOUT_MS)


def files(folder: Path) -> dict[str, int]:
    return {each.name: len(list(each.iterdir())) for each in sorted(folder.iterdir())}


def test_every_song_goes_into_a_folder_of_its_own_and_one_sentence_sums_it_up(
    dialog: SongsExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    assert dialog.windowTitle() == "Export 3 Song(s)"
    assert [name for name in preview(dialog) if name.endswith("/")] == ["One/", "Two/", "Three/"]

    button(dialog, "Export 3 Song(s)").click()
    wait_for_end(dialog, qtbot)

    assert files(tmp_path / "out") == {"One": 5, "Three": 5, "Two": 5}
    assert report(dialog).text == f"15 file(s) of 3 song(s) written to “{tmp_path / 'out'}”."
    assert button(dialog, "Export 3 Song(s)").isEnabled()


def test_a_song_that_is_not_ready_is_left_out_by_name(
    songs: list[Song], settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    half = separated_song(tmp_path / "half", title="Half", done=1000)
    junk = Song(tmp_path / "junk", tmp_path / "junk.wav")
    junk.set_status(SongStatus(phase=Phase.FAILED, error=EngineError("It is empty.")))
    dialog = opened([junk, songs[0], half], settings, qtbot)
    assert "Not separated yet, so left out: “Half”." in report(dialog).text
    assert "Nothing to export of: “junk”." in report(dialog).text

    button(dialog, "Export 1 Song(s)").click()
    wait_for_end(dialog, qtbot)

    assert files(tmp_path / "out") == {"One": 5}
    dialog.stop()


def test_an_export_of_several_songs_can_wait_for_them(
    songs: list[Song], settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    songs[1].set_status(SongStatus(phase=Phase.SEPARATING, fraction=0.5))
    for stem in songs[1].stems:
        whole, stem.done = stem.done, type(stem.done)()
    dialog = opened(songs, settings, qtbot)
    button(dialog, "Wait, Then Export").click()
    assert "starts by itself" in report(dialog).text
    for stem in songs[1].stems:
        stem.done = whole

    songs[1].set_status(SongStatus(phase=Phase.DONE))
    wait_for_end(dialog, qtbot)

    assert files(tmp_path / "out") == {"One": 5, "Three": 5, "Two": 5}
    dialog.stop()


def test_songs_of_one_name_do_not_replace_each_other(
    settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    settings.export_choice = replace(settings.export_choice, existing="overwrite")
    twins = [separated_song(tmp_path / str(number), title="Twin") for number in range(2)]
    dialog = opened(twins, settings, qtbot)

    button(dialog, "Export 2 Song(s)").click()
    wait_for_end(dialog, qtbot)

    assert files(tmp_path / "out") == {"Twin": 5, "Twin (2)": 5}
    dialog.stop()


def test_files_of_any_of_the_songs_that_are_there_are_asked_about_once(
    songs: list[Song], settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    settings.export_choice = replace(settings.export_choice, existing="ask")
    (tmp_path / "out" / "Two").mkdir(parents=True)
    (tmp_path / "out" / "Two" / "Two (Bass).wav").write_text("old")
    dialog = opened(songs, settings, qtbot)

    button(dialog, "Export 3 Song(s)").click()
    qtbot.waitUntil(lambda: bool(dialog.findChildren(ExistingQuestion)), timeout=TIMEOUT_MS)
    question = dialog.findChildren(ExistingQuestion)[0]
    assert question.informativeText() == "Two/Two (Bass).wav"
    next(each for each in question.buttons() if "Others" in each.text()).click()
    wait_for_end(dialog, qtbot)

    assert files(tmp_path / "out") == {"One": 5, "Three": 5, "Two": 5}
    assert (tmp_path / "out" / "Two" / "Two (Bass).wav").read_text() == "old"
    dialog.stop()


def test_the_choices_are_for_all_songs_and_nothing_is_left_out_unasked(
    dialog: SongsExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    button(dialog, "The mix without some stems").click()
    stems = child(dialog, QListWidget, "Leave these stems out")
    assert isinstance(stems, QListWidget)
    assert not button(dialog, "Export").isEnabled()
    stems.item(STEMS.index("vocals")).setCheckState(Qt.CheckState.Checked)

    button(dialog, "Export 3 Song(s)").click()
    wait_for_end(dialog, qtbot)

    assert (tmp_path / "out" / "Three" / "Three (No Vocals).wav").exists()
    assert files(tmp_path / "out") == {"One": 1, "Three": 1, "Two": 1}


def test_every_song_that_is_turned_down_is_named_with_its_gain(
    songs: list[Song], settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    settings.export_choice = replace(
        settings.export_choice, format=audio_format("wav", "24"), folder=tmp_path / "out"
    )
    loud = [separated_song(tmp_path / name, title=name, peak=2.0) for name in ("Loud", "Harsh")]
    dialog = opened([loud[0], songs[0], loud[1]], settings, qtbot)

    button(dialog, "Export 3 Song(s)").click()
    wait_for_end(dialog, qtbot)

    (line,) = report(dialog).gain_text.splitlines()
    assert line.startswith("“Loud”, “Harsh”: All files were turned down by 6.02 dB")
    dialog.stop()


def test_however_many_songs_failed_the_dialog_stays_low_and_every_remark_can_be_read(
    dialog: SongsExportDialog, qtbot: QtBot
) -> None:
    height = dialog.height()
    shown = report(dialog)
    line = shown.fontMetrics().lineSpacing()
    (area,) = shown.findChildren(RemarksArea)
    shown.say_gain("One line.")
    assert area.height() == 2 * line
    assert area.focusPolicy() is Qt.FocusPolicy.NoFocus

    shown.say_gain("\n".join(f"“Song {number}”: The disk is full." for number in range(40)))
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 30 * line)

    assert area.height() == 6 * line
    assert dialog.height() <= height + 4 * line
    assert area.focusPolicy() & Qt.FocusPolicy.TabFocus


def plan_of(song: Song, folder: Path) -> ExportPlan:
    choice = ExportChoice(kind=ExportKind.HEARD)
    return export_plan(song, choice, folder=folder, existing="rename", colours={})


def test_a_song_that_cannot_be_written_does_not_stop_the_others(
    songs: list[Song], tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "file").touch()
    places = [tmp_path / "out", tmp_path / "file", tmp_path / "out"]
    job = ExportJob([plan_of(song, at) for song, at in zip(songs, places, strict=True)])
    with qtbot.waitSignal(job.ended, timeout=TIMEOUT_MS) as ended:
        job.start()
    job.stop()

    assert ended.args is not None
    result: ExportEnded = ended.args[0]
    assert [each.title for each in result.failed] == ["Two"]
    assert files(tmp_path / "out") == {"One": 1, "Three": 1}


def test_cancelling_keeps_the_songs_that_are_whole(
    songs: list[Song], tmp_path: Path, qtbot: QtBot
) -> None:
    job = ExportJob([plan_of(song, tmp_path / "out") for song in songs])
    events = job._write_all()
    while next(events) != 1:
        pass
    events.close()

    assert files(tmp_path / "out") == {"One": 1}


def test_songs_that_are_marked_in_the_queue_are_exported_together(qtbot: QtBot) -> None:
    with studio_window() as studio:
        first, second = studio.add_song(), studio.add_song()
        window = studio.window
        FileCommands(studio.session, studio.settings, window)
        studio.session.set_current(first)
        view = window.queue_panel.view
        select = view.selectionModel().select
        select(view.model().index(1, 0), QItemSelectionModel.SelectionFlag.Select)
        assert window.queue_panel.selected_songs == (first, second)

        window.actions_.export.trigger()

        (dialog,) = window.findChildren(SongsExportDialog)
        assert dialog.windowTitle() == "Export 2 Song(s)"
        dialog.reject()
