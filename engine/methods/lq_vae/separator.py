"""Separation by exact Bayesian inference over the codes of all stems.

A window is encoded, particles walk through it, and the posterior over the particles goes to the
fusion stage. The start of a window has no past: its context frames, which the pipeline fades out,
give the priors one.

Axes: B window, P particle, S stem, C channel, L latent frame, R stage, K code, T frame of audio.
"""

import time
from collections.abc import Generator
from contextlib import closing

import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.methods.base import Estimate
from engine.methods.lq_vae.code_sampler import CodeSampler, Hypothesis
from engine.methods.lq_vae.estimates import CodecView, SpectralView, WaveformView
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.silent_stems import estimate_hypotheses
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.model_card import ModelCard

ENCODED_SHARE = 0.02  # of the time of a window, when the particles start
SAMPLED_SHARE = 0.9  # when they have arrived
SECONDS_PER_REPORT = 0.05  # at the earliest; a step of many particles and stems takes longer


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
        self._card = card
        self._silent_share = config.prior.silent_share
        self._codes = CodeSampler(
            model.eval(),
            num_particles=config.num_particles if num_particles is None else num_particles,
        )
        self._view: CodecView = (
            SpectralView(model.codec, config.stem_names)
            if isinstance(model.codec, SpectralCodec)
            else WaveformView(model.codec, num_sources=len(config.stem_names))
        )

    @property
    def num_particles(self) -> int:
        """Samples of the posterior."""
        return self._codes.num_particles

    @property
    def certified_share(self) -> float:
        """See ``CodeSampler``."""
        return self._codes.certified_share

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
        walk = self._codes.hypotheses(mix.latent_BLD, generator, latent_rate=self._view.latent_rate)
        with closing(walk):
            hypotheses = yield from _reported(walk)
        decoding = estimate_hypotheses(self._view, mix, hypotheses, silent_share=self._silent_share)
        with closing(decoding):
            while True:
                try:
                    share = next(decoding)
                except StopIteration as finished:
                    estimate: Estimate = finished.value
                    return estimate
                yield SAMPLED_SHARE + (1.0 - SAMPLED_SHARE) * share


def _reported(
    steps: Generator[float, None, tuple[Hypothesis, ...]],
) -> Generator[float, None, tuple[Hypothesis, ...]]:
    """Pass on steps as shares of the window, as often as somebody could want to cancel."""
    reported = time.monotonic()
    while True:
        try:
            share = next(steps)
        except StopIteration as finished:
            sampled: tuple[Hypothesis, ...] = finished.value
            return sampled
        now = time.monotonic()
        if now - reported >= SECONDS_PER_REPORT:
            reported = now
            yield ENCODED_SHARE + (SAMPLED_SHARE - ENCODED_SHARE) * share
