"""Reading: exact frames in any order, refusals in a sentence, nothing left behind."""

import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.audio_file import Audio, open_audio
from engine.audio.mix_source import MixSource
from engine.errors import AudioFileError, EngineError, MissingToolError, NotAudioError
from engine.events import FloatArray
from tests.engine.audio.hostile_files import intact_file, wave_header, write_hostile_file

SAMPLE_KINDS = ["wav", "float.wav", "rf64", "w64", "aiff", "caf", "flac", "ogg", "opus", "mp3"]
NUM_HOSTILE = 90
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg")


@pytest.fixture(scope="module")
def intact_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("intact")
    for kind in SAMPLE_KINDS:
        (folder / kind).write_bytes(intact_file(kind))
    return folder


@pytest.mark.parametrize("kind", SAMPLE_KINDS)
def test_pieces_in_order_equal_the_whole_as_soundfile_decodes_it(
    kind: str, intact_folder: Path
) -> None:
    whole_TC, rate = soundfile.read(intact_folder / kind, dtype="float32", always_2d=True)

    with open_audio(intact_folder / kind) as mix:
        cuts = [0, 0, 1, 8, 4096, 20_000, 20_001, mix.num_frames, mix.num_frames]
        pieces = [mix.read(start, end - start) for start, end in pairwise(cuts)]
        assert (mix.sample_rate, mix.num_channels, mix.num_frames) == (rate, 2, len(whole_TC))

    assert np.array_equal(np.concatenate(pieces, axis=1), whole_TC.T)


@settings(max_examples=12)
@given(starts=st.lists(st.floats(0, 1), min_size=1, max_size=8), length=st.integers(0, 9000))
@pytest.mark.parametrize("kind", SAMPLE_KINDS)
def test_a_jump_gives_the_same_frames_as_reading_on(
    kind: str, starts: list[float], length: int, intact_folder: Path
) -> None:
    with open_audio(intact_folder / kind) as mix:
        whole_CT = mix.read(0, mix.num_frames)
        for share in starts:
            start = int(share * (mix.num_frames - length))
            piece_CT = mix.read(start, length)

            assert np.array_equal(piece_CT, whole_CT[:, start : start + length])


def test_arrays_are_read_only_contiguous_and_float32(intact_folder: Path) -> None:
    with open_audio(intact_folder / "aiff") as mix:
        piece_CT = mix.read(5, 100)

    assert piece_CT.shape == (2, 100)
    assert piece_CT.dtype == np.float32
    assert piece_CT.flags.c_contiguous
    assert not piece_CT.flags.writeable


@pytest.mark.parametrize(("start", "length"), [(-1, 1), (0, 10**9), (66_150, 1), (5, -1)])
def test_frames_outside_of_the_mix_are_the_callers_mistake(
    start: int, length: int, intact_folder: Path
) -> None:
    with open_audio(intact_folder / "wav") as mix, pytest.raises(ValueError, match="outside"):
        mix.read(start, length)


def test_samples_in_memory_are_a_mix_source() -> None:
    samples_CT = np.arange(12, dtype=np.float32).reshape(2, 6)
    mix: MixSource = Audio(samples_CT, 8000)

    assert (mix.num_channels, mix.num_frames, mix.sample_rate) == (2, 6, 8000)
    assert np.array_equal(mix.read(2, 3), samples_CT[:, 2:5])
    assert not mix.read(0, 6).flags.writeable
    assert samples_CT.flags.writeable
    with pytest.raises(ValueError, match="float32"):
        Audio(np.zeros(4, np.float32), 8000)


@pytest.mark.parametrize(("num_channels", "rate"), [(1, 8000), (6, 96_000), (8, 192_000)])
@pytest.mark.parametrize("num_frames", [0, 1, 7])
def test_short_files_of_every_shape_are_read(
    num_channels: int, rate: int, num_frames: int, tmp_path: Path
) -> None:
    path = tmp_path / "short.wav"
    sound_TC = np.linspace(-3.0, 3.0, num_frames * num_channels, dtype=np.float32)
    soundfile.write(path, sound_TC.reshape(-1, num_channels), rate, subtype="FLOAT")

    with open_audio(path) as mix:
        assert mix.facts.bit_depth == "float"
        assert np.array_equal(mix.read(0, num_frames).T.ravel(), sound_TC)


