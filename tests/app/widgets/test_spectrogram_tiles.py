from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QThreadPool
from PySide6.QtGui import QColor, QImage, qGray
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.widgets.spectrogram_column import (
    FLOOR_DB,
    NUM_ROWS,
    row_share_of,
    spectrogram_columns,
)
from app.widgets.spectrogram_tiles import SpectrogramTiles, _colours
from app.widgets.time_axis import TimeAxis
from tests.app.widgets.made_songs import FloatArray, made_track

RATE = 16_000
TIMEOUT_MS = 10_000


def sine(frequency: float, level: float, num_frames: int = 4 * RATE) -> FloatArray:
    wave_T = level * np.sin(2 * np.pi * frequency * np.arange(num_frames) / RATE)
    return np.stack([wave_T, wave_T], axis=1).astype(np.float32)


@pytest.fixture
def tiles() -> Iterator[SpectrogramTiles]:
    tiles = SpectrogramTiles()
    yield tiles
    tiles.stop()


@pytest.mark.parametrize("frequency", [100.0, 440.0, 1000.0, 5000.0])
def test_a_sine_is_brightest_at_its_frequency(frequency: float) -> None:
    shades = spectrogram_columns(sine(frequency, 1.0), RATE, 10, 20, 256)

    brightest = NUM_ROWS - 1 - int(shades.mean(axis=1).argmax())
    assert brightest / NUM_ROWS == pytest.approx(row_share_of(frequency, RATE), abs=0.03)


@pytest.mark.parametrize("level_db", [0.0, -20.0, -60.0])
@pytest.mark.parametrize("hop", [64, 512, 8192])
def test_shades_are_decibels_whatever_the_zoom(level_db: float, hop: int) -> None:
    # A frequency in the middle of a bin.
    samples_TC = sine(RATE / 1024 * 32, 10 ** (level_db / 20))

    shades = spectrogram_columns(samples_TC, RATE, 1, 4, hop)

    expected = 255 * (1 - level_db / FLOOR_DB)
    # Rows mix neighbouring bins of the window, which costs a few decibels.
    assert shades.max(axis=0) == pytest.approx(np.full(4, expected), abs=8 * 255 / -FLOOR_DB)


def test_columns_do_not_depend_on_where_a_tile_begins() -> None:
    samples_TC = sine(700.0, 0.5) * np.linspace(0, 1, 4 * RATE, dtype=np.float32)[:, None]

    together = spectrogram_columns(samples_TC, RATE, 0, 40, 300)
    apart = spectrogram_columns(samples_TC, RATE, 15, 25, 300)

    np.testing.assert_array_equal(together[:, 15:], apart)


def test_before_and_behind_the_song_is_silence() -> None:
    shades = spectrogram_columns(sine(700.0, 1.0, 1000), RATE, 100, 5, 256)

    assert shades.max() == 0


def brightness(image: QImage, x: int) -> float:
    colours = [image.pixelColor(x, y) for y in range(image.height())]
    return float(max(colour.lightnessF() for colour in colours))


def test_tiles_arrive_from_their_thread_and_are_kept(tiles: SpectrogramTiles, qtbot: QtBot) -> None:
    view = tiles.view_of(made_track("drums", sine(1000.0, 1.0)), RATE)
    axis = TimeAxis.fitting(4 * RATE, 200)

    assert brightness(view.draw(axis, 60), 100) == 0.0
    with qtbot.waitSignal(tiles.tile_arrived, timeout=TIMEOUT_MS):
        view.draw(axis, 60)

    assert brightness(view.draw(axis, 60), 100) > 0.5
    with qtbot.assertNotEmitted(tiles.tile_arrived, wait=50):
        view.draw(axis, 60)


def test_a_coarser_tile_stands_in_while_the_finer_one_is_computed(
    tiles: SpectrogramTiles, qtbot: QtBot
) -> None:
    view = tiles.view_of(made_track("drums", sine(1000.0, 1.0)), RATE)
    axis = TimeAxis.fitting(4 * RATE, 200)
    with qtbot.waitSignal(tiles.tile_arrived, timeout=TIMEOUT_MS):
        view.draw(axis, 60)

    assert brightness(view.draw(axis.zoomed(2.0, 100.0), 60), 100) > 0.5


