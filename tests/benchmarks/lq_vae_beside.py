"""Other methods and the ceiling, on the same windows as the variants of method A.

Axes: B window (one), S stem, C channel, F frequency bin, N spectrogram frame, T frame of audio.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.checkpoint import load_checkpoint
from engine.evaluation.ceilings import ceiling_estimates
from engine.events import ChunkReady
from engine.methods.base import Estimate
from engine.methods.catalog import method_named
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.separation import SeparationOptions, separate
from engine.window_batches import CPU
from tests.benchmarks.lq_vae_variants import Variant
from tests.engine.fake_separator import MixInMemory


def other_method(path: Path, codec: SpectralCodec, stem_names: Sequence[str]) -> Variant:
    """Return what a model says of these stems.

    What it gives to stems that the mix does not have is shared out among those that it has.
    """
    checkpoint = load_checkpoint(path)
    separator = method_named(checkpoint.card.method).load(checkpoint, CPU)
    places = [checkpoint.card.stem_names.index(name) for name in stem_names]

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        del stems_BSCT
        mix = MixInMemory(samples_CT=mix_BCT[0].numpy(), sample_rate=checkpoint.card.sample_rate)
        pieces = [
            np.stack(list(event.stems.values()))
            for event in separate(mix, separator, SeparationOptions())
            if isinstance(event, ChunkReady)
        ]
        wanted_SCT = torch.from_numpy(np.concatenate(pieces, axis=2)[places])
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
