from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor, QImage

from app.model.frame_range import FrameRange
from app.widgets.lane_style import drawn_on
from app.widgets.theme import DARK, theme_palette
from app.widgets.time_axis import TimeAxis
from app.widgets.timeline_colours import TimelineColours, WaveformLook
from app.widgets.waveform_painter import waveform_image
from tests.app.widgets.made_songs import made_track

HEIGHT = 101


@pytest.fixture
def look() -> WaveformLook:
    colours = TimelineColours.of(theme_palette(DARK))
    return WaveformLook.of(QColor("#009e73"), colours, is_dimmed=False)


def pixels(image: QImage) -> npt.NDArray[np.uint8]:
    assert image.format() is QImage.Format.Format_RGB32
    memory = np.frombuffer(image.constBits(), np.uint8)
    rows = memory.reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width(), :3].copy()  # the image may go before its pixels


def sine(num_frames: int, level: float) -> npt.NDArray[np.float32]:
    wave_T = level * np.sin(np.arange(num_frames) * 0.7)
    return np.stack([wave_T, wave_T], axis=1).astype(np.float32)


@pytest.mark.parametrize("zoom", [0.1, 1.0, 16.0, 600.0])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_scrolling_moves_the_picture_and_changes_nothing(
    look: WaveformLook, zoom: float, ratio: float
) -> None:
    random = np.random.default_rng(1)
    samples_TC = (random.standard_normal((300_000, 2)) * 0.3).astype(np.float32)
    track = made_track("drums", samples_TC)
    gaps = [FrameRange(int(50 * zoom), int(90 * zoom) + 1)]
    axis = replace(TimeAxis.fitting(300_000, 200, ratio), frames_per_column=zoom)

    before = pixels(waveform_image(track, axis, HEIGHT, look, gaps=gaps))
    after = pixels(waveform_image(track, axis.scrolled(37), HEIGHT, look, gaps=gaps))

    # A dot or a flank beyond the edge may reach into the first and last columns.
    np.testing.assert_array_equal(before[:, 37 + 8 : -8], after[:, 8 : -37 - 8])


def test_louder_audio_covers_more_of_the_lane(look: WaveformLook) -> None:
    axis = TimeAxis.fitting(100_000, 100)

    def covered(level: float) -> int:
        track = made_track("drums", sine(100_000, level))
        image = waveform_image(track, axis, HEIGHT, look)
        return sum(image.pixelColor(50, y) != look.background for y in range(HEIGHT))

    assert covered(0.0) <= 2
    assert covered(0.5) == pytest.approx(0.47 * HEIGHT, abs=3)
    assert covered(1.0) == pytest.approx(0.94 * HEIGHT, abs=3)
    assert covered(50.0) == HEIGHT


def test_frames_without_audio_are_hatched(look: WaveformLook) -> None:
    track = made_track("drums", sine(100_000, 0.5), done=FrameRange(0, 50_000))
    axis = TimeAxis.fitting(100_000, 100)

    image = waveform_image(track, axis, HEIGHT, look, gaps=[FrameRange(50_000, 100_000)])

    colours = {image.pixelColor(x, y).name() for x in range(60, 100) for y in range(HEIGHT)}
    assert colours == {look.background.name(), look.hatch.name()}
    assert image.pixelColor(25, HEIGHT // 2).name() == look.body.name()


def test_marks_of_time_are_behind_the_waveform(look: WaveformLook) -> None:
    track = made_track("drums", sine(100_000, 0.5))
    axis = TimeAxis.fitting(100_000, 100)

    image = waveform_image(track, axis, HEIGHT, look, grid_columns=[10])

    assert image.pixelColor(10, 2).name() == look.grid.name()
    assert image.pixelColor(10, HEIGHT // 2).name() == look.body.name()


def test_dimmed_lane_can_still_be_seen() -> None:
    colours = TimelineColours.of(theme_palette(DARK))
    colour = drawn_on(QColor("#009e73"), colours.background)

    dimmed = WaveformLook.of(colour, colours, is_dimmed=True)

    assert dimmed.body.lightness() > colours.background.lightness() + 10
    assert dimmed.body.lightness() < colour.lightness()


@pytest.mark.parametrize("zoom", [0.1, 16.0, 600.0])
def test_a_quiet_lane_drawn_taller_looks_like_a_loud_one(look: WaveformLook, zoom: float) -> None:
    axis = replace(TimeAxis.fitting(100_000, 150), frames_per_column=zoom)
    quiet, loud = (made_track("drums", sine(100_000, level)) for level in (0.0625, 0.5))

    taller = pixels(waveform_image(quiet, axis, HEIGHT, look, level_zoom=8.0))

    assert (taller == pixels(waveform_image(loud, axis, HEIGHT, look))).all()


def test_what_is_taller_than_the_lane_fills_it(look: WaveformLook) -> None:
    axis = TimeAxis.fitting(100_000, 150)
    track = made_track("drums", sine(100_000, 1.0))

    image = pixels(waveform_image(track, axis, HEIGHT, look, level_zoom=200.0))

    assert (image == image[0, 0]).all()
