"""A session with its queue and an engine that does what a test allows."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from app.model.mix_state import MIX_LANE
from app.model.session import Session
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_status import Phase
from app.workers import song_jobs
from app.workers.engine_process import EngineProcess
from app.workers.song_queue import SongQueue
from engine.model_card import ModelCard
from engine.model_library import ModelEntry
from tests.app.workers.fake_engine import BLOCK_FRAMES, FakeEngine

RATE = 8_000
NUM_FRAMES = 5_000
NUM_BLOCKS = NUM_FRAMES // BLOCK_FRAMES
TIMEOUT_MS = 10_000


def entry(name: str, method: str, stems: tuple[str, ...] = ("drums", "bass")) -> ModelEntry:
    card = ModelCard(
        method=method,
        title=name,
        stem_names=stems,
        sample_rate=RATE,
        channels=2,
        window_frames=1_000,
        context_frames=0,
        config={},
    )
    return ModelEntry(name=name, path=Path(f"{name}.safetensors"), num_bytes=1, card=card)


class Desk:
    """A session with its queue.

    Attributes:
        folder: For files.
        engine: A fake, if there is no other process.
        process: What the queue works with.
    """

    def __init__(self, folder: Path, process: EngineProcess | None = None) -> None:
        self.folder = folder
        self.engine = FakeEngine()
        self.process = process if process is not None else self.engine
        self.settings = Settings(
            QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        )
        self.settings.songs_folder = folder / "songs"
        self.session = Session()
        self.queue = SongQueue(self.session, self.process, self.settings)
        self.notices: list[str] = []
        self.queue.notice_raised.connect(self.notices.append)

    def write(self, name: str, *, num_frames: int = NUM_FRAMES) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        random = np.random.default_rng(0)
        samples_TC = random.uniform(-0.5, 0.5, (num_frames, 2))
        soundfile.write(path, samples_TC, RATE, format="WAV", subtype="FLOAT")
        return path

    def song(self, title: str) -> Song:
        return next(song for song in self.session.songs if song.title == title)

    def phases(self) -> dict[str, Phase]:
        return {song.title: song.status.phase for song in self.session.songs}


def open_desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give a desk whose only model is a draft, and stop its queue afterwards."""
    monkeypatch.setattr(song_jobs, "list_models", lambda: (entry("draft", song_jobs.DRAFT_METHOD),))
    desk = Desk(folder)
    yield desk
    desk.queue.stop()


def wait_for(qtbot: QtBot, desk: Desk, *, timeout: int = TIMEOUT_MS, **phases: Phase) -> None:
    def has_come() -> None:
        found = desk.phases()
        assert {title: found.get(title) for title in phases} == phases

    qtbot.waitUntil(has_come, timeout=timeout)


def wait_for_the_engine(qtbot: QtBot, desk: Desk) -> None:
    """Wait until the first song's lanes are on screen, with the engine at work on it."""
    qtbot.waitUntil(
        lambda: bool(desk.engine.told and desk.session.songs[0].stems), timeout=TIMEOUT_MS
    )


def blocks_done(song: Song) -> int:
    return min((stem.done.num_frames for stem in song.stems), default=0) // BLOCK_FRAMES


def assert_adds_up(song: Song) -> None:
    total_TC = np.sum([stem.samples_TC for stem in song.stems], axis=0, dtype=np.float64)
    np.testing.assert_allclose(total_TC, song.track(MIX_LANE).samples_TC, atol=1e-6)
