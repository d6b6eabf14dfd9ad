"""Separates a mix into files of stems, those regions first that somebody waits for.

Windows lie on one fixed grid and each is run on its own, with a memory of the song that is the
same for all of them (see ``song_listening``), so any order gives the same bytes as one pass of
``separate`` with one window per batch. So does a model whose stems have a free order, as long as
that memory puts them in order: ``separate`` compares windows with those before them besides, which
cannot be done where any window may be the first.

Axes: S stem, C channel, T frame.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.allocator import return_freed_memory
from engine.audio.exact_sum import exact_stems
from engine.audio.file_names import cleaned_name
from engine.audio.mapped_wave import MappedWave, create_mapped_wave, open_mapped_wave
from engine.audio.mix_source import MixSource
from engine.audio.overlap_add import fade_in
from engine.audio.window_joining import WindowJoiner
from engine.audio.window_order import SeparationWishes, WindowOrder
from engine.audio.windows import WindowPlan, cut_window
from engine.errors import AudioFileError, CheckpointError
from engine.events import (
    NoticeRaised,
    ProgressChanged,
    SeparationFinished,
    SeparationStarted,
)
from engine.methods.base import Separator, SongListener
from engine.residual import DEFAULT_RESIDUAL, Residual
from engine.separation import WINDOWS_PER_TRIM, names_of_stems, reported
from engine.song_listening import last_frame_of, listening, listening_share, pieces_of
from engine.window_batches import CPU, BatchSettings, LoadSeparator, WindowBatches

BLEND_SECONDS = 0.02  # at an open edge, between new stems and the ones that are replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOptions:
    """Choices of a separation into files.

    Attributes:
        gaps: Frames that are wanted; nothing else is written. None wants all.
        replaces: Whether the files hold stems of another model, which are blended over into the
            new ones where a new region ends.
        seed: Seed of every random number.
        residual: Whether what no stem claims is divided among the stems (``fold``), so that their
            residual is silent, or is the residual (``separate``).
        items_per_batch: Groups of channels that the model takes at once; None lets the device
            decide.
    """

    gaps: Sequence[range] | None = None
    replaces: bool = False
    seed: int = 0
    residual: Residual = DEFAULT_RESIDUAL
    items_per_batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionReady:
    """The frames [start, stop) of every stem are final and in the files."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MixAwaited:
    """Nothing can be done before more of the mix is decoded; pull again when there is more."""


RegionEvent = (
    SeparationStarted
    | ProgressChanged
    | NoticeRaised
    | RegionReady
    | MixAwaited
    | SeparationFinished
)


@torch.inference_mode()
def separate_regions(
    mix: MixSource,
    stems_folder: Path,
    separator: Separator,
    options: RegionOptions,
    wishes: SeparationWishes,
    *,
    device: torch.device = CPU,
    load: LoadSeparator | None = None,
) -> Generator[RegionEvent, None, None]:
    """Separate into ``<stems_folder>/<stem>.wav``, with a file for the residual in any case.

    Files of the mix's length, rate and channels that are there are filled further, so that an
    interrupted separation can be resumed; others are made anew. What is written is there for every
    process at once; who needs it to outlast a loss of power has the files synchronised.

    Args:
        mix: May still be growing; frames above ``wishes.decoded_frames`` are not read.
        stems_folder: Made if it is not there.
        separator: A loaded model.
        options: Gaps, seed and so on.
        wishes: Looked at before every window.
        device: Where the separator is loaded.
        load: Loads the same model on another device (see ``separate``).

    Yields:
        Started, once the files are there; then regions, progress, notices; then finished. The
        caller cancels by closing the generator.

    Raises:
        OutputError: There is no room for the files.
        OutOfMemoryError: Memory does not suffice for one window.
        CheckpointError: The model's stems have a free order, and it does not hear the song.
        EngineError: The model returned values that are not numbers.
    """
    started_at = time.monotonic()
    card = separator.card
    _refuse_free_order(separator)
    plan = WindowPlan.of_model(card, sample_rate=mix.sample_rate, num_frames=mix.num_frames)
    names = names_of_stems(card, "separate")
    settings = BatchSettings(
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        seed=options.seed,
        residual=options.residual,
        items_per_batch=options.items_per_batch,
    )
    with ExitStack() as stack:
        files = open_stem_files(stems_folder, names, mix)
        for file in files:
            stack.callback(file.close)
        yield SeparationStarted(
            stem_names=names,
            sample_rate=mix.sample_rate,
            num_channels=mix.num_channels,
            num_frames=mix.num_frames,
            device=str(device),
        )
        batches = WindowBatches(separator, settings, device=device, load=load)
        stack.callback(batches.release)
        writer = _RegionWriter(mix, files, plan, options)
        yield from stack.enter_context(closing(_separate(mix, plan, batches, writer, wishes)))
    yield ProgressChanged(fraction=1.0)
    yield SeparationFinished(elapsed_seconds=time.monotonic() - started_at)


