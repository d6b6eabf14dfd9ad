"""Models whose stems are learned from solos, on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from engine import cli
from engine.checkpoint import load_checkpoint, save_checkpoint
from engine.commands import train
from engine.commands.interruption import EXIT_INTERRUPTED
from engine.evaluation.stem_estimator import load_estimator
from engine.methods.catalog import METHODS, method_named
from engine.methods.lq_vae.method import tiny_checkpoint, tiny_config
from engine.methods.lq_vae.separator import LqVaeSeparator
from engine.training import solo_checks, stem_addition, trainer
from tests.engine.training.tiny_dataset import write_stem

RATE = 8_000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "pair.safetensors"
    save_checkpoint(path, tiny_checkpoint(tiny_config()))
    return path


@pytest.fixture
def song(tmp_path: Path) -> Path:
    write_stem(tmp_path / "Song.wav", seed=7, seconds=1.0)
    return tmp_path / "Song.wav"


@pytest.fixture
def solos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(solo_checks, "LEAST_MINUTES", 0.1)
    for number in range(3):
        write_stem(tmp_path / "solos" / f"{number}.wav", seed=number, seconds=10.0)
    return tmp_path / "solos"


def separate(song: Path, model: Path | str, out: Path, *options: str) -> int:
    arguments = ["separate", song, "--model", model, "--out", out, *options]
    return cli.main([str(argument) for argument in arguments])


def add(name: str, solos: Path, model: Path, *options: str) -> int:
    return cli.main(["add-stem", name, str(solos), "--model", str(model), *options])


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.wav")}


def test_quality_changes_the_stems_and_the_seed_repeats_them(
    song: Path, model: Path, tmp_path: Path
) -> None:
    results = {}
    for quality in ("draft", "normal", "best"):
        for repetition in ("one", "two"):
            out = tmp_path / quality / repetition
            assert separate(song, model, out, "--quality", quality, "--seed", "5") == cli.EXIT_OK
        assert bytes_of(tmp_path / quality / "one") == bytes_of(tmp_path / quality / "two")
        results[quality] = bytes_of(tmp_path / quality / "one")
    assert results["draft"] != results["normal"] != results["best"]
    with soundfile.SoundFile(tmp_path / "best" / "one" / "Song" / "Song (Drums).wav") as file:
        assert file.comment.endswith("seed 5; quality best")
    with soundfile.SoundFile(tmp_path / "normal" / "one" / "Song" / "Song (Drums).wav") as file:
        assert file.comment.endswith("seed 5")


def test_a_mix_can_be_said_to_hold_only_some_stems(
    song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "three.safetensors"
    whole = replace(tiny_config(), stem_names=("drums", "bass", "vocals"))
    save_checkpoint(model, tiny_checkpoint(whole))
    assert separate(song, model, tmp_path / "two", "--contains", "vocals,drums") == 0
    names = {path.name for path in (tmp_path / "two").rglob("*.wav")}
    assert names == {"Song (Vocals).wav", "Song (Drums).wav"}
    assert separate(song, model, tmp_path / "one", "--contains", "bass,rest") == 0
    assert {path.name for path in (tmp_path / "one").rglob("*.wav")} == {
        "Song (Bass).wav",
        "Song (Rest).wav",
    }
    capsys.readouterr()
    assert separate(song, model, tmp_path / "none", "--contains", "flute") == 2
    assert "flute" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_other_methods_cannot_be_told_what_a_mix_holds(
    song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "light.safetensors"
    save_checkpoint(model, method_named("spectrogram_vae").tiny_checkpoint())
    stems = ",".join(load_checkpoint(model).card.stem_names[:2])
    assert separate(song, model, tmp_path / "out", "--contains", stems) == 2
    assert "cannot be told what a mix consists of" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", [m for m in METHODS if m.load_with_quality is None])
def test_a_method_of_one_quality_refuses_others_with_a_sentence(
    method: object, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.safetensors"
    save_checkpoint(path, method_named(getattr(method, "name")).tiny_checkpoint())  # noqa: B009
    assert separate(song, path, tmp_path / "out", "--quality", "normal") == cli.EXIT_OK
    capsys.readouterr()
    assert separate(song, path, tmp_path / "no", "--quality", "best") == cli.EXIT_USER_ERROR
    (line,) = capsys.readouterr().err.splitlines()
    assert "one quality only" in line
    assert not (tmp_path / "no").exists()


def test_an_added_stem_is_listed_and_separates(
    song: Path, solos: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add("Double Bass", solos, model, "--steps", "7", "--json") == cli.EXIT_OK
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert result["name"] == "pair-double_bass"
    assert result["stems"] == ["drums", "bass", "double_bass"]
    assert "3 recordings with 0.5 minutes" in printed.err
    assert "The training takes about 0:0" in printed.err
    assert cli.main(["models", "--json"]) == cli.EXIT_OK
    (entry,) = [e for e in json.loads(capsys.readouterr().out) if e["name"] == result["name"]]
    assert entry["licence"].endswith("trained by you on your recordings")
    assert separate(song, "pair-double_bass", tmp_path / "out") == cli.EXIT_OK
    assert set(bytes_of(tmp_path / "out")) == {
        "Song (Drums).wav", "Song (Bass).wav", "Song (Double Bass).wav",
    }  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        ["--with", "flute"],
        ["--resume"],
        ["--model", "nonsense"],
        ["--device", "cuda"],
    ],
)
def test_what_an_added_stem_lacks_is_a_sentence(
    options: list[str], solos: Path, model: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert add("cello", solos, model, *options) == cli.EXIT_USER_ERROR
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert line.count(". ") >= 1


@pytest.mark.parametrize(("name", "folder"), [("drums", "solos"), ("?", "solos"), ("a", "nowhere")])
def test_a_name_or_a_folder_that_cannot_be_is_a_sentence(
    name: str, folder: str, solos: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(name, solos.with_name(folder), model) == cli.EXIT_USER_ERROR
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_ctrl_c_keeps_the_training_and_says_so(
    solos: Path, model: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    real = trainer.train

    def interrupted(*args: object, **options: object) -> object:
        events = real(*args, **options)  # type: ignore[arg-type]
        yield next(events)
        events.close()
        raise KeyboardInterrupt

    out = tmp_path / "three"
    monkeypatch.setattr(stem_addition, "train", interrupted)
    assert add("cello", solos, model, "--steps", "3", "--out", str(out)) == EXIT_INTERRUPTED
    assert "--resume goes on" in capsys.readouterr().err
    monkeypatch.setattr(stem_addition, "train", real)
    options = ["--steps", "3", "--out", str(out), "--resume", "--progress", "json"]
    assert add("cello", solos, model, *options) == cli.EXIT_OK
    printed = capsys.readouterr()
    assert printed.out == f"{out}.safetensors\n"
    events = [json.loads(line) for line in printed.err.splitlines()]
    assert {"progress", "validated"} <= {event["event"] for event in events}
    assert not out.with_name("three.training").exists()


def test_models_of_single_stems_become_one(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    solos = method_named("lq_vae").solos
    assert solos is not None
    whole = load_checkpoint(model)
    for name in ("drums", "bass"):
        save_checkpoint(tmp_path / f"{name}.safetensors", solos.select(whole, (name, "rest")))
    parts = [str(tmp_path / f"{name}.safetensors") for name in ("drums", "bass")]
    combine = ["combine-priors", *parts, "--out"]
    assert cli.main([*combine, str(tmp_path / "both")]) == cli.EXIT_OK
    joined = load_checkpoint(tmp_path / "both.safetensors")
    assert joined.card.stem_names == ("drums", "bass")
    assert joined.tensors.keys() == whole.tensors.keys()
    chosen = [*combine, str(tmp_path / "chosen"), "--stems", "bass,drums", "--rest"]
    assert cli.main(chosen) == cli.EXIT_OK
    stems = load_checkpoint(tmp_path / "chosen.safetensors").card.stem_names
    assert stems == ("bass", "drums", "rest")
    capsys.readouterr()
    assert cli.main([*combine, str(tmp_path / "both")]) == cli.EXIT_USER_ERROR
    assert cli.main([*combine, str(tmp_path / "x"), "--stems", "flute"]) == cli.EXIT_USER_ERROR
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_the_published_configuration_is_trained_only_when_it_is_named() -> None:
    method = method_named("lq_vae")
    names = [stage.name for stage in train._stages(method, None)]
    assert names == [
        "codec",
        *(f"prior-{stem}" for stem in ("drums", "bass", "other", "vocals")),
        "masks",
    ]
    (stage,) = train._stages(method, "faithful-codec")
    assert stage.is_optional


def test_an_evaluation_takes_the_quality_too(model: Path) -> None:
    separator = load_estimator(str(model), device="cpu", quality="draft").separator
    assert isinstance(separator, LqVaeSeparator)
    assert separator.num_particles == 1
