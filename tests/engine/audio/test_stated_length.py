"""A header is believed for an estimate, and never a reason to fail or to wait."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.stated_length import stated_seconds


@pytest.mark.parametrize("extension", ["wav", "flac", "ogg", "aiff"])
def test_the_header_says_the_length(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"song.{extension}"
    soundfile.write(path, np.zeros((12_000, 2)), 8_000)

    assert stated_seconds(path) == pytest.approx(1.5)


def test_what_is_no_sound_has_no_length(tmp_path: Path) -> None:
    text = tmp_path / "lyrics.txt"
    text.write_text("la la")
    (tmp_path / "zero.wav").touch()

    for path in (text, tmp_path / "zero.wav", tmp_path, tmp_path / "nowhere.wav"):
        assert stated_seconds(path) is None


@pytest.mark.skipif(os.name == "nt", reason="pipes have no names in a folder")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")

    assert stated_seconds(tmp_path / "pipe.wav") is None