def open_stem_files(folder: Path, names: Sequence[str], mix: MixSource) -> tuple[MappedWave, ...]:
    """Open or make one file per stem, as long as the mix.

    Raises:
        OutputError: There is no room for them.
        CheckpointError: A stem's name is none for a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: list[MappedWave] = []
    with ExitStack() as stack:
        for name in names:
            if cleaned_name(name) != name:
                raise CheckpointError(
                    "The model has a stem with the name “{name}”, which no file can have.",
                    remedy="Choose another model.",
                    name=name,
                )
            file = _open_or_create(folder / f"{name}.wav", mix)
            stack.callback(file.close)
            files.append(file)
        stack.pop_all()
    return tuple(files)


def _open_or_create(path: Path, mix: MixSource) -> MappedWave:
    shape = (mix.sample_rate, mix.num_channels, mix.num_frames)
    try:
        file = open_mapped_wave(path, writable=True)
    except AudioFileError:
        pass  # not there, or of no use
    else:
        if (file.sample_rate, file.num_channels, file.num_frames) == shape:
            return file
        file.close()
    return create_mapped_wave(
        path,
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        num_frames=mix.num_frames,
    )


def _separate(
    mix: MixSource,
    plan: WindowPlan,
    batches: WindowBatches,
    writer: "_RegionWriter",
    wishes: SeparationWishes,
) -> Generator[RegionEvent, None, None]:
    order = WindowOrder(plan, writer.gaps)
    is_wanted = batches.listens and order.num_left > 0
    pieces = pieces_of("probe" if is_wanted else "none", plan, sample_rate=mix.sample_rate)
    offset = listening_share(pieces, plan)
    while wishes.decoded_frames < last_frame_of(pieces):
        yield MixAwaited()
    for step in listening(mix, batches, pieces):
        yield step if isinstance(step, NoticeRaised) else ProgressChanged(fraction=offset * step)
    while order.num_left:
        done = order.num_windows - order.num_left
        index = order.take(wishes)
        if index is None:
            yield MixAwaited()
            continue
        window_CT = torch.from_numpy(cut_window(mix, plan.start(index), plan.window_frames))
        windows = yield from reported(
            batches.run([window_CT], first_index=index),
            offset=offset + (1.0 - offset) * done / order.num_windows,
            scale=(1.0 - offset) / order.num_windows,
        )
        yield from writer.write(index, windows[0].stems_SCT)
        if done % WINDOWS_PER_TRIM == WINDOWS_PER_TRIM - 1:
            return_freed_memory()


def _refuse_free_order(separator: Separator) -> None:
    """Refuse a model whose windows have to be compared with those before: here any may be first.

    Raises:
        CheckpointError: Its stems have no fixed order, and it does not hear the song, whose memory
            could order them.
    """
    card = separator.card
    if card.stem_order == "free" and not isinstance(separator, SongListener):
        raise CheckpointError(
            "The model “{title}” gives its stems in a changing order.",
            remedy="Choose another model.",
            title=card.title,
        )


def _with_residual(window_SCT: Tensor, num_files: int) -> Tensor:
    """Add the silent residual of stems among which everything is divided."""
    if len(window_SCT) == num_files:
        return window_SCT
    return torch.cat([window_SCT, torch.zeros_like(window_SCT[:1])])


class _RegionWriter:
    """Puts windows where they belong in the files, as far as they are wanted there."""

    def __init__(
        self,
        mix: MixSource,
        files: Sequence[MappedWave],
        plan: WindowPlan,
        options: RegionOptions,
    ) -> None:
        gaps = [range(mix.num_frames)] if options.gaps is None else options.gaps
        self.gaps = tuple(gap for gap in gaps if len(gap))
        self._mix = mix
        self._files = files
        self._plan = plan
        self._joiner = WindowJoiner(plan)
        blend_frames = min(round(BLEND_SECONDS * mix.sample_rate), plan.overlap_frames)
        self._blend_T = fade_in(blend_frames if options.replaces else 0)

    def write(self, index: int, window_SCT: Tensor) -> Generator[RegionReady, None, None]:
        """Write what a window makes final, and report it in as few regions as there are."""
        window_SCT = _with_residual(window_SCT, len(self._files))
        final = self._joiner.add(index, window_SCT)
        ready: list[range] = []
        for frames in final:
            exact_SCT = exact_stems(self._mix_frames(frames.start, frames.stop), frames.stems_SCT)
            for gap in self.gaps:
                part = _overlap(range(frames.start, frames.stop), gap)
                if len(part):
                    self._store(part.start, exact_SCT[..., part.start - frames.start :], len(part))
                    if ready and ready[-1].stop == part.start:
                        part = range(ready.pop().start, part.stop)
                    ready.append(part)
        self._blend_edges(index, window_SCT)
        for region in ready:
            yield RegionReady(start=region.start, stop=region.stop)

    def _blend_edges(self, index: int, window_SCT: Tensor) -> None:
        """Lead over to the stems that stood there before, in the frames next to the final ones.

        What is blended lies in the joint with a neighbour, and is replaced when that one comes.
        """
        plan, length = self._plan, len(self._blend_T)
        if self._joiner.is_open(index):
            begin = plan.overlap_frames - length
            new_SCT = window_SCT[..., begin : plan.overlap_frames]
            self._blend(plan.start(index) + begin, new_SCT, self._blend_T)
        if self._joiner.is_open(index + 1):
            new_SCT = window_SCT[..., plan.hop_frames : plan.hop_frames + length]
            self._blend(plan.start(index + 1), new_SCT, self._blend_T.flip(0))

    def _blend(self, start: int, new_SCT: Tensor, share_of_new_T: Tensor) -> None:
        stop = start + len(share_of_new_T)
        if start == stop or not any(gap.start <= start and stop <= gap.stop for gap in self.gaps):
            return
        old = [torch.from_numpy(file.read(start, stop - start)) for file in self._files]
        blended_SCT = torch.lerp(torch.stack(old), new_SCT, share_of_new_T)
        self._store(start, exact_stems(self._mix_frames(start, stop), blended_SCT), stop - start)

    def _mix_frames(self, start: int, stop: int) -> Tensor:
        return torch.from_numpy(self._mix.read(start, stop - start))

    def _store(self, start: int, stems_SCT: Tensor, num_frames: int) -> None:
        for file, stem_CT in zip(self._files, stems_SCT, strict=True):
            stem_TC = stem_CT[:, :num_frames].T.numpy()
            # Silence that is there already takes no room on the disk.
            if stem_TC.any() or not file.is_silent(start, num_frames):
                file.write(start, stem_TC)


def _overlap(frames: range, gap: range) -> range:
    return range(max(frames.start, gap.start), min(frames.stop, gap.stop))
