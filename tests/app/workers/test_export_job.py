"""Exports in the background: one ending each, which knows of every file that is in place."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.export_planning import export_plan
from app.workers import export_job
from app.workers.export_job import ExportEnded, ExportJob
from engine.audio.audio_format import audio_format
from engine.errors import OutputError
from engine.track_export import ExportPlan, FilesWritten, export_tracks
from tests.app.separated_song import separated_song

TIMEOUT_MS = 5_000


@pytest.fixture
def plan(tmp_path: Path) -> ExportPlan:
    song = separated_song(tmp_path / "songs", num_frames=400_000, peak=2.0)
    return export_plan(song, ExportChoice(), folder=tmp_path / "out", existing="rename", colours={})


def end_of(job: ExportJob, qtbot: QtBot) -> ExportEnded:
    with qtbot.waitSignal(job.ended, timeout=TIMEOUT_MS) as blocker:
        job.start()
    assert blocker.args is not None
    ended = blocker.args[0]
    assert isinstance(ended, ExportEnded)
    return ended


def test_an_export_ends_with_its_files(qtbot: QtBot, plan: ExportPlan) -> None:
    job = ExportJob([plan])
    fractions: list[float] = []
    job.progress_changed.connect(fractions.append)

    ended = end_of(job, qtbot)

    (written,) = ended.written
    assert written.files.files
    assert all(path.is_file() for path in written.files.files)
    assert written.notices == ()
    assert not ended.is_cancelled
    assert fractions == sorted(fractions)


def test_what_the_engine_remarks_is_told_at_once_and_belongs_to_its_song(
    qtbot: QtBot, plan: ExportPlan
) -> None:
    loud = replace(plan, format=audio_format("wav", "24"), title="Loud", folder_name="Loud")
    job = ExportJob([plan, loud])
    heard: list[str] = []
    job.song_began.connect(lambda number: heard.append(str(number)))
    job.notice_raised.connect(heard.append)

    written = end_of(job, qtbot).written

    assert [each.title for each in written] == [plan.title, "Loud"]
    assert written[0].notices == ()
    (notice,) = written[1].notices
    assert "6.02 dB" in notice
    assert heard == ["0", "1", notice]


def test_cancel_leaves_nothing(qtbot: QtBot, plan: ExportPlan) -> None:
    job = ExportJob([plan])
    job.progress_changed.connect(lambda _: job.cancel())

    ended = end_of(job, qtbot)

    assert ended == ExportEnded(written=(), failed=(), is_cancelled=True)
    assert not plan.parent.exists()


def test_a_cancel_that_comes_too_late_still_tells_of_the_files(
    qtbot: QtBot, plan: ExportPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ExportJob([plan])
    publish = FilesWritten.__init__

    def cancel_and_publish(*args: object, **kwargs: object) -> None:
        job.cancel()
        publish(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(FilesWritten, "__init__", cancel_and_publish)

    assert len(end_of(job, qtbot).written) == 1
    assert (plan.parent / plan.folder_name).is_dir()


def test_a_failure_arrives_as_a_sentence(qtbot: QtBot, plan: ExportPlan) -> None:
    plan.parent.write_text("a file where a folder should be")

    (failed,) = end_of(ExportJob([plan]), qtbot).failed

    assert failed.title == plan.title
    assert isinstance(failed.error, OutputError)


def test_even_a_mistake_in_strata_ends_the_export(
    qtbot: QtBot,
    plan: ExportPlan,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def stumble(each: ExportPlan) -> object:
        return 1 / 0 if each.title == "Second" else export_tracks(each)

    monkeypatch.setattr(export_job, "export_tracks", stumble)
    plans = [plan, replace(plan, title="Second"), replace(plan, title="Third")]

    ended = end_of(ExportJob(plans), qtbot)

    assert [each.title for each in ended.written] == [plan.title]
    assert [each.title for each in ended.failed] == ["Second"]
    assert "mistake in Strata" in ended.failed[0].error.message
    assert "unexpectedly" in caplog.text
