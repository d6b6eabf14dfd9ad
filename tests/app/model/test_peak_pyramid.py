from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.frame_range import FrameRange
from app.model.peak_pyramid import (
    BASE_FRAMES,
    BRANCHING,
    HIGH,
    LOW,
    NUM_LEVELS,
    RMS,
    PeakPyramid,
)
from app.model.track import Track

FloatArray = npt.NDArray[np.float32]


def noise(num_frames: int, num_channels: int, seed: int) -> FloatArray:
    random = np.random.default_rng(seed)
    return random.standard_normal((num_frames, num_channels)).astype(np.float32)


@st.composite
def songs(draw: st.DrawFn) -> tuple[FloatArray, list[FrameRange]]:
    """A song and ranges in any order that cover it, some of them twice."""
    num_frames = draw(st.integers(1, 12 * BASE_FRAMES))
    cuts = sorted(draw(st.sets(st.integers(1, num_frames), max_size=6)) | {num_frames})
    pieces = [FrameRange(a, b) for a, b in zip([0, *cuts[:-1]], cuts, strict=True)]
    order = draw(st.permutations(pieces)) + draw(st.lists(st.sampled_from(pieces), max_size=2))
    return noise(num_frames, draw(st.integers(1, 3)), draw(st.integers(0, 99))), order


def expected_rows(song_TC: FloatArray, level: int) -> npt.NDArray[np.float64]:
    block = BASE_FRAMES * BRANCHING**level
    blocks = [song_TC[at : at + block].astype(float) for at in range(0, len(song_TC), block)]
    return np.array([[b.min(), b.max(), np.sqrt(np.mean(b**2))] for b in blocks])


@given(song=songs())
def test_any_order_of_arrival_ends_in_the_peaks_of_the_song(
    song: tuple[FloatArray, list[FrameRange]],
) -> None:
    song_TC, order = song
    arrived_TC = np.zeros_like(song_TC)
    pyramid = PeakPyramid(len(song_TC))

    for piece in order:
        arrived_TC[piece.start : piece.stop] = song_TC[piece.start : piece.stop]
        pyramid.refresh(arrived_TC, piece.start, piece.stop)

    np.testing.assert_allclose(pyramid.levels[0], expected_rows(song_TC, 0), rtol=1e-5)
    for level in range(1, NUM_LEVELS):
        expected = expected_rows(song_TC, level)
        np.testing.assert_allclose(pyramid.levels[level][:, :2], expected[:, :2], rtol=1e-5)


@given(song=songs())
def test_peaks_enclose_the_samples_and_the_loudness(
    song: tuple[FloatArray, list[FrameRange]],
) -> None:
    song_TC, order = song
    pyramid = PeakPyramid(len(song_TC))

    for piece in order:
        pyramid.refresh(song_TC, piece.start, piece.stop)

    for level, rows_N3 in enumerate(pyramid.levels):
        block_of_frame = np.arange(len(song_TC)) // (BASE_FRAMES * BRANCHING**level)
        assert (rows_N3[block_of_frame, LOW] <= song_TC.min(axis=1)).all()
        assert (rows_N3[block_of_frame, HIGH] >= song_TC.max(axis=1)).all()
        loudest = np.maximum(-rows_N3[:, LOW], rows_N3[:, HIGH])
        assert (rows_N3[:, RMS] <= loudest * (1 + 1e-5)).all()


@given(start=st.integers(0, 2000), length=st.integers(1, 2000), num_frames=st.integers(4000, 5000))
def test_no_peak_of_replaced_audio_stays_behind(start: int, length: int, num_frames: int) -> None:
    song_TC = np.ones((num_frames, 2), np.float32)
    pyramid = PeakPyramid(num_frames)
    pyramid.refresh(song_TC, 0, num_frames)

    song_TC[start : start + length] = 0.25
    pyramid.refresh(song_TC, start, start + length)

    np.testing.assert_allclose(pyramid.levels[0], expected_rows(song_TC, 0), rtol=1e-5)


def test_track_takes_arrived_frames_into_its_peaks() -> None:
    song_TC = noise(3000, 2, seed=1)
    track = Track(name="drums", samples_TC=song_TC, peaks=PeakPyramid(3000))

    track.mark_done(FrameRange(300, 3000))
    track.mark_done(FrameRange(0, 300))

    assert track.done.covers(FrameRange(0, 3000))
    np.testing.assert_allclose(track.peaks.levels[0], expected_rows(song_TC, 0), rtol=1e-5)


@given(frames_per_pixel=st.floats(0.01, 1e8))
def test_chosen_level_is_the_coarsest_with_a_block_per_pixel(frames_per_pixel: float) -> None:
    level = PeakPyramid(1).level_for(frames_per_pixel)

    assert level == 0 or BASE_FRAMES * BRANCHING**level <= frames_per_pixel
    assert level == NUM_LEVELS - 1 or BASE_FRAMES * BRANCHING ** (level + 1) > frames_per_pixel


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 5), (0, 1001)])
def test_frames_outside_the_signal_are_refused(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="no frames"):
        PeakPyramid(1000).refresh(noise(1000, 1, seed=2), start, stop)


def test_signal_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 1000 frames"):
        PeakPyramid(1000).refresh(noise(999, 1, seed=2), 0, 10)


@given(num_frames=st.integers(1, 5000))
def test_saved_peaks_come_back_at_every_level(
    tmp_path_factory: pytest.TempPathFactory, num_frames: int
) -> None:
    path = tmp_path_factory.mktemp("peaks") / "drums.npy"
    pyramid = PeakPyramid(num_frames)
    pyramid.refresh(noise(num_frames, 2, seed=3), 0, num_frames)

    pyramid.save(path)

    loaded = PeakPyramid.load(path, num_frames)
    for saved_N3, loaded_N3 in zip(pyramid.levels, loaded.levels, strict=True):
        np.testing.assert_array_equal(saved_N3, loaded_N3)
    assert [file.name for file in path.parent.iterdir()] == ["drums.npy"]


@pytest.mark.parametrize("keep", [0, 1, 40, -5])
def test_damaged_peaks_are_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "drums.npy"
    PeakPyramid(5000).save(path)
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(ValueError):  # noqa: PT011 - numpy words it
        PeakPyramid.load(path, 5000)


def test_peaks_of_another_length_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "drums.npy"
    PeakPyramid(5000).save(path)

    with pytest.raises(ValueError, match="does not hold the peaks"):
        PeakPyramid.load(path, 50_000)


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "drums.npy"
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)

    with pytest.raises(ValueError, match="pickle"):
        PeakPyramid.load(path, 5000)
