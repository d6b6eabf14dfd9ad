"""Stereo test mixes from dry parts: a gain and a position each, the same for the same seed.

Rendered parts are dry and mostly mono. What they lack to be a mix is drawn here from the seed
and the track's name, and from nothing else, so that two runs on any machine score the same mixes:

* gain: uniform in ±``GAIN_RANGE_DB``;
* position: uniform in ±``CENTRE_WIDTH`` for drums, bass and vocals, ±``SIDE_WIDTH`` for the rest;
  mono parts by constant power, stereo parts by balance (the far side is turned down);
* one common gain for all parts, so that the mix peaks at ``PEAK``.

No equaliser, reverb or limiter: stems stay exact and their sum is the mix.
"""

import math
import zlib
from collections.abc import Mapping

import numpy as np

from engine.events import FloatArray

GAIN_RANGE_DB = 4.0
CENTRE_WIDTH = 0.2
SIDE_WIDTH = 0.8
PEAK = 0.9
CENTRE_PARTS = ("drums", "bass", "vocals")


def remix(parts: Mapping[str, FloatArray], *, track: str, seed: int) -> dict[str, FloatArray]:
    """Place and balance the parts of a track.

    Args:
        parts: Sounds by name, each (1, T) or (2, T) and all of one length.
        track: Name of the track, which is part of the seed.
        seed: Seed of the whole test set.

    Returns:
        The parts in stereo, (2, T) float32 each; the largest sample of their sum is ``PEAK``.
    """
    rng = np.random.default_rng([seed, zlib.crc32(track.encode())])
    placed: dict[str, FloatArray] = {}
    for name in sorted(parts):
        gain = 10.0 ** (rng.uniform(-GAIN_RANGE_DB, GAIN_RANGE_DB) / 20.0)
        width = CENTRE_WIDTH if name in CENTRE_PARTS else SIDE_WIDTH
        placed[name] = _place(parts[name], gain, float(rng.uniform(-width, width)))
    total = sum(placed.values(), start=np.zeros(1, dtype=np.float32))
    peak = float(np.abs(total).max(initial=0.0))
    if peak == 0.0:
        return placed
    return {name: (sound_CT * np.float32(PEAK / peak)) for name, sound_CT in placed.items()}


def _place(sound_CT: FloatArray, gain: float, position: float) -> FloatArray:
    """Position -1 is left, 0 the centre, 1 right."""
    if len(sound_CT) == 1:
        angle = (position + 1.0) * math.pi / 4.0
        gains_C = [math.cos(angle), math.sin(angle)]
    elif len(sound_CT) == 2:
        gains_C = [min(1.0, 1.0 - position), min(1.0, 1.0 + position)]
    else:
        raise ValueError(f"can place mono and stereo parts, not {len(sound_CT)} channels")
    return (sound_CT * (gain * np.array(gains_C)[:, None])).astype(np.float32)
