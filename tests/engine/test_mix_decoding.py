import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.audio_file import open_audio
from engine.audio.mapped_wave import open_mapped_wave
from engine.errors import AudioFileError
from engine.events import FloatArray
from engine.mix_decoding import (
    MAX_PIECE_SAMPLES,
    FramesDecoded,
    MixDecodingFinished,
    MixDecodingStarted,
    MixShape,
    decode_mix,
)


def write_song(path: Path, *, num_frames: int = 100_000, num_channels: int = 2) -> FloatArray:
    random = np.random.default_rng(0)
    frames_TC = random.uniform(-0.5, 0.5, (num_frames, num_channels)).astype(np.float32)
    soundfile.write(path, frames_TC, 44_100)
    return frames_TC


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("num_channels", [1, 2])
def test_the_file_holds_what_the_reader_decodes_and_pieces_come_in_order(
    tmp_path: Path, suffix: str, num_channels: int
) -> None:
    source, target = tmp_path / f"My song.{suffix}", tmp_path / "mix.wav"
    write_song(source, num_channels=num_channels)

    events = list(decode_mix(source, target))

    with open_audio(source) as reader, open_mapped_wave(target) as wave:
        # The same pieces: of a mono MP3 others may differ in the last bit.
        expected_CT = np.concatenate(
            [
                reader.read(piece.start, piece.stop - piece.start)
                for piece in events
                if isinstance(piece, FramesDecoded)
            ],
            axis=1,
        )
        np.testing.assert_array_equal(wave.samples_TC, expected_CT.T)
        assert events[0] == MixDecodingStarted(
            target=target,
            title="My song",
            sample_rate=44_100,
            num_channels=num_channels,
            num_frames=reader.num_frames,
            tags=reader.tags,
        )
    position = 0
    for event in events[1:-1]:
        assert isinstance(event, FramesDecoded)
        assert event.start == position < event.stop
        position = event.stop
    assert position == expected_CT.shape[1]
    assert events[-1] == MixDecodingFinished()


def test_each_piece_is_in_the_file_before_it_is_reported(tmp_path: Path) -> None:
    frames_TC = write_song(tmp_path / "song.wav", num_frames=300_000)
    soundfile.write(tmp_path / "song.wav", frames_TC, 44_100, subtype="FLOAT")
    for event in decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav"):
        if isinstance(event, FramesDecoded):
            with open_mapped_wave(tmp_path / "mix.wav") as wave:
                np.testing.assert_array_equal(
                    wave.samples_TC[: event.stop], frames_TC[: event.stop]
                )
                assert not wave.samples_TC[event.stop :].any()


def test_pieces_grow_but_stay_small_enough_for_memory(tmp_path: Path) -> None:
    write_song(tmp_path / "song.wav", num_frames=3_000_000)
    pieces = [
        event.stop - event.start
        for event in decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav")
        if isinstance(event, FramesDecoded)
    ]
    assert pieces[0] == 88_200
    assert pieces[:-1] == sorted(pieces[:-1])
    assert max(pieces) == MAX_PIECE_SAMPLES // 2


def test_closing_ends_decoding_and_a_second_attempt_fills_the_same_file(tmp_path: Path) -> None:
    write_song(tmp_path / "song.wav", num_frames=300_000)
    events = decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav")
    next(events)
    next(events)
    events.close()
    with open_mapped_wave(tmp_path / "mix.wav") as seen_by_others:
        assert not seen_by_others.samples_TC[-1].any()
        list(decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav"))
        assert seen_by_others.samples_TC[-1].any()


def test_a_target_of_another_song_is_made_anew(tmp_path: Path) -> None:
    write_song(tmp_path / "a.wav", num_frames=1_000)
    write_song(tmp_path / "b.wav", num_frames=500)
    list(decode_mix(tmp_path / "a.wav", tmp_path / "mix.wav"))
    list(decode_mix(tmp_path / "b.wav", tmp_path / "mix.wav"))
    with open_mapped_wave(tmp_path / "mix.wav") as wave:
        assert wave.num_frames == 500


def test_a_target_is_left_alone_if_the_source_is_not_what_is_expected(tmp_path: Path) -> None:
    write_song(tmp_path / "song.wav", num_frames=1_000)
    list(decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav"))
    before = (tmp_path / "mix.wav").read_bytes()
    shape = MixShape(sample_rate=44_100, num_channels=2, num_frames=1_000)
    list(decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav", expected=shape))
    write_song(tmp_path / "song.wav", num_frames=1_001)

    with pytest.raises(AudioFileError, match="not the file any more"):
        list(decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav", expected=shape))

    assert (tmp_path / "mix.wav").read_bytes() == before


def test_a_file_without_sound_is_refused_with_a_sentence(tmp_path: Path) -> None:
    write_song(tmp_path / "song.wav", num_frames=0)
    with pytest.raises(AudioFileError, match="holds no sound") as caught:
        list(decode_mix(tmp_path / "song.wav", tmp_path / "mix.wav"))
    assert caught.value.remedy


def test_a_bad_file_leaves_no_target_behind(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_text("This is no music.")
    with pytest.raises(AudioFileError):
        list(decode_mix(tmp_path / "song.mp3", tmp_path / "mix.wav"))
    assert not (tmp_path / "mix.wav").exists()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_what_only_ffmpeg_can_read_is_decoded_too_and_may_be_cancelled(tmp_path: Path) -> None:
    write_song(tmp_path / "song.wav", num_frames=500_000)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", tmp_path / "song.wav", tmp_path / "song.mka"], check=True
    )
    events = decode_mix(tmp_path / "song.mka", tmp_path / "mix.wav")
    first = next(events)
    events.close()
    assert first is None or isinstance(first, MixDecodingStarted)
    assert list(decode_mix(tmp_path / "song.mka", tmp_path / "mix.wav"))[-1] == (
        MixDecodingFinished()
    )


def test_closing_while_ffmpeg_works_ends_it_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that is found as ffmpeg never ends by itself."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (tmp_path / "song.m4a").write_bytes(bytes(range(256)) * 8)
    events = decode_mix(tmp_path / "song.m4a", tmp_path / "mix.wav")
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert next(events) is None
    events.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert not list(temporary.iterdir())
    assert not (tmp_path / "mix.wav").exists()
