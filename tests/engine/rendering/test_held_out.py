"""Instruments that a dataset leaves out or is about."""

import itertools
from dataclasses import replace

import pytest

from engine.errors import DatasetError
from engine.rendering.held_out import (
    HELD_OUT_INSTRUMENTS,
    HeldOutInstrument,
    held_out_instrument,
    without_instruments,
)
from engine.rendering.roles import group_of
from engine.rendering.score import Part
from engine.rendering.sound_banks import BANKS, bank_named
from engine.rendering.track_plan import plan_track
from tests.engine.rendering.test_track_plan import _material

every_instrument = pytest.mark.parametrize(
    "instrument", HELD_OUT_INSTRUMENTS, ids=lambda instrument: instrument.name
)


def part(program: int, *, is_drums: bool = False) -> Part:
    return Part(name="", program=program, is_drums=is_drums, notes=())


def test_no_part_imitates_what_is_left_out_and_all_others_stay() -> None:
    imitations = {key for instrument in HELD_OUT_INSTRUMENTS for key in instrument.relatives}
    for program, is_drums in itertools.product(range(128), (False, True)):
        before = part(program, is_drums=is_drums)
        after = without_instruments(before, HELD_OUT_INSTRUMENTS)
        assert is_drums or after.program not in imitations
        assert group_of(after) == group_of(before)
        if is_drums or program not in imitations:
            assert after == before


@every_instrument
def test_its_banks_are_reserved_and_it_plays_its_group_everywhere(
    instrument: HeldOutInstrument,
) -> None:
    assert {bank_named(name).use for name in instrument.banks} == {"reserved"}
    material = _material(BANKS)
    for index in range(20):
        usual = plan_track(material, "train", index)
        plan = plan_track(replace(material, featured=instrument), "train", index)
        assert plan.bank_of_group[instrument.group] in instrument.banks
        banks = {**plan.bank_of_group, instrument.group: usual.bank_of_group[instrument.group]}
        if instrument.group == "bass":
            assert plan.bass_sound is None
        assert replace(plan, bank_of_group=banks, bass_sound=usual.bass_sound) == usual


def test_an_unknown_instrument_is_a_sentence_with_the_known_ones() -> None:
    with pytest.raises(DatasetError, match="theremin") as caught:
        held_out_instrument("theremin")
    assert "double_bass" in caught.value.remedy
