"""The engine's process from the studio's side, mostly with the real one and a tiny model."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.workers.engine_process import CANCEL_SECONDS, EngineProcess, SongEvent, engine_command
from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave
from engine.checkpoint import save_checkpoint
from engine.errors import EngineError
from engine.events import ProgressChanged
from engine.methods.catalog import METHODS
from engine.serving_messages import DeviceFound, JobStarted, RegionDone, SeparateMix

NUM_FRAMES = 400_000
GRACE_SECONDS = 60.0


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "tiny.safetensors"
    save_checkpoint(path, METHODS[0].tiny_checkpoint())
    return str(path)


@pytest.fixture
def mix(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    with create_mapped_wave(
        tmp_path / "mix.wav", sample_rate=44_100, num_channels=2, num_frames=NUM_FRAMES
    ) as wave:
        wave.write(0, random.uniform(-0.5, 0.5, (NUM_FRAMES, 2)).astype(np.float32))
    return tmp_path / "mix.wav"


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    before = threading.enumerate()  # other tests may keep an engine of their own
    engine = EngineProcess()
    yield engine
    engine.stop()
    started = [thread for thread in threading.enumerate() if thread not in before]
    assert not [thread for thread in started if thread.name.startswith("engine")]


def task(engine: EngineProcess, mix: Path, model: str, *, decoded: int = NUM_FRAMES) -> SeparateMix:
    return SeparateMix(
        job=engine.new_job(),
        mix=str(mix),
        stems_folder=str(mix.parent / "stems"),
        model=model,
        device="cpu",
        gaps=((0, NUM_FRAMES),),
        decoded_frames=decoded,
    )


def scripted(code: str) -> EngineProcess:
    """Return an engine that is a little script."""
    return EngineProcess([sys.executable, "-u", "-c", code])


def said(engine: EngineProcess, wanted: SeparateMix) -> list[SongEvent]:
    with closing(engine.separate_song(wanted)) as events:
        return [event for event in events if event is not None]


def test_a_song_is_separated_in_another_process(
    engine: EngineProcess, mix: Path, model: str
) -> None:
    engine.warm_up(model, "cpu")
    events = said(engine, task(engine, mix, model))
    assert engine.process_id not in (None, os.getpid())
    assert isinstance(events[0], JobStarted)
    regions = [event for event in events if isinstance(event, RegionDone)]
    assert sum(region.stop - region.start for region in regions) == NUM_FRAMES
    assert ProgressChanged(fraction=1.0) in events
    total_TC = np.zeros((NUM_FRAMES, 2))
    for name in events[0].stem_names:
        with open_mapped_wave(mix.parent / "stems" / f"{name}.wav") as wave:
            total_TC += wave.samples_TC
    with open_mapped_wave(mix) as wave:
        assert np.abs(total_TC - wave.samples_TC).max() < 2.0**-23


def test_a_killed_engine_gives_a_sentence_and_the_next_song_a_new_engine(
    engine: EngineProcess, mix: Path, model: str
) -> None:
    with closing(engine.separate_song(task(engine, mix, model, decoded=0))) as events:
        assert isinstance(next(event for event in events if event is not None), JobStarted)
        os.kill(engine.process_id or 0, signal.SIGKILL)
        with pytest.raises(EngineError, match="ended unexpectedly") as caught:
            list(events)
    assert "memory" in caught.value.remedy
    events_after = said(engine, task(engine, mix, model))
    assert any(isinstance(event, RegionDone) for event in events_after)


def test_cancelling_ends_the_job_and_keeps_the_process_for_the_next(
    engine: EngineProcess, mix: Path, model: str
) -> None:
    wanted = task(engine, mix, model, decoded=0)
    with closing(engine.separate_song(wanted)) as events:
        assert isinstance(next(event for event in events if event is not None), JobStarted)
        first_id = engine.process_id
        began_at = time.monotonic()
    assert time.monotonic() - began_at < CANCEL_SECONDS + 0.7
    assert said(engine, task(engine, mix, model))
    assert engine.process_id == first_id


def test_decoding_that_goes_on_elsewhere_is_followed(
    engine: EngineProcess, mix: Path, model: str
) -> None:
    wanted = task(engine, mix, model, decoded=0)
    with closing(engine.separate_song(wanted)) as events:
        assert isinstance(next(event for event in events if event is not None), JobStarted)
        assert next(events) is None
        engine.prefer(wanted.job, NUM_FRAMES - 1)
        engine.pause(wanted.job)
        engine.report_decoded(wanted.job, NUM_FRAMES)
        engine.resume(wanted.job)
        rest = [event for event in events if isinstance(event, RegionDone)]
    assert rest[0].stop == NUM_FRAMES


def test_a_model_that_is_missing_is_the_engines_sentence(engine: EngineProcess, mix: Path) -> None:
    with pytest.raises(EngineError, match="no model") as caught:
        said(engine, task(engine, mix, "nonsense"))
    assert caught.value.remedy


def test_devices_are_listed(engine: EngineProcess) -> None:
    with closing(engine.list_devices()) as events:
        devices = [event for event in events if event is not None]
    assert {device.name for device in devices} >= {"cpu"}
    assert all(isinstance(device, DeviceFound) and device.title for device in devices)


def test_a_stopped_engine_is_not_started_again(mix: Path, model: str) -> None:
    engine = EngineProcess()
    engine.stop()
    with pytest.raises(EngineError, match="closed"):
        said(engine, task(engine, mix, model))
    assert engine.process_id is None


def test_stopping_waits_for_the_process_to_be_gone(mix: Path, model: str) -> None:
    engine = EngineProcess()
    with closing(engine.list_devices()) as events:
        list(events)
    process_id = engine.process_id
    assert process_id is not None
    began_at = time.monotonic()
    engine.stop()
    assert time.monotonic() - began_at < 2.0
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


def test_an_engine_that_does_not_obey_is_ended(mix: Path) -> None:
    started = '{"message": "JobStarted", "job": 1, "stem_names": [], "device": "cpu"}'
    engine = scripted(f"import time; print('{started}'); time.sleep(1000)")
    with closing(engine.separate_song(task(engine, mix, "m"))) as events:
        assert isinstance(next(event for event in events if event is not None), JobStarted)
        began_at = time.monotonic()
    assert time.monotonic() - began_at < CANCEL_SECONDS + 0.7
    deadline = time.monotonic() + GRACE_SECONDS
    while engine.process_id is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    engine.stop()


def test_telling_an_engine_that_is_stuck_never_waits(mix: Path) -> None:
    engine = scripted("import time; time.sleep(1000)")
    with closing(engine.separate_song(task(engine, mix, "m"))) as events:
        assert next(events) is None
        began_at = time.monotonic()
        for frame in range(20_000):  # a pipe holds some 64 kB
            engine.prefer(1, frame)
        assert time.monotonic() - began_at < 10.0
    engine.stop()


def test_a_job_after_one_that_did_not_obey_gets_an_engine_of_its_own(mix: Path) -> None:
    started = '{"message": "JobStarted", "job": 1, "stem_names": [], "device": "cpu"}'
    finished = '{"message": "JobFinished", "job": 2, "elapsed_seconds": 1.0}'
    engine = scripted(
        f"import sys, time; line = sys.stdin.readline(); is_first = '\"job\": 1,' in line;"
        f"print('{started}' if is_first else '{finished}'); time.sleep(1000)"
    )
    with closing(engine.separate_song(task(engine, mix, "m"))) as events:
        next(event for event in events if event is not None)
    assert said(engine, task(engine, mix, "m")) == []
    engine.stop()


def test_what_the_engine_logs_is_in_the_log_and_nonsense_does_no_harm(
    mix: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    finished = '{"message": "JobFinished", "job": 1, "elapsed_seconds": 1.0}'
    engine = scripted(
        "import sys; sys.stderr.write('a word for the log\\n'); sys.stdin.readline();"
        f"print('nonsense'); print('{finished}'); sys.stdin.read()"
    )
    assert said(engine, task(engine, mix, "m")) == []
    engine.stop()
    assert "a word for the log" in caplog.text
    assert "cannot be read" in caplog.text


def test_an_engine_that_cannot_be_started_is_a_sentence(mix: Path) -> None:
    engine = EngineProcess(["/nowhere/strata"])
    with pytest.raises(EngineError, match="could not be started") as caught:
        said(engine, task(engine, mix, "m"))
    assert caught.value.remedy
    engine.stop()


def test_an_engine_that_ends_at_once_is_a_sentence_and_not_a_loop(mix: Path) -> None:
    engine = scripted("raise SystemExit(3)")
    with pytest.raises(EngineError, match="ended unexpectedly"):
        said(engine, task(engine, mix, "m"))
    engine.stop()


def test_a_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_command() == [sys.executable, "-m", "engine", "serve"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert engine_command() == [sys.executable, "serve"]
