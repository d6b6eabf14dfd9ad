"""The codec's decoder learns to live with doubt: it is trained on codes that inference draws.

With the codec the decoder learned from the true codes of every stem. Inference finds other ones:
what two stems share goes now to one of them, now to the other, and masks that trust every code
amplify each of these errors. Here the priors and codebooks are frozen, mixes of solos go through
the very inference that a user's mix goes through, and the decoder learns which masks are right on
average over the particles. The last network knows these stems by name, but is kept from a part of
the names, so that a prior that is added later is served as well.

Inference takes two thirds of a step with two sources and nine tenths with four, and what it draws
for a mix never changes here. So the mixes come back after a while, and their codes are remembered.

Where a stem is silenced, masks learn nothing, only whether it is there, and so does what the
network hears before it draws masks: a bass that is taken for drums is so already there. When the
training of the codec silences stems, zero codes say so; codes that are drawn for a silent stem are
merely few, and masks that are often shown such mixes give everything to the louder stem: drums and
bass then fell from 3.9 and 2.1 dB to 2.1 and 0.4 dB (6 validation mixes).

Axes: B window, P particle, S stem, C channel, K band, N spectrogram frame, L latent frame (= N),
R stage, D latent channel.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from engine.methods.base import StemBatch
from engine.methods.lq_vae.code_sampler import CodeSampler
from engine.methods.lq_vae.config import LqVaeConfig
from engine.methods.lq_vae.mask_network import UNKNOWN, Opinion, StemMasks
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.spectral_codec import SpectralCodec, feature
from engine.methods.lq_vae.spectral_losses import ACTIVE_SHARE, loss_of_masks, scores_of_masks
from engine.methods.spectrogram_vae.losses import BandSums, band_sums, masked_error
from engine.residual import REST_STEM

NUM_PARTICLES = 2  # in training; more cost more and change little
REST_SHARE = 0.2  # of the batches, in which one stem stands against all others as the rest
ALL_SHARE = 0.1  # of the batches, in which every stem has a source of its own
USUAL_PAIR = ("drums", "bass")  # what the method was published for
USUAL_SHARE = 0.6  # of the batches of two sources that are this pair
SILENCED_SHARE = 0.2  # of the windows of two sources, in which one of them is silenced
UNNAMED_SHARE = 0.25  # of the stems, whose name is kept from the network
PRESENCE_WEIGHT = 0.1
MASK_BATCHES = 1200
"""Batches before the first comes back; the codes of so many take some 40 MB."""
FINGERPRINT_STEP = 997  # samples of a batch that tell it from others lie so far apart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixOfSources:
    """A batch to learn masks from.

    Attributes:
        names: Of the sources.
        sources_BSCT: They add up to the mix.
        is_whole_B: No source of the window was silenced.
    """

    names: tuple[str, ...]
    sources_BSCT: Tensor
    is_whole_B: Tensor

    @classmethod
    def of(cls, names: tuple[str, ...], sources_BSCT: Tensor) -> Self:
        """Take sources as they are."""
        is_whole_B = torch.ones(len(sources_BSCT), dtype=torch.bool, device=sources_BSCT.device)
        return cls(names=names, sources_BSCT=sources_BSCT, is_whole_B=is_whole_B)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnCodes:
    """What inference made of the mixes of a batch.

    Attributes:
        codes_BPLRS: Indices into the codebooks, as 16-bit integers.
        weight_BPL: Of the particles.
    """

    codes_BPLRS: Tensor
    weight_BPL: Tensor


class MaskTrainingModel(LqVaeModel):
    """A model of which nothing but the codec's decoder learns."""

    def __init__(self, config: LqVaeConfig, prior_names: Sequence[str]) -> None:
        super().__init__(config, prior_names)
        self.requires_grad_(False)
        self.codec.decoder.requires_grad_(True)
        self._samplers: dict[tuple[str, ...], CodeSampler] = {}
        self._drawn: dict[int, DrawnCodes] = {}

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

    def remembered(
        self, stem_names: tuple[str, ...], stems_BSCT: Tensor
    ) -> tuple[MixOfSources, DrawnCodes]:
        """Choose sources for a batch, and draw their codes unless that was done before.

        All of it follows from the batch alone, so a resumed run finds the same codes again.
        """
        key = _fingerprint(stems_BSCT)
        mix = _chosen(stem_names, stems_BSCT, torch.Generator().manual_seed(key))
        if key not in self._drawn:
            self._drawn[key] = self.drawn(mix, key)
        return mix, self._drawn[key]

    def drawn(self, mix: MixOfSources, seed: int) -> DrawnCodes:
        """Draw codes of a mix."""
        codec = self.codec
        assert isinstance(codec, SpectralCodec)
        power_BKN = band_sums(mix.sources_BSCT, codec.stft, codec.bands).mix_BCKN.sum(dim=1)
        generator = torch.Generator(power_BKN.device).manual_seed(seed)
        walk = self.sampler(mix.names).sample(
            codec.encode(power_BKN),
            generator,
            latent_rate=codec.config.sample_rate / codec.config.hop,
        )
        while True:
            try:
                next(walk)
            except StopIteration as finished:
                codes_BPLRS, weight_BPL = finished.value
                return DrawnCodes(codes_BPLRS=codes_BPLRS.short(), weight_BPL=weight_BPL)


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
            mix, drawn = module.remembered(stem_names, stems_BSCT)
            stems_BSCT = _sides_changed(mix.sources_BSCT)
        else:
            mix = MixOfSources.of(stem_names, stems_BSCT)
            drawn = module.drawn(mix, int(torch.randint(2**31, ())))
        sums = band_sums(stems_BSCT, codec.stft, codec.bands)
        codes_BPSLR = drawn.codes_BPLRS.long().permute(0, 1, 4, 2, 3)
        latent_BPSLD = codec.quantizer.decode(codes_BPSLR)
        power_BKN = sums.mix_BCKN.sum(dim=1)
    num_particles = latent_BPSLD.shape[1]
    repeated = feature(power_BKN).repeat_interleave(num_particles, dim=0)
    decoded = codec.decoder(latent_BPSLD.flatten(0, 1), repeated)
    log_power, log_mask = (part.unflatten(0, (-1, num_particles)) for part in decoded)
    with torch.autocast(stems_BSCT.device.type, enabled=False):
        opinion = Opinion.of(log_power, log_mask, drawn.weight_BPL.to(log_mask))
    known_S = codec.decoder.masks.places(mix.names)
    known_S = _names_shown(known_S, len(stems_BSCT)) if module.training else known_S
    masks: StemMasks = codec.decoder.masks(opinion, sums.mix_BCKN, known_S)
    with torch.autocast(stems_BSCT.device.type, enabled=False):
        error = masked_error(masks.log_mask_BSCKN.exp(), sums)
        loss_BS = loss_of_masks(error, sums) * mix.is_whole_B[:, None]
        presence = _presence_loss(masks.presence_BS, sums)
        heard = scores_of_masks(masked_error(masks.gated().detach(), sums), sums, mix.names)
        scores |= {name: score for name, score in heard.items() if name in scores}
        return {
            "total": loss_BS.mean() + PRESENCE_WEIGHT * presence,
            "presence": presence,
            **scores,
        }


