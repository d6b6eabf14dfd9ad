"""How a level meter falls and holds its peak."""

from dataclasses import dataclass
from math import log10

FLOOR_DB = -60.0
TOP_DB = 6.0
FALL_DB_PER_SECOND = 24.0
HOLD_SECONDS = 1.5


def level_db(linear: float) -> float:
    """Turn a linear peak into decibels of full scale, within what a meter shows."""
    if linear <= 10.0 ** (FLOOR_DB / 20.0):
        return FLOOR_DB
    return min(20.0 * log10(linear), TOP_DB)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterState:
    """One channel of a meter; it rises at once, falls slowly and holds its highest peak.

    Attributes:
        shown_db: The bar.
        peak_db: The line above it.
        peak_age_seconds: For how long the line has stood there.
        has_clipped: Full scale was passed since the meter was reset.
    """

    shown_db: float = FLOOR_DB
    peak_db: float = FLOOR_DB
    peak_age_seconds: float = 0.0
    has_clipped: bool = False

    @property
    def is_at_rest(self) -> bool:
        """Whether silence changes nothing any more."""
        return self.shown_db <= FLOOR_DB and self.peak_db <= FLOOR_DB

    def after(self, linear: float, elapsed_seconds: float) -> "MeterState":
        """Take in the highest peak of the last moments."""
        arrived_db = level_db(linear)
        fall_db = FALL_DB_PER_SECOND * elapsed_seconds
        shown_db = max(arrived_db, self.shown_db - fall_db, FLOOR_DB)
        age = self.peak_age_seconds + elapsed_seconds
        peak_db = self.peak_db if age <= HOLD_SECONDS else max(self.peak_db - fall_db, FLOOR_DB)
        if shown_db >= peak_db:
            peak_db, age = shown_db, 0.0
        return MeterState(
            shown_db=shown_db,
            peak_db=peak_db,
            peak_age_seconds=age,
            has_clipped=self.has_clipped or linear > 1.0,
        )
