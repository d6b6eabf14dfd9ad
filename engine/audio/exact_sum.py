"""Makes stems add up to their mix to the last bit that float32 has.

Axes: S stem, C channel, T frame.
"""

import torch
from torch import Tensor

from engine.errors import EngineError


def exact_stems(mix_CT: Tensor, stems_SCT: Tensor) -> Tensor:
    """Give what rounding has left to the loudest stem, so that a silent stem stays silent.

    Args:
        mix_CT: Float32.
        stems_SCT: Float32, of the same frames; they add up to the mix but for rounding.

    Returns:
        New stems, float32.

    Raises:
        EngineError: Stems hold values that are not numbers.
    """
    missing_CT = mix_CT - stems_SCT.sum(dim=0, dtype=torch.float64)
    if not missing_CT.isfinite().all():
        raise EngineError(
            "The model returned values that are not numbers.",
            remedy="Try another model, or the device “cpu”.",
        )
    exact_SCT = stems_SCT.clone()
    if exact_SCT.shape[-1]:
        loudest = int(exact_SCT.abs().amax(dim=(1, 2)).argmax())
        exact_SCT[loudest] += missing_CT
    return exact_SCT
