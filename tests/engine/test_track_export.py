"""Files made of lanes: exact, in balance with each other, and there all at once or not at all."""

import errno
import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.audio_file import open_audio
from engine.audio.audio_format import AudioFormat, BitDepth, Container, audio_format
from engine.audio.audio_writer import AudioWriter
from engine.audio.tags import AudioTags
from engine.errors import OutputError
from engine.events import FloatArray, NoticeRaised, ProgressChanged
from engine.track_export import (
    PIECE_FRAMES,
    ExportPlan,
    FilePart,
    FilesWritten,
    GainFound,
    TextFile,
    TrackExportEvent,
    WeightedLane,
    export_tracks,
    find_common_gain,
    names_in_the_way,
)

RATE = 44_100
STEMS = ("Drums", "Bass", "Other")
STEPS: dict[BitDepth, float] = {"16": 1.0 / (1 << 15), "24": 1.0 / (1 << 23)}


def lanes(*, num_frames: int, num_channels: int = 2, peak: float = 0.3) -> list[FloatArray]:
    random = np.random.default_rng(num_frames)
    return [
        random.uniform(-peak, peak, (num_frames, num_channels)).astype(np.float32) for _ in STEMS
    ]


def stem_parts(samples: Sequence[FloatArray], suffix: str = ".wav") -> tuple[FilePart, ...]:
    return tuple(
        FilePart(
            name=f"Song ({label}){suffix}",
            label=label,
            lanes=(WeightedLane(samples_TC=lane_TC, gains=(1.0,) * lane_TC.shape[1]),),
        )
        for label, lane_TC in zip(STEMS, samples, strict=True)
    )


def sum_part(
    samples: Sequence[FloatArray], gains: Sequence[tuple[float, ...]], name: str = "Song (Mix).wav"
) -> FilePart:
    return FilePart(
        name=name,
        label="Mix",
        lanes=tuple(
            WeightedLane(samples_TC=lane_TC, gains=channel_gains)
            for lane_TC, channel_gains in zip(samples, gains, strict=True)
        ),
    )


def plan_for(
    parts: tuple[FilePart, ...], parent: Path, chosen: AudioFormat | None = None
) -> ExportPlan:
    return ExportPlan(
        parent=parent,
        folder_name="Song",
        parts=parts,
        start_frame=0,
        stop_frame=len(parts[0].lanes[0].samples_TC),
        sample_rate=RATE,
        format=chosen or AudioFormat(),
        tags=AudioTags(artist="Somebody"),
        title="Song",
        comment="Strata 1.2; model draft; seed 3",
    )


def run(plan: ExportPlan) -> tuple[FilesWritten, list[TrackExportEvent]]:
    events = list(export_tracks(plan))
    written = events[-1]
    assert isinstance(written, FilesWritten)
    return written, events


def gain_of(plan: ExportPlan) -> GainFound:
    found = list(find_common_gain(plan))[-1]
    assert isinstance(found, GainFound)
    return found


def read(path: Path) -> npt.NDArray[np.float64]:
    samples_TC: npt.NDArray[np.float64] = soundfile.read(path, dtype="float64", always_2d=True)[0]
    return samples_TC


def entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@settings(max_examples=25)
@given(
    num_frames=st.integers(1, 900),
    num_channels=st.integers(1, 6),
    peak=st.sampled_from([0.0, 0.3, 40.0]),
    data=st.data(),
)
def test_a_float_file_is_the_lane_from_frame_to_frame(
    num_frames: int, num_channels: int, peak: float, data: st.DataObject
) -> None:
    samples = lanes(num_frames=num_frames, num_channels=num_channels, peak=peak)
    start = data.draw(st.integers(0, num_frames - 1))
    stop = data.draw(st.integers(start + 1, num_frames))
    with TemporaryDirectory() as folder:
        plan = plan_for(stem_parts(samples), Path(folder) / "new")
        written, _ = run(replace(plan, start_frame=start, stop_frame=stop))
        assert [path.name for path in written.files] == [part.name for part in plan.parts]
        for path, lane_TC in zip(written.files, samples, strict=True):
            assert np.array_equal(read(path), lane_TC[start:stop])
    assert written.gain_db == 0.0


