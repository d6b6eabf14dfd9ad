from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import DatasetError, MissingToolError
from engine.rendering import score as score_module
from engine.rendering.score import (
    PITCH_BEND,
    TICKS_PER_SECOND,
    Assignment,
    Control,
    Note,
    Part,
    Score,
    cut_section,
    read_score,
    transpose,
    write_midi,
)

mido = pytest.importorskip("mido")

_TICK = 1.0 / TICKS_PER_SECOND


@st.composite
def _parts(draw: st.DrawFn) -> Part:
    """Parts without overlap of equal keys, at whole ticks, as a MIDI file can hold them."""
    notes: list[Note] = []
    for key in draw(st.sets(st.integers(0, 127), min_size=1, max_size=4)):
        tick = 0
        for _ in range(draw(st.integers(1, 4))):
            tick += draw(st.integers(0, 4000))
            length = draw(st.integers(1, 4000))
            notes.append(
                Note(
                    start=tick * _TICK,
                    end=(tick + length) * _TICK,
                    key=key,
                    velocity=draw(st.integers(1, 127)),
                )
            )
            tick += length
    return Part(
        name="",
        program=draw(st.integers(0, 127)),
        is_drums=False,
        notes=tuple(sorted(notes, key=lambda note: (note.start, note.key))),
    )


@given(parts=st.lists(_parts(), min_size=1, max_size=3))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_is_read_again(parts: list[Part], tmp_path: Path) -> None:
    assignments = tuple(
        Assignment(part=part, channel=channel, program=part.program)
        for channel, part in enumerate(parts)
    )
    write_midi(tmp_path / "a.mid", assignments, length=60.0)
    read = read_score(tmp_path / "a.mid")
    assert len(read.parts) == len(parts)
    for part, back in zip(parts, read.parts, strict=True):
        assert back.program == part.program
        assert [(n.key, n.velocity) for n in back.notes] == [
            (n.key, n.velocity) for n in part.notes
        ]
        for note, other in zip(part.notes, back.notes, strict=True):
            assert other.start == pytest.approx(note.start, abs=_TICK)
            assert other.end == pytest.approx(note.end, abs=_TICK)


@given(part=_parts(), start=st.floats(0.0, 5.0), length=st.floats(0.1, 5.0))
@settings(max_examples=50, deadline=None)
def test_a_section_lies_within_its_length_and_keeps_what_starts_in_it(
    part: Part, start: float, length: float
) -> None:
    section = cut_section(Score(parts=(part,)), start=start, length=length)
    notes = [note for cut in section.parts for note in cut.notes]
    assert all(0.0 <= note.start < note.end <= length + 1e-9 for note in notes)
    assert len(notes) == sum(start <= note.start < start + length for note in part.notes)


def test_controllers_before_a_section_are_in_force_at_its_start() -> None:
    part = Part(
        name="",
        program=0,
        is_drums=False,
        notes=(Note(start=5.0, end=6.0, key=60, velocity=90),),
        controls=(
            Control(time=1.0, number=7, value=40),
            Control(time=5.5, number=PITCH_BEND, value=100),
            Control(time=9.0, number=7, value=1),
        ),
    )
    section = cut_section(Score(parts=(part,)), start=4.0, length=3.0)
    assert [(c.time, c.number, c.value) for c in section.parts[0].controls] == [
        (0.0, 7, 40),
        (1.5, PITCH_BEND, 100),
    ]


def test_a_change_of_tempo_in_another_track_moves_the_notes(tmp_path: Path) -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=100)
    tempo, notes = mido.MidiTrack(), mido.MidiTrack()
    tempo.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=100))  # after half a second
    notes.append(mido.MetaMessage("track_name", name=" Bass ", time=0))
    notes.append(mido.Message("program_change", channel=1, program=33, time=0))
    notes.append(mido.Message("note_on", channel=1, note=40, velocity=64, time=200))
    notes.append(mido.Message("note_on", channel=1, note=40, velocity=0, time=100))
    file.tracks.extend([tempo, notes])
    file.save(tmp_path / "a.mid")
    (part,) = read_score(tmp_path / "a.mid").parts
    assert (part.name, part.program, part.is_drums) == ("Bass", 33, False)
    assert part.notes == (Note(start=1.5, end=2.5, key=40, velocity=64),)


def test_a_track_with_two_programs_is_two_parts_and_channel_ten_is_drums(tmp_path: Path) -> None:
    file = mido.MidiFile(type=0)
    track = mido.MidiTrack()
    for channel, program in ((0, 3), (0, 30), (9, 0)):
        track.append(mido.Message("program_change", channel=channel, program=program, time=0))
        track.append(mido.Message("note_on", channel=channel, note=50, velocity=9, time=0))
        track.append(mido.Message("note_off", channel=channel, note=50, time=10))
    file.tracks.append(track)
    file.save(tmp_path / "a.mid")
    parts = read_score(tmp_path / "a.mid").parts
    assert [(part.program, part.is_drums) for part in parts] == [(3, False), (30, False), (0, True)]


def test_a_written_file_lasts_as_long_as_asked(tmp_path: Path) -> None:
    part = Part(
        name="",
        program=0,
        is_drums=False,
        notes=(Note(start=0.0, end=0.5, key=60, velocity=90),),
    )
    write_midi(tmp_path / "a.mid", (Assignment(part=part, channel=0, program=0),), length=7.25)
    assert mido.MidiFile(tmp_path / "a.mid").length == pytest.approx(7.25, abs=_TICK)


def test_transposition_leaves_drums_and_the_ends_of_the_keyboard_alone() -> None:
    def part(key: int, *, is_drums: bool = False) -> Part:
        notes = (Note(start=0.0, end=1.0, key=key, velocity=1),)
        return Part(name="", program=0, is_drums=is_drums, notes=notes)

    moved = transpose(Score(parts=(part(60), part(126), part(36, is_drums=True))), 3)
    assert [p.notes[0].key for p in moved.parts] == [63, 126, 36]


@pytest.mark.parametrize(
    "content", [b"", b"MThd", b"RIFF" + bytes(40), b"MThd\0\0\0\6\0\1\0\1\0\x60"]
)
def test_a_file_that_is_no_midi_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mid"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"broken\.mid"):
        read_score(path)


def test_without_the_midi_library_the_remedy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_module, "mido", None)
    with pytest.raises(MissingToolError, match="mido") as caught:
        read_score(Path("a.mid"))
    assert caught.value.remedy == "pip install mido"
