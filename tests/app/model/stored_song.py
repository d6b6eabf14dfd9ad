"""Songs on disk for tests of projects, and any project that hypothesis can think of."""

from pathlib import Path
from types import MappingProxyType
from typing import get_args

import numpy as np
from hypothesis import strategies as st

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB, MIX_LANE, LaneState, MixState
from app.model.project_snapshot import LaneSnapshot, ProjectSnapshot
from app.model.song import SongFacts
from app.model.song_folder import audio_path, is_lane_name
from app.model.song_status import Phase
from app.model.song_view import SongView
from app.model.source_file import SourceStamp
from app.model.tempo import MAX_BEATS_PER_BAR, MAX_BPM, MIN_BEATS_PER_BAR, MIN_BPM, Tempo
from engine.audio.mapped_wave import open_mapped_wave
from engine.audio.tags import AudioTags
from engine.events import FloatArray
from engine.quality import Quality
from engine.residual import Residual

FACTS = SongFacts(
    title="On the Run",
    source=Path("/music/on the run.mp3"),
    sample_rate=44_100,
    num_channels=2,
    num_frames=5000,
    tags=AudioTags(artist="Somebody"),
    stamp=SourceStamp(num_bytes=4711, modified_ns=1_700_000_000_123_456_789),
)
WHOLE = FrameRange(0, FACTS.num_frames)


def sound(seed: int, num_frames: int = FACTS.num_frames) -> FloatArray:
    """Return noise, (T, C)."""
    random = np.random.default_rng(seed)
    return random.uniform(-0.5, 0.5, (num_frames, FACTS.num_channels)).astype(np.float32)


def write_audio(folder: Path, name: str, samples_TC: FloatArray, start: int = 0) -> None:
    """Write into a lane's file, as the engine's process does."""
    with open_mapped_wave(audio_path(folder, name), writable=True) as wave:
        wave.write(start, samples_TC)


@st.composite
def _ranges(draw: st.DrawFn, num_frames: int) -> FrameRanges:
    edges = sorted(draw(st.sets(st.integers(0, num_frames), max_size=8)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return FrameRanges(tuple(FrameRange(start, stop) for start, stop in pairs))


@st.composite
def _marked(draw: st.DrawFn, num_frames: int) -> FrameRange | None:
    ranges = draw(_ranges(num_frames)).ranges
    return ranges[0] if ranges else None


# A title may be anything that a keyboard or a file's name gives, lone surrogates too.
_texts = st.text(max_size=20)
_paths = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20).map(
    lambda text: Path(text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
)
_lane_names = st.one_of(
    st.sampled_from(("drums", "bass", "residual")), st.text(max_size=12).filter(is_lane_name)
)
_lane_states = st.builds(
    LaneState,
    gain_db=st.floats(MIN_GAIN_DB, MAX_GAIN_DB),
    pan=st.floats(-1.0, 1.0),
    muted=st.booleans(),
    soloed=st.booleans(),
    title=_texts,
    colour=st.from_regex(r"(#[0-9a-fA-F]{6})?", fullmatch=True),
)
_stamps = st.builds(
    SourceStamp,
    num_bytes=st.integers(0, 1 << 50),
    modified_ns=st.integers(-(1 << 63), (1 << 63) - 1),
)
_tags = st.builds(AudioTags, title=_texts, artist=_texts, comment=_texts)


def tempos(num_frames: int) -> st.SearchStrategy[Tempo]:
    """Draw any tempo of a song of this length."""
    return st.builds(
        Tempo,
        bpm=st.floats(MIN_BPM, MAX_BPM),
        beats_per_bar=st.integers(MIN_BEATS_PER_BAR, MAX_BEATS_PER_BAR),
        first_beat=st.integers(0, num_frames),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> ProjectSnapshot:
    """Draw any project that the studio could have."""
    source = draw(_paths)
    facts, names, num_frames = None, [], 0
    if draw(st.booleans()):
        facts = SongFacts(
            title=draw(_texts),
            source=source,
            sample_rate=draw(st.integers(8000, 192_000)),
            num_channels=draw(st.integers(1, 8)),
            num_frames=draw(st.integers(1, 1 << 40)),
            tags=draw(_tags),
            stamp=draw(st.none() | _stamps),
        )
        num_frames = facts.num_frames
        stems = draw(st.lists(_lane_names, max_size=5, unique_by=str.casefold))
        names = [MIX_LANE, *(name for name in stems if name.casefold() != MIX_LANE)]
    return ProjectSnapshot(
        folder=Path("folder"),
        source=source,
        facts=facts,
        model_name=draw(_texts),
        quality=draw(st.none() | st.sampled_from(get_args(Quality))),
        residual=draw(st.sampled_from(get_args(Residual))),
        separated=draw(_ranges(num_frames)),
        wanted_models=tuple(draw(st.lists(_texts, max_size=2))),
        lanes=tuple(LaneSnapshot(name=name, done=draw(_ranges(num_frames))) for name in names),
        state=MixState(
            lanes=MappingProxyType(draw(st.dictionaries(_lane_names, _lane_states, max_size=3))),
            selection=draw(_marked(num_frames)),
            is_looping=draw(st.booleans()),
            tempo=draw(st.none() | tempos(num_frames)) if facts is not None else None,
        ),
        view=SongView(
            visible=draw(_marked(num_frames)),
            position=draw(st.integers(0, 1 << 40)),
            lane=draw(_texts),
        ),
        phase=draw(st.sampled_from(Phase)),
        error_message=draw(_texts),
        error_remedy=draw(_texts),
    )
