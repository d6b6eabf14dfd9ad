"""A model that is loaded when it is needed, and kept."""

from typing import TYPE_CHECKING

from engine.allocator import keep_freed_memory
from engine.model_library import ModelEntry
from engine.quality import DEFAULT_QUALITY, Quality

if TYPE_CHECKING:
    import torch

    from engine.methods.base import Separator


class LoadedModel:
    """A checkpoint on the device that the user named; nothing happens before it is asked for."""

    def __init__(
        self,
        entry: ModelEntry,
        device_name: str,
        quality: Quality = DEFAULT_QUALITY,
        *,
        contents: tuple[str, ...] | None = None,
    ) -> None:
        """Take note of what to load.

        Args:
            entry: The checkpoint.
            device_name: What the user chose.
            quality: Time against quality.
            contents: Stems of the model that mixes consist of, which its method can choose; none
                are all of them.
        """
        self._entry = entry
        self._contents = contents
        self._quality = quality
        self._device_name = device_name
        self._device: torch.device | None = None
        self._separator: Separator | None = None

    def device(self) -> "torch.device":
        """The device that the user chose or that suits best."""
        from engine.device import choose_device

        if self._device is None:
            self._device = choose_device(self._device_name)
        return self._device

    def separator(self) -> "Separator":
        """The model on that device."""
        if self._separator is None:
            self._separator = self.load(self.device())
        return self._separator

    def load(self, device: "torch.device") -> "Separator":
        """Load the model anew, on any device.

        Raises:
            CheckpointError: The file is damaged, or has no stem of the contents.
        """
        from engine.checkpoint import load_checkpoint
        from engine.methods.catalog import method_named

        keep_freed_memory()
        method = method_named(self._entry.card.method)
        checkpoint = load_checkpoint(self._entry.path)
        if self._contents is not None:
            assert method.solos is not None, "whoever gives contents has looked"
            checkpoint = method.solos.select(checkpoint, self._contents)
        return method.load_at(checkpoint, device, self._quality)
