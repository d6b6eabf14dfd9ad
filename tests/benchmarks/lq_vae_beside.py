"""Other methods and the ceiling, on the same windows as the variants of method A.

Axes: B window (one), S stem, C channel, F frequency bin, N spectrogram frame, T frame of audio.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.evaluation.ceilings import ceiling_estimates
from engine.evaluation.stem_estimator import load_estimator
from engine.methods.base import Estimate
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from tests.benchmarks.lq_vae_variants import Variant


def other_method(path: Path, codec: SpectralCodec, stem_names: Sequence[str]) -> Variant:
    """Return what a model says of these stems.

    What it gives to stems that the mix does not have is shared out among those that it has.
    """
    estimator = load_estimator(str(path), device="cpu")
    places = [estimator.stem_names.index(name) for name in stem_names]

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        del stems_BSCT
        steps = estimator.estimate(mix_BCT[0].numpy(), codec.config.sample_rate)
        while True:
            try:
                next(steps)
            except StopIteration as finished:
                wanted_SCT = torch.from_numpy(finished.value[places])
                break
        left_CT = mix_BCT[0] - wanted_SCT.sum(dim=0)
        return _as_it_is(wanted_SCT + left_CT / len(places), codec)

    return run


def ideal_ratio_mask(codec: SpectralCodec) -> Variant:
    """Return masks from the powers of the true stems."""

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        ideal_SCT = ceiling_estimates("irm_power", stems_BSCT[0].numpy(), mix_BCT[0].numpy())
        return _as_it_is(torch.from_numpy(ideal_SCT), codec)

    return run


def _as_it_is(stems_SCT: Tensor, codec: SpectralCodec) -> Estimate:
    """Describe stems that are not to be fused with the mix any more."""
    spec_SCFN = codec.stft.forward(stems_SCT.float())
    return Estimate(
        mean_BSCFN=spec_SCFN[None], error_power_BSCFN=torch.zeros_like(spec_SCFN.real)[None]
    )
