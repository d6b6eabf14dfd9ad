"""The whole studio with a real engine process, a tiny model, and no screen or sound card."""

import gc
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.settings import Settings, user_store
from app.model.song import Song
from app.model.song_status import Phase
from app.playback.audio_output import AudioOutput
from app.studio import Studio
from app.widgets.main_window import MainWindow
from app.widgets.theme import Theme
from app.workers.engine_process import EngineProcess
from engine.checkpoint import save_checkpoint
from engine.methods.catalog import METHODS
from engine.model_library import model_folders
from tests.app.playback.fake_sound_card import FakeSoundCard

MODEL = "tiny"
RATE = 44_100
TIMEOUT_MS = 120_000  # torch takes its time on a busy machine

OpenStudio = Callable[[], Studio]
MakeSong = Callable[..., Path]


class KeptEngine(EngineProcess):
    """Stays when a studio closes, so that torch is loaded once for all tests."""

    def stop(self) -> None:
        """Stay."""

    def end(self) -> None:
        """End, at the end of the tests."""
        super().stop()


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineProcess]:
    engine = KeptEngine()
    yield engine
    engine.end()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / f"{MODEL}.safetensors"
    save_checkpoint(path, METHODS[0].tiny_checkpoint())
    return path


@pytest.fixture
def open_studio(
    qapp: QApplication, engine: EngineProcess, checkpoint: Path, qtbot: QtBot
) -> Iterator[OpenStudio]:
    """Opens a studio; every one that is still open is closed afterwards."""
    own_models = model_folders()[-1]
    own_models.mkdir(parents=True)
    shutil.copy(checkpoint, own_models)
    opened: list[Studio] = []

    def open_one() -> Studio:
        settings = Settings(user_store())
        settings.model_name = MODEL
        output = AudioOutput(card=FakeSoundCard(device_names=[]))  # silent, in real time
        studio = Studio(settings, Theme(qapp), engine=engine, output=output)
        opened.append(studio)
        with qtbot.waitSignal(studio.begun, timeout=TIMEOUT_MS):
            studio.start(())
        return studio

    yield open_one
    for studio in opened:
        studio.window.close()
        studio.stop()
        studio.window.deleteLater()
    QApplication.processEvents()
    gc.collect()


@pytest.fixture
def studio(open_studio: OpenStudio) -> Studio:
    return open_studio()


@pytest.fixture
def make_song(tmp_path: Path) -> MakeSong:
    """Writes a song of noise and tones."""

    def make(name: str = "Song", *, seconds: float = 4.0) -> Path:
        rng = np.random.default_rng(len(name))
        times_T = np.arange(round(seconds * RATE)) / RATE
        tone_T = 0.2 * np.sin(2 * np.pi * 220 * times_T)
        noise_TC = rng.normal(0, 0.05, (len(times_T), 2))
        path = tmp_path / "songs" / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, tone_T[:, None] + noise_TC, RATE, subtype="FLOAT")
        return path

    return make


def drop(window: MainWindow, paths: Sequence[Path]) -> None:
    """Drag files over the window and let them go, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = window.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(middle), action, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.overlay.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(middle), action, data, buttons, keys))
    assert not window.overlay.isVisible()


def wait_for(qtbot: QtBot, studio: Studio, phase: Phase, *, number: int = 0) -> Song:
    """Wait until a song of the queue has come to a phase; return it."""

    def has_come() -> bool:
        songs = studio.session.songs
        return len(songs) > number and songs[number].status.phase is phase

    qtbot.waitUntil(has_come, timeout=TIMEOUT_MS)
    return studio.session.songs[number]
