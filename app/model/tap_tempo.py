"""The tempo of what somebody taps along with a song."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from app.model.tempo import BPM_DECIMALS, MAX_BPM, MIN_BPM, SECONDS_PER_MINUTE

MIN_TAPS = 4
MAX_TAPS = 32  # of a longer series, the last ones count
PAUSE_SECONDS = 3.2  # longer than a beat of the slowest tempo: a new series
PAUSE_BEATS = 3.5  # one missed tap is a slip, three are a pause
OUTLIER_SHARE = 0.25  # of the median: so far from it an interval is a slip


@dataclass(frozen=True, slots=True)
class TapSeries:
    """Times of taps in seconds, in order."""

    times: tuple[float, ...] = ()

    def with_tap(self, seconds: float) -> "TapSeries":
        """Return the series with one more tap; after a pause, one that begins with it."""
        if self._is_pause(seconds):
            return TapSeries((seconds,))
        return TapSeries((*self.times, seconds)[-MAX_TAPS:])

    @property
    def num_more(self) -> int:
        """How many taps a tempo still needs."""
        return max(0, MIN_TAPS - len(self.times))

    @property
    def bpm(self) -> float | None:
        """The tempo; None with too few taps, or if it is slower or faster than tempos may be.

        The median says which intervals are slips. Of the others the mean is taken: it is the time
        from the first tap to the last, where the fingers' jitter counts least.
        """
        intervals = self._intervals()
        if self.num_more:
            return None
        middle = median(intervals)
        kept = [each for each in intervals if abs(each - middle) <= OUTLIER_SHARE * middle]
        if not kept or fmean(kept) <= 0.0:
            return None
        bpm = round(SECONDS_PER_MINUTE / fmean(kept), BPM_DECIMALS)
        return bpm if MIN_BPM <= bpm <= MAX_BPM else None

    def _is_pause(self, seconds: float) -> bool:
        if not self.times:
            return False
        waited, intervals = seconds - self.times[-1], self._intervals()
        has_rhythm = len(intervals) >= MIN_TAPS - 1
        return waited > PAUSE_SECONDS or (has_rhythm and waited > PAUSE_BEATS * median(intervals))

    def _intervals(self) -> list[float]:
        return [after - before for before, after in pairwise(self.times)]
