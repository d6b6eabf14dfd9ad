"""An engine without a process: every stem is a share of the mix, block by block, when told."""

import threading
import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.workers.engine_process import EngineProcess, SongEvent
from engine.audio.mapped_wave import MappedWave, create_mapped_wave, open_mapped_wave
from engine.errors import EngineError
from engine.events import NoticeRaised, ProgressChanged
from engine.serving_messages import JobStarted, RegionDone, SeparateMix

DRAFT_STEMS = ("drums", "bass", "residual")
BLOCK_FRAMES = 1_000
WAIT_SECONDS = 0.002


@dataclass(slots=True, kw_only=True)
class Told:
    """What the queue has said about a job."""

    decoded: int = 0
    preferred: list[int] = field(default_factory=list)
    is_paused: bool = False


class FakeEngine(EngineProcess):
    """Works as long as ``blocks`` lasts; None is without end.

    Attributes:
        tasks: Everything that was asked for.
        told: By number of the job, once the job has started.
        num_closed: Jobs that were closed before their end.
        errors: Raised by the jobs of these models, after their first block.
        stems: Names of stems by model.
    """

    def __init__(self) -> None:
        super().__init__(["no such program"])
        self.tasks: list[SeparateMix] = []
        self.told: dict[int, Told] = {}
        self.num_closed = 0
        self.errors: dict[str, EngineError] = {}
        self.stems: dict[str, tuple[str, ...]] = {}
        self.blocks: int | None = None
        self.num_running = 0
        self.most_running = 0
        self._lock = threading.Lock()

    def let_go_on(self, blocks: int | None) -> None:
        """Allow so many blocks more, or all."""
        with self._lock:
            self.blocks = blocks

    def separate_song(self, task: SeparateMix) -> Generator[SongEvent | None, None, None]:
        self.tasks.append(task)
        self.num_running += 1
        self.most_running = max(self.most_running, self.num_running)
        is_closed = True
        try:
            yield from self._separate(task)
            is_closed = False
        except EngineError:
            is_closed = False
            raise
        finally:
            self.num_closed += is_closed
            self.num_running -= 1

    def _separate(self, task: SeparateMix) -> Generator[SongEvent | None, None, None]:
        names = self.stems.get(task.model, DRAFT_STEMS)
        told = Told(decoded=task.decoded_frames, preferred=[task.preferred_frame])
        with ExitStack() as stack:
            mix = stack.enter_context(open_mapped_wave(Path(task.mix)))
            paths = [Path(task.stems_folder) / f"{name}.wav" for name in names]
            files = [stack.enter_context(_stem_file(path, mix)) for path in paths]
            self.told[task.job] = told
            yield JobStarted(job=task.job, stem_names=names, device="cpu")
            yield NoticeRaised(message=f"{task.model} begins")
            blocks = [
                range(start, min(start + BLOCK_FRAMES, stop))
                for first, stop in task.gaps
                for start in range(first, stop, BLOCK_FRAMES)
            ]
            for number, block in enumerate(blocks, start=1):
                while block.stop > told.decoded or told.is_paused or not self._may_go_on():
                    time.sleep(WAIT_SECONDS)
                    yield None
                part_TC = mix.samples_TC[block.start : block.stop] / np.float32(len(files))
                for file in files:
                    file.write(block.start, part_TC.astype(np.float32))
                yield RegionDone(job=task.job, start=block.start, stop=block.stop)
                yield ProgressChanged(fraction=number / len(blocks))
                if task.model in self.errors:
                    raise self.errors.pop(task.model)

    def _may_go_on(self) -> bool:
        with self._lock:
            if self.blocks is None:
                return True
            if self.blocks == 0:
                return False
            self.blocks -= 1
            return True

    def report_decoded(self, job: int, frames: int) -> None:
        if job in self.told:  # what comes before the start is lost, as in the real one
            self.told[job].decoded = frames

    def prefer(self, job: int, frame: int) -> None:
        if job in self.told:
            self.told[job].preferred.append(frame)

    def pause(self, job: int) -> None:
        if job in self.told:
            self.told[job].is_paused = True

    def resume(self, job: int) -> None:
        if job in self.told:
            self.told[job].is_paused = False


def _stem_file(path: Path, mix: MappedWave) -> MappedWave:
    if path.exists():
        return open_mapped_wave(path, writable=True)
    return create_mapped_wave(
        path,
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        num_frames=mix.num_frames,
    )
