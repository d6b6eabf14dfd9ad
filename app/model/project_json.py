"""The text of ``project.json``, and back.

Reading is strict: whatever is missing, unknown, out of range or of another type makes the whole
file invalid. A file that was half understood would be saved half, too.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from types import MappingProxyType

from app.model.frame_range import FrameRange, FrameRanges
from app.model.json_fields import InvalidFieldError, JsonFields, JsonValue, parse_json
from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB, MIX_LANE, LaneState, MixState
from app.model.project_migration import MIGRATIONS, SCHEMA_VERSION, migrated
from app.model.project_snapshot import LaneSnapshot, ProjectSnapshot
from app.model.song import SongFacts
from app.model.song_folder import is_lane_name
from app.model.song_status import Phase
from app.model.song_view import SongView
from app.model.source_file import SourceStamp
from app.model.tempo import MAX_BEATS_PER_BAR, MAX_BPM, MIN_BEATS_PER_BAR, MIN_BPM, Tempo
from engine.audio.file_checks import MAX_CHANNELS, MAX_SAMPLE_RATE
from engine.audio.tags import AudioTags
from engine.product_version import product_version
from engine.quality import parse_quality
from engine.residual import parse_residual
from engine.wording import parse_wording, wording_json

FORMAT = "strata project"
MAX_FRAMES = 1 << 40
MAX_STAMP = 1 << 64


def project_json(snapshot: ProjectSnapshot) -> bytes:
    """Write a snapshot down; ``parse_project`` of it gives the same snapshot."""
    content: dict[str, JsonValue] = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "product_version": product_version(),
        "source": str(snapshot.source),
        "song": None if snapshot.facts is None else _facts_content(snapshot.facts),
        "model": snapshot.model_name,
        "quality": snapshot.quality or "",
        "residual": snapshot.residual,
        "separated": [_pair(item) for item in snapshot.separated.ranges],
        "wanted_models": [{"model": name} for name in snapshot.wanted_models],
        "phase": snapshot.phase.value,
        "error": {
            "message": wording_json(snapshot.error_message),
            "remedy": wording_json(snapshot.error_remedy),
        },
        "lanes": [
            {"name": lane.name, "done": [_pair(item) for item in lane.done.ranges]}
            for lane in snapshot.lanes
        ],
        "mix": {
            "lanes": {name: asdict(lane) for name, lane in snapshot.state.lanes.items()},
            "selection": _range_content(snapshot.state.selection),
            "is_looping": snapshot.state.is_looping,
            "tempo": None if snapshot.state.tempo is None else asdict(snapshot.state.tempo),
        },
        "view": {
            "visible": _range_content(snapshot.view.visible),
            "position": snapshot.view.position,
            "lane": snapshot.view.lane,
        },
    }
    # Pure ASCII: a path may hold what is no text, which UTF-8 cannot say.
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode("ascii")


def parse_project(content: bytes, folder: Path) -> ProjectSnapshot:
    """Read what ``project_json`` wrote, in this version of the program or an older one.

    Raises:
        InvalidFieldError: It is damaged, or something else.
        NewerVersionError: A later version of the program wrote it.
    """
    raw = parse_json(content)
    if raw.get("format") != FORMAT:
        raise InvalidFieldError("“format” is missing or another one")
    project = JsonFields(migrated(raw, MIGRATIONS))
    project.text("format")
    project.integer("schema_version", SCHEMA_VERSION, SCHEMA_VERSION)
    project.text("product_version")
    try:
        snapshot = _snapshot(project, folder)
    except ValueError as error:  # of the frozen values' own checks
        raise InvalidFieldError(str(error)) from error
    project.finish()
    return snapshot


def _snapshot(project: JsonFields, folder: Path) -> ProjectSnapshot:
    source = Path(project.text("source"))
    if "\0" in str(source):
        raise InvalidFieldError("“/source” is no path")
    facts = project.optional("song", lambda song: _facts(song, source))
    num_frames = facts.num_frames if facts is not None else 0
    error, quality = project.fields("error"), project.text("quality")
    snapshot = ProjectSnapshot(
        folder=folder,
        source=source,
        facts=facts,
        model_name=project.text("model"),
        quality=parse_quality(quality) if quality else None,
        residual=parse_residual(project.text("residual")),
        separated=_ordered_ranges(project, "separated", num_frames),
        wanted_models=tuple(_wanted_models(project)),
        lanes=tuple(_lanes(project, num_frames)),
        state=_state(project.fields("mix"), num_frames),
        view=_view(project.fields("view"), num_frames),
        phase=Phase(project.text("phase")),
        error_message=_wording(error, "message"),
        error_remedy=_wording(error, "remedy"),
    )
    error.finish()
    _check_lanes(snapshot)
    return snapshot


def _check_lanes(snapshot: ProjectSnapshot) -> None:
    names = [lane.name for lane in snapshot.lanes]
    if (names[:1] == [MIX_LANE]) != (snapshot.facts is not None):
        raise InvalidFieldError("“/lanes” do not begin with the original, or there is no song")
    if len({name.casefold() for name in names}) != len(names):
        raise InvalidFieldError("“/lanes” has a name twice")


def _wording(error: JsonFields, key: str) -> str:
    """Take a text that can still be translated, or a plain one."""
    try:
        return parse_wording(error.value(key))
    except RecursionError as deep:
        raise InvalidFieldError(f"“{key}” is no text") from deep


def _facts_content(facts: SongFacts) -> JsonValue:
    return {
        "title": facts.title,
        "sample_rate": facts.sample_rate,
        "num_channels": facts.num_channels,
        "num_frames": facts.num_frames,
        "tags": asdict(facts.tags),
        "stamp": None if facts.stamp is None else asdict(facts.stamp),
    }


def _facts(song: JsonFields, source: Path) -> SongFacts:
    tags = song.fields("tags")
    facts = SongFacts(
        title=song.text("title"),
        source=source,
        sample_rate=song.integer("sample_rate", 1, MAX_SAMPLE_RATE),
        num_channels=song.integer("num_channels", 1, MAX_CHANNELS),
        num_frames=song.integer("num_frames", 1, MAX_FRAMES),
        tags=AudioTags(**{field.name: tags.text(field.name) for field in fields(AudioTags)}),
        stamp=song.optional("stamp", _stamp),
    )
    tags.finish()
    song.finish()
    return facts


def _stamp(stamp: JsonFields) -> SourceStamp:
    result = SourceStamp(
        num_bytes=stamp.integer("num_bytes", 0, MAX_STAMP),
        modified_ns=stamp.integer("modified_ns", -MAX_STAMP, MAX_STAMP),
    )
    stamp.finish()
    return result


def _lanes(project: JsonFields, num_frames: int) -> Iterator[LaneSnapshot]:
    for lane in project.objects("lanes"):
        done = _ordered_ranges(lane, "done", num_frames)
        yield LaneSnapshot(name=_lane_name(lane.text("name")), done=done)
        lane.finish()


def _wanted_models(project: JsonFields) -> Iterator[str]:
    for wanted in project.objects("wanted_models"):
        yield wanted.text("model")
        wanted.finish()


def _state(mix: JsonFields, num_frames: int) -> MixState:
    lanes = {_lane_name(name): _lane_state(lane) for name, lane in mix.entries("lanes")}
    state = MixState(
        lanes=MappingProxyType(lanes),
        selection=_optional_range(mix, "selection", num_frames),
        is_looping=mix.flag("is_looping"),
        tempo=mix.optional("tempo", lambda tempo: _tempo(tempo, num_frames)),
    )
    mix.finish()
    return state


def _tempo(tempo: JsonFields, num_frames: int) -> Tempo:
    result = Tempo(
        bpm=tempo.number("bpm", MIN_BPM, MAX_BPM),
        beats_per_bar=tempo.integer("beats_per_bar", MIN_BEATS_PER_BAR, MAX_BEATS_PER_BAR),
        first_beat=tempo.integer("first_beat", 0, num_frames),
    )
    tempo.finish()
    return result


def _lane_state(lane: JsonFields) -> LaneState:
    state = LaneState(
        gain_db=lane.number("gain_db", MIN_GAIN_DB, MAX_GAIN_DB),
        pan=lane.number("pan", -1.0, 1.0),
        muted=lane.flag("muted"),
        soloed=lane.flag("soloed"),
        title=lane.text("title"),
        colour=lane.text("colour"),
    )
    lane.finish()
    return state


def _view(view: JsonFields, num_frames: int) -> SongView:
    result = SongView(
        visible=_optional_range(view, "visible", num_frames),
        position=view.integer("position", 0, MAX_FRAMES),
        lane=view.text("lane"),
    )
    view.finish()
    return result


def _lane_name(name: str) -> str:
    if not is_lane_name(name):
        raise InvalidFieldError(f"{name!r} is no name of a lane")
    return name


def _pair(item: FrameRange) -> list[JsonValue]:
    return [item.start, item.stop]


def _range_content(item: FrameRange | None) -> JsonValue:
    return [] if item is None else [_pair(item)]


def _optional_range(holder: JsonFields, key: str, num_frames: int) -> FrameRange | None:
    ranges = _ranges(holder, key, num_frames)
    if len(ranges) > 1:
        raise InvalidFieldError(f"“{key}” has more than one range")
    return ranges[0] if ranges else None


def _ordered_ranges(holder: JsonFields, key: str, num_frames: int) -> FrameRanges:
    found = FrameRanges(_ranges(holder, key, num_frames))
    if found != FrameRanges.of(found.ranges):
        raise InvalidFieldError(f"“{key}” is not in order")
    return found


def _ranges(holder: JsonFields, key: str, num_frames: int) -> tuple[FrameRange, ...]:
    pairs = holder.integer_pairs(key, 0, num_frames)
    return tuple(FrameRange(start, stop) for start, stop in pairs)
