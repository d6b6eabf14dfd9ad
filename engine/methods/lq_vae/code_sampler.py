"""Codes of all stems of a mix, drawn from their posterior.

Axes: B window, P particle, S stem, L latent frame or step, R stage, K code, D latent channel.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from engine.methods.lq_vae.beam_search import search_codes
from engine.methods.lq_vae.latent_sequence import LatentSequence, StagePosteriors
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.sequence import CodePaths
from engine.methods.lq_vae.smc import sample_codes
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.residual import REST_STEM

# Of a code that the rest never had in training, relative to one of average use.
UNSEEN_USE = 1e-2
FIRST_SHARE = 0.7  # of the time of all hypotheses, for the one of all stems


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hypothesis:
    """What was drawn on the assumption that a stem is silent throughout, or that none is.

    Attributes:
        silent: The stem's place; none for the hypothesis of all stems.
        codes_BPLRS: Drawn codes.
        weight_BPL: The particles' weights in each frame.
        log_evidence_B: Estimate of log p(mix).
    """

    silent: int | None
    codes_BPLRS: Tensor
    weight_BPL: Tensor
    log_evidence_B: Tensor


class CodeSampler:
    """The priors of some stems of a model, ready to walk through mixes.

    Attributes:
        certified_share: Which part of the last walk's steps was enumerated with a certificate;
            blocked Gibbs ran in the others, which only three and more stems have.
    """

    def __init__(
        self, model: LqVaeModel, *, num_particles: int, stem_names: Sequence[str] | None = None
    ) -> None:
        """Stack the priors and prepare the posteriors of a step.

        Args:
            model: Codec and priors, on the device that runs them. Later changes to its priors and
                codebooks are not seen.
            num_particles: Samples of the posterior.
            stem_names: Stems that the mixes consist of; none are those of the model.

        Raises:
            ValueError: There is no particle.
        """
        if num_particles < 1:
            raise ValueError(f"num_particles must be positive, got {num_particles}")
        config = model.config
        names = tuple(config.stem_names if stem_names is None else stem_names)
        self.num_particles = num_particles
        self.certified_share = 1.0
        self._config = config
        self._names = names
        self._has_rest = REST_STEM in names
        priors = model.stacked_prior([name for name in names if name != REST_STEM])
        self._prior = priors.to(next(model.parameters()).device)
        prepare = partial(
            StagePosteriors,
            model.codec.quantizer,
            model.codec.statistics,
            source_weight=model.codec.source_weight(len(names)),
            num_sources=len(names),
            many=config.many,
            covariance_scale=config.covariance_scale,
        )
        self._stages = prepare()
        knows_silence = isinstance(model.codec, SpectralCodec) and config.inference == "sample"
        self._silent_stages = prepare(num_sounding=1) if knows_silence and len(names) == 2 else None

    @property
    def num_stages(self) -> int:
        """Codes of a latent frame."""
        return self._stages.quantizer.num_stages

    def sample(
        self, latent_BLD: Tensor, generator: torch.Generator, *, latent_rate: float
    ) -> Generator[float, None, tuple[Tensor, Tensor]]:
        """Walk through mixes; yields the share that is done.

        Args:
            latent_BLD: Latents of the mixes.
            generator: Source of randomness, on the same device.
            latent_rate: Latent frames per second.

        Returns:
            Codes (B, P, L, R, S) and the particles' weights in each frame (B, P, L).
        """
        paths = yield from self._walk(latent_BLD, generator, latent_rate=latent_rate)
        return self._frames(paths)

    def hypotheses(
        self, latent_BLD: Tensor, generator: torch.Generator, *, latent_rate: float
    ) -> Generator[float, None, tuple[Hypothesis, ...]]:
        """Walk through mixes as they are, and once more for every stem as if it were silent.

        Only samples of two sources in a latent that adds up are asked for silence: a search has
        no evidence to compare, and steps of more sources take too long.

        Args:
            latent_BLD: Latents of the mixes.
            generator: Source of randomness, on the same device.
            latent_rate: Latent frames per second.

        Yields:
            The share that is done.

        Returns:
            The hypotheses, the one of all stems first.
        """
        asked: tuple[int | None, ...] = (None,)
        if self._silent_stages is not None:
            asked = (None, *range(len(self._names)))
        found = []
        for index, silent in enumerate(asked):
            walk = self._walk(latent_BLD, generator, latent_rate=latent_rate, silent=silent)
            # All particles walk under the first hypothesis, and one under each of the others.
            begin = 0.0 if index == 0 else FIRST_SHARE + (1.0 - FIRST_SHARE) * (index - 1) / 2
            span = 1.0 if len(asked) == 1 else FIRST_SHARE if index == 0 else (1 - FIRST_SHARE) / 2
            while True:
                try:
                    yield begin + span * next(walk)
                except StopIteration as finished:
                    paths: CodePaths = finished.value
                    break
            codes_BPLRS, weight_BPL = self._frames(paths)
            found.append(
                Hypothesis(
                    silent=silent,
                    codes_BPLRS=codes_BPLRS,
                    weight_BPL=weight_BPL,
                    log_evidence_B=paths.log_evidence_B,
                )
            )
        return tuple(found)

    def _walk(
        self,
        latent_BLD: Tensor,
        generator: torch.Generator,
        *,
        latent_rate: float,
        silent: int | None = None,
    ) -> Generator[float, None, CodePaths]:
        stages = self._stages
        if silent is not None:
            assert self._silent_stages is not None
            stages = self._silent_stages
        sequence = LatentSequence(
            latent_BLD,
            self._prior,
            stages,
            num_particles=self.num_particles if silent is None else 1,
            generator=generator,
            log_rest_RK=self._log_rest() if self._has_rest else None,
            silent=silent,
        )
        if self._config.inference == "search":
            paths = yield from search_codes(sequence)
            # Only the best path counts; its neighbours differ in a few codes and say no more.
            is_best_P = torch.arange(self.num_particles, device=latent_BLD.device) == 0
            log_weight_P1 = torch.where(is_best_P, 0.0, -torch.inf)[:, None]
            paths = replace(paths, log_weight_BPL=log_weight_P1.expand_as(paths.log_weight_BPL))
        else:
            lag_frames = max(1, round(self._config.lag_seconds * latent_rate))
            paths = yield from sample_codes(
                sequence,
                generator,
                resample_below=self._config.resample_below,
                lag=lag_frames * self.num_stages,
            )
        if silent is None:
            self.certified_share = sequence.num_certified / max(1, sequence.num_judged)
        return paths

    def _frames(self, paths: CodePaths) -> tuple[Tensor, Tensor]:
        codes_BPLRS = paths.codes_BPLS.unflatten(2, (-1, self.num_stages))
        # A frame has the weights of its last stage.
        weight_BPL = paths.log_weight_BPL[..., self.num_stages - 1 :: self.num_stages].exp()
        return codes_BPLRS, weight_BPL

    def _log_rest(self) -> Tensor:
        """Return how often the codec's codes occur in any stem, (R, K), as log-probabilities."""
        quantizer = self._stages.quantizer
        use_RK = torch.stack([quantizer.stage(r).use_K() for r in range(quantizer.num_stages)])
        return (use_RK + UNSEEN_USE / use_RK.shape[1]).log().log_softmax(dim=-1)
