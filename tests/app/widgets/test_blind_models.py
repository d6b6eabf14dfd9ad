"""Models of sources without names are offered, below the others, and say what they are for."""

from collections.abc import Iterator
from typing import cast

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.application import install_translations
from app.model.shown_text import model_title
from app.widgets.engine_choices import EngineChoices
from app.widgets.lane_style import standard_title
from app.workers.song_queue import SongQueue
from engine.model_library import BUNDLED_FOLDER, list_models
from tests.app.widgets.studio_window import StudioWindow, studio_window
from tests.app.widgets.test_quality_choice import FakeQueue, WarmEngine, choose_model

BLIND = "blind"


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        yield studio


@pytest.fixture
def queue(studio: StudioWindow) -> Iterator[FakeQueue]:
    queue = FakeQueue()
    choices = EngineChoices(
        studio.session, studio.settings, WarmEngine(), cast(SongQueue, queue), studio.window
    )
    choices.start()
    yield queue
    choices.stop()


def test_the_bundled_model_of_two_sources_comes_last_and_is_no_default(
    studio: StudioWindow, queue: FakeQueue
) -> None:
    models = studio.window.separation.models
    assert models.itemData(models.count() - 1) == BLIND
    assert studio.window.separation.model_name != BLIND


def test_its_tool_tip_says_what_it_finds_what_it_is_for_and_what_not(
    studio: StudioWindow, queue: FakeQueue
) -> None:
    models = studio.window.separation.models
    for row in range(models.count()):
        tip = str(models.itemData(row, Qt.ItemDataRole.ToolTipRole))
        is_blind = models.itemData(row) == BLIND
        assert ("two voices or two guitars" in tip) is is_blind
        assert ("in mono nothing is gained" in tip) is is_blind
    assert "Source 1 (experimental), Source 2 (experimental)" in tip


def test_who_picks_it_has_the_song_separated_with_it_and_its_lanes_marked(
    studio: StudioWindow, queue: FakeQueue
) -> None:
    song = studio.add_song()
    song.model_name = "quality"

    choose_model(studio, BLIND)

    assert queue.separated == [BLIND]
    assert studio.settings.model_name == BLIND
    lanes = studio.window.timeline.experimental
    assert lanes._weak_stems[BLIND] == {"source 1", "source 2"}


@pytest.mark.parametrize(
    ("language", "title", "source"),
    [
        ("en", "Two sources of one kind: voices, guitars (blind)", "Source 2"),
        ("de", "Zwei Quellen gleicher Art: Stimmen, Gitarren (blind)", "Quelle 2"),
    ],
)
def test_its_title_is_in_plain_words(
    qapp: QApplication, language: str, title: str, source: str
) -> None:
    (card,) = [entry.card for entry in list_models([BUNDLED_FOLDER]) if entry.is_blind]
    before = QLocale()
    translators = install_translations(qapp, language)
    try:
        assert model_title(card.title) == title
        assert standard_title(card.stem_names[1]) == source
    finally:
        for translator in translators:
            qapp.removeTranslator(translator)
        QLocale.setDefault(before)
