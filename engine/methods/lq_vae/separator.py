"""Separation by exact Bayesian inference over the codes of all stems.

A window is encoded, particles walk through it, and the posterior over the particles goes to the
fusion stage. The start of a window has no past: its context frames, which the pipeline fades out,
give the priors one.

Axes: B window, P particle, S stem, C channel, L latent frame, R stage, K code, T frame of audio.
"""

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.methods.base import Estimate
from engine.methods.lq_vae.beam_search import search_codes
from engine.methods.lq_vae.estimates import CodecView, MixAnalysis, SpectralView, WaveformView
from engine.methods.lq_vae.latent_sequence import LatentSequence, StagePosteriors
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.sequence import CodePaths
from engine.methods.lq_vae.smc import sample_codes
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.model_card import ModelCard

ENCODED_SHARE = 0.02  # of the time of a window, when the particles start
SAMPLED_SHARE = 0.9  # when they have arrived
SECONDS_PER_REPORT = 0.05  # at the earliest; a step of many particles and stems takes longer
# Of a code that the rest never had in training, relative to one of average use.
UNSEEN_USE = 1e-2


class LqVaeSeparator:
    """A codec and the priors of the stems on a device."""

    def __init__(
        self, card: ModelCard, model: LqVaeModel, *, num_particles: int | None = None
    ) -> None:
        """Prepare the posteriors.

        Args:
            card: Facts about the model.
            model: Its networks, on the device that runs them.
            num_particles: Quality: more take longer in proportion; none is the card's default.

        Raises:
            ValueError: There is no particle.
        """
        config = model.config
        self.num_particles = config.num_particles if num_particles is None else num_particles
        if self.num_particles < 1:
            raise ValueError(f"num_particles must be positive, got {self.num_particles}")
        self.certified_share = 1.0
        self._card = card
        self._model = model.eval()
        device = next(model.parameters()).device
        self._prior = model.stacked_prior().to(device)
        self._stages = StagePosteriors(
            model.codec.quantizer,
            model.codec.statistics,
            source_weight=model.codec.source_weight(len(config.stem_names)),
            num_sources=len(config.stem_names),
            many=config.many,
            covariance_scale=config.covariance_scale,
        )
        self._view: CodecView = (
            SpectralView(model.codec)
            if isinstance(model.codec, SpectralCodec)
            else WaveformView(model.codec, num_sources=len(config.stem_names))
        )

    @property
    def card(self) -> ModelCard:
        """Facts about the loaded model."""
        return self._card

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        return self._view.stft

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of windows; see ``Separator.separate_windows``.

        With three and more stems, ``certified_share`` says afterwards which part of the steps was
        enumerated with a certificate; blocked Gibbs ran in the others.
        """
        mix = self._view.analyse(mix_BCT)
        yield ENCODED_SHARE
        with closing(self._sample(mix, generator)) as steps:
            paths = yield from _reported(steps)
        num_stages = self._stages.quantizer.num_stages
        codes_BPLRS = paths.codes_BPLS.unflatten(2, (-1, num_stages))
        # A frame has the weights of its last stage.
        weight_BPL = paths.log_weight_BPL[..., num_stages - 1 :: num_stages].exp()
        decoding = self._view.estimate(mix, codes_BPLRS, weight_BPL)
        with closing(decoding):
            while True:
                try:
                    share = next(decoding)
                except StopIteration as finished:
                    estimate: Estimate = finished.value
                    return estimate
                yield SAMPLED_SHARE + (1.0 - SAMPLED_SHARE) * share

    def _sample(
        self, mix: MixAnalysis, generator: torch.Generator
    ) -> Generator[float, None, CodePaths]:
        sequence = LatentSequence(
            mix.latent_BLD,
            self._prior,
            self._stages,
            num_particles=self.num_particles,
            generator=generator,
            log_rest_RK=self._log_rest() if self._model.config.has_rest else None,
        )
        if self._model.config.inference == "search":
            paths = yield from search_codes(sequence)
            # Only the best path counts; its neighbours differ in a few codes and say no more.
            is_best_P = torch.arange(self.num_particles, device=mix.latent_BLD.device) == 0
            log_weight_P1 = torch.where(is_best_P, 0.0, -torch.inf)[:, None]
            paths = replace(paths, log_weight_BPL=log_weight_P1.expand_as(paths.log_weight_BPL))
        else:
            paths = yield from sample_codes(
                sequence,
                generator,
                resample_below=self._model.config.resample_below,
                lag=self._lag_frames() * self._stages.quantizer.num_stages,
            )
        self.certified_share = sequence.num_certified / max(1, sequence.num_judged)
        return paths

    def _lag_frames(self) -> int:
        return max(1, round(self._model.config.lag_seconds * self._view.latent_rate))

    def _log_rest(self) -> Tensor:
        """Return how often the codec's codes occur in any stem, (R, K), as log-probabilities."""
        quantizer = self._stages.quantizer
        use_RK = torch.stack([quantizer.stage(r).use_K() for r in range(quantizer.num_stages)])
        return (use_RK + UNSEEN_USE / use_RK.shape[1]).log().log_softmax(dim=-1)


def _reported(steps: Generator[float, None, CodePaths]) -> Generator[float, None, CodePaths]:
    """Pass on steps as shares of the window, as often as somebody could want to cancel."""
    reported = time.monotonic()
    while True:
        try:
            share = next(steps)
        except StopIteration as finished:
            paths: CodePaths = finished.value
            return paths
        now = time.monotonic()
        if now - reported >= SECONDS_PER_REPORT:
            reported = now
            yield ENCODED_SHARE + (SAMPLED_SHARE - ENCODED_SHARE) * share
