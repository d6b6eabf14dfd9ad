from collections.abc import Generator
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

from engine.audio.audio_format import BitDepth, Container, audio_format
from engine.audio.tags import AudioTags
from engine.errors import EngineError, OutputError
from engine.events import NoticeRaised, ProgressChanged, SeparationEvent
from engine.stem_export import (
    ExportEvent,
    ExportOptions,
    StemsWritten,
    export_stems,
    stem_label,
)
from tests.engine.scripted_separation import mix_of, random_stems, scripted_separation


def export_options(folder: Path, title: str = "On the Run") -> ExportOptions:
    return ExportOptions(
        folder=folder,
        title=title,
        format=audio_format("wav"),
        tags=AudioTags(artist="Somebody"),
        comment="Strata 1.2.3; seed 7",
    )


def run(
    events: Generator[SeparationEvent, None, None], options: ExportOptions
) -> tuple[StemsWritten, list[ExportEvent]]:
    collected = list(export_stems(events, options))
    written = collected[-1]
    assert isinstance(written, StemsWritten)
    return written, collected


def read(path: Path) -> npt.NDArray[np.float64]:
    samples_TC: npt.NDArray[np.float64] = soundfile.read(path, dtype="float64", always_2d=True)[0]
    return samples_TC.T


def entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_files_are_named_after_the_song_and_the_stem(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=2, num_frames=250)
    written, _ = run(scripted_separation(stems_SCT), export_options(tmp_path / "new" / "stems"))
    assert entries(tmp_path / "new" / "stems") == [
        "On the Run",
        "On the Run/On the Run (Bass).wav",
        "On the Run/On the Run (Drums).wav",
        "On the Run/On the Run (Other).wav",
    ]
    assert [path.name[11:-4] for path in written.files] == ["(Drums)", "(Bass)", "(Other)"]
    assert all(path.is_file() for path in written.files)


@settings(max_examples=25)
@given(
    num_channels=st.integers(1, 8),
    num_frames=st.integers(0, 700),
    chunk_frames=st.integers(1, 300),
    peak=st.sampled_from([0.0, 0.3, 1.0, 8.0]),
)
def test_what_is_read_back_adds_up_to_the_mix(
    num_channels: int, num_frames: int, chunk_frames: int, peak: float
) -> None:
    stems_SCT = random_stems(num_channels=num_channels, num_frames=num_frames, peak=peak)
    events = scripted_separation(stems_SCT, chunk_frames=chunk_frames)
    with TemporaryDirectory() as folder:
        written, _ = run(events, export_options(Path(folder)))
        total_CT = np.sum([read(path) for path in written.files], axis=0)
    assert total_CT.shape == (num_channels, num_frames)
    assert np.abs(total_CT - mix_of(stems_SCT)).max(initial=0.0) <= 1e-6 * max(1.0, 3 * peak)


