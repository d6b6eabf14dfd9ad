"""The text of a project, whole and damaged."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.model.frame_range import FrameRange, FrameRanges
from app.model.json_fields import InvalidFieldError, JsonValue
from app.model.mix_state import MIX_LANE, LaneState, MixState
from app.model.project_json import parse_project, project_json
from app.model.project_migration import SCHEMA_VERSION, NewerVersionError
from app.model.project_snapshot import LaneSnapshot, ProjectSnapshot
from app.model.song_status import Phase
from app.model.song_view import SongView
from app.model.tempo import Tempo
from tests.app.model.stored_song import FACTS, WHOLE, snapshots

FOLDER = Path("folder")

SNAPSHOT = ProjectSnapshot(
    folder=FOLDER,
    source=FACTS.source,
    facts=FACTS,
    model_name="draft",
    quality="best",
    residual="separate",
    separated=FrameRanges((FrameRange(0, 1000),)),
    wanted_models=("better",),
    lanes=(
        LaneSnapshot(name=MIX_LANE, done=FrameRanges((WHOLE,))),
        LaneSnapshot(name="drums", done=FrameRanges((FrameRange(0, 1000), FrameRange(2000, 2500)))),
    ),
    state=MixState(
        lanes={"drums": LaneState(gain_db=-3.5, title="Kit", colour="#009e73")},
        selection=FrameRange(10, 20),
        is_looping=True,
        tempo=Tempo(bpm=97.35, beats_per_bar=3, first_beat=117),
    ),
    phase=Phase.PAUSED,
)
STATE_WITHOUT_TEMPO = replace(SNAPSHOT.state, tempo=None)


def content() -> dict[str, Any]:
    """Return the content of a project, to be spoilt."""
    result: dict[str, Any] = json.loads(project_json(SNAPSHOT))
    return result


def content_of_version_1() -> dict[str, Any]:
    """Return the content of the same project as an older program wrote it."""
    old = content()
    for key in ("quality", "residual", "separated", "wanted_models"):
        del old[key]
    del old["song"]["stamp"]
    del old["view"]["lane"]
    del old["mix"]["tempo"]
    return {**old, "schema_version": 1}


def keys_of(value: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to every key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from keys_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys_of(inner, (*path, index))


def parsed(spoilt: object) -> ProjectSnapshot:
    return parse_project(json.dumps(spoilt).encode(), FOLDER)


@given(snapshot=snapshots())
def test_a_project_is_read_as_it_was_written(snapshot: ProjectSnapshot) -> None:
    written = project_json(snapshot)

    assert parse_project(written, snapshot.folder) == snapshot
    assert project_json(parse_project(written, snapshot.folder)) == written


@given(snapshot=snapshots(), cut=st.floats(0.0, 1.0, exclude_max=True))
def test_a_project_that_was_cut_short_is_invalid(snapshot: ProjectSnapshot, cut: float) -> None:
    written = project_json(snapshot)

    with pytest.raises(InvalidFieldError):
        parse_project(written[: int(cut * (len(written) - 2))], FOLDER)


@settings(max_examples=400)
@given(
    place=st.integers(0, len(project_json(SNAPSHOT)) - 1),
    bit=st.integers(0, 7),
    others=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=3),
)
def test_a_damaged_project_is_invalid_or_still_makes_sense(
    place: int, bit: int, others: list[tuple[int, int]]
) -> None:
    damaged = bytearray(project_json(SNAPSHOT))
    damaged[place] ^= 1 << bit
    for other, value in others:
        damaged[other % len(damaged)] = value

    try:
        snapshot = parse_project(bytes(damaged), FOLDER)
    except (InvalidFieldError, NewerVersionError):
        return
    assert parse_project(project_json(snapshot), FOLDER) == snapshot


@given(noise=st.binary(max_size=200))
@example(noise=b"")
@example(noise=b"null")
@example(noise=b"[" * 100_000)
@example(noise=b'{"a":' * 100_000)
@example(noise=b"1" * 10_000)
@example(noise=b'{"format": "strata project", "schema_version": ' + b"9" * 5000 + b"}")
@example(noise=b"\xff\xfe{}")
def test_anything_else_is_invalid(noise: bytes) -> None:
    with pytest.raises((InvalidFieldError, NewerVersionError)):
        parse_project(noise, FOLDER)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "another program's project"),
        (["schema_version"], True),
        (["schema_version"], "1"),
        (["schema_version"], -1),
        (["schema_version"], 1.0),
        (["source"], None),
        (["source"], "a\0b"),
        (["phase"], "dancing"),
        (["song", "num_frames"], 0),
        (["song", "num_frames"], 5000.0),
        (["song", "num_frames"], True),
        (["song", "num_frames"], 10**30),
        (["song", "num_channels"], 9),
        (["song", "sample_rate"], 0),
        (["song", "tags", "artist"], 3),
        (["song", "tags", "colour"], "unknown field"),
        (["song"], None),
        (["lanes"], {}),
        (["lanes"], []),
        (["lanes", 0, "name"], "drums"),
        (["lanes", 1, "name"], "../../etc/passwd"),
        (["lanes", 1, "name"], "/etc/passwd"),
        (["lanes", 1, "name"], "..\\drums"),
        (["lanes", 1, "name"], ".."),
        (["lanes", 1, "name"], ""),
        (["lanes", 1, "name"], "con"),
        (["lanes", 1, "name"], "Mix"),
        (["lanes", 1, "name"], "mix"),
        (["lanes", 1, "name"], "x" * 65),
        (["lanes", 1, "name"], "dru\nms"),
        (["lanes", 1, "done"], [[0, 5001]]),
        (["lanes", 1, "done"], [[-1, 5]]),
        (["lanes", 1, "done"], [[5, 5]]),
        (["lanes", 1, "done"], [[10, 20], [0, 5]]),
        (["lanes", 1, "done"], [[0, 10], [10, 20]]),
        (["lanes", 1, "done"], [[0, 10, 20]]),
        (["lanes", 1, "done"], [0, 10]),
        (["mix", "lanes", "drums", "gain_db"], 13.0),
        (["mix", "lanes", "drums", "gain_db"], "loud"),
        (["mix", "lanes", "drums", "gain_db"], True),
        (["mix", "lanes", "drums", "pan"], 10**400),
        (["mix", "lanes", "drums", "colour"], "red"),
        (["mix", "lanes", "drums", "muted"], 1),
        (["mix", "lanes", "../x"], {}),
        (["mix", "selection"], [[0, 5001]]),
        (["mix", "selection"], [[0, 1], [2, 3]]),
        (["mix", "is_looping"], 0),
        (["mix", "tempo"], 120),
        (["mix", "tempo", "bpm"], 19.99),
        (["mix", "tempo", "bpm"], 400.01),
        (["mix", "tempo", "bpm"], "120"),
        (["mix", "tempo", "beats_per_bar"], 13),
        (["mix", "tempo", "beats_per_bar"], 1),
        (["mix", "tempo", "first_beat"], 5001),
        (["mix", "tempo", "first_beat"], -1),
        (["mix", "tempo", "first_beat"], 1.5),
        (["mix", "tempo", "swing"], 1),
        (["quality"], "better"),
        (["quality"], None),
        (["residual"], "shared"),
        (["residual"], None),
        (["separated"], [[0, 5001]]),
        (["separated"], [[10, 20], [0, 5]]),
        (["wanted_models"], ["better"]),
        (["wanted_models", 0, "device"], "cpu"),
        (["view", "position"], -1),
        (["view", "position"], True),
        (["view", "zoom"], 1),
        (["error", "remedy"], None),
        (["anything"], 1),
    ],
)
def test_nothing_that_makes_no_sense_is_read(path: list[str | int], value: object) -> None:
    spoilt = content()
    inner: Any = spoilt
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value

    with pytest.raises(InvalidFieldError):
        parsed(spoilt)


def test_every_field_is_needed() -> None:
    paths = [path for path in keys_of(content()) if path[-2:] != ("lanes", "drums")]
    assert len(paths) > 30

    for path in paths:
        spoilt = content()
        inner: Any = spoilt
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        with pytest.raises(InvalidFieldError):
            parsed(spoilt)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_invalid(number: str) -> None:
    text = project_json(SNAPSHOT).replace(b"-3.5", number.encode())

    with pytest.raises(InvalidFieldError):
        parse_project(text, FOLDER)


def test_a_key_that_occurs_twice_is_invalid() -> None:
    text = project_json(SNAPSHOT).replace(b'"model"', b'"phase": "done", "model"')

    with pytest.raises(InvalidFieldError, match="twice"):
        parse_project(text, FOLDER)


def test_a_newer_version_is_told_from_damage() -> None:
    with pytest.raises(NewerVersionError):
        parsed({**content(), "schema_version": SCHEMA_VERSION + 1, "something": "new"})


def test_a_project_of_version_0_is_lifted_to_the_current_one() -> None:
    old = content_of_version_1()
    del old["view"]
    old["schema_version"] = 0
    old["lanes"] = [
        {"name": "mix", "done_frames": 5000},
        {"name": "drums", "done_frames": 1000},
        {"name": "bass", "done_frames": 0},
    ]

    snapshot = parsed(old)

    assert snapshot == replace(
        SNAPSHOT,
        facts=replace(FACTS, stamp=None),
        quality=None,
        state=STATE_WITHOUT_TEMPO,
        separated=FrameRanges(),
        wanted_models=(),
        lanes=(
            SNAPSHOT.lanes[0],
            LaneSnapshot(name="drums", done=FrameRanges((FrameRange(0, 1000),))),
            LaneSnapshot(name="bass", done=FrameRanges()),
        ),
    )


@pytest.mark.parametrize(
    ("phase", "num_done", "separated"),
    [
        ("done", 5000, FrameRanges((WHOLE,))),
        ("separating", 5000, FrameRanges()),  # a draft's, in part
        ("paused", 2500, FrameRanges()),
    ],
)
def test_of_an_unfinished_project_of_version_1_nobody_knows_which_frames_are_the_models(
    phase: str, num_done: int, separated: FrameRanges
) -> None:
    old = content_of_version_1()
    old["phase"] = phase
    old["lanes"][1]["done"] = [[0, num_done]]

    snapshot = parsed(old)

    assert (snapshot.residual, snapshot.separated) == ("separate", separated)
    assert snapshot.resting_status().fraction == separated.num_frames / 5000


def test_a_project_of_version_2_does_not_know_what_its_source_held() -> None:
    old = {**content(), "schema_version": 2}
    del old["quality"]
    del old["song"]["stamp"]
    del old["view"]["lane"]
    del old["mix"]["tempo"]

    assert parsed(old) == replace(
        SNAPSHOT, facts=replace(FACTS, stamp=None), quality=None, state=STATE_WITHOUT_TEMPO
    )


def test_a_project_of_version_3_has_no_selected_lane() -> None:
    old = {**content(), "schema_version": 3}
    del old["quality"]
    old["view"] = {"visible": [], "position": 7}
    del old["mix"]["tempo"]

    assert parsed(old).view == SongView(position=7)


def test_a_project_of_version_4_has_no_tempo() -> None:
    old = {**content(), "schema_version": 4}
    del old["quality"]
    del old["mix"]["tempo"]

    assert parsed(old) == replace(SNAPSHOT, quality=None, state=STATE_WITHOUT_TEMPO)


def test_a_project_of_version_5_does_not_know_its_quality() -> None:
    old = {**content(), "schema_version": 5}
    del old["quality"]

    assert parsed(old) == replace(SNAPSHOT, quality=None)


@pytest.mark.parametrize("mix", [None, [], 3])
def test_damage_in_version_4_is_found_on_the_way(mix: object) -> None:
    with pytest.raises(InvalidFieldError):
        parsed({**content(), "schema_version": 4, "mix": mix})


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("lanes", [None, [1, 2], [{"name": "mix"}, {"name": "drums"}], {}])
def test_damage_in_an_old_version_is_found_on_the_way(lanes: object, version: int) -> None:
    old = {**content_of_version_1(), "schema_version": version, "lanes": lanes}

    with pytest.raises(InvalidFieldError):
        parsed(old)
