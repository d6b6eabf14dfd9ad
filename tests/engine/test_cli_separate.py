import json
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from engine import cli
from engine.checkpoint import save_checkpoint
from engine.commands import separate
from engine.commands.interruption import EXIT_INTERRUPTED
from engine.events import SeparationEvent
from engine.methods.catalog import METHODS
from engine.stem_export import ExportEvent, ExportOptions, export_stems

RATE = 8000
ALL_STEMS = ["Bass", "Drums", "Other", "Vocals"]


class Separate(Protocol):
    """Runs ``strata separate ... --out OUT`` with a tiny model and returns the exit status."""

    def __call__(self, *arguments: str | Path) -> int: ...


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tiny.safetensors"
    save_checkpoint(path, METHODS[0].tiny_checkpoint())
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "stems"


@pytest.fixture
def run(model: Path, out: Path) -> Separate:
    def run(*arguments: str | Path) -> int:
        options = ["--model", str(model), "--out", str(out)]
        return cli.main(["separate", *map(str, arguments), *options])

    return run


def write_song(path: Path, *, num_frames: int = 1600, num_channels: int = 1, seed: int = 0) -> Path:
    random = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    samples_TC = random.uniform(-0.5, 0.5, (num_frames, num_channels)).astype(np.float32)
    soundfile.write(path, samples_TC, RATE, subtype="FLOAT")
    return path


def read(path: Path) -> npt.NDArray[np.float64]:
    samples_TC: npt.NDArray[np.float64] = soundfile.read(path, dtype="float64", always_2d=True)[0]
    return samples_TC


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def stems_of(song: str) -> list[str]:
    return [f"{song}/{song} ({stem}).wav" for stem in ALL_STEMS]


@pytest.mark.parametrize(("num_channels", "num_frames"), [(1, 1600), (2, 7), (6, 900)])
def test_the_stems_add_up_to_the_song(
    run: Separate,
    out: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    num_channels: int,
    num_frames: int,
) -> None:
    song = write_song(tmp_path / "Song.wav", num_frames=num_frames, num_channels=num_channels)
    assert run(song) == cli.EXIT_OK
    assert files(out) == stems_of("Song")
    total_TC = np.sum([read(out / name) for name in files(out)], axis=0)
    mix_TC = read(song)
    assert total_TC.shape == mix_TC.shape
    assert np.abs(total_TC - mix_TC).max() <= 1e-6
    assert {soundfile.info(out / name).samplerate for name in files(out)} == {RATE}
    printed = capsys.readouterr()
    assert printed.out == f"{out / 'Song'}\n"
    assert printed.err == ""  # no bar where nobody sees it


def test_the_same_seed_gives_the_same_bytes_and_is_written_down(
    run: Separate, out: Path, tmp_path: Path
) -> None:
    song = write_song(tmp_path / "Song.wav")
    assert run(song, song, "--seed", "3") == cli.EXIT_OK
    assert files(out) == sorted(
        [f"{folder}/Song ({stem}).wav" for folder in ("Song", "Song (2)") for stem in ALL_STEMS]
    )
    for stem in ALL_STEMS:
        first = out / "Song" / f"Song ({stem}).wav"
        assert first.read_bytes() == (out / "Song (2)" / f"Song ({stem}).wav").read_bytes()
    with soundfile.SoundFile(first) as file:
        assert "method spectrogram_vae; model tiny; seed 3" in file.comment


def test_a_bad_file_does_not_stop_the_others_and_is_listed(
    run: Separate, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    songs = [write_song(tmp_path / "A.wav"), tmp_path / "bad.wav", write_song(tmp_path / "C.wav")]
    songs[1].write_bytes(b"RIFF but nothing else")
    assert run(*songs, tmp_path / "missing.mp3") == cli.EXIT_USER_ERROR
    assert files(out) == stems_of("A") + stems_of("C")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "2 of 4 songs could not be separated:"
    assert ["bad.wav" in lines[1], "missing.mp3" in lines[2]] == [True, True]
    assert all(line.startswith("error: ") for line in lines[1:])


def test_a_folder_stands_for_all_audio_files_below_it(
    run: Separate, out: Path, tmp_path: Path
) -> None:
    write_song(tmp_path / "music" / "B.wav")
    write_song(tmp_path / "music" / "deep" / "A.wav")
    write_song(tmp_path / "music" / ".hidden" / "H.wav")
    (tmp_path / "music" / "cover.jpg").touch()
    assert run(tmp_path / "music") == cli.EXIT_OK
    assert files(out) == stems_of("A") + stems_of("B")


def test_stems_in_a_folder_of_music_are_not_separated_again(model: Path, tmp_path: Path) -> None:
    music = tmp_path / "music"
    write_song(music / "Song.wav")
    options = ["--model", str(model), "--out", str(music / "stems"), "--existing", "skip"]
    assert cli.main(["separate", str(music), *options]) == cli.EXIT_OK
    assert cli.main(["separate", str(music), *options]) == cli.EXIT_OK
    assert files(music / "stems") == stems_of("Song")


@pytest.mark.parametrize("name", ["Ærø 日本語 🎧.wav", "a:b?.wav", "CON.wav", f"{'x' * 251}.wav"])
def test_odd_names_are_taken(run: Separate, out: Path, tmp_path: Path, name: str) -> None:
    assert run(write_song(tmp_path / name), "--stems", "drums") == cli.EXIT_OK
    (file,) = files(out)
    assert file.endswith("(Drums).wav")


def test_a_name_that_is_no_text_is_taken(run: Separate, out: Path, tmp_path: Path) -> None:
    song = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    try:
        write_song(tmp_path / "Song.wav").rename(song)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    assert run(song, "--stems", "drums", "--progress", "json") == cli.EXIT_OK
    assert len(files(out)) == 1


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("rename", ["Song", "Song (2)"]), ("ask", ["Song", "Song (2)"]), ("skip", ["Song"])],
)
def test_an_existing_folder_is_treated_as_asked(
    run: Separate, out: Path, tmp_path: Path, policy: str, expected: list[str]
) -> None:
    song = write_song(tmp_path / "Song.wav")
    assert run(song) == cli.EXIT_OK
    before = (out / "Song" / "Song (Drums).wav").read_bytes()
    write_song(tmp_path / "Song.wav", seed=1)
    assert run(song, "--existing", policy) == cli.EXIT_OK
    assert sorted(path.name for path in out.iterdir()) == expected
    assert (out / "Song" / "Song (Drums).wav").read_bytes() == before


