"""Instruments that a dataset can do without, or be about: how a new stem is learned is tested so.

Their recorded banks are reserved and never rendered otherwise (see ``sound_banks``). The General
MIDI banks imitate them, though, and a dataset that leaves an instrument out gives those parts to
a relative.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.errors import DatasetError
from engine.rendering.roles import InstrumentGroup
from engine.rendering.score import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutInstrument:
    """An instrument with banks of its own.

    Attributes:
        name: Name of its stem.
        group: Whose part it plays in a dataset about it.
        banks: Reserved banks that play it.
        relatives: General MIDI programs that imitate it, and what is played instead of each.
    """

    name: str
    group: InstrumentGroup
    banks: tuple[str, ...]
    relatives: Mapping[int, int]


HELD_OUT_INSTRUMENTS: tuple[HeldOutInstrument, ...] = (
    HeldOutInstrument(
        name="double_bass",
        group="bass",
        banks=("doublebass_pizz", "doublebass_arco"),
        relatives={32: 33, 43: 42},  # acoustic to fingered bass, contrabass to cello
    ),
    HeldOutInstrument(
        name="archtop_guitar",
        group="guitar",
        banks=("archtop_electric", "archtop_acoustic"),
        relatives={26: 27},  # jazz guitar to clean electric guitar
    ),
)


def held_out_instrument(name: str) -> HeldOutInstrument:
    """Return the instrument of a name.

    Raises:
        DatasetError: There is none.
    """
    for instrument in HELD_OUT_INSTRUMENTS:
        if instrument.name == name:
            return instrument
    raise DatasetError(
        "There are no reserved sounds of “{name}”.",
        remedy="Choose from: {known}.",
        name=name,
        known=", ".join(instrument.name for instrument in HELD_OUT_INSTRUMENTS),
    )


def without_instruments(part: Part, left_out: Iterable[HeldOutInstrument]) -> Part:
    """Give the part of an instrument that is left out to a relative; drums stay drums."""
    for instrument in left_out:
        if not part.is_drums and part.program in instrument.relatives:
            return replace(part, program=instrument.relatives[part.program])
    return part
