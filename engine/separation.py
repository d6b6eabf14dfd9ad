"""From a mix to its stems: cut into windows, separate in batches, fuse, join, report.

Axes: S stem, R source of the song, C channel, T frame, Z what is heard of a stem.
"""

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from engine.allocator import return_freed_memory
from engine.audio.exact_sum import exact_stems
from engine.audio.mix_source import MixSource
from engine.audio.overlap_add import OverlapAdder
from engine.audio.stem_tracking import StemTracker
from engine.audio.windows import MixBuffer, WindowPlan
from engine.events import (
    ChunkReady,
    FloatArray,
    NoticeRaised,
    ProgressChanged,
    SeparationEvent,
    SeparationFinished,
    SeparationStarted,
)
from engine.methods.base import Separator
from engine.model_card import ModelCard
from engine.residual import DEFAULT_RESIDUAL, RESIDUAL_STEM, Residual
from engine.song_listening import (
    DEFAULT_POLICY,
    MemoryPolicy,
    listening,
    listening_share,
    pieces_of,
)
from engine.window_batches import (
    CPU,
    BatchSettings,
    LoadSeparator,
    SeparatedGroup,
    SeparatedWindow,
    WindowBatches,
)

WINDOWS_PER_TRIM = 8  # memory that fragments hold is given back this often


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationOptions:
    """Choices of a separation.

    Attributes:
        seed: Seed of every random number.
        overlap: Smallest overlap of windows as a share of their length, 0 to 0.5; the context
            that the model asks for is the least in any case.
        items_per_batch: Windows that the model takes at once, counted per group of channels;
            None lets the device decide.
        residual: What happens to what no stem claims (see ``Fusion``).
        memory: What a model with a memory hears of the song (see ``song_listening``).
    """

    seed: int = 0
    overlap: float = 0.0
    items_per_batch: int | None = None
    residual: Residual = DEFAULT_RESIDUAL
    memory: MemoryPolicy = DEFAULT_POLICY

    def __post_init__(self) -> None:
        if self.items_per_batch is not None and self.items_per_batch < 1:
            raise ValueError(f"items_per_batch must be positive, got {self.items_per_batch}")


@torch.inference_mode()
def separate(
    mix: MixSource,
    separator: Separator,
    options: SeparationOptions,
    *,
    device: torch.device = CPU,
    load: LoadSeparator | None = None,
) -> Generator[SeparationEvent, None, None]:
    """Separate a mix of any length, rate and number of channels in constant memory.

    The decorator, unlike a ``with`` block, leaves inference mode at every ``yield``.

    Args:
        mix: Read once, in order, but for what a model with a memory hears first.
        separator: A loaded model.
        options: Seed, overlap, batch size, residual.
        device: Where the separator is loaded.
        load: Loads the same model on another device. With it, a graphics card that runs out of
            memory even for one window hands over to the CPU.

    Yields:
        Started, then progress, chunks and notices, then finished. The caller cancels by
        closing the generator.

    Raises:
        AudioFileError: The mix could not be read to its end.
        OutOfMemoryError: Memory does not suffice for one window.
        EngineError: The model returned values that are not numbers.
    """
    started_at = time.monotonic()
    card = separator.card
    plan = WindowPlan.of_model(
        card, sample_rate=mix.sample_rate, num_frames=mix.num_frames, overlap=options.overlap
    )
    stem_names = names_of_stems(card, options.residual)
    yield SeparationStarted(
        stem_names=stem_names,
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        num_frames=mix.num_frames,
        device=str(device),
    )
    settings = BatchSettings(
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        seed=options.seed,
        residual=options.residual,
        items_per_batch=options.items_per_batch,
    )
    batches = WindowBatches(separator, settings, device=device, load=load)
    with closing(_separate_all(mix, plan, batches, stem_names, options.memory)) as events:
        yield from events
    if mix.num_frames:
        yield ProgressChanged(fraction=1.0)
    yield SeparationFinished(elapsed_seconds=time.monotonic() - started_at)


