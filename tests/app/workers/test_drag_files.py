"""Files that leave the window: there before the drag, exact, and never changed again."""

import errno
import os
import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.export_planning import slice_text
from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE, LaneState
from app.model.song import Song
from app.model.song_folder import audio_path, exports_folder
from app.model.song_status import Phase, SongStatus
from app.model.tempo import Tempo
from app.workers.drag_files import (
    DragFileEvent,
    DragFilesReady,
    detach_drag_files,
    prepare_drag_files,
)
from app.workers.engine_process import EngineProcess, SongEvent
from app.workers.song_jobs import separate_lanes
from engine.audio.audio_file import open_audio
from engine.audio.audio_writer import AudioWriter
from engine.errors import EngineError, OutputError
from engine.events import FloatArray, ProgressChanged
from engine.serving_messages import SeparateMix
from tests.app.separated_song import RATE, STEMS, separated_song, write_lane


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return separated_song(tmp_path)


def run(events: Generator[DragFileEvent, None, None]) -> tuple[Path, ...]:
    ready = list(events)[-1]
    assert isinstance(ready, DragFilesReady)
    return ready.files


def read(path: Path) -> FloatArray:
    samples_TC: FloatArray = soundfile.read(path, dtype="float32", always_2d=True)[0]
    return samples_TC


def names(song: Song) -> list[str]:
    return sorted(path.name for path in exports_folder(song.folder).iterdir())


def refuse_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


def test_whole_lanes_become_files_with_proper_names(song: Song) -> None:
    files = run(prepare_drag_files(song, ["drums", MIX_LANE], None))

    assert names(song) == ["On the Run (Drums).wav", "On the Run (Original).wav"]
    assert [path.name for path in files] == names(song)
    assert np.array_equal(read(files[0]), song.track("drums").samples_TC)
    assert files[0].samefile(audio_path(song.folder, "drums"))  # no time, no room


def test_the_users_name_for_a_lane_is_in_the_file_name(song: Song) -> None:
    song.change_lane("drums", LaneState(title="Kit: left/right"), "Rename")
    (path,) = run(prepare_drag_files(song, ["drums"], None))

    assert path.name == "On the Run (Kit_ left_right).wav"


def test_a_second_drag_gives_the_same_files(song: Song) -> None:
    selection = FrameRange(10, 2000)
    for frames in (None, selection):
        first = run(prepare_drag_files(song, STEMS, frames))
        assert run(prepare_drag_files(song, STEMS, frames)) == first
    assert len(names(song)) == 2 * len(STEMS)


