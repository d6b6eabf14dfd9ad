"""Songs come in, and are decoded and separated in their order."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.model.song_status import Phase
from app.workers import song_jobs
from app.workers.song_finding import MANY
from tests.app.workers.fake_engine import DRAFT_STEMS
from tests.app.workers.queue_desk import (
    NUM_FRAMES,
    RATE,
    TIMEOUT_MS,
    Desk,
    assert_adds_up,
    entry,
    open_desk,
    wait_for,
    wait_for_the_engine,
)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from open_desk(tmp_path, monkeypatch)
    qtbot.wait(1)


def test_a_file_becomes_a_song_whose_lanes_add_up(qtbot: QtBot, desk: Desk) -> None:
    path = desk.write("One.wav")
    desk.queue.open_files([path])
    wait_for(qtbot, desk, One=Phase.DONE)

    song = desk.song("One")
    assert song.facts is not None
    assert (song.facts.title, song.facts.source) == ("One", path)
    assert (song.facts.sample_rate, song.facts.num_channels) == (RATE, 2)
    assert tuple(track.name for track in song.tracks) == (MIX_LANE, *DRAFT_STEMS)
    assert song.model_name == "draft"
    expected_TC, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_array_equal(song.track(MIX_LANE).samples_TC, expected_TC)
    assert_adds_up(song)
    for track in song.tracks:
        assert track.done.covers(FrameRange(0, NUM_FRAMES))
        assert track.peaks.levels[0].any()
    assert song.status.fraction == 1.0
    assert desk.notices == ["draft begins"]


def test_a_folder_of_very_many_files_waits_for_the_users_word(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "wrong"
    folder.mkdir()
    for number in range(MANY + 1):
        (folder / f"{number:03}.wav").touch()

    with qtbot.waitSignal(desk.queue.many_found, timeout=TIMEOUT_MS) as found:
        desk.queue.open_files([folder])

    assert desk.session.songs == ()
    assert found.args is not None
    assert len(found.args[0].sources) == MANY + 1

    desk.queue.open_files(found.args[0].sources)
    qtbot.waitUntil(lambda: len(desk.session.songs) == MANY + 1, timeout=TIMEOUT_MS)


def test_every_arrival_is_reported_when_its_peaks_are_there(qtbot: QtBot, desk: Desk) -> None:
    arrived: dict[str, int] = {}

    def listen() -> None:
        (song,) = desk.session.songs
        song.audio_arrived.connect(lambda name, frames: take(song, name, frames))

    def take(song: Song, name: str, frames: FrameRange) -> None:
        track = song.track(name)
        assert track.done.covers(frames)
        assert track.peaks.levels[0][frames.start // 256 : -(-frames.stop // 256)].any()
        arrived[name] = arrived.get(name, 0) + frames.num_frames

    desk.session.songs_changed.connect(listen)
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.DONE)
    assert arrived == dict.fromkeys((MIX_LANE, *DRAFT_STEMS), NUM_FRAMES)


def test_the_queue_takes_one_song_after_the_other_in_its_order(qtbot: QtBot, desk: Desk) -> None:
    names = ["One", "Two", "Three", "Four"]
    desk.queue.open_files([desk.write(f"{name}.wav") for name in names])
    wait_for(qtbot, desk, timeout=TIMEOUT_MS, **dict.fromkeys(names, Phase.DONE))
    assert [song.title for song in desk.session.songs] == names
    folders = [Path(task.stems_folder).parent.name for task in desk.engine.tasks]
    assert folders == names
    assert desk.engine.most_running == 1


def test_another_song_may_be_moved_to_the_front(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(1)
    desk.queue.open_files([desk.write(f"{name}.wav") for name in ("One", "Two", "Three")])
    wait_for(qtbot, desk, One=Phase.SEPARATING, Three=Phase.WAITING)
    desk.session.move(desk.song("Three"), 1)
    qtbot.waitUntil(lambda: desk.song("Three").facts is not None, timeout=TIMEOUT_MS)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE, Two=Phase.DONE, Three=Phase.DONE)
    folders = [Path(task.stems_folder).parent.name for task in desk.engine.tasks]
    assert folders == ["One", "Three", "Two"]


def test_the_song_on_screen_is_decoded_first_and_the_rest_not_all_at_once(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.let_go_on(0)
    names = [f"Song{number}" for number in range(6)]
    desk.queue.open_files([desk.write(f"{name}.wav") for name in names])
    qtbot.waitUntil(lambda: len(desk.session.songs) == 6, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: desk.song("Song1").facts is not None, timeout=TIMEOUT_MS)
    desk.session.set_current(desk.song("Song5"))
    qtbot.waitUntil(lambda: desk.song("Song5").facts is not None, timeout=TIMEOUT_MS)
    qtbot.wait(50)
    assert desk.song("Song4").facts is None


def test_a_bad_file_fails_with_a_sentence_and_the_others_go_on(qtbot: QtBot, desk: Desk) -> None:
    bad = desk.folder / "Bad.mp3"
    bad.write_text("no music")
    desk.queue.open_files([desk.write("One.wav"), bad, desk.write("Two.wav")])
    wait_for(qtbot, desk, One=Phase.DONE, Bad=Phase.FAILED, Two=Phase.DONE)
    error = desk.song("Bad").status.error
    assert error is not None
    assert "Bad.mp3" in error.message
    assert error.remedy


def test_folders_are_expanded_and_one_without_songs_is_a_notice(qtbot: QtBot, desk: Desk) -> None:
    desk.write("album/B.wav")
    desk.write("album/A.wav")
    (desk.folder / "album" / "cover.jpg").write_bytes(b"x")
    (desk.folder / "empty").mkdir()
    desk.queue.open_files([desk.folder / "empty", desk.folder / "album"])
    wait_for(qtbot, desk, A=Phase.DONE, B=Phase.DONE)
    assert [song.title for song in desk.session.songs] == ["A", "B"]
    assert "holds no audio file" in desk.notices[0]


def test_files_in_folders_that_are_no_audio_are_named(qtbot: QtBot, desk: Desk) -> None:
    desk.write("album/A.wav")
    for name in ("cover.jpg", "text.pdf", ".hidden", "Thumbs.db", "scans.zip", "z.txt"):
        (desk.folder / "album" / name).write_bytes(b"x")
    desk.queue.open_files([desk.folder / "album"])
    wait_for(qtbot, desk, A=Phase.DONE)
    notice = next(text for text in desk.notices if "left out" in text)
    assert notice.endswith("(no audio): cover.jpg, scans.zip, text.pdf, …")
    assert "4 files" in notice


def test_a_full_disk_fails_the_song_with_a_sentence(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "songs").write_text("a file where the folder should be")
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.FAILED)
    assert desk.song("One").status.error is not None


def test_a_song_of_which_the_end_is_damaged_fails_and_keeps_what_it_has(
    qtbot: QtBot, desk: Desk
) -> None:
    samples_TC = np.zeros((RATE * 8, 1), np.float32)
    samples_TC[-1] = np.nan
    soundfile.write(desk.folder / "One.wav", samples_TC, RATE, subtype="FLOAT")
    desk.queue.open_files([desk.folder / "One.wav"])
    wait_for(qtbot, desk, One=Phase.FAILED)
    song = desk.song("One")
    assert song.track(MIX_LANE).done.num_frames > 0
    qtbot.waitUntil(lambda: desk.engine.num_running == 0, timeout=TIMEOUT_MS)
    error = song.status.error
    assert error is not None
    assert "not sound" in error.message


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("", ["draft", "best"]), ("best", ["draft", "best"]), ("draft", ["draft"]),
     ("piano", ["piano"]), ("gone", ["draft", "best"])],
)  # fmt: skip
def test_a_draft_comes_first_if_it_finds_the_same_stems(
    monkeypatch: pytest.MonkeyPatch, chosen: str, expected: list[str]
) -> None:
    entries = (
        entry("best", "lq_vae"),
        entry("piano", "blockwise_vae", ("piano",)),
        entry("draft", song_jobs.DRAFT_METHOD),
    )
    monkeypatch.setattr(song_jobs, "list_models", lambda: entries)
    choices = song_jobs.default_models(chosen)
    assert [choice.name for choice in choices] == expected
    assert [choice.name for choice in choices if choice.is_draft] == [
        name for name in expected if name == "draft"
    ]


def test_the_chosen_quality_goes_to_the_engine_and_stays_for_what_has_begun(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.settings.quality = "best"
    desk.engine.let_go_on(1)
    desk.queue.open_files([desk.write("One.wav")])
    wait_for_the_engine(qtbot, desk)
    desk.settings.quality = "draft"
    song = desk.song("One")
    desk.queue.cancel(song)
    wait_for(qtbot, desk, One=Phase.CANCELLED)
    qtbot.waitUntil(lambda: desk.engine.num_running == 0, timeout=TIMEOUT_MS)
    desk.engine.let_go_on(None)
    desk.queue.retry(song)
    wait_for(qtbot, desk, One=Phase.DONE)
    desk.queue.separate(song, "draft")
    qtbot.waitUntil(lambda: len(desk.engine.tasks) == 3, timeout=TIMEOUT_MS)
    wait_for(qtbot, desk, One=Phase.DONE)

    assert [task.quality for task in desk.engine.tasks] == ["best", "best", "draft"]
