"""``strata serve``: separates for the studio, which runs in another process.

Commands come as lines on standard input, replies go as lines to standard output (see
``serving_messages``). The process ends with its input, so that it cannot be left behind.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from engine.audio.mapped_wave import open_mapped_wave
from engine.commands.job_inbox import JobControl, JobInbox
from engine.commands.loaded_model import LoadedModel
from engine.errors import EngineError
from engine.events import NoticeRaised, ProgressChanged, SeparationFinished, SeparationStarted
from engine.model_library import ModelEntry, find_model
from engine.quality import DEFAULT_QUALITY, METHODS_WITH_QUALITY, Quality
from engine.serving_messages import (
    DeviceFound,
    DevicesListed,
    EngineReady,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobNotice,
    JobProgress,
    JobStarted,
    ListDevices,
    LoadModel,
    ModelLoaded,
    RegionDone,
    Reply,
    SeparateMix,
    line_of,
)
from engine.wording import Wording

if TYPE_CHECKING:
    from engine.region_separation import RegionEvent

logger = logging.getLogger(__name__)

EXIT_OK = 0
LOADING_JOB = 0  # the number under which a failure to load is reported
NICENESS = 5  # sound and window come first
PATIENCE_SECONDS = 2.0  # between the end of the input and a hard end
WARM_UP_SECONDS = 1.0  # of noise, in windows of the model

Send = Callable[[Reply], None]


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command; without a help text it does not appear in the list."""
    parser = commands.add_parser("serve", description="The studio starts this for itself.")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Serve until the input ends."""
    # A Ctrl-C in the terminal is for the studio, which ends this process in its own way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    replies = _private_output()

    def send(reply: Reply) -> None:
        try:
            replies.write(line_of(reply))
            replies.flush()
        except BrokenPipeError:  # the studio is gone, and nobody is left to work for
            os._exit(EXIT_OK)

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    _leave_a_core_free()
    serve(sys.stdin, send, end_process=lambda: os._exit(EXIT_OK))
    sys.stderr.flush()
    os._exit(EXIT_OK)  # taking torch apart would take seconds, and nothing is left to save


def serve(lines: Iterable[str], send: Send, *, end_process: Callable[[], None]) -> None:
    """Obey commands until there are no more.

    Args:
        lines: Commands; read in a second thread.
        send: Called in this thread.
        end_process: Called in the second thread if the commands have ended and this thread does
            not return soon.
    """
    inbox = JobInbox()
    has_returned = threading.Event()

    def read() -> None:
        inbox.receive(lines)
        if not has_returned.wait(PATIENCE_SECONDS):
            end_process()

    reader = threading.Thread(target=read, name="commands", daemon=True)
    reader.start()
    try:
        _Server(inbox, send).run()
    finally:
        has_returned.set()
        reader.join()


class _Server:
    """Does one task after the other, with the model of the last one at hand."""

    def __init__(self, inbox: JobInbox, send: Send) -> None:
        self._inbox = inbox
        self._send = send
        self._model: LoadedModel | None = None
        self._model_key: tuple[ModelEntry, int, str, Quality] | None = None

    def run(self) -> None:
        self._send(EngineReady())
        while (task := self._inbox.take()) is not None:
            job = task.job if isinstance(task, SeparateMix) else LOADING_JOB
            try:
                self._do(task)
            except EngineError as error:
                self._send(JobFailed(job=job, text=error.message, remedy=error.remedy))
            except Exception:
                logger.exception("a task of the engine process failed unexpectedly")
                self._send(
                    JobFailed(
                        job=job,
                        text=Wording("The separation stopped because of a mistake in Strata."),
                        remedy=Wording("The log file has the details."),
                    )
                )
            finally:
                self._inbox.forget(job)

    def _do(self, task: LoadModel | SeparateMix | ListDevices) -> None:
        if isinstance(task, SeparateMix):
            self._separate(task)
        elif isinstance(task, LoadModel):
            model = self._loaded(task.model, task.device, task.quality)
            self._warm_up(model)
            self._send(ModelLoaded(model=task.model, device=str(model.device())))
        else:
            from engine.device import list_devices

            for device in list_devices():
                self._send(DeviceFound(name=device.name, title=device.title, reason=device.reason))
            self._send(DevicesListed())

    def _loaded(self, name: str, device: str, quality: Quality) -> LoadedModel:
        entry = find_model(name or None)
        # The studio keeps one choice for all models; it counts where there is one.
        if entry.card.method not in METHODS_WITH_QUALITY:
            quality = DEFAULT_QUALITY
        key = (entry, entry.path.stat().st_mtime_ns, device, quality)
        if self._model is None or key != self._model_key:
            self._model = self._model_key = None  # frees the other model's memory first
            model = LoadedModel(entry, device, quality)
            model.separator()
            self._model, self._model_key = model, key
        return self._model

    def _warm_up(self, model: LoadedModel) -> None:
        """Run a little noise: the first window of a process takes several times as long."""
        import numpy as np

        from engine.audio.audio_file import Audio
        from engine.separation import SeparationOptions, separate

        card = model.separator().card
        shape = (card.channels, round(WARM_UP_SECONDS * card.sample_rate))
        noise_CT = np.random.default_rng(0).uniform(-0.1, 0.1, shape).astype(np.float32)
        options = SeparationOptions(items_per_batch=1)
        mix = Audio(samples=noise_CT, sample_rate=card.sample_rate)
        events = separate(mix, model.separator(), options, device=model.device(), load=model.load)
        with closing(events):
            for _ in events:
                if self._inbox.has_tasks:  # somebody waits for the real thing
                    return

    def _separate(self, task: SeparateMix) -> None:
        from engine.region_separation import RegionOptions, separate_regions

        control = self._inbox.control(task.job)
        if not control.is_cancelled:
            model = self._loaded(task.model, task.device, task.quality)
        if control.is_cancelled:  # perhaps while the model was loaded
            self._send(JobCancelled(job=task.job))
            return
        options = RegionOptions(
            gaps=[range(start, stop) for start, stop in task.gaps],
            replaces=task.replaces,
            seed=task.seed,
            residual=task.residual,
        )
        with open_mapped_wave(Path(task.mix)) as mix:
            events = separate_regions(
                mix,
                Path(task.stems_folder),
                model.separator(),
                options,
                control.wishes,
                device=model.device(),
                load=model.load,
            )
            with closing(events):
                is_cancelled = self._drive(task.job, events, control)
        if is_cancelled:
            self._send(JobCancelled(job=task.job))

    def _drive(self, job: int, events: "Iterable[RegionEvent]", control: JobControl) -> bool:
        """Report what happens, and return whether the job was cancelled."""
        from engine.region_separation import MixAwaited, RegionReady

        seen = self._inbox.num_received
        for event in events:
            if isinstance(event, RegionReady):
                self._send(RegionDone(job=job, start=event.start, stop=event.stop))
            elif isinstance(event, ProgressChanged):
                self._send(JobProgress(job=job, fraction=event.fraction))
            elif isinstance(event, NoticeRaised):
                self._send(JobNotice(job=job, text=event.message))
            elif isinstance(event, SeparationStarted):
                self._send(JobStarted(job=job, stem_names=event.stem_names, device=event.device))
            elif isinstance(event, SeparationFinished):
                self._send(JobFinished(job=job, elapsed_seconds=event.elapsed_seconds))
                return False
            elif isinstance(event, MixAwaited):
                self._inbox.wait_for_more(seen)
            seen = self._inbox.num_received
            if self._inbox.wait_while_paused(control):
                return True
        raise AssertionError("a separation ends with SeparationFinished")


def _leave_a_core_free() -> None:
    """Load what is slow to load, and let it take all cores but one, which is for the sound."""
    import torch

    import engine.region_separation  # noqa: F401  so that the first song need not wait for it
    from engine.device import usable_cores

    cores = max(1, usable_cores() - 1)
    torch.set_num_threads(min(cores, torch.get_num_threads()))


def _private_output() -> TextIO:
    """Return what was standard output; from now on, everybody else's prints go to the log."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr  # which keeps nothing back until an end that may never come
    return output
