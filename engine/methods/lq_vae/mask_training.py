"""The codec's decoder learns to live with doubt: it is trained on codes that inference draws.

With the codec the decoder learned from the true codes of every stem. Inference finds other ones:
what two stems share goes now to one of them, now to the other, and masks that trust every code
amplify each of these errors. Here the priors and codebooks are frozen, mixes of solos go through
the very inference that a user's mix goes through, and the decoder learns which masks are right on
average over the particles. It is the same for every stem, and no stem but those of the mix is
known to it, so that a prior that is added later is served as well.

No stem is silenced here beyond the pauses that mixes have anyway. When the training of the codec
silences them, zero codes say so; codes that are drawn for a silent stem are merely few, and a
decoder that is often shown such mixes learns to give everything to the louder stem: drums and bass
then fell from 3.9 and 2.1 dB to 2.1 and 0.4 dB (6 validation mixes).

Axes: B window, P particle, S stem, C channel, K band, N spectrogram frame, L latent frame (= N),
R stage, D latent channel.
"""

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor

from engine.methods.base import StemBatch
from engine.methods.lq_vae.code_sampler import CodeSampler
from engine.methods.lq_vae.config import LqVaeConfig
from engine.methods.lq_vae.mask_network import Opinion
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.spectral_codec import SpectralCodec, feature
from engine.methods.lq_vae.spectral_losses import loss_of_masks, scores_of_masks
from engine.methods.spectrogram_vae.losses import band_sums, masked_error
from engine.residual import REST_STEM

NUM_PARTICLES = 2  # in training; more cost more and change little
REST_SHARE = 0.25  # of the batches, in which one stem stands against all others as the rest


class MaskTrainingModel(LqVaeModel):
    """A model of which nothing but the codec's decoder learns."""

    def __init__(self, config: LqVaeConfig, prior_names: Sequence[str]) -> None:
        super().__init__(config, prior_names)
        self.requires_grad_(False)
        self.codec.decoder.requires_grad_(True)
        self._samplers: dict[tuple[str, ...], CodeSampler] = {}

    def train(self, mode: bool = True) -> Self:
        """Switch to training; of the codec only the last network has anything to switch."""
        super().train(mode)
        assert isinstance(self.codec, SpectralCodec)
        self.codec.decoder.masks.train(mode)
        return self

    def sampler(self, stem_names: tuple[str, ...]) -> CodeSampler:
        """Return the inference for mixes of these stems.

        It is made when it is first asked for, since weights arrive after the module was built.
        """
        if stem_names not in self._samplers:
            # New networks draw their first weights; a step must draw the same after a resume.
            with torch.random.fork_rng(devices=[]):
                self._samplers[stem_names] = CodeSampler(
                    self, num_particles=NUM_PARTICLES, stem_names=stem_names
                )
        return self._samplers[stem_names]


def mask_losses(
    module: MaskTrainingModel, batch: StemBatch, stem_names: tuple[str, ...]
) -> dict[str, Tensor]:
    """Error after the fusion of masks from drawn codes; ``total`` is to be minimised."""
    codec = module.codec
    assert isinstance(codec, SpectralCodec)
    stems_BSCT = batch.stems_BSCT
    # The same columns in every row of the log; a stem that a mix leaves out counts as silent.
    scores = {f"sdr_{name}_db": stems_BSCT.new_zeros(()) for name in stem_names}
    with torch.no_grad(), torch.autocast(stems_BSCT.device.type, enabled=False):
        if module.training:
            stem_names, stems_BSCT = _chosen(stem_names, stems_BSCT)
        sums = band_sums(stems_BSCT, codec.stft, codec.bands)
        power_BKN = sums.mix_BCKN.sum(dim=1)
        codes_BPLRS, weight_BPL = _drawn(module.sampler(stem_names), codec, power_BKN)
        latent_BPSLD = codec.quantizer.decode(codes_BPLRS.permute(0, 1, 4, 2, 3))
    num_particles = latent_BPSLD.shape[1]
    repeated = feature(power_BKN).repeat_interleave(num_particles, dim=0)
    decoded = codec.decoder(latent_BPSLD.flatten(0, 1), repeated)
    log_power, log_mask = (part.unflatten(0, (-1, num_particles)) for part in decoded)
    with torch.autocast(stems_BSCT.device.type, enabled=False):
        opinion = Opinion.of(log_power, log_mask, weight_BPL.to(log_mask))
    log_mask_BSCKN = codec.decoder.masks(opinion, sums.mix_BCKN)
    with torch.autocast(stems_BSCT.device.type, enabled=False):
        error = masked_error(log_mask_BSCKN.exp(), sums)
        heard = scores_of_masks(error, sums, stem_names)
        scores |= {name: score for name, score in heard.items() if name in scores}
        return {"total": loss_of_masks(error, sums), **scores}


def _chosen(stem_names: tuple[str, ...], stems_BSCT: Tensor) -> tuple[tuple[str, ...], Tensor]:
    """Choose what the mixes of a training batch consist of: two sources, in their order.

    Inference over three and more stems takes many times as long, and what the decoder learns
    from is the same: the codes of a stem and those of the others together.
    """
    has_rest, pair = float(torch.rand(())) < REST_SHARE, torch.randperm(len(stem_names))[:2]
    if has_rest:
        first = int(pair[0])
        stem_BSCT = stems_BSCT[:, first : first + 1]
        rest_BSCT = stems_BSCT.sum(dim=1, keepdim=True) - stem_BSCT
        return (stem_names[first], REST_STEM), torch.cat([stem_BSCT, rest_BSCT], dim=1)
    chosen = sorted(pair.tolist())
    return tuple(stem_names[index] for index in chosen), stems_BSCT[:, chosen]


def _drawn(sampler: CodeSampler, codec: SpectralCodec, power_BKN: Tensor) -> tuple[Tensor, Tensor]:
    device = power_BKN.device
    generator = torch.Generator(device).manual_seed(int(torch.randint(2**31, ())))
    walk = sampler.sample(
        codec.encode(power_BKN), generator, latent_rate=codec.config.sample_rate / codec.config.hop
    )
    while True:
        try:
            next(walk)
        except StopIteration as finished:
            drawn: tuple[Tensor, Tensor] = finished.value
            return drawn
