"""A file that was opened before leads to its project, and another file does not."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.earlier_project import find_earlier_project
from app.model.frame_range import FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.project_file import save_project
from app.model.project_snapshot import LaneSnapshot, ProjectSnapshot
from app.model.song_folder import PROJECT_FILE, create_track, new_song_folder
from app.model.source_file import SourceStamp, stamp_of
from tests.app.model.stored_song import FACTS

SOURCE = Path("/music/Über “Nacht”.mp3")
STAMP = SourceStamp(num_bytes=100, modified_ns=1_700_000_000_000_000_000)


def stored_project(
    root: Path, *, source: Path = SOURCE, stamp: SourceStamp | None = STAMP, has_sound: bool = True
) -> Path:
    folder = new_song_folder(root, source.stem)
    facts = replace(FACTS, source=source, stamp=stamp)
    if has_sound:
        create_track(folder, MIX_LANE, facts)
    lanes = (LaneSnapshot(name=MIX_LANE, done=FrameRanges()),)
    save_project(ProjectSnapshot(folder=folder, source=source, facts=facts, lanes=lanes))
    return folder


def test_the_project_of_the_same_file_is_found(tmp_path: Path) -> None:
    stored_project(tmp_path, source=SOURCE.with_name("Another.mp3"))
    folder = stored_project(tmp_path)

    assert find_earlier_project(tmp_path, SOURCE, STAMP) == folder


def test_of_several_the_one_that_was_saved_last_is_found(tmp_path: Path) -> None:
    folders = [stored_project(tmp_path) for _ in range(3)]
    for age, folder in enumerate(folders):
        os.utime(folder / PROJECT_FILE, ns=(0, 10**18 - age * 10**9))

    assert find_earlier_project(tmp_path, SOURCE, STAMP) == folders[0]


@pytest.mark.parametrize(
    "stamp", [replace(STAMP, num_bytes=101), replace(STAMP, modified_ns=1), None]
)
def test_a_project_of_another_content_is_none_of_the_file(
    tmp_path: Path, stamp: SourceStamp | None
) -> None:
    stored_project(tmp_path, stamp=stamp)

    assert find_earlier_project(tmp_path, SOURCE, STAMP) is None


def test_what_cannot_be_opened_is_passed_over(tmp_path: Path) -> None:
    stored_project(tmp_path, has_sound=False)
    damaged = stored_project(tmp_path) / PROJECT_FILE
    damaged.write_bytes(damaged.read_bytes()[:-10])
    (tmp_path / "a file").write_bytes(b"")

    assert find_earlier_project(tmp_path, SOURCE, STAMP) is None
    assert find_earlier_project(tmp_path / "nowhere", SOURCE, STAMP) is None


def test_a_stamp_tells_a_file_that_was_written_again(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(b"one")
    before = stamp_of(path)
    os.utime(path, ns=(0, 12345))

    assert before is not None
    assert stamp_of(path) == SourceStamp(num_bytes=3, modified_ns=12345)
    assert stamp_of(path) != before
    assert stamp_of(tmp_path / "nowhere") is None
