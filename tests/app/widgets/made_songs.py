"""Songs whose audio is made in memory."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.model.frame_range import FrameRange, FrameRanges
from app.model.peak_pyramid import PeakPyramid
from app.model.song import Song, SongFacts
from app.model.track import Track
from engine.audio.tags import AudioTags

FloatArray = npt.NDArray[np.float32]


def made_track(name: str, samples_TC: FloatArray, *, done: FrameRange | None = None) -> Track:
    """Make a lane; without ``done`` all of it has arrived."""
    num_frames = len(samples_TC)
    track = Track(name=name, samples_TC=samples_TC, peaks=PeakPyramid(num_frames))
    arrived = FrameRange(0, num_frames) if done is None else done
    track.peaks.refresh(samples_TC, arrived.start, arrived.stop)
    track.done = FrameRanges((arrived,))
    return track


def made_song(
    audio: Mapping[str, FloatArray], *, sample_rate: int = 8000, done: FrameRange | None = None
) -> Song:
    """Make an open song; ``audio`` begins with the original."""
    tracks = [made_track(name, samples_TC, done=done) for name, samples_TC in audio.items()]
    num_frames, num_channels = tracks[0].samples_TC.shape
    song = Song(Path("song"), Path("Song.flac"))
    facts = SongFacts(
        title="Song",
        source=Path("Song.flac"),
        sample_rate=sample_rate,
        num_channels=num_channels,
        num_frames=num_frames,
        tags=AudioTags(),
    )
    song.open(facts, tracks[0])
    if len(tracks) > 1:
        song.set_stems(tuple(tracks[1:]), model_name="draft")
    return song
