"""Turns a song and what the user wants of it into the files to write."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.model.export_choice import ExportChoice, ExportKind
from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE, effective_gains, pan_gains
from app.model.song import Song, SongFacts
from app.model.tempo import BarBeat, BeatGrid, Tempo
from app.model.track import Track
from engine.audio.file_names import cleaned_name
from engine.audio.name_template import NameFields, parse_template
from engine.errors import EngineError
from engine.product_version import product_version
from engine.reaper_project import ReaperTempo, ReaperTrack, reaper_project
from engine.stem_export import MAX_LABEL_BYTES, ExistingPolicy, stem_label
from engine.track_export import (
    EDGE_FADE_SECONDS,
    ExportPlan,
    FilePart,
    TextFile,
    WeightedLane,
)

ORIGINAL_LABEL = "Original"
HEARD_LABEL = "Mix"
PROJECT_SUFFIX = ".rpp"

# The studio separates with this seed, so that a song can be separated again to the same bytes.
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _File:
    """One file: the lane that it is a copy of, or none; its label and its sum of lanes."""

    lane_name: str
    label: str
    lanes: tuple[WeightedLane, ...]


def export_range(song: Song, choice: ExportChoice) -> FrameRange:
    """Return the frames that a choice asks for.

    Raises:
        EngineError: The song has no sound, or is not read yet.
    """
    facts = _facts(song)
    if facts.num_frames == 0:
        raise EngineError("The song has no sound to export.")
    whole = FrameRange(0, facts.num_frames)
    selection = song.state.selection
    if not choice.only_selection or selection is None:
        return whole
    return whole.intersection(selection) or whole


def needed_lanes(song: Song, choice: ExportChoice) -> tuple[str, ...]:
    """Return the names of the lanes whose sound the files need, in the order of the screen."""
    needed: set[str] = {MIX_LANE} if choice.with_original else set()
    if choice.kind is ExportKind.STEMS:
        needed |= {stem.name for stem in song.stems if stem.name not in choice.unwanted_stems}
    elif choice.kind is ExportKind.WITHOUT:
        needed |= {MIX_LANE} | {
            stem.name for stem in song.stems if stem.name in choice.removed_stems
        }
    else:
        gains = effective_gains(song.state, [stem.name for stem in song.stems])
        needed |= {name for name, gain in gains.items() if gain > 0.0}
    return tuple(track.name for track in song.tracks if track.name in needed)


def done_share(track: Track, frames: FrameRange) -> float:
    """Return the share of a range that a lane has already, 0 to 1."""
    missing = sum(gap.num_frames for gap in track.done.gaps(frames))
    return 1.0 - missing / frames.num_frames


def unfinished_lanes(song: Song, choice: ExportChoice) -> tuple[tuple[str, float], ...]:
    """Return name and finished share of each needed lane that is not complete in the range."""
    frames = export_range(song, choice)
    shares = ((name, done_share(song.track(name), frames)) for name in needed_lanes(song, choice))
    return tuple((name, share) for name, share in shares if share < 1.0)


def export_plan(
    song: Song,
    choice: ExportChoice,
    *,
    folder: Path,
    existing: ExistingPolicy,
    colours: Mapping[str, str],
) -> ExportPlan:
    """Name every file and the lanes in it.

    Args:
        song: It is only read, and may change afterwards.
        choice: What the user wants.
        folder: Gets the song's folder.
        existing: What happens to files that are there already.
        colours: Of the lanes by name, such as ``#009e73``, for the DAW.

    Raises:
        EngineError: The pattern of the names makes no sense, or there is nothing to write.
    """
    facts = _facts(song)
    frames = export_range(song, choice)
    files = _files(song, choice)
    template = parse_template(choice.template)
    width = len(str(len(files)))
    part = _part_text(song, frames)
    names = template.file_names(
        (
            NameFields(
                title=song.title,
                artist=facts.tags.artist,
                stem=file.label,
                model=song.model_name,
                n=f"{number:0{width}}",
                date=facts.tags.date,
            )
            for number, file in enumerate(files, start=1)
        ),
        suffix=part + choice.format.suffix,
    )
    texts = (_project(song, choice, files, names, frames, colours),) if choice.with_project else ()
    return ExportPlan(
        parent=folder,
        folder_name=cleaned_name(song.title),
        parts=tuple(
            FilePart(name=name, label=file.label, lanes=file.lanes)
            for name, file in zip(names, files, strict=True)
        ),
        start_frame=frames.start,
        stop_frame=frames.stop,
        sample_rate=facts.sample_rate,
        format=choice.format,
        tags=facts.tags,
        title=song.title,
        comment=export_comment(song),
        existing=existing,
        edge_fade_frames=round(EDGE_FADE_SECONDS * facts.sample_rate) * choice.has_fades,
        texts=texts,
        protected=(song.source,),
    )


def slice_text(frames: FrameRange, sample_rate: int, tempo: Tempo | None) -> str:
    """Return a range as it stands in a file name.

    Whole bars are ``bars 5-8``, anything else is times such as ``0m12.000-0m16.000``.
    """
    bars = None
    if tempo is not None:
        bars = BeatGrid(tempo=tempo, sample_rate=sample_rate).whole_bars(frames)
    if bars is not None and bars.first >= 0:  # two dashes in a row would read as one
        return f"bars {bars.first}-{bars.last}" if bars.first < bars.last else f"bar {bars.first}"
    return "-".join(_time_text(frame, sample_rate) for frame in (frames.start, frames.stop))


def _part_text(song: Song, frames: FrameRange) -> str:
    """Return what tells the files of a range from those of the whole song."""
    facts = _facts(song)
    is_whole = frames.num_frames == facts.num_frames
    return "" if is_whole else f" {slice_text(frames, facts.sample_rate, song.state.tempo)}"


def _time_text(frame: int, sample_rate: int) -> str:
    seconds, milliseconds = divmod(round(1000 * frame / sample_rate), 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    start = f"{hours}h{minute:02}m" if hours else f"{minute}m"
    return f"{start}{second:02}.{milliseconds:03}"


def export_comment(song: Song) -> str:
    """Return what every file says about how it was made."""
    comment = f"Strata {product_version()}"
    return f"{comment}; model {song.model_name}; seed {SEED}" if song.model_name else comment


def file_label(song: Song, name: str) -> str:
    """Return what stands for a lane in file names: the user's name for it, or the English one."""
    title = song.state.lane(name).title
    if title:
        return cleaned_name(title, max_bytes=MAX_LABEL_BYTES)
    return ORIGINAL_LABEL if name == MIX_LANE else stem_label(name)


