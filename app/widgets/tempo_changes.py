"""Every change that the user makes to the tempo of a song, as a named step of undo."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.model.tempo import Tempo, tempo_of_loop

translate = QCoreApplication.translate


def beats_per_bar(song: Song) -> int:
    """Return how many beats a bar of the song has, or would have."""
    return song.state.tempo.beats_per_bar if song.state.tempo is not None else 4


def set_tempo(song: Song, bpm: float, beats: int) -> None:
    """Change tempo and beats per bar; bar 1 stays, or is the song's start if there was none."""
    first_beat = song.state.tempo.first_beat if song.state.tempo is not None else 0
    _change(song, Tempo(bpm=bpm, beats_per_bar=beats, first_beat=first_beat))


def tap_tempo(song: Song, bpm: float, *, bar_one: int) -> None:
    """Take over a tapped tempo; a series of taps is one step until ``end_merging``.

    Args:
        song: Whose state changes.
        bpm: The tempo.
        bar_one: Frame of bar 1, unless the song has one.
    """
    old = song.state.tempo
    tempo = Tempo(bpm=bpm, first_beat=bar_one) if old is None else replace(old, bpm=bpm)
    _change(song, tempo, merge_key="tapped tempo")


def take_loop(song: Song, loop: FrameRange, bars: int) -> bool:
    """Make a loop so many bars, the first of which is bar 1.

    Returns:
        Whether that is a tempo; if not, nothing changes.
    """
    assert song.facts is not None
    tempo = tempo_of_loop(
        loop,
        bars=bars,
        beats_per_bar=beats_per_bar(song),
        sample_rate=song.facts.sample_rate,
    )
    if tempo is None:
        return False
    _change(song, tempo)
    return True


def put_bar_one(song: Song, frame: int) -> None:
    """Let bar 1 begin at a frame."""
    if song.state.tempo is not None and song.facts is not None:
        frame = min(max(0, frame), song.facts.num_frames)
        _change(
            song,
            replace(song.state.tempo, first_beat=frame),
            translate("TempoChanges", "Place of bar 1"),
        )


def clear_tempo(song: Song) -> None:
    """Forget the tempo."""
    song.change(replace(song.state, tempo=None), translate("TempoChanges", "Clear the tempo"))


def _change(song: Song, tempo: Tempo, text: str = "", *, merge_key: str = "") -> None:
    name = text or translate("TempoChanges", "Tempo")
    song.change(replace(song.state, tempo=tempo), name, merge_key=merge_key)
