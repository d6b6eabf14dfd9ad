"""What is done for songs outside of the GUI thread, as generators of frozen events for a job."""

import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.song import SongFacts
from app.model.song_folder import (
    audio_path,
    forget_peaks,
    make_inner_folders,
    open_track,
    store_peaks,
)
from app.model.source_file import stamp_of
from app.model.track import Track
from app.workers.drag_files import detach_drag_files
from app.workers.engine_process import EngineProcess
from engine.mix_decoding import FramesDecoded, MixDecodingStarted, MixShape, decode_mix
from engine.model_library import ModelEntry, list_models
from engine.serving_messages import JobStarted, RegionDone, SeparateMix

logger = logging.getLogger(__name__)

DRAFT_METHOD = "spectrogram_vae"  # fast enough to come before any other model


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A model that a song shall be separated with.

    Attributes:
        name: As the engine takes it; empty for the best one.
        is_draft: Whether it is so fast that it is let finish when another one is chosen.
    """

    name: str
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MixOpened:
    """The source could be opened; its sound follows."""

    facts: SongFacts
    track: Track


@dataclass(frozen=True, slots=True, kw_only=True)
class LanesOpened:
    """The files of the stems are there; their sound follows."""

    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioArrived:
    """Frames of some lanes are in the files and in their peaks."""

    names: tuple[str, ...]
    arrived: FrameRange


def default_models(chosen: str) -> tuple[ModelChoice, ...]:
    """Return what a new song is separated with: a draft first if that saves waiting.

    Args:
        chosen: Name of the user's model; the best one if it is empty or not there any more.
    """
    entries = list_models()
    if not entries:
        return (ModelChoice(name=chosen),)  # the engine says what is wrong
    wanted = next((entry for entry in entries if entry.name == chosen), entries[0])
    choice = _choice(wanted)
    if choice.is_draft:
        return (choice,)
    for entry in entries:
        same_stems = entry.card.stem_names == wanted.card.stem_names
        if (draft := _choice(entry)).is_draft and same_stems:
            return (draft, choice)
    return (choice,)


def choice_of(model_name: str) -> ModelChoice:
    """Return what is to be known of a model that a song has, or that was asked for by name."""
    entry = next((entry for entry in list_models() if entry.name == model_name), None)
    return _choice(entry) if entry is not None else ModelChoice(name=model_name)


def _choice(entry: ModelEntry) -> ModelChoice:
    return ModelChoice(name=entry.name, is_draft=entry.card.method == DRAFT_METHOD)


def decode_song(
    source: Path, folder: Path, known: MixOpened | None
) -> Generator[MixOpened | AudioArrived | None, None, None]:
    """Decode a song into its folder.

    Args:
        source: The user's file.
        folder: The song's folder.
        known: What an attempt before has found out; its lane is filled further.

    Yields:
        The mix once it is open, audio as it arrives, and None while there is nothing to say.

    Raises:
        EngineError: The file cannot be read, or it is another one than before.
    """
    track: Track | None = None
    # The folder of a song that could not be opened was taken away.
    with suppress(OSError):  # which the decoder tells better
        folder.mkdir(parents=True, exist_ok=True)
        make_inner_folders(folder)
    forget_peaks(folder, MIX_LANE)
    stamp = stamp_of(source)  # before it is read: who writes into it meanwhile makes it another
    expected = _shape(known.facts) if known is not None else None
    target = audio_path(folder, MIX_LANE)
    with closing(decode_mix(source, target, expected=expected)) as events:
        for event in events:
            if isinstance(event, MixDecodingStarted):
                facts = SongFacts(
                    title=event.title,
                    source=source,
                    sample_rate=event.sample_rate,
                    num_channels=event.num_channels,
                    num_frames=event.num_frames,
                    tags=event.tags,
                    stamp=stamp,
                )
                if known is None:
                    track = open_track(folder, MIX_LANE, facts, FrameRanges())
                    yield MixOpened(facts=facts, track=track)
                else:
                    track = known.track
            elif isinstance(event, FramesDecoded):
                assert track is not None, "the start comes first"
                arrived = FrameRange(event.start, event.stop)
                track.mark_done(arrived)
                yield AudioArrived(names=(MIX_LANE,), arrived=arrived)
            elif event is None:
                yield None
    if track is not None:
        _keep_peaks(folder, (track,))


def separate_lanes(
    engine: EngineProcess,
    task: SeparateMix,
    folder: Path,
    facts: SongFacts,
    known: Mapping[str, Track],
) -> Generator[object, None, None]:
    """Have a song separated into its folder.

    Args:
        engine: The process that does it.
        task: What it shall do.
        folder: The song's folder.
        facts: Of the song.
        known: Lanes that are open already; filled further if they are the model's. Otherwise even
            one of the same name, such as the residual, begins anew.

    Yields:
        Lanes once they are there, audio as it arrives, progress, notices, and None while there
        is nothing to say.

    Raises:
        EngineError: The separation failed.
    """
    for _ in detach_drag_files(folder):  # a DAW may be playing what the engine is about to change
        yield None
    for name in known:  # before anything is written: see ``store_peaks``
        forget_peaks(folder, name)
    tracks: tuple[Track, ...] = ()
    with closing(engine.separate_song(task)) as events:
        for event in events:
            if isinstance(event, JobStarted):
                kept = known if known.keys() == set(event.stem_names) else {}
                tracks = tuple(
                    _lane(folder, name, facts, kept.get(name)) for name in event.stem_names
                )
                yield LanesOpened(tracks=tracks)
            elif isinstance(event, RegionDone):
                arrived = FrameRange(event.start, event.stop)
                for track in tracks:
                    track.mark_done(arrived)
                yield AudioArrived(names=tuple(track.name for track in tracks), arrived=arrived)
            else:
                yield event
    _keep_peaks(folder, tracks)


def _lane(folder: Path, name: str, facts: SongFacts, known: Track | None) -> Track:
    forget_peaks(folder, name)
    return known if known is not None else open_track(folder, name, facts, FrameRanges())


def _shape(facts: SongFacts) -> MixShape:
    return MixShape(
        sample_rate=facts.sample_rate,
        num_channels=facts.num_channels,
        num_frames=facts.num_frames,
    )


def _keep_peaks(folder: Path, tracks: Sequence[Track]) -> None:
    try:
        for track in tracks:
            store_peaks(folder, track)
    except OSError as error:  # they are found again when the song is opened
        logger.warning("peaks could not be stored in %s: %s", folder, error)