def _presence_loss(presence_BS: Tensor, sums: BandSums) -> Tensor:
    """Cross entropy of whether each stem sounds."""
    power_BS = sums.stem_BSCKN.sum(dim=(2, 3, 4))
    is_present_BS = power_BS > ACTIVE_SHARE * sums.mix_BCKN.sum(dim=(1, 2, 3))[:, None]
    return binary_cross_entropy_with_logits(presence_BS, is_present_BS.to(presence_BS))


def _chosen(
    stem_names: tuple[str, ...], stems_BSCT: Tensor, random: torch.Generator
) -> MixOfSources:
    """Choose what the mixes of a training batch consist of, in the order of the stems.

    Mostly it is two sources, whose inference is exact and quick.
    """
    share = float(torch.rand((), generator=random))
    pair = torch.randperm(len(stem_names), generator=random)[:2]
    if share < ALL_SHARE:
        return MixOfSources.of(stem_names, stems_BSCT)
    if share < ALL_SHARE + REST_SHARE:
        first = int(pair[0])
        names = (stem_names[first], REST_STEM)
        stem_BSCT = stems_BSCT[:, first : first + 1]
        rest_BSCT = stems_BSCT.sum(dim=1, keepdim=True) - stem_BSCT
        sources_BSCT = torch.cat([stem_BSCT, rest_BSCT], dim=1)
    else:
        is_usual = float(torch.rand((), generator=random)) < USUAL_SHARE
        if is_usual and set(USUAL_PAIR) <= set(stem_names):
            pair = torch.tensor([stem_names.index(name) for name in USUAL_PAIR])
        chosen = sorted(pair.tolist())
        names = (stem_names[chosen[0]], stem_names[chosen[1]])
        sources_BSCT = stems_BSCT[:, chosen]
    is_whole_B = torch.rand(len(stems_BSCT), generator=random) >= SILENCED_SHARE
    is_silenced_BS = torch.stack(
        [side_B := torch.rand(len(stems_BSCT), generator=random) < 0.5, ~side_B], dim=1
    )
    is_kept_BS = (is_whole_B[:, None] | ~is_silenced_BS).to(sources_BSCT)
    return MixOfSources(
        names=names,
        sources_BSCT=sources_BSCT * is_kept_BS[:, :, None, None],
        is_whole_B=is_whole_B.to(sources_BSCT.device),
    )


def _names_shown(known_S: Tensor, num_windows: int) -> Tensor:
    """Return the places of the stems by window, (B, S), some of them unknown."""
    known_BS = known_S.expand(num_windows, -1)
    is_unnamed_BS = torch.rand(known_BS.shape) < UNNAMED_SHARE
    return known_BS.masked_fill(is_unnamed_BS.to(known_BS.device), UNKNOWN)


def _sides_changed(stems_BSCT: Tensor) -> Tensor:
    """Exchange left and right in half of the mixes, which changes nothing for the codes."""
    is_changed_B = torch.rand(len(stems_BSCT)) < 0.5
    return torch.where(
        is_changed_B.to(stems_BSCT.device)[:, None, None, None], stems_BSCT.flip(2), stems_BSCT
    )


def _fingerprint(stems_BSCT: Tensor) -> int:
    samples = stems_BSCT[..., ::FINGERPRINT_STEP].contiguous().cpu().numpy()
    return int.from_bytes(hashlib.blake2b(samples.tobytes(), digest_size=7).digest())
