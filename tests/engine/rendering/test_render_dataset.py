import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import DatasetError, MissingToolError, OutputError
from engine.events import NoticeRaised
from engine.rendering.recorded_songs import copy_section, find_sections
from engine.rendering.render_dataset import (
    RenderingFinished,
    RenderingStarted,
    RenderOptions,
    TrackRendered,
    render_dataset,
)
from engine.rendering.required_programs import has_program
from engine.rendering.sound_banks import bank_named, bank_path

_CAN_RENDER = (
    has_program("fluidsynth")
    and has_program("mma")
    and bank_path(bank_named("TimGM6mb"), None) is not None
)

pytest.importorskip("mido")
needs_programs = pytest.mark.skipif(
    not _CAN_RENDER, reason="needs fluidsynth, mma and timgm6mb-soundfont"
)


def _options(out: Path, *, seed: int = 4, sources: Path | None = None) -> RenderOptions:
    """One track for training, two for each of the others, of three seconds."""
    return RenderOptions(
        out=out, seed=seed, hours=3.0 / 3600.0, sources=sources, track_seconds=(3.0, 3.0)
    )


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus")
    events = list(render_dataset(_options(out)))
    assert isinstance(events[0], NoticeRaised)
    assert "--sources" in events[0].message
    assert events[1] == RenderingStarted(num_tracks=5, num_existing=0)
    assert isinstance(events[-1], RenderingFinished)
    fractions = [event.fraction for event in events if isinstance(event, TrackRendered)]
    assert fractions == sorted(fractions)
    assert len(fractions) == 5
    assert fractions[-1] == 1.0
    return out


@needs_programs
def test_a_dataset_has_stems_of_equal_length_that_sound_and_do_not_clip(rendered: Path) -> None:
    tracks = [path.parent for path in rendered.glob("*/*/manifest.json")]
    assert len(tracks) == 5
    for track in tracks:
        stems = {path.stem: soundfile.read(path, always_2d=True) for path in track.glob("*.flac")}
        assert {"drums", "bass"} < set(stems)
        assert set(stems) & {"guitar", "keys", "strings", "winds", "lead"}
        for sound_TC, sample_rate in stems.values():
            assert (len(sound_TC), sample_rate) == (3 * 44100, 44100)
            assert 0.001 < np.abs(sound_TC).max() <= 0.5001


@needs_programs
def test_the_manifest_names_notes_banks_and_licences(rendered: Path) -> None:
    for path in rendered.glob("*/*/manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        assert manifest["plan"]["song"]
        assert set(manifest["stems"]) <= set(manifest["banks"])
        assert all(bank["licence"] for bank in manifest["banks"].values())
    description = json.loads((rendered / "dataset.json").read_text(encoding="utf-8"))
    assert description["stems"] == ["drums", "bass", "other", "vocals"]
    assert "keys" in description["groups"]["other"]
    assert description["seed"] == 4


@needs_programs
def test_a_dataset_without_an_instrument_is_another_dataset(rendered: Path) -> None:
    options = replace(_options(rendered), leave_out=("double_bass",))
    with pytest.raises(OutputError, match="another seed"):
        next(render_dataset(options))


@needs_programs
def test_an_instrument_whose_sounds_are_not_there_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="doublebass"):
        next(render_dataset(replace(_options(tmp_path / "out"), feature="double_bass")))
    assert not (tmp_path / "out").exists()


@needs_programs
def test_a_song_stands_in_one_split_only(rendered: Path) -> None:
    songs = {
        split: {
            json.loads(path.read_text(encoding="utf-8"))["plan"]["song"]
            for path in rendered.glob(f"{split}/*/manifest.json")
        }
        for split in ("train", "validation", "test")
    }
    assert not songs["train"] & (songs["validation"] | songs["test"])
    assert not songs["validation"] & songs["test"]


@needs_programs
def test_a_lost_track_is_made_again_byte_for_byte_and_the_others_are_left_alone(
    rendered: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(rendered, copy)
    before = _digests(copy)
    shutil.rmtree(copy / "test" / "test_00001")
    kept = copy / "train" / "train_00000" / "drums.flac"
    time_before = kept.stat().st_mtime_ns
    (copy / "test" / ".unfinished-test_00001").mkdir()  # what a killed run leaves behind
    events = list(render_dataset(_options(copy)))
    assert RenderingStarted(num_tracks=5, num_existing=4) in events
    assert [event.name for event in events if isinstance(event, TrackRendered)] == ["test_00001"]
    assert _digests(copy) == before
    assert kept.stat().st_mtime_ns == time_before


@needs_programs
def test_closing_the_generator_leaves_no_unfinished_track(tmp_path: Path) -> None:
    events = render_dataset(_options(tmp_path))
    assert any(isinstance(event, TrackRendered) for event in events)
    events.close()
    assert not list(tmp_path.rglob(".unfinished-*"))
    assert all((track / "manifest.json").is_file() for track in tmp_path.glob("*/*/"))


@needs_programs
@pytest.mark.parametrize(
    "description", ['{"seed": 77, "renderer_version": "3"}', '{"seed": 4}', "[]", "{", "3"]
)
def test_a_folder_of_another_origin_is_refused(tmp_path: Path, description: str) -> None:
    (tmp_path / "dataset.json").write_text(description, encoding="utf-8")
    with pytest.raises(OutputError, match="another seed"):
        list(render_dataset(_options(tmp_path)))


@needs_programs
def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        list(render_dataset(_options(tmp_path / "file" / "corpus")))


def test_recorded_songs_are_cut_into_sections_for_training_only(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for song in ("lithium", "hydrogen"):
        folder = tmp_path / "songs_cc0" / song
        folder.mkdir(parents=True)
        for stem in ("drums", "bass_other"):
            sound_TC = 0.1 * random.standard_normal((44100, 2))
            soundfile.write(folder / f"{stem}.ogg", sound_TC, 44100)
    (section,) = find_sections(tmp_path)
    out = tmp_path / "out"
    track = copy_section(section, sources=tmp_path, out=out)
    assert track.stems == ("bass_other", "drums")
    assert [path.name for path in (out / "train").iterdir()] == ["lithium_0"]


def test_a_missing_program_stops_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError) as caught:
        list(render_dataset(_options(tmp_path / "corpus")))
    assert caught.value.remedy.startswith("apt-get install ")
    assert not (tmp_path / "corpus").exists()


def test_a_folder_of_sources_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere"):
        list(render_dataset(_options(tmp_path / "corpus", sources=tmp_path / "nowhere")))
    assert not (tmp_path / "corpus").exists()


def test_options_without_sense_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hours"):
        RenderOptions(out=tmp_path, hours=0.0)
    with pytest.raises(ValueError, match="workers"):
        RenderOptions(out=tmp_path, workers=0)
    with pytest.raises(ValueError, match="track_seconds"):
        RenderOptions(out=tmp_path, track_seconds=(5.0, 4.0))
