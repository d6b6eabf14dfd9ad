"""Marks the lanes of stems that their model is known to be weak at."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Slot

from app.model.song import Song
from app.widgets.lane_stack import LaneStack
from engine.model_library import ModelEntry


class ExperimentalMarks(QObject):
    """Tells every lane whether it is experimental: that is up to the song's present model."""

    def __init__(self, stack: LaneStack, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._song: Song | None = None
        self._weak_stems: dict[str, frozenset[str]] = {}

    def show_models(self, entries: Iterable[ModelEntry]) -> None:
        """Know what each model is weak at; stems of a model that is gone are not marked."""
        self._weak_stems = {
            entry.name: frozenset(entry.card.experimental_stems) for entry in entries
        }
        self.show_lanes()

    def set_song(self, song: Song | None) -> None:
        """Follow another song, whose lanes are shown next."""
        if self._song is not None:
            self._song.remaking_began.disconnect(self.show_lanes)
        self._song = song
        if song is not None:
            song.remaking_began.connect(self.show_lanes)

    @Slot()
    def show_lanes(self) -> None:
        """Mark the lanes that are there now."""
        model_name = self._song.model_name if self._song is not None else ""
        weak = self._weak_stems.get(model_name, frozenset())
        for row in self._stack.rows:
            row.show_experimental(row.name in weak)
