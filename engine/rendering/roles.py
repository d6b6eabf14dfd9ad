"""Which stem a part belongs to, from channel, track name and General MIDI program."""

import re
from dataclasses import replace
from typing import Literal

from engine.rendering.score import Part

InstrumentGroup = Literal["drums", "bass", "guitar", "keys", "strings", "winds", "lead"]

OTHER_GROUPS: tuple[InstrumentGroup, ...] = ("guitar", "keys", "strings", "winds", "lead")
"""Groups that together are the stem ``other``."""

_BASS_NAME = re.compile(r"\b(bass|walk)", re.IGNORECASE)

_FIRST_PROGRAM_OF_GROUP: tuple[tuple[int, InstrumentGroup | None], ...] = (
    (0, "keys"),  # pianos, chromatic percussion, organs
    (24, "guitar"),
    (32, "bass"),
    (40, "strings"),
    (47, "keys"),  # timpani: tuned and struck
    (48, "strings"),
    (56, "winds"),  # brass, reeds, pipes
    (80, "lead"),  # leads, pads and effects of synthesisers
    (104, "guitar"),  # sitar, banjo, shamisen, koto
    (108, "keys"),
    (109, "winds"),
    (110, "strings"),
    (111, "winds"),
    (112, "keys"),
    (113, None),  # agogo
    (114, "keys"),  # steel drums
    (115, None),  # wood block, drums without a kit, sounds of nature
)

_REPLACED_CHOIRS = {52: 48, 53: 50, 54: 89, 85: 81, 91: 89}
"""Choirs would teach a separator that sung vowels are accompaniment; strings and pads do not."""


def group_of(part: Part) -> InstrumentGroup | None:
    """Return the group of a part, or None for parts that fit no stem, such as sea shore."""
    if part.is_drums:
        return "drums"
    if _BASS_NAME.search(part.name):
        return "bass"
    group: InstrumentGroup | None = None
    for first, candidate in _FIRST_PROGRAM_OF_GROUP:
        if part.program >= first:
            group = candidate
    return group


def without_choir(part: Part) -> Part:
    """Replace the programs that imitate singers by strings and pads."""
    return replace(part, program=_REPLACED_CHOIRS.get(part.program, part.program))


def stem_of(group: InstrumentGroup) -> Literal["drums", "bass", "other"]:
    """Return the stem that a group is part of."""
    if group == "drums" or group == "bass":
        return group
    return "other"
