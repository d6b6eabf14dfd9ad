"""Writing: what was given comes back, equal input gives equal bytes, nothing half-written stays."""

import errno
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.audio_file import open_audio
from engine.audio.audio_format import AudioFormat, BitDepth, Container, audio_format
from engine.audio.audio_writer import AudioWriter
from engine.audio.tags import AudioTags
from engine.errors import OutputError
from engine.events import FloatArray

TAGS = AudioTags(
    title="Löwen 獅子 (Drums)",
    artist="Die Übung",
    album="Album",
    date="2026",
    tracknumber="3",
    genre="Jazz",
    comment="Strata 0.1; method spectrogram_vae; model draft; seed 0",
)
FORMATS: list[tuple[Container, BitDepth | None]] = [
    ("wav", "float"),
    ("wav", "24"),
    ("wav", "16"),
    ("flac", "24"),
    ("flac", "16"),
    ("ogg", None),
    ("mp3", None),
]
# Largest error: half a step, and the dither of 16 bits.
ERRORS: dict[BitDepth | None, float] = {"float": 0.0, "24": 0.5 / (1 << 23), "16": 1.5 / (1 << 15)}


@pytest.mark.parametrize(("container", "bit_depth"), FORMATS)
@pytest.mark.parametrize("num_frames", [1, 7, 5000])
def test_the_file_holds_the_frames_and_the_tags(
    container: Container, bit_depth: BitDepth | None, num_frames: int, tmp_path: Path
) -> None:
    path = tmp_path / f"stem.{container}"
    sound_CT = _noise((2, num_frames))
    _write(path, sound_CT, audio_format(container, bit_depth))

    with open_audio(path) as stem:
        assert (stem.num_channels, stem.num_frames, stem.sample_rate) == (2, num_frames, 44_100)
        assert stem.tags == TAGS
        back_CT = stem.read(0, num_frames)
    if bit_depth is not None:
        assert np.abs(back_CT - sound_CT).max() <= ERRORS[bit_depth] * 1.0001
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@settings(max_examples=60)
@given(
    lengths=st.lists(st.one_of(st.integers(0, 700), st.integers(4000, 9000)), max_size=6),
    num_channels=st.integers(1, 8),
    chosen=st.sampled_from(FORMATS),
)
def test_pieces_and_time_do_not_change_a_byte(
    lengths: list[int],
    num_channels: int,
    chosen: tuple[Container, BitDepth | None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    container, bit_depth = chosen
    folder = tmp_path_factory.mktemp("bytes")
    chosen_format = audio_format(container, bit_depth)
    sound_CT = _noise((min(num_channels, 2 if container == "mp3" else 8), 1 + sum(lengths)))
    _write(folder / "whole", sound_CT, chosen_format)
    _write(folder / "pieces", sound_CT, chosen_format, cuts=list(np.cumsum(lengths)))

    assert (folder / "whole").read_bytes() == (folder / "pieces").read_bytes()


def test_a_float_file_holds_peaks_far_above_full_scale(tmp_path: Path) -> None:
    sound_CT = 1000.0 * _noise((6, 100))
    _write(tmp_path / "loud.wav", sound_CT, AudioFormat())

    with open_audio(tmp_path / "loud.wav") as stem:
        assert np.array_equal(stem.read(0, 100), sound_CT)


def test_a_mix_without_frames_becomes_a_wave_file_without_frames(tmp_path: Path) -> None:
    _write(tmp_path / "empty.wav", np.zeros((2, 0), np.float32), AudioFormat())

    with open_audio(tmp_path / "empty.wav") as stem:
        assert (stem.num_channels, stem.num_frames) == (2, 0)
        assert stem.tags == TAGS


def test_dither_leaves_no_trace_of_the_signal_in_the_mean_error(tmp_path: Path) -> None:
    step = 1.0 / (1 << 15)
    sound_CT = np.full((1, 200_000), 0.3 * step, np.float32)
    _write(tmp_path / "quiet.wav", sound_CT, audio_format("wav", "16"))

    with open_audio(tmp_path / "quiet.wav") as stem:
        error_CT = stem.read(0, 200_000) - sound_CT
    assert abs(error_CT.mean()) < 0.01 * step
    assert error_CT.std() == pytest.approx(0.5 * step, rel=0.02)  # 1/12 + 2/12 of a step squared


def test_digital_silence_stays_silent(tmp_path: Path) -> None:
    _write(tmp_path / "silent.wav", np.zeros((2, 1000), np.float32), audio_format("wav", "16"))

    with open_audio(tmp_path / "silent.wav") as stem:
        assert not stem.read(0, 1000).any()


@pytest.mark.parametrize("bit_depth", ["16", "24"])
def test_at_the_ceiling_nothing_clips(bit_depth: BitDepth, tmp_path: Path) -> None:
    chosen = audio_format("wav", bit_depth)
    sound_CT = np.full((1, 5000), chosen.ceiling, np.float32)
    sound_CT[0, ::2] *= -1.0
    _write(tmp_path / "full.wav", sound_CT, chosen)

    with open_audio(tmp_path / "full.wav") as stem:
        assert np.abs(stem.read(0, 5000) - sound_CT).max() <= ERRORS[bit_depth] * 1.0001


def test_beyond_four_gibibytes_the_container_becomes_rf64(tmp_path: Path) -> None:
    writer = AudioWriter(
        tmp_path / "long.wav",
        format=AudioFormat(),
        sample_rate=44_100,
        num_channels=2,
        num_frames=1 << 30,
        tags=TAGS,
    )
    writer.write(np.zeros((2, 10), np.float32))
    (part,) = tmp_path.iterdir()

    assert part.read_bytes()[:4] == b"RF64"
    writer.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("container", "bit_depth"), FORMATS)
def test_without_commit_nothing_stays_and_the_old_file_does(
    container: Container, bit_depth: BitDepth | None, tmp_path: Path
) -> None:
    path = tmp_path / "stem.wav"
    path.write_text("old")

    with _writer(path, audio_format(container, bit_depth), num_frames=100) as writer:
        writer.write(_noise((2, 50)))
        assert len(list(tmp_path.iterdir())) == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["stem.wav"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("container", "rate", "channels", "frames", "words"),
    [
        ("mp3", 44_100, 3, 5, "at most 2 channels"),
        ("mp3", 96_000, 2, 5, "96000 Hz"),
        ("mp3", 44_100, 2, 0, "without any samples"),
        ("flac", 44_100, 2, 0, "without any samples"),
    ],
)
def test_what_a_container_cannot_hold_is_said_before_the_work(
    container: Container, rate: int, channels: int, frames: int, words: str, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=words) as caught:
        AudioWriter(
            tmp_path / "stem",
            format=audio_format(container),
            sample_rate=rate,
            num_channels=channels,
            num_frames=frames,
            tags=TAGS,
        )
    assert caught.value.remedy
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("chosen", [("flac", "float"), ("ogg", "16"), ("mp3", "24")])
def test_depths_that_a_container_lacks_are_refused(chosen: tuple[Container, BitDepth]) -> None:
    with pytest.raises(OutputError):
        audio_format(*chosen)


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 6, 8])
def test_every_rate_and_channel_count_fits_wave_flac_and_ogg(
    rate: int, channels: int, tmp_path: Path
) -> None:
    for container, bit_depth in FORMATS[:-1]:
        path = tmp_path / f"stem.{container}"
        _write(path, _noise((channels, 3000)), audio_format(container, bit_depth), rate=rate)
        with open_audio(path) as stem:
            assert (stem.num_channels, stem.num_frames) == (channels, 3000)
            assert stem.sample_rate == rate


