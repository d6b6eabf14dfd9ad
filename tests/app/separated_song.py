"""A short song with lanes on disk, as the studio has it when a separation is done."""

from pathlib import Path

import numpy as np

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.song import Song, SongFacts
from app.model.song_folder import audio_path, create_track, new_song_folder
from app.model.song_status import Phase, SongStatus
from engine.audio.mapped_wave import open_mapped_wave
from engine.audio.tags import AudioTags
from engine.events import FloatArray

STEMS = ("drums", "bass", "other", "vocals", "residual")
RATE = 44_100


def separated_song(
    root: Path,
    *,
    num_frames: int = 3000,
    num_channels: int = 2,
    title: str = "On the Run",
    done: int | None = None,
    peak: float = 0.2,
) -> Song:
    """Make a song whose lanes add up to its original.

    Args:
        root: Gets the song's folder.
        num_frames: Length.
        num_channels: Channels.
        title: Of the song.
        done: Frames of the stems that are complete; None for all.
        peak: Largest magnitude of a stem.
    """
    facts = SongFacts(
        title=title,
        source=root / "elsewhere" / "song.mp3",
        sample_rate=RATE,
        num_channels=num_channels,
        num_frames=num_frames,
        tags=AudioTags(artist="Somebody", date="1999"),
    )
    folder = new_song_folder(root, title)
    song = Song(folder, facts.source)
    random = np.random.default_rng(7)
    shape = (len(STEMS), num_frames, num_channels)
    stems_STC = random.uniform(-peak, peak, shape).astype(np.float32)
    mix_TC = stems_STC.sum(axis=0, dtype=np.float64).astype(np.float32)
    tracks = [create_track(folder, name, facts) for name in (MIX_LANE, *STEMS)]
    for track, samples_TC in zip(tracks, (mix_TC, *stems_STC), strict=True):
        write_lane(song, track.name, samples_TC)
        stop = num_frames if done is None or track.name == MIX_LANE else done
        if stop:
            track.mark_done(FrameRange(0, stop))
    song.open(facts, tracks[0])
    stems = tuple(tracks[1:])
    song.set_stems(stems, model_name="draft", separated=stems[0].done)
    phase = Phase.DONE if done is None else Phase.SEPARATING
    song.set_status(SongStatus(phase=phase, fraction=1.0 if done is None else done / num_frames))
    return song


def write_lane(song: Song, name: str, samples_TC: FloatArray, *, start_frame: int = 0) -> None:
    """Write audio into a lane's file, as the engine does."""
    with open_mapped_wave(audio_path(song.folder, name), writable=True) as wave:
        wave.write(start_frame, samples_TC)
