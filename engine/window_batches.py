"""Runs windows of a mix through a model and the fusion, in batches that fit into memory.

Axes: B batch item, S stem, R source of the song, C channel of the mix, M channel of the model,
T frame, Z what is heard of a stem. A batch item is one group of channels (see ``ChannelLayout``)
of one window.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from engine.audio.channel_layout import ChannelLayout
from engine.audio.fusion import Fusion, resample_tensor
from engine.device import is_out_of_memory, items_per_batch
from engine.errors import OutOfMemoryError
from engine.events import NoticeRaised
from engine.methods.base import Estimate, Separator, SongListener
from engine.model_card import ModelCard
from engine.residual import Residual
from engine.wording import Wording

CPU = torch.device("cpu")
MODEL_SHARE = 0.7  # of the time of a batch, the rest is fusion; only progress depends on it

_Result = TypeVar("_Result")
LoadSeparator = Callable[[torch.device], Separator]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """What stays the same for all windows of a mix.

    Attributes:
        sample_rate: Rate of the mix.
        num_channels: Channels of the mix.
        seed: Seed of every random number.
        residual: See ``Fusion``.
        items_per_batch: Items that the model takes at once; None lets the device decide.
    """

    sample_rate: int
    num_channels: int
    seed: int
    residual: Residual
    items_per_batch: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeparatedGroup:
    """One group of channels of a window, as ``Estimate`` has it.

    Attributes:
        stems_SCT: Fused stems on the CPU, with a separate residual at the end if there is one.
        heard_SZ: What the group adds to what is heard of the song.
        slot_cost_SR: What the model has against each stem as each source of the song.
    """

    stems_SCT: Tensor
    heard_SZ: Tensor | None = None
    slot_cost_SR: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeparatedWindow:
    """A window of the mix, by groups of its channels.

    Attributes:
        groups: In the order of the channels.
    """

    groups: tuple[SeparatedGroup, ...]

    @property
    def stems_SCT(self) -> Tensor:
        """Stems with all channels of the mix."""
        return torch.cat([group.stems_SCT for group in self.groups], dim=1)


@dataclass(frozen=True, slots=True)
class _Item:
    window: int
    group: int


class WindowBatches:
    """A separator on its device; moves to smaller batches and to the CPU when memory runs out."""

    def __init__(
        self,
        separator: Separator,
        settings: BatchSettings,
        *,
        device: torch.device,
        load: LoadSeparator | None,
    ) -> None:
        self._settings = settings
        self._load = load
        self._layout = ChannelLayout(
            mix_channels=settings.num_channels, model_channels=separator.card.channels
        )
        self._heard_SZ: Tensor | None = None
        self._use(separator, device)

    @property
    def windows_per_batch(self) -> int:
        """Windows that are worth running together; shrinks when memory runs out."""
        return max(1, self._items // self._layout.num_groups)

    @property
    def card(self) -> ModelCard:
        """Facts about the model."""
        return self._separator.card

    @property
    def num_groups(self) -> int:
        """Groups of channels that the model separates one by one."""
        return self._layout.num_groups

    @property
    def listens(self) -> bool:
        """Whether the model makes use of what it hears of the song."""
        return isinstance(self._separator, SongListener)

    def listen(self, piece_CT: Tensor) -> Generator[NoticeRaised, None, None]:
        """Let the model hear a piece of the mix; windows that are run later know of it.

        Args:
            piece_CT: Frames at the mix's rate, float32, on the CPU.

        Raises:
            OutOfMemoryError: The piece does not fit.
        """
        rate = self._separator.card.sample_rate
        num_frames = max(1, round(piece_CT.shape[-1] * rate / self._settings.sample_rate))
        for group in range(self._layout.num_groups):
            piece_MT = self._model_input(piece_CT, group, num_frames)
            while not self._hear(piece_MT):
                yield from self._shrink(1)

    def remember(self, heard_SZ: Tensor) -> None:
        """Add to what was heard of the song, stems in the order of the song's sources."""
        before = self._heard_SZ
        self._heard_SZ = heard_SZ if before is None else before + heard_SZ
        self._know()

    def run(
        self, windows: Sequence[Tensor], *, first_index: int
    ) -> Generator[float | NoticeRaised, None, list[SeparatedWindow]]:
        """Separate consecutive windows.

        Args:
            windows: Windows (C, T) at the mix's rate, float32, on the CPU.
            first_index: Number of the first one in the mix; random numbers depend on it.

        Yields:
            The share of these windows that is done, and notices.

        Returns:
            Each window.

        Raises:
            OutOfMemoryError: Not even one item fits.
        """
        groups = range(self._layout.num_groups)
        items = [_Item(window, group) for window in range(len(windows)) for group in groups]
        fused: list[SeparatedGroup] = []
        while len(fused) < len(items):
            done = len(fused)
            batch = items[done : done + self._items]
            failed = False
            try:
                for_batch = self._run_batch(windows, batch, first_index)
                with closing(for_batch):
                    share = yield from _scaled(
                        for_batch, offset=done / len(items), scale=len(batch) / len(items)
                    )
                fused.extend(share)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                failed = True
            if failed:  # outside of the handler, where the traceback no longer holds tensors
                yield from self._shrink(len(batch))
        per_window = len(groups)
        return [
            SeparatedWindow(groups=tuple(fused[first : first + per_window]))
            for first in range(0, len(items), per_window)
        ]

    def release(self) -> None:
        """Give cached memory of the device back to other programs."""
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _use(self, separator: Separator, device: torch.device) -> None:
        card = separator.card
        self._separator = separator
        self._device = device
        self._fusion = Fusion(
            stft=separator.stft,
            model_rate=card.sample_rate,
            model_frames=card.window_frames,
            mix_rate=self._settings.sample_rate,
            residual=self._settings.residual,
        )
        self._items = self._settings.items_per_batch or items_per_batch(
            device, bytes_per_item=bytes_per_item(separator, self._settings.sample_rate)
        )
        self._know()

    def _know(self) -> None:
        """Have windows separated with what was heard so far."""
        separator = self._separator
        self._knowing = separator
        if self._heard_SZ is not None and isinstance(separator, SongListener):
            self._knowing = separator.knowing(self._heard_SZ)

    def _hear(self, piece_MT: Tensor) -> bool:
        """Take a piece in, unless memory runs out."""
        assert isinstance(self._separator, SongListener), "only listeners are asked to listen"
        try:
            self._heard_SZ = self._separator.listen(piece_MT[None].to(self._device), self._heard_SZ)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return False
        self._know()
        return True

    def _run_batch(
        self, windows: Sequence[Tensor], batch: Sequence[_Item], first_index: int
    ) -> Generator[float, None, list[SeparatedGroup]]:
        first = batch[0]
        generator = _generator(self._settings.seed, first_index + first.window, first.group)
        num_frames = self._separator.card.window_frames
        mix_BMT = torch.stack(
            [self._model_input(windows[item.window], item.group, num_frames) for item in batch]
        )
        steps = self._knowing.separate_windows(mix_BMT.to(self._device), generator)
        with closing(steps):
            estimate: Estimate = yield from _scaled(steps, offset=0.0, scale=MODEL_SHARE)
        fused = []
        for position, item in enumerate(batch):
            mix_CT = windows[item.window][self._layout.channels_of(item.group)]
            mean_SCFN = self._layout.from_model(estimate.mean_BSCFN[position], item.group)
            power_SCFN = self._layout.from_model(estimate.error_power_BSCFN[position], item.group)
            group = SeparatedGroup(
                stems_SCT=self._fusion.stems(mix_CT, mean_SCFN, power_SCFN),
                heard_SZ=None if estimate.heard_BSZ is None else estimate.heard_BSZ[position],
                slot_cost_SR=(
                    None if estimate.slot_cost_BSS is None else estimate.slot_cost_BSS[position]
                ),
            )
            fused.append(group)
            yield MODEL_SHARE + (1.0 - MODEL_SHARE) * (position + 1) / len(batch)
        return fused

    def _model_input(self, window_CT: Tensor, group: int, num_frames: int) -> Tensor:
        window_MT = self._layout.model_input(window_CT, group)
        card = self._separator.card
        if self._settings.sample_rate == card.sample_rate:
            return window_MT
        return resample_tensor(window_MT, self._settings.sample_rate, card.sample_rate, num_frames)

    def _shrink(self, num_items: int) -> Generator[NoticeRaised, None, None]:
        self.release()
        if num_items > 1:
            self._items = num_items // 2
        elif self._device.type != "cpu" and self._load is not None:
            self._use(self._load(CPU), CPU)
            yield NoticeRaised(
                message=Wording("The graphics card has too little memory; the processor goes on.")
            )
        else:
            raise OutOfMemoryError(
                "There is not enough memory to separate this mix.",
                remedy="Close other programs, or choose a smaller model.",
            )


def bytes_per_item(separator: Separator, mix_rate: int) -> int:
    """Estimate the memory that one item needs on the device, estimates and fusion included."""
    card, stft = separator.card, separator.stft
    num_stems = len(card.stem_names)
    spectrum = 8 * stft.num_bins / stft.hop  # bytes of a complex spectrogram per frame of audio
    scale = mix_rate / card.sample_rate
    in_model = 2.5 * num_stems * spectrum  # means, error powers, and as much inside the method
    in_fusion = (3.0 * spectrum + 4.0 * num_stems) * scale
    return round(card.window_frames * card.channels * (in_model + in_fusion))


def _generator(seed: int, window: int, group: int) -> torch.Generator:
    """Make the generator of a batch from the place of its first item in the mix."""
    state = np.random.SeedSequence([seed % 2**64, window, group]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]) >> 1)


def _scaled(
    steps: Generator[float, None, _Result], *, offset: float, scale: float
) -> Generator[float, None, _Result]:
    """Pass on shares of a part as shares of the whole."""
    while True:
        try:
            share = next(steps)
        except StopIteration as finished:
            result: _Result = finished.value
            return result
        yield offset + scale * share
