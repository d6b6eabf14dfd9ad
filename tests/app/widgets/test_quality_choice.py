"""Models that trade time for quality have a choice beside them, and others have not."""

from collections.abc import Iterator
from typing import cast, get_args

import pytest
from PySide6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from app.model.song import Song
from app.widgets import engine_choices
from app.widgets.engine_choices import EngineChoices
from app.workers.engine_process import EngineProcess
from app.workers.song_queue import SongQueue
from engine.quality import Quality
from engine.residual import Residual
from engine.serving_messages import DeviceFound
from tests.app.widgets.studio_window import StudioWindow, studio_window
from tests.app.workers.queue_desk import entry


class FakeQueue(QObject):
    """Says what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.separated: list[str] = []

    def outcome(self, song: Song) -> tuple[str, Residual]:
        """Return what the song has."""
        return song.model_name, song.residual

    def separate(self, song: Song, model_name: str) -> None:
        """Remember it."""
        self.separated.append(model_name)


class WarmEngine(EngineProcess):
    """Says what it was told to have ready."""

    def __init__(self) -> None:
        super().__init__(["no such program"])
        self.wanted: list[tuple[str, Quality]] = []

    def warm_up(self, model: str, device: str, quality: Quality = "normal") -> None:
        """Remember it."""
        self.wanted.append((model, quality))

    def list_devices(self) -> Iterator[DeviceFound | None]:  # type: ignore[override]
        """There are none."""
        yield from ()


@pytest.fixture
def studio(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudioWindow]:
    entries = (entry("particles", "lq_vae"), entry("plain", "blockwise_vae"))
    monkeypatch.setattr(engine_choices, "list_models", lambda: entries)
    with studio_window() as studio:
        studio.settings.model_name = "plain"
        studio.settings.quality = "normal"
        yield studio


def choose_model(studio: StudioWindow, name: str) -> None:
    models = studio.window.separation.models
    models.setCurrentIndex(models.findData(name))
    models.activated.emit(models.currentIndex())


def choose_quality(studio: StudioWindow, name: Quality) -> None:
    qualities = studio.window.separation.qualities.list
    qualities.setCurrentIndex(qualities.findData(name))
    qualities.activated.emit(qualities.currentIndex())


def test_the_quality_stands_beside_models_that_know_one(studio: StudioWindow) -> None:
    engine, queue = WarmEngine(), FakeQueue()
    choices = EngineChoices(
        studio.session, studio.settings, engine, cast(SongQueue, queue), studio.window
    )
    song = studio.add_song()
    song.model_name = "plain"
    choices.start()
    quality = studio.window.separation.qualities
    assert quality.isHidden()

    choose_model(studio, "particles")
    assert not quality.isHidden()
    assert quality.list.currentData() == "normal"
    assert engine.wanted[-1] == ("particles", "normal")
    song.model_name = "particles"
    queue.separated.clear()

    choose_quality(studio, "best")
    assert studio.settings.quality == "best"
    assert engine.wanted[-1] == ("particles", "best")
    assert queue.separated == ["particles"]
    choose_quality(studio, "best")
    assert queue.separated == ["particles"]  # it is that already
    assert quality.list.accessibleName() == "Quality"
    assert quality.list.accessibleDescription() == "About 3 times slower than normal"

    choose_model(studio, "plain")
    assert quality.isHidden()
    choices.stop()


def test_the_quality_is_there_again_after_a_restart(studio: StudioWindow) -> None:
    studio.settings.model_name, studio.settings.quality = "particles", "draft"
    engine = WarmEngine()
    choices = EngineChoices(
        studio.session, studio.settings, engine, cast(SongQueue, FakeQueue()), studio.window
    )
    choices.start()

    quality = studio.window.separation.qualities
    assert not quality.isHidden()
    assert quality.list.currentData() == "draft"
    assert engine.wanted == [("particles", "draft")]
    choices.stop()


def test_every_quality_has_an_entry_that_says_what_it_costs(studio: StudioWindow) -> None:
    listed = studio.window.separation.qualities.list
    rows = range(listed.count())
    assert tuple(listed.itemData(row) for row in rows) == get_args(Quality)
    assert all(listed.itemData(row, Qt.ItemDataRole.ToolTipRole) for row in rows)