@pytest.mark.parametrize(("num_channels", "rate"), [(9, 44_100), (2, 7999), (2, 192_001)])
def test_rates_and_channels_out_of_range_are_refused_with_a_remedy(
    num_channels: int, rate: int, tmp_path: Path
) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, np.zeros((10, num_channels)), rate)

    with pytest.raises(AudioFileError, match=r"9 channels|must lie between") as caught:
        open_audio(path)
    assert caught.value.remedy


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e20])
def test_values_that_are_no_sound_are_refused_with_their_place(
    value: float, tmp_path: Path
) -> None:
    path = tmp_path / "broken.wav"
    sound_TC = np.zeros((20_000, 2), np.float32)
    sound_TC[12_000, 1] = value
    soundfile.write(path, sound_TC, 8000, subtype="FLOAT")

    with open_audio(path) as mix:
        mix.read(0, 12_000)
        with pytest.raises(AudioFileError, match=r"at 0 min 1\.5 s"):
            mix.read(8000, 12_000)


def test_loud_samples_pass_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.full((10, 1), 30_000.0, np.float32), 8000, subtype="FLOAT")

    with open_audio(path) as mix:
        assert np.all(mix.read(0, 10) == 30_000.0)


@pytest.mark.parametrize("kind", [*SAMPLE_KINDS, pytest.param("m4a", marks=needs_ffmpeg)])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_file_that_was_cut_is_refused(kind: str, share: float, tmp_path: Path) -> None:
    content = intact_file(kind)
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(content[: int(share * len(content))])

    with pytest.raises(EngineError):
        _read_all(path)


def test_a_flac_file_that_is_damaged_inside_tells_where(tmp_path: Path) -> None:
    content = bytearray(intact_file("flac"))
    middle = len(content) // 2
    content[middle : middle + 500] = bytes(500)
    path = tmp_path / "damaged.flac"
    path.write_bytes(content)

    with pytest.raises(AudioFileError, match=r"damaged or incomplete at 0 min"):
        _read_all(path)


def test_a_wave_file_of_a_program_that_streams_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "streamed.wav"
    header = wave_header(num_channels=1, rate=8000, data_bytes=2**32 - 1)
    path.write_bytes(header + np.arange(50, dtype="<i2").tobytes())

    assert _read_all(path).shape == (1, 50)


def test_a_wave_file_of_a_recorder_that_crashed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "crashed.wav"
    header = wave_header(num_channels=1, rate=8000, data_bytes=0)
    path.write_bytes(header + np.arange(50_000, dtype="<u2").tobytes())

    with pytest.raises(AudioFileError, match="holds no sound"):
        open_audio(path)