def test_a_disk_without_second_names_gets_copies(
    song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_links(monkeypatch)
    for _ in range(2):
        files = run(prepare_drag_files(song, STEMS, None))

    assert [path.name for path in files] == [f"On the Run ({name.title()}).wav" for name in STEMS]
    assert all(path.stat().st_nlink == 1 for path in files)
    assert np.array_equal(read(files[1]), song.track("bass").samples_TC)
    assert len(names(song)) == len(STEMS)


def test_while_the_engine_still_writes_whole_lanes_are_copies(song: Song) -> None:
    song.set_status(SongStatus(phase=Phase.SEPARATING))
    (path,) = run(prepare_drag_files(song, ["drums"], None))
    before_TC = read(path)

    write_lane(song, "drums", np.ones((100, 2), np.float32))
    (later,) = run(prepare_drag_files(song, ["drums"], None))

    assert np.array_equal(read(path), before_TC)
    assert later.name == "On the Run (Drums) (2).wav"
    assert np.array_equal(read(later), song.track("drums").samples_TC)


def test_a_second_name_of_a_lane_that_changes_again_is_not_given_away(song: Song) -> None:
    (linked,) = run(prepare_drag_files(song, ["drums"], None))
    song.set_status(SongStatus(phase=Phase.SEPARATING))
    (copied,) = run(prepare_drag_files(song, ["drums"], None))

    assert linked.samefile(audio_path(song.folder, "drums"))
    assert copied.name == "On the Run (Drums) (2).wav"
    assert copied.stat().st_nlink == 1


def test_files_that_were_given_away_survive_the_next_separation(song: Song) -> None:
    files = run(prepare_drag_files(song, STEMS, None))
    before_TC = read(files[0])

    fractions = [event.fraction for event in detach_drag_files(song.folder)]
    write_lane(song, "drums", np.zeros((3000, 2), np.float32))

    assert fractions[-1] == 1.0
    assert np.array_equal(read(files[0]), before_TC)
    assert len(names(song)) == len(STEMS)
    assert list(detach_drag_files(song.folder)) == []
    (again,) = run(prepare_drag_files(song, ["drums"], None))
    assert not read(again).any()


def test_a_separation_leaves_what_was_dragged_out_alone(song: Song) -> None:
    (linked,) = run(prepare_drag_files(song, ["drums"], None))
    before_TC = read(linked)
    engine = OverwritingEngine(song)
    task = SeparateMix(
        job=1, mix="", stems_folder="", model="", device="", gaps=(), decoded_frames=3000
    )
    assert song.facts is not None

    list(separate_lanes(engine, task, song.folder, song.facts, {}))

    assert not song.track("drums").samples_TC.any()
    assert np.array_equal(read(linked), before_TC)


class OverwritingEngine(EngineProcess):
    """Writes silence into a lane as soon as it may."""

    def __init__(self, song: Song) -> None:
        self._song = song

    def separate_song(self, task: SeparateMix) -> Generator[SongEvent | None, None, None]:
        write_lane(self._song, "drums", np.zeros((3000, 2), np.float32))
        yield None


def test_without_exports_there_is_nothing_to_detach(song: Song) -> None:
    exports_folder(song.folder).rmdir()
    assert list(detach_drag_files(song.folder)) == []


@settings(max_examples=20)
@given(edges=st.lists(st.integers(0, 3000), min_size=2, max_size=2, unique=True))
def test_a_slice_holds_exactly_the_frames_of_the_range(
    edges: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    song = separated_song(tmp_path_factory.mktemp("songs"))
    frames = FrameRange(min(edges), max(edges))

    files = run(prepare_drag_files(song, ["vocals", "bass"], frames))

    for path, name in zip(files, ("vocals", "bass"), strict=True):
        lane_TC = song.track(name).samples_TC
        assert np.array_equal(read(path), lane_TC[frames.start : frames.stop])


def test_a_slice_says_where_it_comes_from(song: Song) -> None:
    (path,) = run(prepare_drag_files(song, ["bass"], FrameRange(441, 2205)))

    assert path.name == "On the Run (Bass) 0m00.010-0m00.050.wav"
    with open_audio(path) as reader:
        assert reader.tags.title == "On the Run (Bass)"
        assert reader.tags.artist == "Somebody"
        assert reader.tags.comment.endswith("model draft; seed 0; frames 441 to 2205 of the song")


@pytest.mark.parametrize(
    ("start", "stop", "text"),
    [
        (12.0, 16.0, "0m12.000-0m16.000"),
        (59.9996, 61.5, "1m00.000-1m01.500"),
        (3599.0, 3661.25, "59m59.000-1h01m01.250"),
    ],
)
def test_times_in_names_sort_and_read_well(start: float, stop: float, text: str) -> None:
    frames = FrameRange(round(start * RATE), round(stop * RATE))
    assert slice_text(frames, RATE, None) == text


@pytest.mark.parametrize(
    ("bars", "text"),
    [((5, 8), "bars 5-8"), ((5, 5), "bar 5"), ((0, 3), "bars 0-3"), ((-1, 0), "0m01.000-0m05.000")],
)
def test_whole_bars_in_names_read_as_bars(bars: tuple[int, int], text: str) -> None:
    tempo = Tempo(bpm=120.0, first_beat=5 * RATE)
    start, stop = (tempo.first_beat + 2 * RATE * number for number in (bars[0] - 1, bars[1]))

    assert slice_text(FrameRange(start, stop), RATE, tempo) == text


def test_other_sound_in_the_same_range_gets_another_name(song: Song) -> None:
    frames = FrameRange(0, 500)
    (first,) = run(prepare_drag_files(song, ["bass"], frames))
    before_TC = read(first)
    write_lane(song, "bass", np.ones((100, 2), np.float32))

    (second,) = run(prepare_drag_files(song, ["bass"], frames))

    assert second.name == "On the Run (Bass) 0m00.000-0m00.011 (2).wav"
    assert np.array_equal(read(first), before_TC)


def test_a_lane_that_is_not_complete_is_refused_with_its_share(tmp_path: Path) -> None:
    song = separated_song(tmp_path, done=1860)

    with pytest.raises(EngineError, match="“Drums” is complete to 62 % of the song") as caught:
        prepare_drag_files(song, ["drums"], None)
    assert caught.value.remedy
    assert run(prepare_drag_files(song, ["drums"], FrameRange(100, 1860)))
    assert run(prepare_drag_files(song, [MIX_LANE], None))


def test_a_song_that_is_not_read_yet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no sound"):
        prepare_drag_files(Song(tmp_path, tmp_path / "a.wav"), ["drums"], None)


def test_ending_early_leaves_no_part_of_a_file(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_links(monkeypatch)
    for frames in (None, FrameRange(5, 2500)):
        for num_events in range(1, 4):
            with closing(prepare_drag_files(song, STEMS, frames)) as events:
                for _ in range(num_events):
                    assert isinstance(next(events), ProgressChanged)
            assert names(song) == []


@pytest.mark.parametrize("frames", [None, FrameRange(0, 100)])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    frames: FrameRange | None, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    refuse_links(monkeypatch)
    monkeypatch.setattr(AudioWriter, "_reserve_headroom", refuse)
    monkeypatch.setattr(shutil, "copystat", refuse)

    with pytest.raises(OutputError, match=r"(?i)(disk is full|no space left)") as caught:
        run(prepare_drag_files(song, STEMS, frames))
    assert caught.value.remedy
    assert names(song) == []