def test_replaced_audio_is_computed_anew(tiles: SpectrogramTiles, qtbot: QtBot) -> None:
    samples_TC = sine(1000.0, 1.0)
    view = tiles.view_of(made_track("drums", samples_TC), RATE)
    axis = TimeAxis.fitting(4 * RATE, 200)
    with qtbot.waitSignal(tiles.tile_arrived, timeout=TIMEOUT_MS):
        view.draw(axis, 60)

    samples_TC[:] = 0.0
    tiles.forget("drums", FrameRange(0, 10))
    with qtbot.waitSignal(tiles.tile_arrived, timeout=TIMEOUT_MS):
        view.draw(axis, 60)

    assert brightness(view.draw(axis, 60), 100) == pytest.approx(0.0, abs=0.02)


def test_a_tile_of_audio_that_was_replaced_meanwhile_is_dropped(
    tiles: SpectrogramTiles, qtbot: QtBot
) -> None:
    view = tiles.view_of(made_track("drums", sine(1000.0, 1.0)), RATE)
    view.draw(TimeAxis.fitting(4 * RATE, 200), 60)

    with qtbot.assertNotEmitted(tiles.tile_arrived, wait=300):
        tiles.forget("drums", FrameRange(0, 10))


def test_tiles_may_be_dropped_while_one_is_computed(qtbot: QtBot) -> None:
    tiles = SpectrogramTiles()
    view = tiles.view_of(made_track("drums", sine(1000.0, 1.0, 100 * RATE)), RATE)
    view.draw(TimeAxis.fitting(100 * RATE, 2000), 60)

    tiles.deleteLater()
    del view, tiles
    qtbot.wait(10)  # it is deleted here, and must not wait for its thread

    QThreadPool.globalInstance().waitForDone()


def test_changes_of_another_lane_or_far_away_keep_the_tile(
    tiles: SpectrogramTiles, qtbot: QtBot
) -> None:
    view = tiles.view_of(made_track("drums", sine(1000.0, 1.0, 60 * RATE)), RATE)
    axis = TimeAxis.fitting(60 * RATE, 200).showing(FrameRange(0, RATE))
    with qtbot.waitSignal(tiles.tile_arrived, timeout=TIMEOUT_MS):
        view.draw(axis, 60)

    tiles.forget("bass", FrameRange(0, 60 * RATE))
    tiles.forget("drums", FrameRange(50 * RATE, 60 * RATE))

    assert brightness(view.draw(axis, 60), 100) > 0.5


def test_the_end_of_the_song_is_followed_by_nothing(tiles: SpectrogramTiles, qtbot: QtBot) -> None:
    from dataclasses import replace

    view = tiles.view_of(made_track("drums", sine(1000.0, 1.0)), RATE)
    axis = replace(TimeAxis.fitting(4 * RATE, 200), frames_per_column=4 * RATE / 100)
    with qtbot.waitSignal(tiles.tile_arrived, timeout=TIMEOUT_MS):
        view.draw(axis, 60)

    assert brightness(view.draw(axis, 60), 50) > 0.5
    assert brightness(view.draw(axis, 60), 150) == pytest.approx(0.0, abs=0.02)


def test_labels_lie_below_half_the_sample_rate(tiles: SpectrogramTiles) -> None:
    marks = tiles.view_of(made_track("drums", sine(1000.0, 1.0)), RATE).frequency_marks()

    assert [mark.text for mark in marks] == ["100", "300", "1k", "3k"]
    assert all(0.0 < mark.share < 1.0 for mark in marks)


def test_louder_is_lighter_for_every_eye() -> None:
    colours = [QColor(colour) for colour in _colours()]

    lightness = [qGray(colour.rgb()) for colour in colours]
    assert len(colours) == 256
    assert all(low <= high for low, high in pairwise(lightness))
    assert lightness[0] < 5
    assert lightness[-1] > 230
