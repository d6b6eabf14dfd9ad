"""Places and lengths of a song as people read and type them: times, and bars where there are any.

``b5`` is the first beat of bar 5, ``b5.3`` its third; as a length ``b4`` is four bars and ``b0.2``
two beats. The letter may be t (of German “Takt”), too, in every language.
"""

import re
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.model.tempo import BPM_DECIMALS, BarBeat, BeatGrid, Tempo
from app.widgets.time_text import read_time, time_text

translate = QCoreApplication.translate

DECIMALS = 3  # of times that may be typed again
_BARS = re.compile(r"[bt]\s*(-?\d{1,6})(?:[.,](\d{1,2}))?", re.ASCII | re.IGNORECASE)


def grid_of(song: Song | None) -> BeatGrid | None:
    """Return the beats of a song; None if it has no tempo, or is not open yet."""
    if song is None or song.facts is None or song.state.tempo is None:
        return None
    return BeatGrid(tempo=song.state.tempo, sample_rate=song.facts.sample_rate)


def bpm_text(tempo: Tempo) -> str:
    """Write a tempo such as ``118.18 BPM``."""
    number = QLocale().toString(float(tempo.bpm), "f", BPM_DECIMALS)
    return translate("Bars", "{0} BPM").format(number)


def bar_text(place: BarBeat) -> str:
    """Write a place such as ``5.1``."""
    return f"{place.bar}.{place.beat}"


def bars_text(grid: BeatGrid | None, frames: FrameRange) -> str:
    """Write whole bars such as ``bars 5–8``; empty if the range is not made of whole bars."""
    bars = grid.whole_bars(frames) if grid is not None else None
    if bars is None:
        return ""
    if bars.first == bars.last:
        return translate("Bars", "bar {0}").format(bars.first)
    return translate("Bars", "bars {first}–{last}").format(first=bars.first, last=bars.last)


def length_in_bars(grid: BeatGrid, num_frames: int) -> str:
    """Write a length such as ``4 bars``, ``6 beats`` or ``3.97 bars``."""
    beats = grid.whole_beats(num_frames)
    if beats is None:
        number = QLocale().toString(float(num_frames / grid.frames_per_bar), "f", 2)
        return translate("Bars", "{0} bars").format(number)
    if beats % grid.tempo.beats_per_bar:
        return translate("Bars", "%n beat(s)", None, beats)
    return translate("Bars", "%n bar(s)", None, beats // grid.tempo.beats_per_bar)


@dataclass(frozen=True, slots=True, kw_only=True)
class SongPlaces:
    """Writes and reads places of one song.

    Attributes:
        sample_rate: Of the song.
        num_frames: Its length.
        grid: Its beats; None if it has no tempo.
    """

    sample_rate: int
    num_frames: int
    grid: BeatGrid | None = None

    def text(self, frame: int) -> str:
        """Write a place: in bars if a beat begins right there, else as a time."""
        if self.grid is not None and self.grid.is_on_beat(frame):
            return translate("Bars", "b{0}").format(bar_text(self.grid.place_at(frame)))
        return time_text(frame / self.sample_rate, decimals=DECIMALS)

    def length_text(self, num_frames: int) -> str:
        """Write a length: in bars and beats if it has whole ones, else as a time."""
        beats = self.grid.whole_beats(num_frames) if self.grid is not None else None
        if beats is None or self.grid is None:
            return time_text(num_frames / self.sample_rate, decimals=DECIMALS)
        bars, rest = divmod(beats, self.grid.tempo.beats_per_bar)
        return translate("Bars", "b{0}").format(f"{bars}.{rest}" if rest else str(bars))

    def read(self, text: str) -> int | None:
        """Read a place within the song; None if it is none."""
        found = _BARS.fullmatch(text.strip())
        if found is None:
            seconds = read_time(text)
            # What is shown is rounded: the end that it names must be taken, too.
            latest = self.num_frames + self.sample_rate // 10**DECIMALS
            frame = -1 if seconds is None else round(seconds * self.sample_rate)
            return min(frame, self.num_frames) if 0 <= frame <= latest else None
        if self.grid is None:
            return None
        beat = int(found[2] or 1)
        if not 1 <= beat <= self.grid.tempo.beats_per_bar:
            return None
        frame = self.grid.frame_of(BarBeat(bar=int(found[1]), beat=beat))
        return frame if 0 <= frame <= self.num_frames else None

    def read_stop(self, text: str, start: int) -> int | None:
        """Read a length from some start on; return where it ends, or None if it is none.

        Beats are counted on the grid from a start that lies on it, so that rounding does not
        show.
        """
        found = _BARS.fullmatch(text.strip())
        if found is None:
            seconds = read_time(text)
            stop = start if seconds is None else start + round(seconds * self.sample_rate)
            latest = self.num_frames + self.sample_rate // 10**DECIMALS
            return min(stop, self.num_frames) if start < stop <= latest else None
        if self.grid is None:
            return None
        beats = int(found[1]) * self.grid.tempo.beats_per_bar + int(found[2] or 0)
        if self.grid.is_on_beat(start):
            stop = self.grid.frame_of_beat(self.grid.beat_at(start) + beats)
        else:
            stop = start + self.grid.length_of(beats)
        return stop if start < stop <= self.num_frames else None


def places_of(song: Song) -> SongPlaces | None:
    """Return what reads and writes places of a song; None if it is not open yet."""
    if song.facts is None:
        return None
    return SongPlaces(
        sample_rate=song.facts.sample_rate,
        num_frames=song.facts.num_frames,
        grid=grid_of(song),
    )
