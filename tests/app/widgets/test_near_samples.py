import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.peak_pyramid import PeakPyramid
from app.model.track import Track
from app.widgets import near_samples
from app.widgets.lane_waveform import LaneWaveform
from app.widgets.near_samples import BLOCK_FRAMES, NearSamples, touch
from app.widgets.time_axis import TimeAxis
from app.widgets.waveform_columns import needed_samples
from tests.app.widgets.made_songs import FloatArray, made_song, made_track

NUM_FRAMES = 10 * BLOCK_FRAMES
VIEW = FrameRange(100, 5000)
TIMEOUT_SECONDS = 10.0


class Disk:
    """Gives samples only when the test says so, and never to the thread of the window."""

    def __init__(self) -> None:
        self.may_give = threading.Event()
        self.num_read = 0
        self._gui_thread = threading.get_ident()

    def read(self, samples_TC: FloatArray) -> None:
        assert threading.get_ident() != self._gui_thread
        assert self.may_give.wait(TIMEOUT_SECONDS)
        self.num_read += len(samples_TC)
        touch(samples_TC)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def near(disk: Disk, qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[NearSamples]:
    monkeypatch.setattr(near_samples, "WAIT_SECONDS", 0.0)
    near = NearSamples(read=disk.read)
    yield near
    disk.may_give.set()
    near.stop()


@pytest.fixture
def track(tmp_path: Path) -> Track:
    samples_TC = np.memmap(tmp_path / "drums.f32", np.float32, "w+", shape=(NUM_FRAMES, 2))
    samples_TC[:] = np.random.default_rng(1).standard_normal(samples_TC.shape) * 0.2
    return made_track("drums", samples_TC.view(np.ndarray))  # as songs have them


def arrives(near: NearSamples, qtbot: QtBot, disk: Disk) -> None:
    with qtbot.waitSignal(near.arrived, timeout=1000 * int(TIMEOUT_SECONDS)):
        disk.may_give.set()


def test_a_slow_disk_is_not_waited_for(
    near: NearSamples, disk: Disk, track: Track, qtbot: QtBot
) -> None:
    assert not near.are_near(track, VIEW)

    arrives(near, qtbot, disk)

    assert near.are_near(track, VIEW)
    assert disk.num_read >= VIEW.num_frames


def test_what_a_quick_disk_gives_is_there_at_once(
    near: NearSamples, disk: Disk, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near, "_left_seconds", TIMEOUT_SECONDS)
    disk.may_give.set()

    assert near.are_near(track, VIEW)


def test_all_lanes_of_one_turn_wait_no_longer_than_one(
    near: NearSamples, track: Track, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(near_samples, "WAIT_SECONDS", 0.02)
    monkeypatch.setattr(near, "_left_seconds", 0.02)
    waits: list[float] = []

    def wait(_reading: object, seconds: float) -> bool:
        waits.append(seconds)
        threading.Event().wait(seconds)
        return False

    monkeypatch.setattr(near_samples._Reading, "wait", wait)
    for name in ("drums", "bass", "other"):
        near.are_near(Track(name=name, samples_TC=track.samples_TC, peaks=track.peaks), VIEW)
    assert waits == [0.02, 0.0, 0.0]

    qtbot.waitUntil(lambda: near._left_seconds == 0.02)


def test_samples_beside_the_view_are_read_with_it(
    near: NearSamples, disk: Disk, track: Track, qtbot: QtBot
) -> None:
    view = FrameRange(3 * BLOCK_FRAMES, 5 * BLOCK_FRAMES)
    near.are_near(track, view)
    arrives(near, qtbot, disk)
    disk.may_give.clear()

    assert near.are_near(track, FrameRange(view.start - 1000, view.stop + 1000))
    assert not near.are_near(track, FrameRange(8 * BLOCK_FRAMES, 9 * BLOCK_FRAMES))


def test_a_view_that_is_left_is_not_read_to_its_end(
    near: NearSamples, disk: Disk, track: Track, qtbot: QtBot
) -> None:
    near.are_near(track, FrameRange(0, NUM_FRAMES))
    near.are_near(track, FrameRange(0, 1))  # is among them
    other = Track(name="drums", samples_TC=track.samples_TC[:BLOCK_FRAMES], peaks=track.peaks)
    near.are_near(other, FrameRange(0, 1))

    arrives(near, qtbot, disk)
    qtbot.waitUntil(lambda: not near._running)

    assert disk.num_read <= 2 * BLOCK_FRAMES


def test_what_was_read_long_ago_is_read_again(
    near: NearSamples, disk: Disk, track: Track, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    near.are_near(track, VIEW)
    arrives(near, qtbot, disk)
    disk.may_give.clear()
    monkeypatch.setattr(near_samples, "FRESH_SECONDS", 0.0)

    assert not near.are_near(track, VIEW)


def test_audio_in_memory_is_always_near(near: NearSamples) -> None:
    assert near.are_near(made_track("drums", np.ones((1000, 2), np.float32)), FrameRange(0, 1000))


def test_the_end_does_not_wait_for_what_nobody_has_begun_to_read(
    near: NearSamples, disk: Disk, track: Track
) -> None:
    near.are_near(track, FrameRange(0, NUM_FRAMES))
    threading.Timer(0.02, disk.may_give.set).start()

    near.stop()

    assert disk.num_read < NUM_FRAMES


def test_what_is_no_number_is_read_without_complaint() -> None:
    touch(np.full((4096, 2), np.nan, np.float32))
    touch(np.full((4096, 2), np.inf, np.float32))


@pytest.mark.parametrize("zoom", [20.0, 0.5])
def test_a_lane_shows_its_peaks_until_the_disk_gives_the_samples(
    near: NearSamples, disk: Disk, track: Track, qtbot: QtBot, zoom: float
) -> None:
    song = made_song({"mix": track.samples_TC})
    lane, sharp = (LaneWaveform(song, song.track("mix"), each) for each in (near, _Near()))
    for each in (lane, sharp):
        qtbot.addWidget(each)
        each.resize(200, 80)
        each.show_axis(_axis(zoom, 200))
    wanted = sharp.grab().toImage()
    coarse = lane.grab().toImage()
    assert coarse != wanted
    assert coarse.pixelColor(100, 39) != coarse.pixelColor(100, 0)  # something is drawn

    arrives(near, qtbot, disk)

    assert lane._picture is None  # is drawn anew
    assert lane.grab().toImage() == wanted


def test_views_of_peaks_and_of_silence_need_no_samples(track: Track) -> None:
    silent = PeakPyramid(NUM_FRAMES)

    assert needed_samples(track.peaks, _axis(256.0, 200)) is None
    assert needed_samples(silent, _axis(20.0, 200)) is None
    assert needed_samples(track.peaks, _axis(20.0, 200)) == FrameRange(0, 4003)


class _Near(NearSamples):
    def are_near(self, track: Track, wanted: FrameRange) -> bool:
        return True


def _axis(zoom: float, num_columns: int) -> TimeAxis:
    return TimeAxis(num_frames=NUM_FRAMES, num_columns=num_columns, frames_per_column=zoom)
