"""From what the user wants to the files that hold it, written and read back."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from app.model.export_choice import ExportChoice, ExportKind
from app.model.export_planning import (
    done_share,
    export_plan,
    export_range,
    heard_gains,
    needed_lanes,
    unfinished_lanes,
)
from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE, LaneState, MixState, pan_gains
from app.model.song import Song
from app.model.tempo import BarBeat, BeatGrid, Tempo, tempo_of_loop
from engine.audio.audio_format import audio_format
from engine.errors import EngineError
from engine.events import FloatArray
from engine.track_export import ExportPlan, FilesWritten, export_tracks
from tests.app.model.stored_song import tempos
from tests.app.separated_song import RATE, STEMS, separated_song
from tests.app.widgets.made_songs import made_song

NUM_FRAMES = 200_000


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return separated_song(tmp_path / "songs")


def plan_of(song: Song, choice: ExportChoice, folder: Path = Path("/x")) -> ExportPlan:
    colours: Mapping[str, str] = {"drums": "#009e73"}
    return export_plan(song, choice, folder=folder, existing="rename", colours=colours)


def written_by(song: Song, choice: ExportChoice, folder: Path) -> dict[str, FloatArray]:
    written = list(export_tracks(plan_of(song, choice, folder)))[-1]
    assert isinstance(written, FilesWritten)
    return {
        path.name: soundfile.read(path, dtype="float32", always_2d=True)[0]
        for path in written.files
        if path.suffix != ".rpp"
    }


def set_lanes(song: Song, **lanes: LaneState) -> None:
    for name, lane in lanes.items():
        song.change_lane(name, lane, "change")


def test_stems_are_written_as_they_were_separated_whatever_the_faders_say(
    song: Song, tmp_path: Path
) -> None:
    set_lanes(song, drums=LaneState(gain_db=-20.0, muted=True, title="Kit"))
    choice = ExportChoice(unwanted_stems=frozenset({"residual"}), with_original=True)

    files = written_by(song, choice, tmp_path)

    assert list(files) == [
        f"On the Run ({label}).wav" for label in ("Kit", "Bass", "Other", "Vocals", "Original")
    ]
    assert np.array_equal(files["On the Run (Kit).wav"], song.track("drums").samples_TC)
    assert np.array_equal(files["On the Run (Original).wav"], song.track(MIX_LANE).samples_TC)


def test_the_mix_as_heard_follows_faders_pans_mutes_and_solos(song: Song, tmp_path: Path) -> None:
    set_lanes(
        song,
        drums=LaneState(gain_db=-6.0, pan=0.5, soloed=True),
        bass=LaneState(soloed=True),
        other=LaneState(soloed=True, muted=True),
    )
    (heard_TC,) = written_by(song, ExportChoice(kind=ExportKind.HEARD), tmp_path).values()

    left, right = pan_gains(0.5)
    expected_TC = (
        song.track("bass").samples_TC
        + 10 ** (-6 / 20) * np.array([left, right]) * song.track("drums").samples_TC
    )
    assert np.abs(heard_TC - expected_TC).max() < 1e-6


def test_with_faders_untouched_the_mix_as_heard_is_the_original(song: Song, tmp_path: Path) -> None:
    (heard_TC,) = written_by(song, ExportChoice(kind=ExportKind.HEARD), tmp_path).values()
    assert np.abs(heard_TC - song.track(MIX_LANE).samples_TC).max() <= 1e-6


def test_the_mix_without_stems_and_those_stems_add_up_to_the_original(
    song: Song, tmp_path: Path
) -> None:
    choice = ExportChoice(kind=ExportKind.WITHOUT, removed_stems=frozenset({"drums", "vocals"}))
    files = written_by(song, choice, tmp_path)

    (rest_TC,) = files.values()
    removed_TC = song.track("drums").samples_TC + song.track("vocals").samples_TC
    assert list(files) == ["On the Run (No Drums and Vocals).wav"]
    assert np.abs(rest_TC + removed_TC - song.track(MIX_LANE).samples_TC).max() <= 1e-6


def test_a_selection_is_exported_to_the_frame(song: Song, tmp_path: Path) -> None:
    song.change(replace(song.state, selection=FrameRange(100, 777)), "select")
    files = written_by(song, ExportChoice(only_selection=True), tmp_path)

    name = "On the Run (Bass) 0m00.002-0m00.018.wav"  # not that of the whole song
    assert np.array_equal(files[name], song.track("bass").samples_TC[100:777])


def test_without_a_selection_the_whole_song_is_exported(song: Song) -> None:
    assert export_range(song, ExportChoice(only_selection=True)) == FrameRange(0, 3000)


def test_a_panned_song_of_one_channel_is_heard_in_stereo(tmp_path: Path) -> None:
    song = separated_song(tmp_path, num_channels=1)
    assert set(heard_gains(song).values()) == {(1.0,)}

    set_lanes(song, drums=LaneState(pan=-1.0))
    gains = heard_gains(song)
    assert gains["drums"] == pytest.approx((1.0, 0.0), abs=1e-9)
    assert gains["bass"] == (1.0, 1.0)


def test_of_many_channels_a_pan_moves_the_first_two(tmp_path: Path) -> None:
    song = separated_song(tmp_path, num_channels=6)
    set_lanes(song, drums=LaneState(pan=1.0))

    assert heard_gains(song)["drums"] == pytest.approx((0.0, 1.0, 1.0, 1.0, 1.0, 1.0), abs=1e-9)


def test_names_follow_the_pattern_with_numbers_of_one_width(song: Song) -> None:
    plan = plan_of(song, ExportChoice(template="{n} {artist} {title} {stem} {model} {date}"))

    assert plan.folder_name == "On the Run"
    assert plan.parts[0].name == "1 Somebody On the Run Drums draft 1999.wav"
    assert len(plan.parts) == len(STEMS)


def test_a_pattern_without_the_stem_still_gives_names_that_differ(song: Song) -> None:
    names = [part.name for part in plan_of(song, ExportChoice(template="{title}")).parts]
    assert names[:2] == ["On the Run.wav", "On the Run (2).wav"]


def test_files_say_which_model_made_them_and_with_which_seed(song: Song) -> None:
    comment = plan_of(song, ExportChoice()).comment
    assert comment.startswith("Strata ")
    assert comment.endswith("; model draft; seed 0")


def test_fades_have_three_milliseconds(song: Song) -> None:
    assert plan_of(song, ExportChoice()).edge_fade_frames == 0
    assert plan_of(song, ExportChoice(has_fades=True)).edge_fade_frames == 132


def test_a_project_shows_stems_with_their_faders_and_mutes_the_original(song: Song) -> None:
    set_lanes(song, drums=LaneState(gain_db=-20.0, pan=0.25, soloed=True))
    choice = ExportChoice(with_project=True, with_original=True, format=audio_format("flac"))
    (project,) = plan_of(song, choice).texts

    assert project.name == "On the Run.rpp"
    assert "VOLPAN 0.1 0.25 " in project.text
    assert 'FILE "On the Run (Drums).flac"' in project.text
    assert project.text.count("<SOURCE FLAC") == 6
    assert project.text.count("MUTESOLO 1 0 0") == 1
    assert project.text.count("MUTESOLO 0 2 0") == 1


@cache
def long_song() -> Song:
    """Return silence of some bars, in memory."""
    silence_TC = np.zeros((NUM_FRAMES, 1), np.float32)
    return made_song({MIX_LANE: silence_TC, "drums": silence_TC}, sample_rate=8000)


@given(
    tempo=tempos(NUM_FRAMES),
    start=st.integers(0, NUM_FRAMES - 1),
    length=st.integers(1, NUM_FRAMES),
)
def test_bars_of_the_project_fall_where_they_are_in_the_song(
    tempo: Tempo, start: int, length: int
) -> None:
    song = long_song()
    selection = FrameRange(start, min(start + length, NUM_FRAMES))
    song.restore(MixState(selection=selection, tempo=tempo))
    choice = ExportChoice(with_project=True, only_selection=True)

    (project,) = plan_of(song, choice).texts

    words = {
        line.split()[0]: line.split()[1:] for line in project.text.splitlines() if line.strip()
    }
    grid = BeatGrid(tempo=tempo, sample_rate=8000)
    items_at = round(float(words["POSITION"][0]) * 8000)
    # REAPER's bar line n bars after the project's start, and the same bar of the song.
    first_bar = int(words["PROJOFFS"][1]) + 1
    assert 0 <= items_at <= grid.frames_per_bar
    for number in range(4):
        line = number * grid.frames_per_bar
        there = selection.start + line - items_at
        assert abs(there - grid.frame_of(BarBeat(bar=first_bar + number, beat=1))) <= 1
    assert [words["TEMPO"][1], float(words["TEMPO"][0])] == [
        str(tempo.beats_per_bar),
        pytest.approx(tempo.bpm, rel=1e-14),
    ]


def test_whole_bars_are_in_the_names(tmp_path: Path) -> None:
    song = separated_song(tmp_path, num_frames=40_000)
    loop = FrameRange(500, 30_500)
    tempo = tempo_of_loop(loop, bars=1, beats_per_bar=4, sample_rate=RATE)
    song.restore(MixState(selection=loop, tempo=tempo))
    plan = plan_of(song, ExportChoice(only_selection=True, with_project=True))

    assert plan.parts[0].name == "On the Run (Drums) bar 1.wav"
    assert plan.texts[0].name == "On the Run bar 1.rpp"
    song.restore(MixState(selection=FrameRange(501, 30_500), tempo=tempo))
    assert "bar" not in plan_of(song, ExportChoice(only_selection=True)).parts[0].name


@pytest.mark.parametrize(
    ("choice", "lanes"),
    [
        (
            ExportChoice(unwanted_stems=frozenset({"drums", "bass"})),
            {"other", "vocals", "residual"},
        ),
        (
            ExportChoice(kind=ExportKind.WITHOUT, removed_stems=frozenset({"vocals"})),
            {MIX_LANE, "vocals"},
        ),
        (ExportChoice(kind=ExportKind.HEARD), set(STEMS) - {"bass"}),
        (ExportChoice(unwanted_stems=frozenset(STEMS), with_original=True), {MIX_LANE}),
    ],
)
def test_only_lanes_that_are_in_the_files_have_to_be_complete(
    choice: ExportChoice, lanes: set[str], song: Song
) -> None:
    set_lanes(song, bass=LaneState(muted=True))
    assert set(needed_lanes(song, choice)) == lanes


def test_what_is_missing_is_told_by_lane_and_range(tmp_path: Path) -> None:
    song = separated_song(tmp_path, done=1860)

    assert done_share(song.track("drums"), FrameRange(0, 3000)) == 0.62
    assert dict(unfinished_lanes(song, ExportChoice())) == dict.fromkeys(STEMS, 0.62)
    song.change(replace(song.state, selection=FrameRange(0, 1860)), "select")
    assert unfinished_lanes(song, ExportChoice(only_selection=True)) == ()


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (ExportChoice(unwanted_stems=frozenset(STEMS)), "No stem is chosen"),
        (ExportChoice(kind=ExportKind.WITHOUT, removed_stems=frozenset()), "go without"),
        (ExportChoice(template="{bpm}"), "no field"),
        (ExportChoice(kind=ExportKind.HEARD), "Every stem is muted"),
    ],
)
def test_what_makes_no_file_is_a_sentence(choice: ExportChoice, words: str, song: Song) -> None:
    set_lanes(song, **dict.fromkeys(STEMS, LaneState(muted=True)))
    with pytest.raises(EngineError, match=words) as caught:
        plan_of(song, choice)
    assert caught.value.remedy


def test_a_song_without_stems_can_still_export_its_original(song: Song) -> None:
    song.set_stems((), model_name="")

    with pytest.raises(EngineError, match="no stems yet"):
        plan_of(song, ExportChoice())
    (part,) = plan_of(song, ExportChoice(with_original=True)).parts
    assert part.label == "Original"


def test_a_song_that_is_not_read_yet_cannot_be_exported(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not read yet"):
        plan_of(Song(tmp_path, tmp_path / "a.wav"), ExportChoice())
