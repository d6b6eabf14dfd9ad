"""A person has two voices of one kind taken apart by the model that comes with Strata."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.mix_state import MIX_LANE
from app.model.song_status import Phase
from app.studio import Studio
from app.widgets import mix_changes
from app.widgets.export_dialog import ExportDialog
from tests.e2e.conftest import RATE, TIMEOUT_MS, OpenStudio, drop, wait_for
from tests.e2e.test_leftovers import assert_adds_up, choose

PARTS = ((1, 1), (1, 0), (0, 1), (1, 1), (0, 1), (1, 0))  # which source sounds, 1.5 s each
PART = 3 * RATE // 2


@pytest.fixture
def duet(tmp_path: Path) -> Path:
    """Two sources of noise, half left and half right, that sound by turns and together."""
    noise_ST = np.random.default_rng(0).normal(0.0, 0.1, (2, PART * len(PARTS)))
    noise_ST *= np.array(PARTS, dtype=np.float64).T.repeat(PART, axis=1)
    side_SC = np.array([(np.cos(angle), np.sin(angle)) for angle in (0.3, 1.2)])
    path = tmp_path / "songs" / "Duet.wav"
    path.parent.mkdir()
    soundfile.write(path, (side_SC.T @ noise_ST).T, RATE, subtype="FLOAT")
    return path


def exported(studio: Studio, folder: Path, qtbot: QtBot) -> list[str]:
    """Export the song as it is offered, and return the names of its two files."""
    studio.settings.export_choice = ExportChoice(folder=folder, shows_folder=False)
    studio.window.actions_.export.trigger()
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, ExportDialog))
    button = next(each for each in dialog.findChildren(QPushButton) if each.isDefault())
    qtbot.waitUntil(button.isEnabled, timeout=TIMEOUT_MS)
    button.click()
    qtbot.waitUntil(lambda: len(list(folder.glob("Duet/*.wav"))) == 2, timeout=TIMEOUT_MS)
    dialog.close()
    return sorted(path.name for path in folder.glob("Duet/*.wav"))


def test_two_sources_of_one_kind_are_taken_apart_from_the_playhead_on(
    open_studio: OpenStudio, duet: Path, qtbot: QtBot
) -> None:
    studio = open_studio()
    drop(studio.window, [duet])
    song = wait_for(qtbot, studio, Phase.DONE)
    studio.window.timeline.seek_requested.emit(8 * RATE)

    choose(studio.window.separation.models, "blind")
    qtbot.waitUntil(lambda: song.model_name == "blind", timeout=TIMEOUT_MS)
    assert song.separated.ranges[0].start > 0  # the rest follows
    qtbot.waitUntil(lambda: song.status.phase is Phase.DONE, timeout=TIMEOUT_MS)

    assert [stem.name for stem in song.sounding_stems] == ["source 1", "source 2"]
    assert_adds_up(song)
    for part, sounding in enumerate(PARTS):
        if sum(sounding) == 1:
            frames = slice(part * PART, (part + 1) * PART)
            power_S = [np.square(stem.samples_TC[frames]).sum() for stem in song.stems[:2]]
            assert power_S[sounding.index(1)] > 100.0 * power_S[1 - sounding.index(1)]

    row = studio.window.timeline.stack.row("source 1")
    assert row.header.title.text() == "Source 1"
    assert row.header.experimental.isVisible()
    assert exported(studio, duet.parent / "out", qtbot) == [
        "Duet (Source 1).wav",
        "Duet (Source 2).wav",
    ]
    mix_changes.rename_lane(song, "source 2", "Second voice")
    mix_changes.toggle_mute(song, "source 1")
    folder = song.folder
    studio.window.close()

    studio = open_studio()
    drop(studio.window, [folder])
    again = wait_for(qtbot, studio, Phase.DONE)
    assert [track.name for track in again.tracks] == [MIX_LANE, "source 1", "source 2", "residual"]
    assert again.model_name == "blind"
    assert again.state.lane("source 2").title == "Second voice"
    assert again.state.lane("source 1").muted
    assert_adds_up(again)
