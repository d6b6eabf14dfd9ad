"""A project for REAPER: every exported file on a track of its own, aligned and coloured.

The format is text: lines of words, and blocks from ``<NAME`` to ``>``. REAPER fills in whatever a
project leaves out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.audio.audio_format import Container

_HEADER = '<REAPER_PROJECT 0.1 "6.0" 0'
_SOURCE_TYPES: dict[Container, str] = {
    "wav": "WAVE",
    "flac": "FLAC",
    "ogg": "VORBIS",
    "mp3": "MP3",
}
_HAS_COLOUR = 0x1000000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaperTrack:
    """One track with one file on it.

    Attributes:
        name: Of the track.
        file_name: Of the audio, beside the project.
        colour: Such as ``#009e73``.
        gain: Linear, of the track's fader.
        pan: -1 (left) to 1 (right).
        is_muted: Not heard.
        is_soloed: Heard with other such tracks alone.
    """

    name: str
    file_name: str
    colour: str
    gain: float = 1.0
    pan: float = 0.0
    is_muted: bool = False
    is_soloed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaperTempo:
    """Tempo of a project, whose own bars always begin at its start.

    Attributes:
        bpm: Beats per minute.
        beats_per_bar: Of four to a whole note.
        start_bar: Number of the bar that the project starts with; may be negative.
        items_at: Where the files begin, in frames, so that their bars are the project's.
    """

    bpm: float
    beats_per_bar: int
    start_bar: int
    items_at: int


def reaper_project(
    tracks: Sequence[ReaperTrack],
    *,
    container: Container,
    sample_rate: int,
    num_channels: int,
    num_frames: int,
    tempo: ReaperTempo | None = None,
) -> str:
    """Return the text of a project whose tracks all begin at the same place.

    Args:
        tracks: From top to bottom.
        container: Of all files.
        sample_rate: Of all files and of the project.
        num_channels: Of the file with the most.
        num_frames: Length of all files.
        tempo: None if nobody knows: REAPER must have one, and gets its own usual one.
    """
    length = f"{num_frames / sample_rate:.15g}"
    position = f"{(tempo.items_at if tempo is not None else 0) / sample_rate:.15g}"
    # The law of pans with 0 dB in the middle, as balance: a file that is not panned stays as it is.
    lines = ["PANLAW 1", "PANMODE 3", f"SAMPLERATE {sample_rate} 1 0", *_tempo_lines(tempo)]
    for track in tracks:
        lines += _block("TRACK", _track_lines(track, container, num_channels, position, length))
    return "\n".join([_HEADER, *(f"  {line}" for line in lines), ">", ""])


def quoted(text: str) -> str:
    """Put a text into those of REAPER's three quotation marks that it does not contain."""
    line = "".join(character if character.isprintable() else " " for character in text)
    for mark in ('"', "'", "`"):
        if mark not in line:
            return f"{mark}{line}{mark}"
    return f"`{line.replace('`', chr(39))}`"


def reaper_colour(colour: str) -> int:
    """Turn ``#rrggbb`` into REAPER's number: blue, green, red and a flag above them."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return _HAS_COLOUR | blue << 16 | green << 8 | red


def _tempo_lines(tempo: ReaperTempo | None) -> list[str]:
    if tempo is None:
        return ["TEMPO 120 4 4"]
    # The second number moves the bars' numbers: with 0 the project starts with bar 1.
    return [
        f"PROJOFFS 0 {tempo.start_bar - 1} 0",
        f"TEMPO {tempo.bpm:.15g} {tempo.beats_per_bar} 4",
    ]


def _track_lines(
    track: ReaperTrack, container: Container, num_channels: int, position: str, length: str
) -> list[str]:
    source = _block(f"SOURCE {_SOURCE_TYPES[container]}", [f"FILE {quoted(track.file_name)}"])
    item = [
        f"POSITION {position}",
        "SNAPOFFS 0",
        f"LENGTH {length}",
        "LOOP 0",
        "FADEIN 1 0 0 1 0 0",  # REAPER's own short fades would change the samples
        "FADEOUT 1 0 0 1 0 0",
        f"NAME {quoted(track.name)}",
        "VOLPAN 1 0 1 -1",
        "SOFFS 0",
        *source,
    ]
    return [
        f"NAME {quoted(track.name)}",
        f"PEAKCOL {reaper_colour(track.colour)}",
        f"VOLPAN {track.gain:.14g} {track.pan:.14g} -1 -1 1",
        f"MUTESOLO {int(track.is_muted)} {2 * track.is_soloed} 0",
        f"NCHAN {max(2, num_channels + num_channels % 2)}",
        *_block("ITEM", item),
    ]


def _block(name: str, lines: Iterable[str]) -> list[str]:
    return [f"<{name}", *(f"  {line}" for line in lines), ">"]
