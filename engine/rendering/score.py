"""Notes of a song, one part per instrument, read from and written to standard MIDI files.

Times are in seconds from the start, so parts of different files can be put together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import DatasetError, MissingToolError

# Only rendering needs it, so a machine that just separates does without.
try:
    import mido
except ModuleNotFoundError:
    mido = None

DRUM_CHANNEL = 9
"""Channel 10 of the General MIDI standard, counted from zero."""

TICKS_PER_SECOND = 2000
"""Resolution of the files written here: half a millisecond."""

_TICKS_PER_BEAT = 1000
_MICROSECONDS_PER_BEAT = _TICKS_PER_BEAT * 1_000_000 // TICKS_PER_SECOND
_VOLUME, _PAN, _EXPRESSION = 7, 10, 11
_KEPT_CONTROLS = frozenset({1, 6, 38, _VOLUME, _PAN, _EXPRESSION, 64, 100, 101})
"""Modulation, bend range, volume, pan, expression, sustain; no reverb and no chorus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note: key 60 is middle C, velocity 1 to 127, times in seconds."""

    start: float
    end: float
    key: int
    velocity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A controller or, with number ``PITCH_BEND``, the bend wheel (-8192 to 8191)."""

    time: float
    number: int
    value: int


PITCH_BEND = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one instrument plays.

    Attributes:
        name: Name of the track in the file; may be empty.
        program: General MIDI program, 0 to 127.
        is_drums: Whether the part was on the drum channel.
        notes: Notes ordered by start.
        controls: Controllers ordered by time.
    """

    name: str
    program: int
    is_drums: bool
    notes: tuple[Note, ...]
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Parts that sound together; ``length`` is the end of the last note in seconds."""

    parts: tuple[Part, ...]

    @property
    def length(self) -> float:
        """End of the last note in seconds, 0 without notes."""
        return max((note.end for part in self.parts for note in part.notes), default=0.0)


def read_score(path: Path) -> Score:
    """Read a standard MIDI file of any type.

    A track that uses several channels or programs becomes several parts.

    Raises:
        DatasetError: If the file is missing or no MIDI file.
        MissingToolError: If the package mido is not installed.
    """
    require_midi_library()
    try:
        file = mido.MidiFile(path, clip=True)
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise DatasetError(
            f"“{path.name}” is not a readable MIDI file.", remedy="Remove it from the sources."
        ) from error
    seconds_at = _tempo_map(file)
    parts: list[Part] = []
    for track in file.tracks:
        parts.extend(_read_track(track, seconds_at))
    return Score(parts=tuple(parts))


def require_midi_library() -> None:
    """Make sure that MIDI files can be read.

    Raises:
        MissingToolError: If the package mido is not installed.
    """
    if mido is None:
        raise MissingToolError(
            "The Python package “mido” is not installed.", remedy="pip install mido"
        )


class _TempoMap:
    """Seconds at a tick, from the tempo changes of all tracks."""

    def __init__(self, ticks_per_beat: int, changes: list[tuple[int, int]]) -> None:
        self._segments: list[tuple[int, float, float]] = [(0, 0.0, 0.5 / ticks_per_beat)]
        for tick, microseconds in sorted(changes):
            start_tick, start_seconds, seconds_per_tick = self._segments[-1]
            now = start_seconds + (tick - start_tick) * seconds_per_tick
            self._segments.append((tick, now, microseconds / 1e6 / ticks_per_beat))

    def __call__(self, tick: int) -> float:
        index = bisect_right(self._segments, tick, key=lambda segment: segment[0]) - 1
        start_tick, start_seconds, seconds_per_tick = self._segments[index]
        return start_seconds + (tick - start_tick) * seconds_per_tick


def _tempo_map(file: mido.MidiFile) -> _TempoMap:
    changes: list[tuple[int, int]] = []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                changes.append((tick, message.tempo))
    return _TempoMap(file.ticks_per_beat, changes)


