"""Which device runs a model, and how many windows it takes at once."""

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.errors import EngineError
from engine.wording import Wording

DEVICE_NAMES = ("auto", "cpu", "cuda", "mps")

# One window of the draft: two at once are no faster on a CPU and take 230 MB more (measured).
CPU_BATCH_BYTES = 200 * 2**20
CPU_MAX_ITEMS = 4  # more do not pay on a CPU, and progress and cancelling get coarse
CUDA_MEMORY_SHARE = 0.5  # of what is free: the allocator's blocks and cuFFT's plans need room
CUDA_MAX_ITEMS = 16
MPS_ITEMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """Something that may run a model.

    Attributes:
        name: One of ``DEVICE_NAMES``.
        title: Name for people.
        reason: Why it cannot be used, as the end of a sentence; empty if it can.
    """

    name: str
    title: str
    reason: str = ""


def list_devices() -> tuple[DeviceFacts, ...]:
    """Describe every device but ``auto`` that a computer with this system may have.

    One that this computer lacks says why. What the system never has is left out: Apple's
    graphics processors are in Macs only, and there NVIDIA's cards have no driver any more.
    """
    processor = DeviceFacts(name="cpu", title=_processor_name())
    if sys.platform == "darwin":
        no_mps = _why_no_mps() or ""
        return (
            processor,
            DeviceFacts(name="mps", title=Wording("Apple graphics processor"), reason=no_mps),
        )
    no_cuda = _why_no_cuda()
    card = torch.cuda.get_device_name() if no_cuda is None else Wording("NVIDIA graphics card")
    return (processor, DeviceFacts(name="cuda", title=card, reason=no_cuda or ""))


def usable_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def choose_device(name: str) -> torch.device:
    """Find the device for a name of ``DEVICE_NAMES``.

    Raises:
        EngineError: This computer or this build of torch lacks the device.
    """
    if name not in DEVICE_NAMES:
        raise EngineError(
            "There is no device “{name}”.",
            remedy="Choose one of {names}.",
            name=name,
            names=", ".join(DEVICE_NAMES),
        )
    if name == "auto":
        if _why_no_cuda() is None:
            return torch.device("cuda")
        return torch.device("cpu" if _why_no_mps() else "mps")
    reason = {"cuda": _why_no_cuda, "mps": _why_no_mps}.get(name, lambda: None)()
    if reason is not None:
        raise EngineError(
            "The device “{name}” cannot be used: {reason}.",
            remedy="Choose “auto” or “cpu” instead.",
            name=name,
            reason=reason,
        )
    return torch.device(name)


def items_per_batch(device: torch.device, *, bytes_per_item: int) -> int:
    """Return how many windows (of one group of channels) a device takes at once.

    The number is a power of two: what a stochastic method draws depends on it, and it should
    not change with every megabyte that another program holds.
    """
    if device.type == "cuda":
        free_bytes, _ = torch.cuda.mem_get_info(device)
        affordable = int(free_bytes * CUDA_MEMORY_SHARE) // max(1, bytes_per_item)
        limit = CUDA_MAX_ITEMS
    elif device.type == "mps":
        return MPS_ITEMS
    else:
        affordable, limit = CPU_BATCH_BYTES // max(1, bytes_per_item), CPU_MAX_ITEMS
    affordable = max(1, min(limit, affordable))
    return 1 << (affordable.bit_length() - 1)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, in any of torch's wordings."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    if not isinstance(error, RuntimeError):
        return False
    text = str(error)
    return any(wording in text for wording in _OUT_OF_MEMORY_WORDINGS)


_OUT_OF_MEMORY_WORDINGS = (
    "can't allocate memory",  # CPU allocator
    "not enough memory",  # CPU allocator on Windows
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUFFT_ALLOC_FAILED",
    "MPS backend out of memory",
)


def _why_no_cuda() -> Wording | None:
    if torch.version.cuda is None:
        return Wording("this installation of PyTorch was built without CUDA")
    if not torch.cuda.is_available():
        return Wording("PyTorch finds no NVIDIA graphics card with a working driver")
    major, minor = torch.cuda.get_device_capability()
    if not _runs_on(major, minor, torch.cuda.get_arch_list()):
        return Wording(
            "the graphics card has compute capability {capability}, which this "
            "installation of PyTorch does not support",
            capability=f"{major}.{minor}",
        )
    return None


def _runs_on(major: int, minor: int, arch_list: list[str]) -> bool:
    """Whether compiled code fits a card: same major version, or PTX of an older one."""
    for arch in arch_list:
        kind, _, digits = arch.partition("_")
        digits = digits.rstrip("abcdefghijklmnopqrstuvwxyz")
        if not digits.isdigit():
            continue
        built_major, built_minor = int(digits[:-1]), int(digits[-1])
        if kind == "sm" and built_major == major and built_minor <= minor:
            return True
        if kind == "compute" and (built_major, built_minor) <= (major, minor):
            return True
    return False


def _why_no_mps() -> Wording | None:
    if not torch.backends.mps.is_built():
        return Wording("this installation of PyTorch was built without Metal")
    if not torch.backends.mps.is_available():
        return Wording("this computer has no graphics processor that Metal can use")
    return None


def _processor_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # only Linux has the file
    return platform.processor() or platform.machine()
