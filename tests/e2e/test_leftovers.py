"""A person decides whether what no stem claims is shared among the stems, or a lane of its own."""

import numpy as np
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.model.song_status import Phase
from app.studio import Studio
from app.widgets.lane_row import LaneRow
from tests.e2e.conftest import MakeSong, OpenStudio, drop, wait_for

TIMEOUT_MS = 20_000


def choose(combo: QComboBox, value: str) -> None:
    """Pick an entry of a list, as the user does."""
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())


def residual_row(studio: Studio) -> LaneRow:
    return studio.window.timeline.stack.row("residual")


def is_low(row: LaneRow) -> bool:
    return row.maximumHeight() == row.header.collapsed_height()


def assert_adds_up(song: Song) -> None:
    total_TC = np.sum([stem.samples_TC for stem in song.stems], axis=0, dtype=np.float64)
    np.testing.assert_allclose(total_TC, song.track(MIX_LANE).samples_TC, atol=1e-6)


def test_at_first_nothing_is_left_over_and_the_residual_is_low(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song()])
    song = wait_for(qtbot, studio, Phase.DONE)

    assert not song.track("residual").samples_TC.any()
    assert "residual" not in [stem.name for stem in song.sounding_stems]
    assert is_low(residual_row(studio))
    assert residual_row(studio).header.title.text() == "Residual: nothing left"
    assert_adds_up(song)


def test_another_choice_separates_the_song_again_and_is_remembered(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    studio = open_studio()
    drop(studio.window, [make_song()])
    song = wait_for(qtbot, studio, Phase.DONE)
    panel = studio.window.separation
    lanes = song.tracks

    choose(panel.residuals, "separate")
    qtbot.waitUntil(
        lambda: song.residual == "separate" and song.status.phase is Phase.DONE,
        timeout=TIMEOUT_MS,
    )
    assert song.tracks == lanes
    assert song.track("residual").samples_TC.any()
    assert not is_low(residual_row(studio))
    assert residual_row(studio).header.title.text() == "Residual"
    assert_adds_up(song)

    choose(panel.residuals, "fold")
    choose(panel.residuals, "separate")  # a change of mind, before anything has come of it
    choose(panel.residuals, "fold")
    qtbot.waitUntil(
        lambda: song.residual == "fold" and song.status.phase is Phase.DONE, timeout=TIMEOUT_MS
    )
    assert not song.track("residual").samples_TC.any()
    assert is_low(residual_row(studio))
    assert_adds_up(song)

    choose(panel.residuals, "separate")
    assert open_studio().window.separation.residuals.currentData() == "separate"


def test_the_same_choice_once_more_does_nothing(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song()])
    song = wait_for(qtbot, studio, Phase.DONE)

    choose(studio.window.separation.residuals, "fold")
    choose(studio.window.separation.models, studio.window.separation.model_name)

    assert song.status.phase is Phase.DONE