def test_overwriting_replaces_but_not_the_songs_of_the_same_call(
    run: Separate, out: Path, tmp_path: Path
) -> None:
    song = write_song(tmp_path / "Song.wav")
    assert run(song) == cli.EXIT_OK
    before = (out / "Song" / "Song (Drums).wav").read_bytes()
    twin = write_song(tmp_path / "other" / "Song.wav", seed=1)
    write_song(tmp_path / "Song.wav", seed=2)
    assert run(song, twin, "--existing", "overwrite") == cli.EXIT_OK
    assert (out / "Song" / "Song (Drums).wav").read_bytes() != before
    assert len(list(out.iterdir())) == 2


def test_minus_and_residual_and_integers_work_together(
    run: Separate, out: Path, tmp_path: Path
) -> None:
    song = write_song(tmp_path / "Song.wav", num_channels=2)
    options = ["--minus", "vocals", "--stems", "residual", "--residual", "separate"]
    assert run(song, *options, "--format", "flac", "--bit-depth", "16") == cli.EXIT_OK
    assert files(out) == ["Song/Song (No Vocals).flac", "Song/Song (Residual).flac"]
    assert soundfile.info(out / files(out)[0]).subtype == "PCM_16"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stems", "piano"],
        ["--minus", "residual"],
        ["--format", "flac", "--bit-depth", "float"],
        ["--device", "cuda" if sys.platform == "darwin" else "mps"],
    ],
)
def test_options_that_cannot_be_met_end_with_a_sentence(
    run: Separate,
    out: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    assert run(write_song(tmp_path / "Song.wav"), *arguments) == cli.EXIT_USER_ERROR
    assert capsys.readouterr().err.startswith("error: ")
    assert not out.exists()


def test_progress_as_json_is_one_object_a_line(
    run: Separate, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    songs = [write_song(tmp_path / "Song.wav", num_frames=8000), tmp_path / "missing.wav"]
    assert run(*songs, "--progress", "json") == cli.EXIT_USER_ERROR
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    fractions = [event["fraction"] for event in events if event["event"] == "progress"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    names = [event["event"] for event in events if event["event"] != "progress"]
    assert names == ["started", "finished", "error"]
    finished, error = [event for event in events if event["event"] in {"finished", "error"}]
    assert finished["folder"] == str(out / "Song")
    assert finished["gain_db"] == 0.0
    assert error["file"] == str(songs[1])
    assert error["message"]
    assert error["remedy"]


@pytest.mark.parametrize("num_events", [0, 1, 3, 6])
def test_an_interruption_leaves_nothing(
    run: Separate,
    out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    num_events: int,
) -> None:
    def interrupted(
        events: Generator[SeparationEvent, None, None], options: ExportOptions
    ) -> Generator[ExportEvent, None, None]:
        for count, event in enumerate(export_stems(events, options)):
            if count == num_events:
                raise KeyboardInterrupt
            yield event

    monkeypatch.setattr(separate, "export_stems", interrupted)
    song = write_song(tmp_path / "Song.wav", num_frames=16000)
    assert run(song) == EXIT_INTERRUPTED
    assert not out.exists()
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("s\n", ["Song"]), ("x\nr\n", ["Song", "Song (2)"]), ("", ["Song", "Song (2)"])],
)
def test_a_person_at_a_terminal_is_asked(
    run: Separate,
    out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    expected: list[str],
) -> None:
    lines = iter(answer.splitlines(keepends=True))
    song = write_song(tmp_path / "Song.wav")
    assert run(song) == cli.EXIT_OK
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    readline: Callable[[], str] = lambda: next(lines, "")  # noqa: E731
    monkeypatch.setattr("sys.stdin.readline", readline, raising=False)
    assert run(song, "--progress", "none") == cli.EXIT_OK
    assert sorted(path.name for path in out.iterdir()) == expected