def _separate_all(
    mix: MixSource,
    plan: WindowPlan,
    batches: WindowBatches,
    stem_names: tuple[str, ...],
    policy: MemoryPolicy,
) -> Generator[SeparationEvent, None, None]:
    policy = policy if batches.listens else "none"
    pieces = pieces_of(policy, plan, sample_rate=mix.sample_rate)
    offset = listening_share(pieces, plan)
    sorter = _StemSorter(batches, plan)
    adder = OverlapAdder(window_frames=plan.window_frames, overlap_frames=plan.overlap_frames)
    first = 0
    try:
        for step in listening(mix, batches, pieces):
            yield (
                step if isinstance(step, NoticeRaised) else ProgressChanged(fraction=offset * step)
            )
        buffer = MixBuffer(mix)
        while first < plan.num_windows:
            indices = range(first, min(first + batches.windows_per_batch, plan.num_windows))
            buffer.load(max(0, plan.start(first)), plan.start(indices[-1]) + plan.window_frames)
            windows = [
                torch.from_numpy(buffer.cut(plan.start(index), plan.window_frames))
                for index in indices
            ]
            separated = yield from reported(
                batches.run(windows, first_index=first),
                offset=offset + (1.0 - offset) * first / plan.num_windows,
                scale=(1.0 - offset) * len(indices) / plan.num_windows,
            )
            for index, window in zip(indices, separated, strict=True):
                sorted_window = sorter.sorted(window)
                if policy == "carried":
                    for group in sorted_window.groups:
                        if group.heard_SZ is not None:
                            batches.remember(group.heard_SZ)
                final_SCT = adder.add(
                    sorted_window.stems_SCT, is_last=index == plan.num_windows - 1
                )
                start, stop = plan.final_range(index)
                skipped = start - plan.start(index)
                final_SCT = final_SCT[..., skipped:][..., : stop - start]
                mix_CT = buffer.cut(start, stop - start)
                # The joint and the rest are made exact each on its own, as they are where windows
                # come in another order, so that the bytes are the same.
                split = plan.overlap_frames if index > 0 else 0
                parts = [
                    exact_stems(torch.from_numpy(mix_CT[:, part]), final_SCT[..., part])
                    for part in (slice(0, split), slice(split, None))
                ]
                yield _chunk(start, mix_CT, torch.cat(parts, dim=-1), stem_names)
            if indices.stop // WINDOWS_PER_TRIM > first // WINDOWS_PER_TRIM:
                return_freed_memory()
            first = indices.stop
    finally:
        batches.release()


class _StemSorter:
    """Gives windows of a model with a free order of stems the order of the windows before."""

    def __init__(self, batches: WindowBatches, plan: WindowPlan) -> None:
        self._trackers = [
            StemTracker(overlap_frames=plan.overlap_frames) for _ in range(batches.num_groups)
        ]
        self._num_stems = len(batches.card.stem_names)
        self._is_free = batches.card.stem_order == "free"

    def sorted(self, window: SeparatedWindow) -> SeparatedWindow:
        """Sort a window, the next one in the song."""
        if not self._is_free:
            return window
        return SeparatedWindow(
            groups=tuple(
                self._sorted_group(tracker, group)
                for tracker, group in zip(self._trackers, window.groups, strict=True)
            )
        )

    def _sorted_group(self, tracker: StemTracker, group: SeparatedGroup) -> SeparatedGroup:
        stems_SCT = group.stems_SCT
        order = list(tracker.order(stems_SCT[: self._num_stems], group.slot_cost_SR))
        residual_SCT = stems_SCT[self._num_stems :]
        return SeparatedGroup(
            stems_SCT=torch.cat([stems_SCT[order], residual_SCT]),
            heard_SZ=None if group.heard_SZ is None else group.heard_SZ[order],
        )


def reported(
    steps: Generator[float | NoticeRaised, None, list[SeparatedWindow]],
    *,
    offset: float,
    scale: float,
) -> Generator[ProgressChanged | NoticeRaised, None, list[SeparatedWindow]]:
    """Turn shares of a batch into progress of the whole, which never decreases.

    The shares themselves do when memory runs out and a part is run again.
    """
    highest = 0.0
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as finished:
                windows: list[SeparatedWindow] = finished.value
                return windows
            if isinstance(step, NoticeRaised):
                yield step
            else:
                highest = max(highest, step)
                yield ProgressChanged(fraction=min(1.0, offset + scale * highest))


def names_of_stems(card: ModelCard, residual: Residual) -> tuple[str, ...]:
    """Return what a separation calls its stems, in order."""
    return (*card.stem_names, RESIDUAL_STEM) if residual == "separate" else card.stem_names


def _chunk(
    start_frame: int, mix_CT: FloatArray, stems_SCT: Tensor, stem_names: tuple[str, ...]
) -> ChunkReady:
    arrays: list[FloatArray] = [stem_CT.numpy() for stem_CT in stems_SCT]
    for array in (*arrays, mix_CT):
        array.flags.writeable = False
    stems = MappingProxyType(dict(zip(stem_names, arrays, strict=True)))
    return ChunkReady(start_frame=start_frame, mix=mix_CT, stems=stems)
