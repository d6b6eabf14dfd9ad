"""What a synthesised bass is like: every track draws one of its own.

Sound banks hold a handful of basses, and a network that has heard no others takes a bass of other
harmonics for a guitar. These ranges reach from a dull upright bass to a buzzing synthesiser.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

BassKind = Literal["string", "subtractive", "modulated"]

CURVE_HZ = (40.0, 80.0, 160.0, 320.0, 640.0, 1300.0, 2600.0, 5200.0, 10_000.0, 16_000.0)
"""Where the curve of body, pickup and loudspeaker is drawn."""

_KIND_SHARES: dict[BassKind, float] = {"string": 0.6, "subtractive": 0.28, "modulated": 0.12}
_DRIVEN_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BassSound:
    """One instrument; what a kind does not use has no effect.

    Attributes:
        kind: A plucked string, an oscillator behind a filter, or one that modulates another.
        pluck: Where the string is plucked, as a share of its length.
        pickups: Where two pickups are, likewise.
        pickup_blend: Share of the second one.
        slope: Exponent with which harmonics weaken.
        bright_hz: Frequency above which a pick or finger gives little.
        bright_order: How fast it falls off there.
        sustain_seconds: Time in which the fundamental of a string falls to 1/e.
        damped_hz: Frequency at which that time is halved.
        pulse: Width of an oscillator's pulse.
        saw_share: How much of a saw it has beside the pulse.
        cutoff_hz: Where its filter rests.
        sweep: How much higher the filter starts, as a factor less one.
        sweep_seconds: Time in which it falls to 1/e.
        resonance: Height of the filter's peak; 0 for none.
        held: Level of an oscillator while a key is held, relative to its attack.
        sub: Level of a sine an octave below.
        modulator: Harmonic that modulates the phase.
        index: Strongest modulation, radians.
        attack_seconds: Time to full level.
        release_seconds: Time in which a note that has ended falls to 1/e.
        noise: Level of the noise of the attack, relative to the note.
        noise_hz: Frequency around which it lies.
        noise_seconds: Time in which it falls to 1/e.
        disorder: 0 for harmonics in phase, 1 for random phases.
        slide: Semitones by which a note starts too low or too high.
        drive: Drive into saturation relative to the usual level; 0 for none.
        asymmetry: Offset of the saturation, which adds even harmonics.
        driven_share: Share of the driven sound.
        curve_db: Gains at ``CURVE_HZ``.
    """

    kind: BassKind
    pluck: float
    pickups: tuple[float, float]
    pickup_blend: float
    slope: float
    bright_hz: float
    bright_order: float
    sustain_seconds: float
    damped_hz: float
    pulse: float
    saw_share: float
    cutoff_hz: float
    sweep: float
    sweep_seconds: float
    resonance: float
    held: float
    sub: float
    modulator: int
    index: float
    attack_seconds: float
    release_seconds: float
    noise: float
    noise_hz: float
    noise_seconds: float
    disorder: float
    slide: float
    drive: float
    asymmetry: float
    driven_share: float
    curve_db: tuple[float, ...]


def draw_bass_sound(random: np.random.Generator) -> BassSound:
    """Draw an instrument; the same state of the generator gives the same one."""

    def between(low: float, high: float) -> float:
        return round(float(random.uniform(low, high)), 4)

    def ratio(low: float, high: float) -> float:
        """Draw evenly on a logarithmic scale."""
        return round(float(np.exp(random.uniform(np.log(low), np.log(high)))), 4)

    kinds = tuple(_KIND_SHARES)
    # The banks are rather dull, so most of these are brighter.
    tilt_db = random.normal(1.0, 2.0)
    octaves = np.log2(np.array(CURVE_HZ) / 320.0)
    curve_db = random.normal(0.0, 4.0, len(CURVE_HZ)) + tilt_db * octaves
    is_driven = random.random() < _DRIVEN_SHARE
    return BassSound(
        kind=kinds[int(random.choice(len(kinds), p=tuple(_KIND_SHARES.values())))],
        pluck=between(0.05, 0.45),
        pickups=(between(0.04, 0.3), between(0.04, 0.3)),
        pickup_blend=between(0.0, 1.0),
        slope=between(0.1, 1.5),
        bright_hz=ratio(300.0, 10_000.0),
        bright_order=between(0.7, 3.0),
        sustain_seconds=ratio(0.15, 4.0),
        damped_hz=ratio(150.0, 6000.0),
        pulse=between(0.08, 0.5),
        saw_share=between(0.0, 1.0),
        cutoff_hz=ratio(120.0, 4000.0),
        sweep=ratio(0.2, 20.0),
        sweep_seconds=ratio(0.02, 0.8),
        resonance=ratio(0.05, 4.0),
        held=between(0.0, 1.0),
        sub=ratio(0.02, 0.8),
        modulator=int(random.integers(1, 6)),
        index=ratio(0.3, 6.0),
        attack_seconds=ratio(0.001, 0.02),
        release_seconds=ratio(0.01, 0.15),
        noise=ratio(0.005, 0.3),
        noise_hz=ratio(150.0, 6000.0),
        noise_seconds=ratio(0.003, 0.04),
        disorder=between(0.0, 1.0),
        slide=round(float(random.normal(0.0, 0.25)), 4),
        drive=ratio(0.5, 12.0) if is_driven else 0.0,
        asymmetry=between(0.0, 0.6),
        driven_share=between(0.2, 1.0),
        curve_db=tuple(round(float(gain), 2) for gain in curve_db.clip(-14.0, 14.0)),
    )