def _read_track(track: mido.MidiTrack, seconds_at: _TempoMap) -> list[Part]:
    name = ""
    programs: dict[int, int] = defaultdict(int)
    sounding: dict[tuple[int, int], tuple[float, int, int]] = {}
    notes: dict[tuple[int, int], list[Note]] = defaultdict(list)
    controls: dict[int, list[Control]] = defaultdict(list)

    def finish(channel: int, key: int, now: float) -> None:
        start, velocity, program = sounding.pop((channel, key))
        if now > start:
            notes[channel, program].append(Note(start=start, end=now, key=key, velocity=velocity))

    tick, now = 0, 0.0
    for message in track:
        tick += message.time
        now = seconds_at(tick)
        if message.type == "track_name" and not name:
            name = message.name.strip()
        elif message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type == "control_change" and message.control in _KEPT_CONTROLS:
            controls[message.channel].append(
                Control(time=now, number=message.control, value=message.value)
            )
        elif message.type == "pitchwheel":
            controls[message.channel].append(
                Control(time=now, number=PITCH_BEND, value=message.pitch)
            )
        elif message.type in ("note_on", "note_off"):
            place = (message.channel, message.note)
            if place in sounding:
                finish(message.channel, message.note, now)
            if message.type == "note_on" and message.velocity > 0:
                sounding[place] = (now, message.velocity, programs[message.channel])
    for channel, key in list(sounding):
        finish(channel, key, now)
    return [
        Part(
            name=name,
            program=program,
            is_drums=channel == DRUM_CHANNEL,
            notes=tuple(sorted(played, key=lambda note: (note.start, note.key))),
            controls=tuple(controls[channel]),
        )
        for (channel, program), played in sorted(notes.items())
    ]


def cut_section(score: Score, *, start: float, length: float) -> Score:
    """Cut ``length`` seconds out of a score; the section starts at 0.

    Notes that started earlier are left out, notes that last longer are shortened, and the
    controllers in force at the start are repeated there.
    """
    return Score(
        parts=tuple(cut for part in score.parts if (cut := _cut_part(part, start, length)).notes)
    )


def _cut_part(part: Part, start: float, length: float) -> Part:
    notes = tuple(
        replace(note, start=note.start - start, end=min(note.end - start, length))
        for note in part.notes
        if start <= note.start < start + length
    )
    # Bend range (6, 38 after 100, 101) is a sequence of controllers: all are kept in order.
    controls = tuple(
        replace(control, time=max(0.0, control.time - start))
        for control in part.controls
        if control.time < start + length
    )
    return replace(part, notes=notes, controls=controls)


def transpose(score: Score, semitones: int) -> Score:
    """Move every part but the drums; a part that would leave the range of keys stays."""

    def moved(part: Part) -> Part:
        keys = [note.key + semitones for note in part.notes]
        if part.is_drums or not keys or min(keys) < 0 or max(keys) > 127:
            return part
        notes = tuple(replace(note, key=note.key + semitones) for note in part.notes)
        return replace(part, notes=notes)

    return Score(parts=tuple(moved(part) for part in score.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A part and the channel (from 0) and program on which it is to be played."""

    part: Part
    channel: int
    program: int


def write_midi(path: Path, assignments: tuple[Assignment, ...], *, length: float) -> None:
    """Write parts to a MIDI file of type 1 that lasts exactly ``length`` seconds."""
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT)
    header = mido.MidiTrack()
    header.append(mido.MetaMessage("set_tempo", tempo=_MICROSECONDS_PER_BEAT, time=0))
    file.tracks.append(header)
    for assignment in assignments:
        file.tracks.append(_write_track(assignment, length))
    file.save(path)


def _write_track(assignment: Assignment, length: float) -> mido.MidiTrack:
    channel = assignment.channel
    # The second element orders events of one tick: controllers, ends of notes, starts.
    events: list[tuple[int, int, mido.Message]] = [
        (0, 0, mido.Message("program_change", channel=channel, program=assignment.program))
    ]
    for control in assignment.part.controls:
        message = (
            mido.Message("pitchwheel", channel=channel, pitch=control.value)
            if control.number == PITCH_BEND
            else mido.Message(
                "control_change", channel=channel, control=control.number, value=control.value
            )
        )
        events.append((_ticks(control.time), 1, message))
    for note in assignment.part.notes:
        on = mido.Message("note_on", channel=channel, note=note.key, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.key, velocity=0)
        events.append((_ticks(note.start), 3, on))
        events.append((max(_ticks(note.end), _ticks(note.start) + 1), 2, off))
    # A player stops at the last event; this one, without effect, keeps it going to the end.
    last = mido.Message("control_change", channel=channel, control=3, value=0)
    events.append((_ticks(length), 4, last))
    track = mido.MidiTrack()
    previous = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - previous))
        previous = tick
    return track


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_SECOND)
