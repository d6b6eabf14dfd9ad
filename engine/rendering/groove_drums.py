"""Drum performances by people (Groove MIDI Dataset), repeated to the length of a song."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from engine.rendering.score import Note, Part, Score

_GENERAL_MIDI_KEY = {22: 42, 26: 46, 58: 43}
"""Keys of the Roland TD-11 that General MIDI names otherwise."""

_FILE_NAME = re.compile(r"\d+_(?P<style>.+)_(?P<tempo>\d+)_beat_4-4")
_SHORTEST_SECONDS = 12.0
_BEATS_PER_BAR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """A beat in 4/4: path relative to the dataset, style, and beats per minute."""

    name: str
    style: str
    tempo: int

    @property
    def session(self) -> str:
        """Drummer and session, which never stand on both sides of a split."""
        return "/".join(self.name.split("/")[:2])


def find_performances(folder: Path) -> tuple[Performance, ...]:
    """Return the 4/4 beats of the dataset, by name."""
    performances = []
    for path in sorted(folder.glob("*/*/*.mid")):
        match = _FILE_NAME.fullmatch(path.stem)
        if match is not None:
            performances.append(
                Performance(
                    name=path.relative_to(folder).as_posix(),
                    style=match["style"],
                    tempo=int(match["tempo"]),
                )
            )
    return tuple(performances)


def repeat_performance(score: Score, *, tempo: int, length: float) -> Part | None:
    """Play a performance again and again, on the beat, for ``length`` seconds.

    Returns:
        The drum part, or None if the performance is too short to be worth repeating.
    """
    notes = [note for part in score.parts for note in part.notes]
    bar = _BEATS_PER_BAR * 60.0 / tempo
    period = round(score.length / bar) * bar
    if score.length < _SHORTEST_SECONDS or period <= 0:
        return None
    repeated: list[Note] = []
    offset = 0.0
    while offset < length:
        repeated.extend(
            replace(
                note,
                start=note.start + offset,
                end=note.end + offset,
                key=_GENERAL_MIDI_KEY.get(note.key, note.key),
            )
            for note in notes
            if note.start < period and note.start + offset < length
        )
        offset += period
    ordered = tuple(sorted(repeated, key=lambda note: (note.start, note.key)))
    return Part(name="Drums", program=0, is_drums=True, notes=ordered)