@pytest.mark.parametrize(("container", "bit_depth"), [("wav", None), ("flac", "16")])
@pytest.mark.parametrize("how", ["close", "interrupt", "failure"])
def test_ending_early_at_any_event_leaves_nothing(
    tmp_path: Path, container: Container, bit_depth: BitDepth | None, how: str
) -> None:
    stems_SCT = random_stems(num_channels=2, num_frames=350, peak=2.0)
    options = replace(
        export_options(tmp_path / "a" / "b"), format=audio_format(container, bit_depth)
    )
    count = len(run(scripted_separation(stems_SCT), options)[1])
    for path in sorted((tmp_path / "a").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (tmp_path / "a").rmdir()

    for num_events in range(count - 2):  # the last three come after the files are in place
        events = export_stems(scripted_separation(stems_SCT), options)
        with closing(events):
            for _ in range(num_events):
                next(events)
            if how == "interrupt":
                with pytest.raises(KeyboardInterrupt):
                    events.throw(KeyboardInterrupt())
            if how == "failure":
                with pytest.raises(OutputError):
                    events.throw(OutputError("full"))
        assert entries(tmp_path) == []


def test_closing_the_export_closes_the_separation(tmp_path: Path) -> None:
    separation = scripted_separation(random_stems(num_channels=1, num_frames=300))
    events = export_stems(separation, export_options(tmp_path))
    next(events)
    events.close()
    assert list(separation) == []


def test_only_the_named_stems_are_written(tmp_path: Path) -> None:
    options = replace(export_options(tmp_path), stems=("other", "drums"))
    stems_SCT = random_stems(num_channels=1, num_frames=50)
    run(scripted_separation(stems_SCT), options)
    assert entries(tmp_path / "On the Run") == ["On the Run (Drums).wav", "On the Run (Other).wav"]


def test_minus_writes_the_mix_without_the_stem(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=2, num_frames=450)
    options = replace(export_options(tmp_path), minus=("drums",))
    written, _ = run(scripted_separation(stems_SCT), options)
    assert entries(tmp_path / "On the Run") == ["On the Run (No Drums).wav"]
    np.testing.assert_allclose(
        read(written.files[0]) + stems_SCT[0], mix_of(stems_SCT), rtol=0.0, atol=1e-6
    )


def test_a_stem_that_the_model_lacks_is_refused_before_the_work(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=1, num_frames=50)
    with pytest.raises(EngineError, match="piano"):
        run(scripted_separation(stems_SCT), replace(export_options(tmp_path), stems=("piano",)))
    assert entries(tmp_path) == []


@pytest.mark.parametrize("bit_depth", ["16", "24"])
@pytest.mark.parametrize("container", ["wav", "flac"])
def test_integer_files_get_one_common_gain(
    tmp_path: Path, container: Container, bit_depth: BitDepth
) -> None:
    stems_SCT = random_stems(num_channels=2, num_frames=950)
    stems_SCT[1] *= 5.0
    options = replace(export_options(tmp_path), format=audio_format(container, bit_depth))
    written, events = run(scripted_separation(stems_SCT), options)
    gain = 10.0 ** (written.gain_db / 20.0)
    assert gain == pytest.approx(1.0 / np.abs(stems_SCT).max(), rel=1e-3)
    step = 2.0 ** (1 - int(bit_depth))
    for path, stem_CT in zip(written.files, stems_SCT, strict=True):
        np.testing.assert_allclose(read(path), stem_CT * gain, rtol=0.0, atol=2 * step)
        with soundfile.SoundFile(path) as file:
            assert f"gain {written.gain_db:.2f} dB" in file.comment
    assert [event for event in events if isinstance(event, NoticeRaised)]


def test_integer_files_that_do_not_clip_keep_their_level(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=1, num_frames=100)
    options = replace(export_options(tmp_path), format=audio_format("wav", "24"))
    written, events = run(scripted_separation(stems_SCT), options)
    assert written.gain_db == 0.0
    np.testing.assert_allclose(read(written.files[0]), stems_SCT[0], rtol=0.0, atol=2.0**-22)
    assert not [event for event in events if isinstance(event, NoticeRaised)]


@pytest.mark.parametrize(
    ("container", "bit_depth"), [("wav", None), ("wav", "16"), ("ogg", None), ("mp3", None)]
)
def test_progress_rises_to_one(
    tmp_path: Path, container: Container, bit_depth: BitDepth | None
) -> None:
    options = replace(export_options(tmp_path), format=audio_format(container, bit_depth))
    stems_SCT = random_stems(num_channels=2, num_frames=1500)
    written, events = run(scripted_separation(stems_SCT), options)
    fractions = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {path.suffix for path in written.files} == {f".{container}"}


def test_tags_of_the_mix_are_carried_over(tmp_path: Path) -> None:
    tags = AudioTags(title="Time", artist="Somebody", album="Things")
    stems_SCT = random_stems(num_channels=1, num_frames=40)
    written, _ = run(scripted_separation(stems_SCT), replace(export_options(tmp_path), tags=tags))
    with soundfile.SoundFile(written.files[0]) as file:
        assert (file.title, file.artist, file.album) == ("Time (Drums)", "Somebody", "Things")
        assert file.comment == "Strata 1.2.3; seed 7"


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=1, num_frames=40)
    first, _ = run(scripted_separation(stems_SCT), export_options(tmp_path))
    before = first.files[0].read_bytes()
    second, _ = run(scripted_separation(-stems_SCT), export_options(tmp_path))
    assert second.folder.name == "On the Run (2)"
    assert second.files[0].name == "On the Run (Drums).wav"
    assert first.files[0].read_bytes() == before


