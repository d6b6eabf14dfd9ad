"""What is known of an export beforehand: never a word of a plan that is out of date."""

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.export_planning import export_plan
from app.workers import export_check
from app.workers.export_check import ExportCheck, NamesChecked
from engine.audio.audio_format import audio_format
from engine.track_export import ExportPlan, GainFound
from tests.app.separated_song import separated_song

TIMEOUT_MS = 5_000


@pytest.fixture
def plan(tmp_path: Path) -> ExportPlan:
    song = separated_song(tmp_path / "songs", num_frames=400_000, peak=2.0)
    return export_plan(song, ExportChoice(), folder=tmp_path / "out", existing="rename", colours={})


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

    monkeypatch.setattr(export_check, "find_common_gain", find_nothing)
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
