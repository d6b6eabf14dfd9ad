"""Exports in the background: one ending each, and never a word of a plan that is out of date."""

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.export_planning import export_plan
from app.workers import export_job
from app.workers.export_job import ExportCheck, ExportJob, NamesChecked
from engine.audio.audio_format import audio_format
from engine.errors import OutputError
from engine.track_export import ExportPlan, FilesWritten, GainFound
from tests.app.separated_song import separated_song

TIMEOUT_MS = 5_000


@pytest.fixture
def plan(tmp_path: Path) -> ExportPlan:
    song = separated_song(tmp_path / "songs", num_frames=400_000, peak=2.0)
    return export_plan(song, ExportChoice(), folder=tmp_path / "out", existing="rename", colours={})


def test_an_export_ends_with_its_files(qtbot: QtBot, plan: ExportPlan) -> None:
    job = ExportJob(plan)
    fractions: list[float] = []
    job.progress_changed.connect(fractions.append)

    with qtbot.waitSignal(job.written, timeout=TIMEOUT_MS) as blocker:
        job.start()

    assert blocker.args is not None
    written = blocker.args[0]
    assert isinstance(written, FilesWritten)
    assert all(path.is_file() for path in written.files)
    assert fractions == sorted(fractions)


def test_cancel_leaves_nothing(qtbot: QtBot, plan: ExportPlan) -> None:
    job = ExportJob(plan)
    job.progress_changed.connect(lambda _: job.cancel())

    with qtbot.waitSignal(job.cancelled, timeout=TIMEOUT_MS):
        job.start()

    assert not plan.parent.exists()


def test_a_cancel_that_comes_too_late_still_tells_of_the_files(
    qtbot: QtBot, plan: ExportPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ExportJob(plan)
    publish = FilesWritten.__init__

    def cancel_and_publish(*args: object, **kwargs: object) -> None:
        job.cancel()
        publish(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(FilesWritten, "__init__", cancel_and_publish)

    with qtbot.waitSignal(job.written, timeout=TIMEOUT_MS):
        job.start()

    assert (plan.parent / plan.folder_name).is_dir()


def test_a_failure_arrives_as_a_sentence(qtbot: QtBot, plan: ExportPlan) -> None:
    plan.parent.write_text("a file where a folder should be")
    job = ExportJob(plan)

    with qtbot.waitSignal(job.failed, timeout=TIMEOUT_MS) as blocker:
        job.start()

    assert blocker.args is not None
    assert isinstance(blocker.args[0], OutputError)


def test_a_check_tells_what_is_in_the_way_and_which_gain_is_needed(
    qtbot: QtBot, plan: ExportPlan
) -> None:
    folder = plan.parent / plan.folder_name
    folder.mkdir(parents=True)
    (folder / plan.parts[1].name).touch()
    check = ExportCheck()
    checked: list[NamesChecked] = []
    check.names_checked.connect(checked.append)

    with qtbot.waitSignal(check.gain_found, timeout=TIMEOUT_MS) as blocker:
        check.check(replace(plan, format=audio_format("wav", "24")))

    assert [item.taken for item in checked] == [(plan.parts[1].name,)]
    assert blocker.args is not None
    found = blocker.args[0]
    assert isinstance(found, GainFound)
    assert found.gain_db == pytest.approx(-6.02, abs=0.01)
    check.stop()


def test_only_the_latest_plan_is_reported(qtbot: QtBot, plan: ExportPlan) -> None:
    check = ExportCheck()
    found: list[GainFound] = []
    folders: list[Path] = []
    check.gain_found.connect(found.append)
    check.names_checked.connect(lambda item: folders.append(item.folder))

    for number in range(5):
        check.check(replace(plan, folder_name=f"S{number}", format=audio_format("wav", "24")))
    check.check(replace(plan, folder_name="Last"))
    qtbot.waitUntil(lambda: bool(found), timeout=TIMEOUT_MS)

    assert folders == [plan.parent / "Last"]
    assert found == [GainFound(gain_db=0.0, peaks=())]
    check.stop()


@pytest.mark.usefixtures("qapp")
def test_what_is_on_its_way_from_a_forgotten_plan_is_not_reported(
    plan: ExportPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_sent_names = threading.Event()

    def find_nothing(plan: ExportPlan) -> Generator[GainFound, None, None]:
        has_sent_names.set()
        yield GainFound(gain_db=0.0, peaks=())

    monkeypatch.setattr(export_job, "find_common_gain", find_nothing)
    check = ExportCheck()
    heard: list[object] = []
    for signal in (check.gain_found, check.names_checked, check.failed):
        signal.connect(heard.append)

    check.check(plan)
    assert has_sent_names.wait(TIMEOUT_MS / 1000)
    check.stop()
    QCoreApplication.processEvents()  # whatever the thread has sent

    assert heard == []


def test_what_the_format_cannot_hold_is_reported(qtbot: QtBot, plan: ExportPlan) -> None:
    check = ExportCheck()

    with qtbot.waitSignal(check.failed, timeout=TIMEOUT_MS) as blocker:
        check.check(replace(plan, format=audio_format("mp3"), sample_rate=96_000))

    assert blocker.args is not None
    assert "96000 Hz" in blocker.args[0].message
    check.stop()
