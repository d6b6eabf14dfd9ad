"""Axes: T frame, C channel."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from unittest.mock import Mock

import numpy as np
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.audio.mapped_pages import SYSTEM_CALL_BYTES
from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave
from engine.audio.wave_header import HEADER_BYTES, wave_header
from engine.errors import AudioFileError, OutputError
from engine.events import FloatArray

RATES = st.sampled_from([8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
LENGTHS = st.sampled_from([0, 1, 7, 255, 256, 1_000])


def random_frames(num_frames: int, num_channels: int) -> FloatArray:
    random = np.random.default_rng(num_frames)
    return random.uniform(-3.0, 3.0, (num_frames, num_channels)).astype(np.float32)


def make(path: Path, *, num_frames: int = 100, num_channels: int = 2) -> FloatArray:
    frames_TC = random_frames(num_frames, num_channels)
    with create_mapped_wave(
        path, sample_rate=44_100, num_channels=num_channels, num_frames=num_frames
    ) as wave:
        wave.write(0, frames_TC)
    return frames_TC


def test_long_pieces_go_to_the_system_in_short_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames_TC = random_frames(100_000, 2)
    with create_mapped_wave(
        tmp_path / "stem.wav", sample_rate=44_100, num_channels=2, num_frames=len(frames_TC)
    ) as wave:
        assert wave._file is not None
        calls = Mock(wraps=wave._file)
        monkeypatch.setattr(wave, "_file", calls)
        wave.write(0, frames_TC)
        np.testing.assert_array_equal(wave.samples_TC, frames_TC)
    lengths = [len(call.args[0]) for call in calls.write.call_args_list]
    assert len(lengths) > 1
    assert max(lengths) <= SYSTEM_CALL_BYTES


def test_silence_is_known_without_reading_it_where_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    num_frames = 1_000_000
    with create_mapped_wave(
        tmp_path / "stem.wav", sample_rate=44_100, num_channels=2, num_frames=num_frames
    ) as wave:
        wave.write(500_000, random_frames(1_000, 2))
        wave.write(800_000, np.zeros((10, 2), np.float32))
        assert not wave.is_silent(0, num_frames)
        assert not wave.is_silent(500_999, 1)
        assert wave.is_silent(501_000, 100)
        assert wave.is_silent(800_000, 10)
        assert wave.is_silent(500_000, 0)
        assert wave.is_silent(num_frames - 1, 1)

        if wave.path.stat().st_blocks * 512 > 4 * num_frames:
            pytest.skip("this disk makes room for silence")
        monkeypatch.setattr(wave, "read", Mock(side_effect=AssertionError("was read")))
        assert wave.is_silent(10_000, 400_000)  # beyond what the header takes
        assert wave.is_silent(900_000, 100_000)
    with open_mapped_wave(tmp_path / "stem.wav") as wave:
        assert wave.is_silent(0, 100)
        assert not wave.is_silent(500_000, 100)


@settings(max_examples=60)
@given(rate=RATES, num_channels=st.integers(1, 8), num_frames=LENGTHS)
def test_soundfile_reads_what_was_written_bit_for_bit(
    rate: int, num_channels: int, num_frames: int
) -> None:
    frames_TC = random_frames(num_frames, num_channels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stem.wav"
        with create_mapped_wave(
            path, sample_rate=rate, num_channels=num_channels, num_frames=num_frames
        ) as wave:
            wave.write(0, frames_TC)
        with soundfile.SoundFile(path) as file:
            assert (file.format, file.subtype) == ("WAVEX" if num_channels > 2 else "WAV", "FLOAT")
            assert (file.samplerate, file.channels, file.frames) == (rate, num_channels, num_frames)
            np.testing.assert_array_equal(file.read(dtype="float32", always_2d=True), frames_TC)
        with open_mapped_wave(path) as wave:
            assert (wave.sample_rate, wave.num_channels) == (rate, num_channels)
            np.testing.assert_array_equal(wave.samples_TC, frames_TC)
            assert wave.samples_TC.flags.aligned


@settings(max_examples=60)
@given(start=st.integers(0, 50), length=st.integers(0, 50), num_channels=st.integers(1, 8))
@example(start=0, length=0, num_channels=1)
def test_pieces_land_where_they_belong_and_the_rest_is_silent(
    start: int, length: int, num_channels: int
) -> None:
    piece_TC = random_frames(length, num_channels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stem.wav"
        with create_mapped_wave(
            path, sample_rate=8_000, num_channels=num_channels, num_frames=100
        ) as wave:
            other = open_mapped_wave(path)
            wave.write(start, piece_TC)
            expected_TC = np.zeros((100, num_channels), np.float32)
            expected_TC[start : start + length] = piece_TC
            np.testing.assert_array_equal(wave.samples_TC, expected_TC)
            np.testing.assert_array_equal(other.samples_TC, expected_TC)
            np.testing.assert_array_equal(other.read(start, length), piece_TC.T)
            other.close()


def test_a_new_file_is_silent_and_of_full_length_at_once(tmp_path: Path) -> None:
    wave = create_mapped_wave(tmp_path / "a.wav", sample_rate=8_000, num_channels=1, num_frames=9)
    samples_TC, rate = soundfile.read(tmp_path / "a.wav", always_2d=True)
    assert (samples_TC.shape, rate, samples_TC.any()) == ((9, 1), 8_000, False)
    wave.close()


def test_what_another_process_writes_is_seen_here(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    create_mapped_wave(path, sample_rate=8_000, num_channels=1, num_frames=9).close()
    code = (
        "import sys, pathlib, numpy; from engine.audio.mapped_wave import open_mapped_wave; "
        "wave = open_mapped_wave(pathlib.Path(sys.argv[1]), writable=True); "
        "wave.write(4, numpy.full((2, 1), 0.5, numpy.float32)); import os; os._exit(9)"
    )
    with open_mapped_wave(path) as wave:
        root = Path(__file__).parents[3]
        done = subprocess.run([sys.executable, "-c", code, path], cwd=root, check=False)
        assert done.returncode == 9
        assert wave.samples_TC[:, 0].tolist() == [0, 0, 0, 0, 0.5, 0.5, 0, 0, 0]


def test_samples_outlive_the_file_but_the_closed_file_gives_none(tmp_path: Path) -> None:
    expected_TC = make(tmp_path / "a.wav")
    wave = open_mapped_wave(tmp_path / "a.wav")
    samples_TC = wave.samples_TC
    wave.close()
    wave.close()
    np.testing.assert_array_equal(samples_TC, expected_TC)
    with pytest.raises(ValueError, match="closed"):
        _ = wave.samples_TC


def test_a_file_that_is_made_anew_leaves_those_who_mapped_the_old_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    expected_TC = make(path)
    with open_mapped_wave(path) as old:
        make(path, num_frames=3)
        np.testing.assert_array_equal(old.samples_TC, expected_TC)


def test_a_file_that_was_opened_for_reading_cannot_be_changed(tmp_path: Path) -> None:
    make(tmp_path / "a.wav")
    with open_mapped_wave(tmp_path / "a.wav") as wave:
        with pytest.raises(ValueError, match="not open for writing"):
            wave.write(0, np.zeros((1, 2), np.float32))
        assert not wave.samples_TC.flags.writeable


@pytest.mark.parametrize(("start", "shape"), [(-1, (1, 2)), (100, (1, 2)), (0, (1, 1))])
def test_frames_that_do_not_fit_are_refused(
    tmp_path: Path, start: int, shape: tuple[int, int]
) -> None:
    make(tmp_path / "a.wav")
    with (
        open_mapped_wave(tmp_path / "a.wav", writable=True) as wave,
        pytest.raises(ValueError, match=r"outside|channels"),
    ):
        wave.write(start, np.zeros(shape, np.float32))


def test_beyond_four_gibibytes_the_file_is_an_rf64_that_soundfile_reads(tmp_path: Path) -> None:
    num_frames = (1 << 32) // 8 + 1_000
    path = tmp_path / "long.wav"
    try:
        wave = create_mapped_wave(path, sample_rate=44_100, num_channels=2, num_frames=num_frames)
    except OutputError:
        pytest.skip("no room for a file of 4 GiB")
    with wave:
        end_TC = random_frames(5, 2)
        wave.write(num_frames - 5, end_TC)
        if path.stat().st_blocks * 512 > 1 << 24:
            pytest.skip("this disk has no sparse files")
        with soundfile.SoundFile(path) as file:
            assert (file.format, file.frames) == ("RF64", num_frames)
            file.seek(num_frames - 5)
            np.testing.assert_array_equal(file.read(dtype="float32"), end_TC)
    with open_mapped_wave(path) as wave:
        assert wave.num_frames == num_frames
        np.testing.assert_array_equal(wave.samples_TC[-5:], end_TC)


def test_the_largest_riff_is_no_rf64() -> None:
    most = ((1 << 32) - 1 - (HEADER_BYTES - 8)) // 4
    sizes = {"sample_rate": 44_100, "num_channels": 1}
    assert wave_header(**sizes, num_frames=most).startswith(b"RIFF")
    assert wave_header(**sizes, num_frames=most + 1).startswith(b"RF64")


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_without_room_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10**9, 10**9 - 5_000_000, 5_000_000))
    with pytest.raises(OutputError, match=r"room for 5\.0 MB, and 8\.0 MB are needed") as caught:
        create_mapped_wave(
            tmp_path / "a.wav", sample_rate=8_000, num_channels=2, num_frames=1_000_000
        )
    assert caught.value.remedy
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_disk_that_fills_up_meanwhile_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    make(tmp_path / "a.wav")
    with open_mapped_wave(tmp_path / "a.wav", writable=True) as wave:
        assert wave._file is not None
        full = os.open("/dev/full", os.O_RDWR)
        os.dup2(full, wave._file.fileno())
        os.close(full)
        with pytest.raises(OutputError, match="no space left"):
            wave.write(0, np.zeros((1, 2), np.float32))


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        create_mapped_wave(
            tmp_path / "none" / "a.wav", sample_rate=8_000, num_channels=1, num_frames=1
        )
    assert caught.value.remedy


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def header_only(path: Path) -> None:
    os.truncate(path, 60)


def no_wave(path: Path) -> None:
    path.write_bytes(b"fLaC" + bytes(200))


def integers(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 2)), 44_100, subtype="PCM_16")


def doubles(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 2)), 44_100, subtype="DOUBLE")


def zero_channels(path: Path) -> None:
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.index(b"fmt ") + 10, 0)
    path.write_bytes(content)


def many_channels(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 9)), 44_100, subtype="FLOAT", format="WAVEX")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def missing(path: Path) -> None:
    path.unlink()


def shifted(path: Path) -> None:
    content = path.read_bytes()
    place = content.index(b"data")
    path.write_bytes(content[:place] + b"odd \x02\x00\x00\x00zz" + content[place:])


@pytest.mark.parametrize(
    "damage",
    [truncated, header_only, no_wave, integers, doubles, zero_channels, many_channels, empty,
     missing, shifted],
)  # fmt: skip
def test_a_foreign_or_damaged_file_is_refused_with_a_sentence(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "Bass line.wav"
    make(path)
    damage(path)
    with pytest.raises(AudioFileError) as caught:
        open_mapped_wave(path)
    assert "Bass line.wav" in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.remedy


@settings(max_examples=100)
@given(position=st.integers(0, HEADER_BYTES - 1), value=st.integers(0, 255))
def test_no_changed_byte_of_the_header_leads_to_anything_but_a_sentence(
    position: int, value: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        make(path)
        content = bytearray(path.read_bytes())
        content[position] = value
        path.write_bytes(content)
        with suppress(AudioFileError), open_mapped_wave(path) as wave:
            assert wave.samples_TC.nbytes <= path.stat().st_size


@pytest.mark.parametrize("num_channels", [1, 2, 6])
def test_floats_that_another_program_wrote_are_mapped_if_they_are_aligned(
    tmp_path: Path, num_channels: int
) -> None:
    path = tmp_path / "a.wav"
    frames_TC = random_frames(100, num_channels)
    form = "WAVEX" if num_channels > 2 else "WAV"
    soundfile.write(path, frames_TC, 44_100, subtype="FLOAT", format=form)
    with open_mapped_wave(path) as wave:
        np.testing.assert_array_equal(wave.samples_TC, frames_TC)