def test_overwriting_replaces_the_stems_and_keeps_other_files(tmp_path: Path) -> None:
    options = replace(export_options(tmp_path), replaces_existing=True)
    stems_SCT = random_stems(num_channels=1, num_frames=40)
    run(scripted_separation(stems_SCT), options)
    (tmp_path / "On the Run" / "notes.txt").write_text("mine", encoding="utf-8")
    written, _ = run(scripted_separation(-stems_SCT), options)
    np.testing.assert_array_equal(read(written.files[0]), -stems_SCT[0])
    assert entries(tmp_path / "On the Run") == [
        "On the Run (Bass).wav",
        "On the Run (Drums).wav",
        "On the Run (Other).wav",
        "notes.txt",
    ]


def test_a_failed_overwriting_restores_what_was_there(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=1, num_frames=40)
    options = replace(export_options(tmp_path), replaces_existing=True)
    folder = tmp_path / "On the Run"
    folder.mkdir()
    (folder / "On the Run (Bass).wav").write_text("old", encoding="utf-8")
    (folder / "On the Run (Drums).wav").mkdir()
    (folder / "On the Run (Drums).wav" / "in the way").touch()
    with pytest.raises(OutputError, match="a folder has the name"):
        run(scripted_separation(stems_SCT), options)
    assert (folder / "On the Run (Bass).wav").read_text(encoding="utf-8") == "old"
    assert entries(tmp_path) == [
        "On the Run",
        "On the Run/On the Run (Bass).wav",
        "On the Run/On the Run (Drums).wav",
        "On the Run/On the Run (Drums).wav/in the way",
    ]


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=1, num_frames=40)
    written, _ = run(scripted_separation(stems_SCT), export_options(tmp_path))
    song = written.files[1]
    before = song.read_bytes()
    options = replace(export_options(tmp_path), replaces_existing=True, protected=(song,))
    with pytest.raises(OutputError, match="one of the songs"):
        run(scripted_separation(-stems_SCT), options)
    assert song.read_bytes() == before


@pytest.mark.parametrize(
    "title", ["Ærø — 日本語 🎧", "a/b:c*?", "CON", "x" * 300, "é" * 200, "..", " ", "new\nline"]
)
def test_any_title_makes_files_that_can_be_read(tmp_path: Path, title: str) -> None:
    stems_SCT = random_stems(num_channels=1, num_frames=20)
    written, _ = run(scripted_separation(stems_SCT), export_options(tmp_path, title))
    assert written.folder.parent == tmp_path
    assert all(path.name.endswith(").wav") and len(read(path)) == 1 for path in written.files)
    assert len({path.name for path in written.files}) == 3


def test_stem_names_of_a_strange_model_stay_inside_the_folder(tmp_path: Path) -> None:
    names = ("../../evil", "electric_guitar", "x" * 400)
    stems_SCT = random_stems(num_channels=1, num_frames=20)
    written, _ = run(scripted_separation(stems_SCT, stem_names=names), export_options(tmp_path))
    assert {path.parent for path in written.files} == {written.folder}
    assert stem_label("electric_guitar") == "Electric Guitar"


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    separation = scripted_separation(random_stems(num_channels=1, num_frames=300))
    with pytest.raises(OutputError, match="Nothing could be written"):
        list(export_stems(separation, export_options(tmp_path / "file" / "stems")))
    assert entries(tmp_path) == ["file"]


def test_a_format_that_cannot_hold_the_mix_is_told_before_the_work(tmp_path: Path) -> None:
    stems_SCT = random_stems(num_channels=3, num_frames=300)
    options = replace(export_options(tmp_path), format=audio_format("mp3"))
    events = export_stems(scripted_separation(stems_SCT), options)
    next(events)
    with pytest.raises(OutputError, match="channels"):
        next(events)
    assert entries(tmp_path) == []
