"""Bars and beats of a song: what the user says of its tempo, and the frames that follow from it.

A beat's frame is rounded once, from exact whole numbers, so that nothing adds up over an hour.
"""

from dataclasses import dataclass
from fractions import Fraction

from app.model.frame_range import FrameRange

MIN_BPM = 20.0
MAX_BPM = 400.0
BPM_DECIMALS = 2  # of a tempo that is typed or tapped; one that follows from a loop has more
MIN_BEATS_PER_BAR = 2
MAX_BEATS_PER_BAR = 12
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How fast a song is, and where its bars begin.

    Attributes:
        bpm: Beats per minute, ``MIN_BPM`` to ``MAX_BPM``.
        beats_per_bar: ``MIN_BEATS_PER_BAR`` to ``MAX_BEATS_PER_BAR``.
        first_beat: Frame where bar 1 begins; bars before it count down to 0 and below.
    """

    bpm: float
    beats_per_bar: int = 4
    first_beat: int = 0

    def __post_init__(self) -> None:
        if not MIN_BPM <= self.bpm <= MAX_BPM:
            raise ValueError(f"bpm must lie in [{MIN_BPM}, {MAX_BPM}], got {self.bpm}")
        if not MIN_BEATS_PER_BAR <= self.beats_per_bar <= MAX_BEATS_PER_BAR:
            raise ValueError(f"{self.beats_per_bar} beats are no bar")
        if self.first_beat < 0:
            raise ValueError(f"first_beat must not be negative, got {self.first_beat}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BarBeat:
    """A place in music; the first beat of the song's first bar is 1 and 1."""

    bar: int
    beat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRange:
    """Whole bars, such as 5 to 8; both are part of it."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatGrid:
    """The beats of a song as frames. Beat 0 is the first one of bar 1."""

    tempo: Tempo
    sample_rate: int

    @property
    def frames_per_beat(self) -> Fraction:
        """Length of a beat; exact, as the tempo is a fraction, too."""
        return Fraction(SECONDS_PER_MINUTE * self.sample_rate) / Fraction(self.tempo.bpm)

    @property
    def frames_per_bar(self) -> Fraction:
        """Length of a bar."""
        return self.frames_per_beat * self.tempo.beats_per_bar

    @property
    def _beat_ratio(self) -> tuple[int, int]:
        """Length of a beat as a ratio that is not reduced, for which fractions take long."""
        beats, minutes = self.tempo.bpm.as_integer_ratio()
        return SECONDS_PER_MINUTE * self.sample_rate * minutes, beats

    def frame_of_beat(self, beat: int) -> int:
        """Return the frame that a beat begins at, rounded; it may lie outside of the song."""
        frames, parts = self._beat_ratio
        return self.tempo.first_beat + (2 * beat * frames + parts) // (2 * parts)

    def beat_at(self, frame: int) -> int:
        """Return the last beat that begins at a frame or before it."""
        frames, parts = self._beat_ratio
        half_frames = 2 * (frame - self.tempo.first_beat) + 1
        return -(-half_frames * parts // (2 * frames)) - 1

    def frame_of(self, place: BarBeat) -> int:
        """Return the frame of a bar and beat, rounded; it may lie outside of the song."""
        return self.frame_of_beat((place.bar - 1) * self.tempo.beats_per_bar + place.beat - 1)

    def place_at(self, frame: int) -> BarBeat:
        """Return the bar and beat that a frame is in."""
        bar, beat = divmod(self.beat_at(frame), self.tempo.beats_per_bar)
        return BarBeat(bar=bar + 1, beat=beat + 1)

    def is_on_beat(self, frame: int) -> bool:
        """Whether a beat begins at this very frame."""
        return self.frame_of_beat(self.beat_at(frame)) == frame

    def snapped(self, frame: int, *, step: int, num_frames: int) -> int:
        """Return the nearest line of the grid within a song, whose ends are lines, too.

        Args:
            frame: Any frame.
            step: Beats from one line to the next; lines begin with bar 1.
            num_frames: Length of the song.
        """
        line = self.beat_at(frame) // step * step
        lines = (0, self.frame_of_beat(line), self.frame_of_beat(line + step), num_frames)
        return min(
            (place for place in lines if 0 <= place <= num_frames),
            key=lambda place: (abs(place - frame), place),
        )

    def stepped(self, frame: int, *, step: int, lines: int) -> int:
        """Return the frame some lines of the grid further (earlier if negative).

        A frame between two lines counts as on the next one when going back, and as on the one
        before when going on.
        """
        line = self.beat_at(frame) // step
        if lines < 0 and self.frame_of_beat(line * step) < frame:
            line += 1
        return self.frame_of_beat((line + lines) * step)

    def length_of(self, beats: int) -> int:
        """Return the length of some beats in frames, rounded."""
        return round(beats * self.frames_per_beat)

    def whole_beats(self, num_frames: int) -> int | None:
        """Return how many beats a length is; None if it is not whole beats.

        Both ends of it were rounded, so a frame more or less is as good.
        """
        beats = round(num_frames / self.frames_per_beat)
        return beats if beats > 0 and abs(self.length_of(beats) - num_frames) <= 1 else None

    def whole_bars(self, frames: FrameRange) -> BarRange | None:
        """Return the bars that a range is made of; None if it begins or ends within one."""
        first, stop = self.place_at(frames.start), self.place_at(frames.stop)
        is_whole = first.beat == stop.beat == 1 and first.bar < stop.bar
        if not is_whole or not (self.is_on_beat(frames.start) and self.is_on_beat(frames.stop)):
            return None
        return BarRange(first=first.bar, last=stop.bar - 1)


def bpm_of_loop(num_frames: int, *, beats: int, sample_rate: int) -> float:
    """Return the tempo at which a loop has this many beats; it may be no tempo of music."""
    return float(Fraction(SECONDS_PER_MINUTE * sample_rate * beats, num_frames))


def tempo_of_loop(
    loop: FrameRange, *, bars: int, beats_per_bar: int, sample_rate: int
) -> Tempo | None:
    """Return the tempo that makes a loop whole bars, with bar 1 at its start.

    Returns:
        None if that would be slower or faster than any tempo may be.
    """
    bpm = bpm_of_loop(loop.num_frames, beats=bars * beats_per_bar, sample_rate=sample_rate)
    if not MIN_BPM <= bpm <= MAX_BPM:
        return None
    return Tempo(bpm=bpm, beats_per_bar=beats_per_bar, first_beat=loop.start)