def heard_gains(song: Song) -> dict[str, tuple[float, ...]]:
    """Return each heard stem's gain for every channel of a file with the mix as it is heard.

    A song of one channel becomes two as soon as a lane is panned. Of more than two channels, a
    pan moves the first two.
    """
    num_channels = _facts(song).num_channels
    names = [stem.name for stem in song.stems]
    heard = {name: gain for name, gain in effective_gains(song.state, names).items() if gain > 0.0}
    if num_channels == 1 and any(song.state.lane(name).pan for name in heard):
        num_channels = 2
    gains: dict[str, tuple[float, ...]] = {}
    for name, gain in heard.items():
        left, right = pan_gains(song.state.lane(name).pan)
        sides = (left, right) if num_channels > 1 else (1.0,)
        gains[name] = tuple(gain * side for side in sides) + (gain,) * (num_channels - len(sides))
    return gains


def _facts(song: Song) -> SongFacts:
    if song.facts is None:
        raise EngineError("The song is not read yet.", remedy="Wait until it is on screen.")
    return song.facts


def _files(song: Song, choice: ExportChoice) -> tuple[_File, ...]:
    ones = (1.0,) * _facts(song).num_channels
    files: list[_File] = []
    if not song.stems and not (choice.kind is ExportKind.STEMS and choice.with_original):
        raise EngineError(
            "The song has no stems yet.", remedy="Separate it first, or export the original."
        )
    if choice.kind is ExportKind.STEMS:
        files += [
            _copy(song, stem.name) for stem in song.stems if stem.name not in choice.unwanted_stems
        ]
    elif choice.kind is ExportKind.HEARD:
        files += _heard_files(song)
    else:
        removed = [stem.name for stem in song.stems if stem.name in choice.removed_stems]
        if not removed:
            raise EngineError(
                "No stem is chosen that the mix should go without.",
                remedy="Choose at least one.",
            )
        lanes = [WeightedLane(samples_TC=song.track(MIX_LANE).samples_TC, gains=ones)]
        for name in removed:
            minus = tuple(-one for one in ones)
            lanes.append(WeightedLane(samples_TC=song.track(name).samples_TC, gains=minus))
        label = "No " + " and ".join(file_label(song, name) for name in removed)
        files.append(_File(lane_name="", label=label, lanes=tuple(lanes)))
    if choice.with_original:
        files.append(_copy(song, MIX_LANE))
    if not files:
        raise EngineError("No stem is chosen.", remedy="Choose at least one.")
    return tuple(files)