@settings(max_examples=25)
@given(
    peak=st.sampled_from([0.2, 0.9, 1.0, 3.0, 50.0]),
    bit_depth=st.sampled_from(["16", "24"]),
    container=st.sampled_from(["wav", "flac"]),
    num_frames=st.integers(1, 900),
)
def test_integer_files_share_one_gain_and_add_up_to_the_mix_times_that_gain(
    peak: float, bit_depth: BitDepth, container: Container, num_frames: int
) -> None:
    samples = lanes(num_frames=num_frames, peak=peak)
    mix_TC = np.sum(np.stack(samples).astype(np.float64), axis=0)
    chosen = audio_format(container, bit_depth)
    with TemporaryDirectory() as folder:
        plan = plan_for(stem_parts(samples, chosen.suffix), Path(folder), chosen)
        shown = gain_of(plan)
        written, events = run(plan)
        total_TC = np.sum([read(path) for path in written.files], axis=0)
    highest = max(float(np.abs(lane_TC).max()) for lane_TC in samples)
    gain = 10.0 ** (written.gain_db / 20.0)

    assert max(shown.peaks) == highest
    assert written.gain_db == shown.gain_db <= 0.0
    assert gain == pytest.approx(min(1.0, chosen.ceiling / highest), rel=1e-6)
    assert any(isinstance(event, NoticeRaised) for event in events) == (gain < 1.0)
    # Half a step for rounding, one more for the dither of 16 bits, and the roundings to float.
    error = (1.5 if bit_depth == "16" else 0.5) * STEPS[bit_depth] + 2.0**-23
    assert np.abs(total_TC - gain * mix_TC).max() <= len(STEMS) * error


def test_the_mix_as_heard_has_the_gains_of_every_channel() -> None:
    samples = lanes(num_frames=PIECE_FRAMES + 10)
    gains = [(0.5, 0.25), (0.0, 0.0), (2.0, 1.0)]
    with TemporaryDirectory() as folder:
        written, _ = run(plan_for((sum_part(samples, gains),), Path(folder)))
        heard_TC = read(written.files[0])

    expected_TC = sum(
        lane_TC.astype(np.float64) * gain for lane_TC, gain in zip(samples, gains, strict=True)
    )
    assert np.array_equal(heard_TC, np.float32(expected_TC))


def test_a_song_of_one_channel_that_is_panned_becomes_stereo(tmp_path: Path) -> None:
    samples = lanes(num_frames=50, num_channels=1)
    written, _ = run(plan_for((sum_part(samples[:1], [(1.0, 0.5)]),), tmp_path))

    heard_TC = read(written.files[0])
    assert np.array_equal(heard_TC, samples[0] * np.array([1.0, 0.5]))


def test_the_mix_without_stems_is_the_original_minus_them(tmp_path: Path) -> None:
    samples = lanes(num_frames=500)
    mix_TC = np.sum(np.stack(samples).astype(np.float64), axis=0).astype(np.float32)
    part = sum_part([mix_TC, samples[0]], [(1.0, 1.0), (-1.0, -1.0)])
    written, _ = run(plan_for((part,), tmp_path))

    rest_TC = read(written.files[0])
    assert np.abs(rest_TC - samples[1].astype(float) - samples[2]).max() < 2.0**-23


def test_a_slice_is_exact_to_its_edges_and_fades_only_on_request(tmp_path: Path) -> None:
    samples = [np.ones((1000, 2), np.float32)] * 3
    plan = replace(plan_for(stem_parts(samples), tmp_path), start_frame=100, stop_frame=500)
    (plain, *_), (faded, *_) = (
        run(item)[0].files for item in (plan, replace(plan, folder_name="F", edge_fade_frames=10))
    )

    assert np.array_equal(read(plain), np.ones((400, 2)))
    faded_TC = read(faded)
    assert faded_TC.shape == (400, 2)
    assert np.allclose(faded_TC[:10, 0], (np.arange(10) + 0.5) / 10)
    assert np.array_equal(faded_TC[10:390], np.ones((380, 2)))
    assert np.array_equal(faded_TC, faded_TC[::-1])