@pytest.mark.parametrize("extension", ["mp3", "txt", "raw", "sd2", "vox", "gsm", "mid"])
def test_the_content_counts_and_not_the_name(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"mislabelled.{extension}"
    path.write_bytes(intact_file("wav"))

    with open_audio(path) as mix:
        assert mix.facts.format == "WAV"


@pytest.mark.parametrize("extension", ["raw", "sd2", "vox", "gsm", "mat", "htk"])
def test_no_extension_turns_noise_into_music(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"noise.{extension}"
    path.write_bytes(np.random.default_rng(0).bytes(5000))

    with pytest.raises(EngineError):
        open_audio(path)


def test_what_is_no_readable_file_is_named_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "text.wav").write_text("la la la")
    (tmp_path / "loop.wav").symlink_to(tmp_path / "loop.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    expected = {
        "empty.wav": "it is empty",
        "folder.wav": "it is a folder",
        "text.wav": "it is a text file",
        "loop.wav": "it is a link that leads to itself",
        "pipe.wav": "it is not a file",
        "missing.wav": "there is no such file",
        "x" * 300: "its name is too long",
        "nul\0.wav": "its name is not valid",
    }

    for name, reason in expected.items():
        with pytest.raises(AudioFileError, match=reason) as caught:
            open_audio(tmp_path / name)
        assert caught.value.remedy
        assert caught.value.message.isprintable()
        assert len(caught.value.message) < 200
        assert isinstance(caught.value, NotAudioError) == (name == "text.wav")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    path.write_bytes(intact_file("wav"))
    path.chmod(0)

    with pytest.raises(AudioFileError, match="not permitted"):
        open_audio(path)


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "shrinking.wav"
    path.write_bytes(intact_file("wav"))

    with open_audio(path) as mix:
        mix.read(0, 1000)
        os.truncate(path, 20_000)
        with pytest.raises(AudioFileError, match="incomplete"):
            mix.read(1000, 60_000)


@pytest.mark.parametrize("seed", range(NUM_HOSTILE))
def test_a_hostile_file_ends_in_a_sentence_or_is_read_to_its_end(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # ffmpeg's share has its own tests, and takes a second each
    hostile = write_hostile_file(seed, tmp_path)

    failure: EngineError | None = None
    samples_CT = np.zeros((0, 0), np.float32)
    try:
        samples_CT = _read_all(hostile.path)
    except EngineError as error:
        failure = error

    if failure is None:
        assert samples_CT.size
        assert np.isfinite(samples_CT).all()
    else:
        assert failure.message.endswith(".")
        assert failure.remedy


def test_an_endless_promise_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "endless.flac"
    stream_info = bytes.fromhex("10001000") + bytes(6) + bytes.fromhex("0ac442ffffffffff")
    path.write_bytes(b"fLaC\x80\x00\x00\x22" + stream_info + bytes(100))

    with pytest.raises(AudioFileError, match="ends early"):
        open_audio(path)


def test_tags_are_read(tmp_path: Path) -> None:
    path = tmp_path / "tagged.flac"
    with soundfile.SoundFile(path, "w", 8000, 1) as file:
        file.title = "Ein schöner Tag"
        file.tracknumber = "3"
        file.write(np.zeros(10))

    with open_audio(path) as mix:
        assert mix.tags.title == "Ein schöner Tag"
        assert mix.tags.tracknumber == "3"
        assert mix.tags.artist == ""


def test_opening_leaves_no_descriptor_open(intact_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.mp3").write_bytes(b"\xff\xfb\x90\x00" + bytes(100))
    before = len(list(Path("/proc/self/fd").iterdir()))

    for path in [*intact_folder.iterdir(), tmp_path / "noise.mp3"]:
        try:
            open_audio(path).close()
        except EngineError:
            assert path.name == "noise.mp3"

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_without_ffmpeg_a_video_is_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(100))
    monkeypatch.setenv("PATH", "")

    with pytest.raises(MissingToolError, match="ffmpeg") as caught:
        open_audio(path)
    assert "Install ffmpeg" in caught.value.remedy


@needs_ffmpeg
def test_a_video_gives_its_sound_and_the_temporary_file_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    wave, video = tmp_path / "sound.wav", tmp_path / "-clip.mp4"
    wave.write_bytes(intact_file("wav"))
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:s=32x32"]
    command += ["-i", str(wave), "-metadata", "title=Clip", "-c:v", "mpeg4", f"file:{video}"]
    subprocess.run(command, check=True)

    with open_audio(video) as mix:
        assert list(scratch.iterdir())
        assert mix.facts.format == "ffmpeg"
        assert mix.tags.title == "Clip"
        assert abs(mix.num_frames - 66_150) < 2048
        decoded_CT = mix.read(0, 60_000)
    assert not list(scratch.iterdir())

    original_TC, _ = soundfile.read(wave)
    error = decoded_CT[0] - original_TC[:60_000, 0]
    assert np.sqrt(np.mean(error**2)) < 0.05  # of 0.2; any shift would double it


@needs_ffmpeg
@pytest.mark.parametrize(
    "text",
    [
        "\x01#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\n#\x01\nfile '{secret}'\n",
    ],
)
def test_a_play_list_does_not_lead_to_another_file(text: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(intact_file("wav"))
    path = tmp_path / "list.m4a"
    path.write_text(text.format(secret=secret))

    with pytest.raises(AudioFileError, match="not an audio file"):
        open_audio(path)


@needs_ffmpeg
def test_a_picture_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent.avi"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:s=32x32"]
    subprocess.run([*command, str(path)], check=True)

    with pytest.raises(AudioFileError, match="it holds no sound"):
        open_audio(path)


def test_a_decoder_that_stalls_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec /bin/sleep 1000\n")
    program.chmod(0o755)
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(100))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("engine.audio.ffmpeg_decoding.STALL_SECONDS", 0.1)

    with pytest.raises(AudioFileError, match="does not advance"):
        open_audio(path)


def _read_all(path: Path) -> FloatArray:
    with open_audio(path) as mix:
        pieces = [
            mix.read(start, min(30_000, mix.num_frames - start))
            for start in range(0, mix.num_frames, 30_000)
        ]
        return np.concatenate([np.zeros((mix.num_channels, 0), np.float32), *pieces], axis=1)
