import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

import app.__main__ as application
from engine import cli
from engine.checkpoint import save_checkpoint
from engine.commands import models
from engine.methods.catalog import METHODS

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "separate", "models", "render", "train", "add-stem", "combine-priors", "evaluate",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.delenv(cli.DEBUG_VARIABLE, raising=False)


def fail(_args: argparse.Namespace) -> int:
    raise ZeroDivisionError("inside")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_without_torch(command: str) -> None:
    code = (
        "import sys; from engine import cli\n"
        f"try: cli.main([{command!r}, '--help'])\n"
        "except SystemExit as error: assert error.code == 0\n"
        "sys.exit('torch' in sys.modules)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert process.stdout.startswith(f"usage: strata {command}")


def test_wrong_arguments_end_with_status_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        cli.main(["separate", "song.wav"])
    assert exit_info.value.code == cli.EXIT_USER_ERROR
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["separate", "song.wav", "--out", "stems", "--model", "nonsense"],
        ["separate", "song.wav", "--out", "stems", "--model", "nonsense.safetensors"],
        ["train", "nonsense", "--dataset", "data", "--out", "out"],
        ["train", "spectrogram_vae", "--dataset", "data", "--out", "out", "--recipe", "nonsense"],
        ["train", "spectrogram_vae", "--dataset", "data", "--out", "out", "--steps", "0"],
        ["train", "spectrogram_vae", "--dataset", "data", "--out", "out", "--stage", "nonsense"],
        ["train", "spectrogram_vae", "--dataset", "data", "--out", "out", "--recipe", "smoke"],
        ["evaluate", "--dataset", "data", "--no-model"],
        ["evaluate", "--dataset", "data", "--no-model", "--tracks", "0"],
        ["evaluate", "--dataset", "data", "--model", "nonsense"],
    ],
)
def test_what_the_user_can_mend_is_a_sentence_and_a_remedy(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == cli.EXIT_USER_ERROR
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert lines[0].count(". ") >= 1  # a second sentence says what to do
    assert not (tmp_path / "stems").exists()


def test_a_bug_is_logged_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "run", fail)
    assert cli.main(["models"]) == cli.EXIT_BUG
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    log = Path(shown.split("The details are in ")[1].strip().removesuffix("."))
    assert "ZeroDivisionError: inside" in log.read_text(encoding="utf-8")


def test_a_bug_is_shown_to_those_who_look_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(cli.DEBUG_VARIABLE, "1")
    monkeypatch.setattr(models, "run", fail)
    assert cli.main(["models"]) == cli.EXIT_BUG
    assert "ZeroDivisionError: inside" in capsys.readouterr().err


def test_models_are_listed_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "xdg_data_home" / "Strata" / "models"
    folder.mkdir(parents=True)
    save_checkpoint(folder / "mine.safetensors", METHODS[0].tiny_checkpoint())
    (folder / "broken.safetensors").write_bytes(b"nothing")
    assert cli.main(["models", "--json"]) == cli.EXIT_OK
    printed = capsys.readouterr()
    (mine,) = [entry for entry in json.loads(printed.out) if entry["name"] == "mine"]
    assert mine["method"] == METHODS[0].name
    assert mine["stems"] == ["drums", "bass", "other", "vocals"]
    assert mine["bytes"] == (folder / "mine.safetensors").stat().st_size
    assert len(mine["sha256"]) == 64
    assert mine["sample_rate"] == 44_100
    assert "broken.safetensors" in printed.err
    assert cli.main(["models"]) == cli.EXIT_OK
    assert "vocals (experimental)" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently there")
def test_a_reader_that_has_gone_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "models", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == cli.EXIT_OK
    assert errors == b""


def test_everything_else_goes_to_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        application.main(["--version"])
    assert capsys.readouterr().out.startswith("strata ")
