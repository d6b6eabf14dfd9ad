import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rendering.roles import OTHER_GROUPS, group_of, stem_of, without_choir
from engine.rendering.score import Part


def _part(*, name: str = "", program: int = 0, is_drums: bool = False) -> Part:
    return Part(name=name, program=program, is_drums=is_drums, notes=())


@given(name=st.text(max_size=10), program=st.integers(0, 127))
def test_the_drum_channel_is_drums_whatever_its_name_and_program(name: str, program: int) -> None:
    assert group_of(_part(name=name, program=program, is_drums=True)) == "drums"


@given(
    program=st.integers(0, 127), name=st.sampled_from(["Bass", "E-Bass 2", "Walk-1", "bassline"])
)
def test_a_track_named_bass_or_walk_is_bass_whatever_its_program(program: int, name: str) -> None:
    assert group_of(_part(name=name, program=program)) == "bass"


@given(program=st.integers(32, 39))
def test_bass_programs_are_bass_without_a_name(program: int) -> None:
    assert group_of(_part(program=program)) == "bass"


@pytest.mark.parametrize(
    ("program", "group"),
    [
        (0, "keys"),
        (19, "keys"),
        (24, "guitar"),
        (31, "guitar"),
        (40, "strings"),
        (47, "keys"),
        (48, "strings"),
        (56, "winds"),
        (79, "winds"),
        (80, "lead"),
        (103, "lead"),
        (105, "guitar"),
        (114, "keys"),
        (118, None),
        (122, None),
    ],
)
def test_families_of_general_midi_fall_into_groups(program: int, group: str | None) -> None:
    assert group_of(_part(program=program)) == group


@given(name=st.text(alphabet="xyz ", max_size=5), program=st.integers(0, 127))
def test_every_group_belongs_to_one_stem(name: str, program: int) -> None:
    group = group_of(_part(name=name, program=program))
    if group is not None:
        assert stem_of(group) == ("other" if group in OTHER_GROUPS else group)


@given(program=st.integers(0, 127))
def test_no_part_imitates_singers(program: int) -> None:
    replaced = without_choir(_part(program=program)).program
    assert replaced not in {52, 53, 54, 85, 91}
    if program not in {52, 53, 54, 85, 91}:
        assert replaced == program


def test_a_brass_part_is_not_bass() -> None:
    assert group_of(_part(name="Brass", program=61)) == "winds"