def test_the_ends_of_the_song_itself_are_never_faded(tmp_path: Path) -> None:
    samples = [np.ones((100, 1), np.float32)] * 3
    written, _ = run(replace(plan_for(stem_parts(samples), tmp_path), edge_fade_frames=10))

    assert np.array_equal(read(written.files[0]), np.ones((100, 1)))


@pytest.mark.parametrize("container", ["wav", "flac", "ogg", "mp3"])
def test_tags_say_what_the_file_is_and_how_it_was_made(
    container: Container, tmp_path: Path
) -> None:
    chosen = audio_format(container)
    samples = lanes(num_frames=5000, peak=2.0)
    plan = plan_for(stem_parts(samples, chosen.suffix), tmp_path, chosen)
    written, _ = run(replace(plan, start_frame=10, stop_frame=4000))

    with open_audio(written.files[1]) as reader:
        assert reader.num_frames == 3990
        assert reader.tags.title == "Song (Bass)"
        assert reader.tags.artist == "Somebody"
        comment = reader.tags.comment
    assert comment.startswith("Strata 1.2; model draft; seed 3; frames 10 to 4000 of the song")
    assert ("gain -6.0" in comment) == (container != "wav")


def test_progress_never_goes_back_and_ends_at_one(tmp_path: Path) -> None:
    chosen = audio_format("wav", "24")
    plan = plan_for(stem_parts(lanes(num_frames=3 * PIECE_FRAMES)), tmp_path, chosen)
    fractions = [event.fraction for event in run(plan)[1] if isinstance(event, ProgressChanged)]

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) > 10


@pytest.mark.parametrize("bit_depth", ["float", "16"])
def test_ending_early_at_any_event_leaves_nothing(bit_depth: BitDepth, tmp_path: Path) -> None:
    parts = stem_parts(lanes(num_frames=PIECE_FRAMES + 1, peak=2.0))
    plan = plan_for(parts, tmp_path / "a" / "b", audio_format("wav", bit_depth))
    with TemporaryDirectory() as folder:
        count = len(run(replace(plan, parent=Path(folder)))[1])

    for num_events in range(count - 1):
        with closing(export_tracks(plan)) as events:
            for _ in range(num_events):
                next(events)
            assert not (tmp_path / "a" / "b" / "Song").exists()
        assert entries(tmp_path) == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: AudioWriter) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AudioWriter, "_reserve_headroom", refuse)
    plan = plan_for(stem_parts(lanes(num_frames=100)), tmp_path)

    with pytest.raises(OutputError, match="the disk is full") as caught:
        run(plan)
    assert caught.value.remedy
    assert entries(tmp_path) == []


@pytest.fixture
def second_export(tmp_path: Path) -> ExportPlan:
    """A plan whose first file is there already, beside a file of somebody else's."""
    (tmp_path / "Song").mkdir()
    (tmp_path / "Song" / "Song (Drums).wav").write_text("old")
    (tmp_path / "Song" / "notes.txt").write_text("mine")
    return plan_for(stem_parts(lanes(num_frames=100)), tmp_path)


def test_what_is_in_the_way_is_known_before_anything_is_written(
    second_export: ExportPlan,
) -> None:
    assert names_in_the_way(second_export) == ("Song (Drums).wav",)
    assert names_in_the_way(replace(second_export, parts=second_export.parts[1:])) == ()


def test_rename_writes_a_folder_with_a_number(second_export: ExportPlan, tmp_path: Path) -> None:
    written, _ = run(replace(second_export, existing="rename"))

    assert written.folder == tmp_path / "Song (2)"
    assert len(entries(tmp_path / "Song (2)")) == 3
    assert (tmp_path / "Song" / "Song (Drums).wav").read_text() == "old"


