"""Encoder of the mix into blocks of a latent, and the decoder that turns one block into one stem.

The encoder sees a picture of patches (groups of neighbouring bands) over time. Each of its blocks
has a convolution over neighbouring patches and frames, shared by all patches, and a short vector
per frame through which all patches exchange what they have found. The latent of a frame has Q·D
numbers per patch, more than there are sources or channels. The decoder, the same for every
source, sees nothing but its own block and what the memory holds about its source.

Dual-path trunks after Luo, Yu, arXiv 2209.15174; the recurrent paths are replaced, because dilated
convolutions train five times as fast on a processor.

Axes: B window, Q source, N spectrogram frame, P patch, H channel of a cell, D latent number of a
cell, L = P·D, K band, X feature, O output, M memory.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.methods.blockwise_vae.config import (
    NUM_FEATURES,
    NUM_PLACE_FEATURES,
    NetworkConfig,
)
from engine.methods.blockwise_vae.memory import SourceMemory

LEAST_DOUBT = 1e-4  # power of the error of a mask that is sure, relative to the mix
_NUM_WEIGHTS = 8  # of both channels on the four signals Y, see ``spectra``
_NUM_ERRORS = 2  # one per channel
_FIRST_SHARE = -1.1  # a quarter, as a logit
_FIRST_LOG_VARIANCE = -5.0
_CERTAIN_LOG_VARIANCE = -9.0
_FIRST_VOICE = 0.1  # of a trunk beside filters that are right already
MOST_OF_REACH = 0.98  # that a weight given to the decoder may have
DRAFT_SCALE = 0.3  # brings logits near the range of a standard normal distribution


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Gaussian posterior of the latent, float32.

    Attributes:
        mean_BQNL: Mean.
        log_variance_BQNL: Log-variance.
    """

    mean_BQNL: Tensor
    log_variance_BQNL: Tensor

    def in_order(self, order_BR: Tensor) -> "Posterior":
        """Sort the blocks: block r becomes that of number ``order_BR[..., r]``."""
        index_BRNL = order_BR[..., None, None].expand_as(self.mean_BQNL)
        return Posterior(
            mean_BQNL=self.mean_BQNL.gather(1, index_BRNL),
            log_variance_BQNL=self.log_variance_BQNL.gather(1, index_BRNL),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """What the decoder makes of the blocks, float32.

    Attributes:
        weight_BQCJNK: Real weights w of ``spectra``.
        log_error_BQCNK: Log of the expected squared error, relative to the mix's power.
    """

    weight_BQCJNK: Tensor
    log_error_BQCNK: Tensor


class PatchLinear(nn.Module):
    """A linear map of its own for every patch."""

    def __init__(self, num_patches: int, width_in: int, width_out: int) -> None:
        super().__init__()
        deviation = width_in**-0.5
        self.weight_PHO = nn.Parameter(deviation * torch.randn(num_patches, width_in, width_out))
        self.bias_P1O = nn.Parameter(torch.zeros(num_patches, 1, width_out))

    def forward(self, cells_BNPH: Tensor) -> Tensor:
        """Map (B, N, P, H) to (B, N, P, O)."""
        cells_PMH = cells_BNPH.flatten(0, 1).transpose(0, 1)
        mapped_PMO = torch.bmm(cells_PMH, self.weight_PHO) + self.bias_P1O
        mapped_BNPO: Tensor = mapped_PMO.transpose(0, 1).unflatten(0, cells_BNPH.shape[:2])
        return mapped_BNPO


class LocalBlock(nn.Module):
    """Residual convolution over neighbouring patches and dilated frames."""

    def __init__(self, width: int, *, dilation: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(width)
        self.convolution = nn.Conv2d(
            width, width, 3, padding=(dilation, 1), dilation=(dilation, 1), bias=False
        )
        self.bias_H = nn.Parameter(torch.zeros(width))

    def forward(self, cells_BHNP: Tensor) -> Tensor:
        """Keep the shape."""
        mapped = self.convolution(self.norm(cells_BHNP))
        return cells_BHNP + functional.gelu(mapped + self.bias_H.to(mapped)[:, None, None])


class GlobalBlock(nn.Module):
    """Residual exchange between all patches of a frame and its neighbours in time."""

    def __init__(self, width: int, *, num_patches: int, global_width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(width)
        self.gather = nn.Linear(num_patches * width, global_width)
        # Over an image one row high, which is faster than a convolution of a signal.
        self.convolution = nn.Conv2d(
            global_width, global_width, (1, 3), padding=(0, dilation), dilation=(1, dilation)
        )
        self.spread = nn.Linear(global_width, num_patches * width)

    def forward(self, cells_BHNP: Tensor) -> Tensor:
        """Keep the shape."""
        cells_BNPH = self.norm(cells_BHNP).permute(0, 2, 3, 1)
        vector = functional.gelu(self.gather(cells_BNPH.flatten(2)))
        mixed = self.convolution(vector.transpose(1, 2)[:, :, None])[:, :, 0].transpose(1, 2)
        spread_BNPH = self.spread(vector + functional.gelu(mixed)).unflatten(
            2, cells_BNPH.shape[2:]
        )
        exchanged_BHNP: Tensor = cells_BHNP + spread_BNPH.permute(0, 3, 1, 2)
        return exchanged_BHNP


class Encoder(nn.Module):
    """Mix to posterior of the latent."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        patch = config.bands_per_patch * config.num_features
        self.embed = PatchLinear(config.num_patches, patch, config.width)
        blocks: list[nn.Module] = []
        for dilation in config.dilations:
            blocks.append(LocalBlock(config.width, dilation=dilation))
            blocks.append(
                GlobalBlock(
                    config.width,
                    num_patches=config.num_patches,
                    global_width=config.global_width,
                    dilation=dilation,
                )
            )
        self.trunk = nn.Sequential(*blocks, nn.BatchNorm2d(config.width))
        self.direct = PatchLinear(config.num_patches, patch, config.num_sources * config.latent)
        self.posterior = nn.Linear(config.width, 2 * config.num_sources * config.latent)
        with torch.no_grad():
            # Wide posteriors would show the decoder nothing but noise for the first hundred steps.
            self.posterior.bias.view(2, -1)[1] = _FIRST_LOG_VARIANCE
            self.direct.weight_PHO.zero_()

    def forward(self, features_BNKX: Tensor) -> Posterior:
        """Encode the features of ``spectra``."""
        config = self.config
        patches = features_BNKX.unflatten(2, (config.num_patches, config.bands_per_patch))
        patches_BNPX = patches.flatten(3)
        cells_BNPH = self.embed(patches_BNPX).contiguous()
        cells_BHNP = self.trunk(cells_BNPH.permute(0, 3, 1, 2))
        posterior = self.posterior(cells_BHNP.permute(0, 2, 3, 1)).float()
        split = posterior.unflatten(3, (2, config.num_sources, config.latent))
        direct = self.direct(patches_BNPX).float().unflatten(3, split.shape[4:])
        split = torch.stack([split[:, :, :, 0] + direct, split[:, :, :, 1]], dim=3)
        mean, log_variance = split.permute(3, 0, 4, 1, 2, 5).flatten(4)
        return Posterior(mean_BQNL=mean, log_variance_BQNL=log_variance.clamp(-10.0, 4.0))


class MemoryReader(nn.Module):
    """Turns a source's statistics into a few numbers; an empty slot has learned ones.

    Slots of unlabelled sources are alike, so that nothing but what they hold tells them apart.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width = config.num_patches * config.latent
        num_slots = 1 if config.unlabelled else config.num_sources
        self.slot_QM = nn.Parameter(0.5 * torch.randn(num_slots, config.memory_width))
        self.read = nn.Linear(2 * width, config.memory_width)
        nn.init.zeros_(self.read.bias)

    def forward(self, memory: SourceMemory) -> Tensor:
        """Describe every source, (B, Q, M)."""
        moments = torch.cat([memory.mean_BQL, memory.variance_BQL.log()], dim=2)
        known_BQM = torch.tanh(self.read(moments)) * memory.is_known_BQ[..., None]
        described: Tensor = self.slot_QM + known_BQM
        return described


class Decoder(nn.Module):
    """One block of the latent to one stem; the blocks are folded into the batch."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.decoder_width
        self.enter = nn.Linear(config.latent, width)
        self.modulate = nn.Linear(config.memory_width, 2 * width)
        self.trunk = nn.Sequential(
            *[LocalBlock(width, dilation=dilation) for dilation in config.decoder_dilations],
            nn.BatchNorm2d(width),
        )
        bands = config.bands_per_patch
        self.weight = PatchLinear(config.num_patches, width, bands * _NUM_WEIGHTS)
        self.log_error = PatchLinear(config.num_patches, width, bands * _NUM_ERRORS)
        self.direct_weight = PatchLinear(config.num_patches, config.latent, bands * _NUM_WEIGHTS)
        self.direct_error = PatchLinear(config.num_patches, config.latent, bands * _NUM_ERRORS)
        with torch.no_grad():
            # Starts as real masks of a quarter on either channel.
            outputs = self.weight.weight_PHO.view(config.num_patches, width, 2, 4, bands)
            bias = self.weight.bias_P1O.view(config.num_patches, 2, 4, bands)
            for channel in range(2):
                for signal in range(4):
                    if channel == signal:
                        bias[:, channel, signal] = _FIRST_SHARE
                    else:
                        outputs[:, :, channel, signal] = 0.0
            self.log_error.weight_PHO.zero_()
            self.direct_weight.weight_PHO.zero_()
            self.direct_error.weight_PHO.zero_()

    def forward(self, latent_BQNL: Tensor, described_BQNM: Tensor) -> Decoded:
        """Decode.

        Args:
            latent_BQNL: A sample of the posterior, or its mean.
            described_BQNM: What the memory says; its axis N may have length one.
        """
        config = self.config
        num_sources = latent_BQNL.shape[1]
        latent = latent_BQNL.flatten(0, 1).unflatten(2, (config.num_patches, config.latent))
        gain, offset = self.modulate(described_BQNM.flatten(0, 1))[:, :, None].chunk(2, dim=3)
        entered_BNPH = functional.gelu(self.enter(latent) * (1.0 + gain) + offset)
        cells_BHNP = self.trunk(entered_BNPH.permute(0, 3, 1, 2))
        cells_BNPH = cells_BHNP.permute(0, 2, 3, 1)
        if cells_BNPH.requires_grad:
            # The products per patch return gradients in an order that slows all before them down.
            cells_BNPH.register_hook(lambda gradient: gradient.contiguous())
        outputs_BNPO = self.weight(cells_BNPH) + self.direct_weight(latent)
        logits_BQCJNK = self._bands(outputs_BNPO, num_sources).unflatten(2, (2, 4))
        # Own channel: with a reach of one a share from 0 to 1, the logistic function. All else:
        # from -1 to 1.
        offset_CJ11, slope_CJ11 = _middle_and_slope(logits_BQCJNK)
        weight_BQCJNK = offset_CJ11 + slope_CJ11 * config.reach * torch.tanh(
            logits_BQCJNK * (slope_CJ11 / config.reach)
        )
        # The mean is learned first and the error second, on features that the error may not
        # bend: a learned variance otherwise excuses the mean (arXiv 2203.09168). The latent itself
        # it may bend: numbers that say how sure a mask is would otherwise follow the divergence
        # and the block criterion alone, and drift away from what they mean.
        errors_BNPO = self.log_error(cells_BNPH.detach()) + self.direct_error(latent)
        correction_BQCNK = self._bands(errors_BNPO, num_sources)
        share_BQCNK = weight_BQCJNK.detach().diagonal(dim1=2, dim2=3).movedim(-1, 2).clamp(0.0, 1.0)
        doubt_BQCNK = share_BQCNK * (1.0 - share_BQCNK) + LEAST_DOUBT
        return Decoded(
            weight_BQCJNK=weight_BQCJNK, log_error_BQCNK=doubt_BQCNK.log() + correction_BQCNK
        )

    def _bands(self, outputs_BNPO: Tensor, num_sources: int) -> Tensor:
        """Sort the outputs of patches into (B, Q, outputs of a band, N, K) float32."""
        split = outputs_BNPO.unflatten(3, (-1, self.config.bands_per_patch)).float()
        bands: Tensor = split.permute(0, 3, 1, 2, 4).flatten(3).unflatten(0, (-1, num_sources))
        return bands


class BlockwiseNetwork(nn.Module):
    """Encoder, memory and decoder."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.memory_reader = MemoryReader(config)
        self.decoder = Decoder(config)

    def empty_memory(self, num_songs: int, *, like: Tensor) -> SourceMemory:
        """Return a memory that knows nothing."""
        config = self.config
        width = config.num_patches * config.latent
        return SourceMemory.empty(num_songs, config.num_sources, width, like=like)

    @torch.no_grad()
    def start_from_places(self) -> None:
        """Set weights so that the filters of ``places`` pass through the latent unchanged.

        The first latent numbers of a cell are the filters of its bands, as logits.

        Raises:
            ValueError: The latent has less than eight numbers per band.
        """
        config = self.config
        bands, num_sources = config.bands_per_patch, config.num_sources
        if config.latent < NUM_PLACE_FEATURES * bands:
            raise ValueError(f"a latent of {config.latent} cannot hold the filters of the places")
        self._start_without_opinion()
        # The filters cancel sources, which wide posteriors would undo.
        self.encoder.posterior.bias.view(2, -1)[1] = _CERTAIN_LOG_VARIANCE
        # Nor may the first steps of a learning trunk drown them.
        for trunk in (self.encoder.trunk, self.decoder.trunk):
            last = trunk[-1]
            assert isinstance(last, nn.BatchNorm2d)
            last.weight.fill_(_FIRST_VOICE)
        encoder_PKXQD = self.encoder.direct.weight_PHO.view(
            config.num_patches, bands, config.num_features, num_sources, config.latent
        )
        weight_PDCJK = self.decoder.direct_weight.weight_PHO.view(
            config.num_patches, config.latent, 2, 4, bands
        )
        for band in range(bands):
            for number in range(NUM_PLACE_FEATURES):
                latent = number * bands + band
                channel, signal = divmod(number, 4)
                weight_PDCJK[:, latent, channel, signal, band] = 1.0 / DRAFT_SCALE
                for source in range(num_sources):
                    feature = NUM_FEATURES + NUM_PLACE_FEATURES * source + number
                    encoder_PKXQD[:, band, feature, source, latent] = 1.0

    def _start_without_opinion(self) -> None:
        self.encoder.posterior.weight.zero_()
        self.encoder.posterior.bias.view(2, -1)[0] = 0.0
        self.decoder.weight.weight_PHO.zero_()
        self.decoder.weight.bias_P1O.zero_()

    @torch.no_grad()
    def start_from_draft(self) -> None:
        """Set weights so that the draft's masks and doubts pass through the latent unchanged.

        The first latent numbers of a cell are the draft's masks of both channels, as logits, then
        come its doubts, averaged over the channels.

        Raises:
            ValueError: The latent has less than three numbers per band.
        """
        config = self.config
        bands, num_sources = config.bands_per_patch, config.num_sources
        if config.latent < 3 * bands:
            raise ValueError(f"a latent of {config.latent} cannot hold the draft's masks")
        self._start_without_opinion()
        shape = (config.num_patches, bands, config.num_features, num_sources, config.latent)
        encoder_PKXQD = self.encoder.direct.weight_PHO.view(shape)
        weight_PDCJK = self.decoder.direct_weight.weight_PHO.view(
            config.num_patches, config.latent, 2, 4, bands
        )
        error_PDCK = self.decoder.direct_error.weight_PHO.view(
            config.num_patches, config.latent, 2, bands
        )
        for band in range(bands):
            for source in range(num_sources):
                for channel in range(2):
                    share = NUM_FEATURES + 2 * source + channel
                    doubt = share + 2 * num_sources
                    encoder_PKXQD[:, band, share, source, channel * bands + band] = 1.0
                    encoder_PKXQD[:, band, doubt, source, 2 * bands + band] = 0.5
            for channel in range(2):
                scale = 1.0 / DRAFT_SCALE
                weight_PDCJK[:, channel * bands + band, channel, channel, band] = scale
                error_PDCK[:, 2 * bands + band, channel, band] = scale


def weight_logits(filter_BQCJNK: Tensor, *, reach: float) -> Tensor:
    """Return the numbers of which the decoder would make these weights."""
    middle_CJ11, slope_CJ11 = _middle_and_slope(filter_BQCJNK)
    scaled = (filter_BQCJNK - middle_CJ11) / (slope_CJ11 * reach)
    logit: Tensor = scaled.clamp(-MOST_OF_REACH, MOST_OF_REACH).atanh() * (reach / slope_CJ11)
    return logit


def _middle_and_slope(like: Tensor) -> tuple[Tensor, Tensor]:
    """Weights of a logit of zero and how fast they grow with it, (C, J, 1, 1)."""
    own = torch.eye(2, 4).to(like)[:, :, None, None]
    return 0.5 * own, 1.0 - 0.5 * own
