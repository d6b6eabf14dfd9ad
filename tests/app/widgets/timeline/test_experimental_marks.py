"""Stems that a model is known to be weak at say so in their lanes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.timeline_view import TimelineView
from engine.model_card import ModelCard
from engine.model_library import ModelEntry
from engine.residual import DEFAULT_RESIDUAL
from tests.app.widgets.timeline.acting import wave


def entry(name: str, *weak: str) -> ModelEntry:
    card = ModelCard(
        title=name, method="spectrogram_vae", stem_names=("vocals", "drums"),
        experimental_stems=weak, sample_rate=8000, channels=2, window_frames=800,
        context_frames=0, config={},
    )  # fmt: skip
    return ModelEntry(name=name, path=Path(name), num_bytes=1, card=card)


def marked(view: TimelineView) -> list[str]:
    return [row.name for row in view.stack.rows if row.header.experimental.isVisibleTo(view)]


@pytest.fixture(params=[1.0, 2.0])
def text_size(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    before = QFont(qapp.font())
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * request.param)
    qapp.setFont(larger)
    yield
    qapp.setFont(before)


def test_a_stem_that_the_model_is_weak_at_is_marked_in_words(view: TimelineView) -> None:
    assert marked(view) == []

    view.experimental.show_models([entry("draft", "vocals"), entry("other", "drums")])

    assert marked(view) == ["vocals"]
    header = view.stack.row("vocals").header
    assert header.experimental.text() == "exp."
    assert header.experimental.toolTip().startswith("Experimental: ")
    assert header.accessibleDescription() == header.experimental.toolTip()
    assert view.stack.row("drums").header.accessibleDescription() == ""
    assert wave(view, "vocals").accessibleName().startswith("Waveform: Vocals, experimental, ")
    assert "experimental" not in wave(view, "drums").accessibleName()


def test_the_mark_follows_the_model_the_lanes_and_the_song(view: TimelineView, song: Song) -> None:
    view.experimental.show_models([entry("draft", "vocals"), entry("other", "drums")])

    song.begin_remaking(model_name="other", residual=DEFAULT_RESIDUAL, separated=song.separated)
    assert marked(view) == ["drums"]

    song.set_stems(song.stems[:1], model_name="draft")
    assert marked(view) == ["vocals"]

    song.set_stems(song.stems, model_name="gone")
    assert marked(view) == []
    view.set_song(None)
    song.begin_remaking(model_name="draft", residual=DEFAULT_RESIDUAL, separated=song.separated)


def test_however_long_a_name_and_large_the_text_the_mark_stands_whole_beside_it(
    text_size: None, view: TimelineView, song: Song, qapp: QApplication
) -> None:
    view.experimental.show_models([entry("draft", "vocals")])
    header = view.stack.row("vocals").header
    for title in ("Vox", "The voices of the whole choir of the village"):
        mix_changes.rename_lane(song, "vocals", title)
        qapp.processEvents()
        mark = header.experimental
        assert mark.width() >= mark.fontMetrics().horizontalAdvance(mark.text())
        assert mark.height() >= mark.fontMetrics().height()
        name = header.title
        drawn = min(name.width(), name.fontMetrics().horizontalAdvance(title))
        gap = mark.x() - (name.x() + drawn)
        assert 0 < gap < mark.fontMetrics().height()
        assert mark.geometry().right() < header.pan.x()
        assert name.width() >= name.minimumSizeHint().width()
