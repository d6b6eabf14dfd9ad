from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio import mpeg_frames
from engine.audio.mpeg_frames import MpegScan, scan_frames
from tests.engine.audio.hostile_files import intact_file


def scan_in_pieces(path: Path, piece_bytes: int) -> MpegScan | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mpeg_frames, "_PIECE_BYTES", piece_bytes)
        return scan_frames(path)


@given(piece_bytes=st.integers(4, 5000), cut=st.integers(0, 2000), ending=st.binary(max_size=9))
def test_a_walk_finds_the_same_in_pieces_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, piece_bytes: int, cut: int, ending: bytes
) -> None:
    content = intact_file("mp3")
    path = tmp_path_factory.getbasetemp() / "walked.mp3"
    path.write_bytes(content[: len(content) - cut] + ending)
    whole = scan_in_pieces(path, 1 << 20)
    assert whole is not None
    assert whole.num_frames > 0
    assert scan_in_pieces(path, piece_bytes) == whole