@pytest.mark.parametrize(("container", "bit_depth"), FORMATS)
def test_a_file_that_may_not_grow_ends_in_one_sentence(
    container: Container, bit_depth: BitDepth | None, tmp_path: Path
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(OutputError, match="too large"):
            _write(tmp_path / "stem", _noise((2, 400_000)), audio_format(container, bit_depth))
        assert not list(tmp_path.iterdir())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("container", "bit_depth"), FORMATS)
def test_a_disk_that_is_full_only_at_the_end_is_noticed(
    container: Container,
    bit_depth: BitDepth | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: AudioWriter) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AudioWriter, "_reserve_headroom", refuse)

    with pytest.raises(OutputError, match="the disk is full"):
        _write(tmp_path / "stem", _noise((2, 100)), audio_format(container, bit_depth))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_vanished_is_named_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "stems"
    folder.mkdir()
    writer = _writer(folder / "stem.wav", AudioFormat(), num_frames=10)
    writer.write(_noise((2, 10)))
    for entry in folder.iterdir():
        entry.unlink()
    folder.rmdir()

    with pytest.raises(OutputError, match="the folder does not exist any more"):
        writer.commit()


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda path: path.mkdir(), "a folder has this name"),
        (lambda path: None, "does not exist"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_at_once(
    prepare: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    folder = tmp_path / "missing" if "not exist" in words else tmp_path
    path = folder / "stem.wav"
    prepare(path)

    with pytest.raises(OutputError, match=words):
        _writer(path, AudioFormat(), num_frames=10)


def test_a_name_that_is_too_long_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="too long"):
        _writer(tmp_path / ("x" * 300), AudioFormat(), num_frames=10)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="does not permit"):
            _writer(tmp_path / "stem.wav", AudioFormat(), num_frames=10)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes exist on Linux")
def test_a_folder_with_a_name_that_is_no_text_is_written_to(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    _write(folder / "stem.wav", _noise((2, 10)), AudioFormat())

    with open_audio(folder / "stem.wav") as stem:
        assert stem.num_frames == 10


def test_too_many_and_too_few_frames_are_the_callers_mistake(tmp_path: Path) -> None:
    with _writer(tmp_path / "stem.wav", AudioFormat(), num_frames=10) as writer:
        writer.write(_noise((2, 9)))
        with pytest.raises(ValueError, match="9 of 10"):
            writer.commit()
        with pytest.raises(ValueError, match="announced"):
            writer.write(_noise((2, 9)))
        with pytest.raises(ValueError, match="2 channels"):
            writer.write(_noise((3, 1)))


def test_an_ogg_file_is_intact_for_other_decoders(tmp_path: Path) -> None:
    _write(tmp_path / "stem.ogg", _noise((2, 30_000)), audio_format("ogg"))

    samples_TC, _ = soundfile.read(tmp_path / "stem.ogg")
    assert samples_TC.shape == (30_000, 2)


def _writer(path: Path, chosen: AudioFormat, *, num_frames: int) -> AudioWriter:
    return AudioWriter(
        path, format=chosen, sample_rate=44_100, num_channels=2, num_frames=num_frames, tags=TAGS
    )


def _write(
    path: Path,
    sound_CT: FloatArray,
    chosen: AudioFormat,
    *,
    rate: int = 44_100,
    cuts: list[int] | None = None,
) -> None:
    with AudioWriter(
        path,
        format=chosen,
        sample_rate=rate,
        num_channels=sound_CT.shape[0],
        num_frames=sound_CT.shape[1],
        tags=TAGS,
    ) as writer:
        for piece_CT in np.split(sound_CT, cuts or [], axis=1):
            writer.write(piece_CT)
        writer.commit()


def _noise(shape: tuple[int, int]) -> FloatArray:
    noise = np.random.default_rng(0).uniform(-0.9, 0.9, shape)
    return noise.astype(np.float32)