def test_rename_uses_a_folder_that_has_other_files_only(
    second_export: ExportPlan, tmp_path: Path
) -> None:
    written, _ = run(replace(second_export, parts=second_export.parts[1:], existing="rename"))

    assert written.folder == tmp_path / "Song"
    assert len(entries(tmp_path / "Song")) == 4


def test_skip_leaves_what_is_there_and_adds_the_rest(
    second_export: ExportPlan, tmp_path: Path
) -> None:
    written, _ = run(replace(second_export, existing="skip"))

    assert written.skipped == ("Song (Drums).wav",)
    assert [path.name for path in written.files] == ["Song (Bass).wav", "Song (Other).wav"]
    assert (tmp_path / "Song" / "Song (Drums).wav").read_text() == "old"


def test_overwrite_replaces_files_of_the_same_name_and_no_other(
    second_export: ExportPlan, tmp_path: Path
) -> None:
    written, _ = run(replace(second_export, existing="overwrite"))

    assert len(read(written.files[0])) == 100
    assert (tmp_path / "Song" / "notes.txt").read_text() == "mine"


def test_the_song_itself_is_never_written_over(second_export: ExportPlan, tmp_path: Path) -> None:
    source = tmp_path / "Song" / "Song (Drums).wav"
    plan = replace(second_export, existing="overwrite", protected=(source,))

    with pytest.raises(OutputError, match="the song itself"):
        run(plan)
    assert source.read_text() == "old"
    assert entries(tmp_path / "Song") == ["Song (Drums).wav", "notes.txt"]


def test_a_file_with_the_name_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "Song").write_text("a file")

    with pytest.raises(OutputError, match="is a file"):
        run(plan_for(stem_parts(lanes(num_frames=10)), tmp_path))
    assert entries(tmp_path) == ["Song"]


def test_texts_appear_beside_the_audio(tmp_path: Path) -> None:
    plan = plan_for(stem_parts(lanes(num_frames=10)), tmp_path)
    written, _ = run(replace(plan, texts=(TextFile(name="Song.rpp", text="<é\n>\n"),)))

    assert written.files[-1] == tmp_path / "Song" / "Song.rpp"
    assert written.files[-1].read_bytes() == "<é\n>\n".encode()


def test_a_format_that_cannot_clip_needs_no_gain_and_no_reading(tmp_path: Path) -> None:
    plan = plan_for(stem_parts(lanes(num_frames=10, peak=9.0)), tmp_path)
    assert list(find_common_gain(plan)) == [GainFound(gain_db=0.0, peaks=())]


def test_what_the_format_cannot_hold_is_said_before_anything_is_written(tmp_path: Path) -> None:
    plan = plan_for(
        stem_parts(lanes(num_frames=10, num_channels=6), ".mp3"), tmp_path, audio_format("mp3")
    )
    with pytest.raises(OutputError, match="at most 2 channels"):
        run(plan)
    assert entries(tmp_path) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plan: replace(plan, parts=plan.parts + plan.parts[:1]),
        lambda plan: replace(plan, folder_name="a/b"),
        lambda plan: replace(plan, stop_frame=plan.stop_frame + 1),
        lambda plan: replace(plan, stop_frame=plan.start_frame),
        lambda plan: replace(plan, parts=(replace(plan.parts[0], lanes=()),)),
    ],
)
def test_a_plan_without_sense_is_the_callers_mistake(
    spoil: Callable[[ExportPlan], ExportPlan], tmp_path: Path
) -> None:
    plan = spoil(plan_for(stem_parts(lanes(num_frames=10)), tmp_path))
    with pytest.raises(ValueError, match=r"\w"):
        run(plan)


def test_the_gain_is_that_of_the_loudest_file(tmp_path: Path) -> None:
    quiet, loud, other = lanes(num_frames=PIECE_FRAMES + 5)
    loud[-1, 0] = -4.0
    plan = plan_for(stem_parts([quiet, loud, other]), tmp_path, audio_format("wav", "24"))

    found = gain_of(plan)
    assert found.peaks[1] == 4.0
    assert found.gain_db == pytest.approx(20 * math.log10(0.25), abs=1e-4)