def _copy(song: Song, name: str) -> _File:
    ones = (1.0,) * _facts(song).num_channels
    lane = WeightedLane(samples_TC=song.track(name).samples_TC, gains=ones)
    return _File(lane_name=name, label=file_label(song, name), lanes=(lane,))


def _heard_files(song: Song) -> list[_File]:
    gains = heard_gains(song)
    if not gains:
        raise EngineError(
            "Every stem is muted, so there is nothing to hear.", remedy="Unmute a stem first."
        )
    lanes = tuple(
        WeightedLane(samples_TC=song.track(name).samples_TC, gains=lane_gains)
        for name, lane_gains in gains.items()
    )
    return [_File(lane_name="", label=HEARD_LABEL, lanes=lanes)]


def _project(
    song: Song,
    choice: ExportChoice,
    files: tuple[_File, ...],
    names: tuple[str, ...],
    frames: FrameRange,
    colours: Mapping[str, str],
) -> TextFile:
    tracks: list[ReaperTrack] = []
    for index, (file, name) in enumerate(zip(files, names, strict=True)):
        colour = colours.get(file.lane_name or MIX_LANE, "#808080")
        track = ReaperTrack(name=file.label, file_name=name, colour=colour)
        if file.lane_name not in ("", MIX_LANE):
            lane = song.state.lane(file.lane_name)
            track = ReaperTrack(
                name=file.label,
                file_name=name,
                colour=colour,
                gain=lane.gain,
                pan=lane.pan,
                is_muted=lane.muted,
                is_soloed=lane.soloed,
            )
        elif index > 0:  # beside the stems it would double everything
            track = ReaperTrack(name=file.label, file_name=name, colour=colour, is_muted=True)
        tracks.append(track)
    facts = _facts(song)
    text = reaper_project(
        tracks,
        container=choice.format.container,
        sample_rate=facts.sample_rate,
        num_channels=facts.num_channels,
        num_frames=frames.num_frames,
        tempo=_reaper_tempo(song.state.tempo, frames.start, facts.sample_rate),
    )
    suffix = _part_text(song, frames) + PROJECT_SUFFIX
    return TextFile(name=cleaned_name(song.title, suffix=suffix), text=text)


def _reaper_tempo(tempo: Tempo | None, start: int, sample_rate: int) -> ReaperTempo | None:
    """Let the project begin with the bar in which the files begin."""
    if tempo is None:
        return None
    grid = BeatGrid(tempo=tempo, sample_rate=sample_rate)
    bar = grid.place_at(start).bar
    return ReaperTempo(
        bpm=tempo.bpm,
        beats_per_bar=tempo.beats_per_bar,
        start_bar=bar,
        items_at=start - grid.frame_of(BarBeat(bar=bar, beat=1)),
    )
