"""The engine process from inside: its commands are a list of lines or a queue of them."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave
from engine.checkpoint import save_checkpoint
from engine.commands import serve as serve_command
from engine.commands.loaded_model import LoadedModel
from engine.commands.serve import serve
from engine.events import FloatArray
from engine.methods.catalog import METHODS
from engine.model_library import ModelEntry
from engine.quality import METHODS_WITH_QUALITY, Quality
from engine.residual import Residual
from engine.serving_messages import (
    CancelJob,
    Command,
    DeviceFound,
    DevicesListed,
    EngineReady,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgress,
    JobStarted,
    ListDevices,
    LoadModel,
    MixDecoded,
    ModelLoaded,
    PauseJob,
    PreferFrame,
    Quit,
    RegionDone,
    Reply,
    ResumeJob,
    SeparateMix,
    line_of,
    parse_command,
    parse_reply,
)

ROOT = Path(__file__).parents[2]
NUM_FRAMES = 200_000
TIMEOUT_SECONDS = 60.0


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "tiny.safetensors"
    save_checkpoint(path, METHODS[0].tiny_checkpoint())
    return str(path)


@pytest.fixture
def mix(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    samples_TC: FloatArray = random.uniform(-0.5, 0.5, (NUM_FRAMES, 2)).astype(np.float32)
    with create_mapped_wave(
        tmp_path / "mix.wav", sample_rate=44_100, num_channels=2, num_frames=NUM_FRAMES
    ) as wave:
        wave.write(0, samples_TC)
    return tmp_path / "mix.wav"


def task(
    mix: Path, model: str, *, job: int = 1, decoded: int = NUM_FRAMES, device: str = "cpu"
) -> SeparateMix:
    return SeparateMix(
        job=job,
        mix=str(mix),
        stems_folder=str(mix.parent / "stems"),
        model=model,
        device=device,
        gaps=((0, NUM_FRAMES),),
        decoded_frames=decoded,
    )


def unexpected_end() -> None:
    raise AssertionError("the process would have been ended the hard way")


def replies_to(*commands: Command) -> list[Reply]:
    """Give commands one after the other, the next when the one before has ended."""
    return Dialogue(list(commands)).run()


class Dialogue:
    """Commands that are sent when replies of a kind have come."""

    def __init__(self, tasks: list[Command]) -> None:
        self.replies: list[Reply] = []
        self.on_reply: Callable[[Reply], Command | None] = lambda _: None
        self._tasks = tasks
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def run(self) -> list[Reply]:
        serve(iter(self._lines.get, None), self._take, end_process=unexpected_end)
        return self.replies

    def _take(self, reply: Reply) -> None:
        self.replies.append(reply)
        if (answer := self.on_reply(reply)) is not None:
            self._lines.put(line_of(answer))
        ends = (EngineReady, JobFinished, JobCancelled, JobFailed, ModelLoaded, DevicesListed)
        if isinstance(reply, ends):
            self._lines.put(line_of(self._tasks.pop(0)) if self._tasks else None)


def of_kind(replies: list[Reply], kind: type[Reply]) -> list[Reply]:
    return [reply for reply in replies if isinstance(reply, kind)]


def test_a_mix_becomes_files_that_add_up_and_the_process_says_so(mix: Path, model: str) -> None:
    replies = replies_to(LoadModel(model=model, device="cpu"), task(mix, model))

    assert replies[0] == EngineReady()
    assert replies[1] == ModelLoaded(model=model, device="cpu")
    started = replies[2]
    assert isinstance(started, JobStarted)
    assert started.stem_names[-1] == "residual"
    assert isinstance(replies[-1], JobFinished)
    total_TC = np.zeros((NUM_FRAMES, 2))
    for name in started.stem_names:
        with open_mapped_wave(mix.parent / "stems" / f"{name}.wav") as wave:
            total_TC += wave.samples_TC
    with open_mapped_wave(mix) as wave:
        assert np.abs(total_TC - wave.samples_TC).max() < 2.0**-23
    regions = of_kind(replies, RegionDone)
    assert sum(r.stop - r.start for r in regions if isinstance(r, RegionDone)) == NUM_FRAMES
    shares = [reply.fraction for reply in replies if isinstance(reply, JobProgress)]
    assert shares == sorted(shares)


@pytest.mark.parametrize("residual", get_args(Residual))
def test_what_no_stem_claims_goes_where_the_task_says(
    mix: Path, model: str, residual: Residual
) -> None:
    replies_to(replace(task(mix, model), residual=residual))

    with open_mapped_wave(mix.parent / "stems" / "residual.wav") as wave:
        assert wave.samples_TC.any() == (residual == "separate")


def test_a_job_waits_for_the_decoder_and_goes_where_the_playhead_is(mix: Path, model: str) -> None:
    dialogue = Dialogue([task(mix, model, decoded=0)])
    dialogue.on_reply = lambda reply: (
        PreferFrame(job=1, frame=NUM_FRAMES - 1) if isinstance(reply, JobStarted) else None
    )
    threading.Timer(
        0.3, lambda: dialogue._lines.put(line_of(MixDecoded(job=1, frames=NUM_FRAMES)))
    ).start()
    regions = of_kind(dialogue.run(), RegionDone)
    assert isinstance(regions[0], RegionDone)
    assert regions[0].stop == NUM_FRAMES


def test_cancelling_ends_the_job_and_the_next_one_runs(mix: Path, model: str) -> None:
    dialogue = Dialogue([task(mix, model), task(mix, model, job=2)])
    dialogue.on_reply = lambda reply: (
        CancelJob(job=1) if isinstance(reply, JobStarted) and reply.job == 1 else None
    )
    replies = dialogue.run()
    assert JobCancelled(job=1) in replies
    assert isinstance(replies[-1], JobFinished)
    assert replies[-1].job == 2


def test_cancelling_ends_a_job_that_is_paused_or_waits_for_the_decoder(
    mix: Path, model: str
) -> None:
    for first in (PauseJob(job=1), MixDecoded(job=1, frames=1)):
        dialogue = Dialogue([task(mix, model, decoded=0)])
        dialogue.on_reply = lambda reply, first=first: (  # type: ignore[misc]
            first if isinstance(reply, JobStarted) else None
        )
        timer = threading.Timer(
            0.3, lambda lines=dialogue._lines: lines.put(line_of(CancelJob(job=1)))
        )
        timer.start()
        assert dialogue.run()[-1] == JobCancelled(job=1)
        timer.join()


def test_a_pause_holds_a_job_until_it_is_told_to_go_on(mix: Path, model: str) -> None:
    dialogue = Dialogue([task(mix, model)])
    dialogue.on_reply = lambda reply: PauseJob(job=1) if isinstance(reply, JobStarted) else None
    num_before: list[int] = []

    def resume() -> None:
        num_before.append(len(dialogue.replies))
        dialogue._lines.put(line_of(ResumeJob(job=1)))

    timer = threading.Timer(0.5, resume)
    timer.start()
    replies = dialogue.run()
    timer.join()
    assert isinstance(replies[-1], JobFinished)
    assert not of_kind(replies[: num_before[0]], JobFinished)


def test_a_bad_mix_model_or_device_fails_the_job_with_a_sentence_and_not_the_process(
    mix: Path, model: str
) -> None:
    replies = replies_to(
        task(mix, "no such model"),
        task(mix, model, job=2, device="cuda" if not has_cuda() else "nonsense"),
        task(mix.parent / "none.wav", model, job=3),
        LoadModel(model="no such model", device="cpu"),
        task(mix, model, job=4),
    )
    failures = [reply for reply in replies if isinstance(reply, JobFailed)]
    assert [failure.job for failure in failures] == [1, 2, 3, 0]
    assert all(failure.text and failure.remedy for failure in failures)
    assert isinstance(replies[-1], JobFinished)


def has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def test_a_mistake_in_the_engine_fails_the_job_and_is_logged(
    mix: Path, model: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_path: Path) -> Iterator[None]:
        raise ZeroDivisionError

    monkeypatch.setattr(serve_command, "open_mapped_wave", fail)
    replies = replies_to(task(mix, model), ListDevices())
    failure = replies[1]
    assert isinstance(failure, JobFailed)
    assert "ZeroDivisionError" not in failure.text
    assert "ZeroDivisionError" in caplog.text
    assert replies[-1] == DevicesListed()


@pytest.mark.parametrize(("method_name", "counts"), [("lq_vae", True), ("blockwise_vae", False)])
def test_a_quality_counts_only_for_models_that_know_one(
    method_name: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (method,) = (each for each in METHODS if each.name == method_name)
    path = str(tmp_path / "tiny.safetensors")
    save_checkpoint(Path(path), method.tiny_checkpoint())
    loaded: list[Quality] = []

    class Recorded(LoadedModel):
        def __init__(self, entry: ModelEntry, device: str, quality: Quality) -> None:
            loaded.append(quality)
            super().__init__(entry, device, quality)

    monkeypatch.setattr(serve_command, "LoadedModel", Recorded)

    replies = replies_to(
        LoadModel(model=path, device="cpu", quality="draft"),
        LoadModel(model=path, device="cpu", quality="best"),
    )

    assert len(of_kind(replies, ModelLoaded)) == 2  # the studio has one choice for all models
    assert loaded == (["draft", "best"] if counts else ["normal"])


def test_a_list_of_models_knows_which_have_a_quality() -> None:
    names = {method.name for method in METHODS if method.load_with_quality is not None}
    assert names == METHODS_WITH_QUALITY


def test_devices_are_named_with_reasons() -> None:
    replies = replies_to(ListDevices())
    devices = {reply.name: reply for reply in replies if isinstance(reply, DeviceFound)}
    assert set(devices) == {"cpu", "mps" if sys.platform == "darwin" else "cuda"}
    assert devices["cpu"].reason == ""
    assert devices["cpu"].title


def test_a_line_that_is_no_command_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    lines = ["nonsense\n", '{"message": "Quit", "x": 1}\n', "[]\n", line_of(Quit())]
    replies: list[Reply] = []
    serve(lines, replies.append, end_process=unexpected_end)
    assert replies == [EngineReady()]
    assert caplog.text.count("could not be read") == 3


@pytest.mark.parametrize(
    "message",
    [Quit(), ListDevices(), MixDecoded(job=1, frames=2), SeparateMix(
        job=3, mix="/tmp/Ä\udcff.wav", stems_folder="s", model="m", device="cpu",
        gaps=((0, 4), (7, 9)), decoded_frames=5, replaces=True,
    )],
)  # fmt: skip
def test_a_command_survives_the_way_to_the_process(message: Command) -> None:
    line = line_of(message)
    assert line.isascii()
    assert line.count("\n") == 1
    assert parse_command(line) == message


@pytest.mark.parametrize(
    "message",
    [EngineReady(), JobStarted(job=1, stem_names=("drums", "bass"), device="cpu"),
     JobFailed(job=1, text="“x”\nis bad", remedy="")],
)  # fmt: skip
def test_a_reply_survives_the_way_back(message: Reply) -> None:
    assert parse_reply(line_of(message)) == message
    with pytest.raises(ValueError, match="no message"):
        parse_command(line_of(message))


def start_process(*extra: str) -> "subprocess.Popen[str]":
    code = (
        "import sys; from engine import cli; " + " ".join(extra) + " sys.exit(cli.main(['serve']))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_stray_prints_do_not_get_among_the_replies_and_the_end_of_the_input_is_the_end() -> None:
    hook = (
        "import engine.device as d, os; real = d.list_devices; "
        "d.list_devices = lambda: (print('stray'), os.write(1, b'strayer\\n'), real())[-1];"
    )
    process = start_process(hook)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line_of(ListDevices()))
    process.stdin.flush()
    replies = [parse_reply(process.stdout.readline())]
    while not isinstance(replies[-1], DevicesListed):
        replies.append(parse_reply(process.stdout.readline()))
    output, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0
    assert (replies[0], replies[-1], output) == (EngineReady(), DevicesListed(), "")
    assert log.count("stray") == 2  # maybe in the midst of another thread's line


def test_a_process_whose_studio_has_died_ends_in_the_middle_of_a_job(mix: Path, model: str) -> None:
    process = start_process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line_of(task(mix, model, decoded=0)))
    process.stdin.flush()
    assert parse_reply(process.stdout.readline()) == EngineReady()
    assert isinstance(parse_reply(process.stdout.readline()), JobStarted)
    process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
def test_the_process_leaves_sound_and_window_the_first_place() -> None:
    process = start_process()
    assert process.stdout is not None
    process.stdout.readline()
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")")[1].split()
    process.communicate(timeout=TIMEOUT_SECONDS)
    assert int(fields[16]) == min(19, os.nice(0) + serve_command.NICENESS)
