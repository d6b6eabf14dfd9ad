"""A mix in latent space and the priors of its stems, as one problem for the inference.

A latent frame takes R steps, one per stage of the quantiser. The observation of a stage is what
the codes of the stages before, of all sources, leave of the mix.

Axes: B window, P particle, S source, L latent frame, R stage, D latent channel, N row (a particle
of a window), K code.
"""

import torch
from torch import Tensor

from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.many_sources import ManyKernel, ManySourcesConfig
from engine.methods.lq_vae.posterior import PairKernel
from engine.methods.lq_vae.prior import CodePrior
from engine.methods.lq_vae.residual_quantizer import ResidualQuantizer, ResidualStatistics
from engine.methods.lq_vae.sequence import CodePosterior, reorder

SILENT_CODE = 0  # stands for the zero vector


class StagePosteriors:
    """The posteriors of all stages of a quantiser; made once per model."""

    def __init__(
        self,
        quantizer: ResidualQuantizer,
        statistics: ResidualStatistics,
        *,
        source_weight: float,
        num_sources: int,
        many: ManySourcesConfig,
        covariance_scale: float = 1.0,
        num_sounding: int | None = None,
    ) -> None:
        """Prepare the kernels.

        Args:
            quantizer: Codebooks.
            statistics: What true codes leave of mixes.
            source_weight: Weight of each source in the latent of the mix.
            num_sources: Sources, silent ones included.
            many: What steps with three or more sources may cost.
            covariance_scale: Factor on the measured covariance.
            num_sounding: Sources that are not known to be silent; none are all.
        """
        self.quantizer = quantizer
        self.source_weight = source_weight
        self.num_sources = num_sources
        self.many = many
        self.likelihoods = [
            _calibrated(
                quantizer,
                statistics,
                stage,
                (source_weight,) * num_sources,
                covariance_scale,
                num_sounding=num_sources if num_sounding is None else num_sounding,
            )
            for stage in range(quantizer.num_stages)
        ]
        self._kernels = [
            PairKernel(likelihood) if num_sources == 2 else None for likelihood in self.likelihoods
        ]

    def kernels(self, generator: torch.Generator) -> "list[PairKernel | ManyKernel]":
        """Return the kernel of each stage; those of many sources draw random numbers."""
        return [
            kernel or ManyKernel(likelihood, self.many, generator)
            for kernel, likelihood in zip(self._kernels, self.likelihoods, strict=True)
        ]


class LatentSequence:
    """See ``CodeSequence``.

    Attributes:
        num_certified: Steps of particles with three or more sources that were certified.
        num_judged: Such steps in all.
    """

    def __init__(
        self,
        latent_BLD: Tensor,
        prior: CodePrior,
        stages: StagePosteriors,
        *,
        num_particles: int,
        generator: torch.Generator,
        log_rest_RK: Tensor | None = None,
        silent: int | None = None,
    ) -> None:
        """Start at the first frame.

        Args:
            latent_BLD: Encoded mixes.
            prior: Priors of all sources, in evaluation mode.
            stages: Posteriors of the same codec and number of sources.
            num_particles: Particles of each window.
            generator: Source of the random numbers of steps with three or more sources.
            log_rest_RK: Distribution of the codes of one more source, after those of the priors,
                which stands for everything else and remembers nothing.
            silent: A source that is known to be silent throughout.

        Raises:
            ValueError: Priors and rest are not as many as the posteriors' sources.
        """
        num_known = prior.num_sources + (log_rest_RK is not None)
        if num_known != stages.num_sources:
            raise ValueError(f"{num_known} priors for {stages.num_sources} sources")
        num_windows, num_frames, num_channels = latent_BLD.shape
        self.num_certified = 0
        self.num_judged = 0
        self._latent_BLD = latent_BLD
        self._prior = prior
        self._log_rest_RK = log_rest_RK
        self._silent = silent
        self._stages = stages
        self._kernels = stages.kernels(generator)
        self._shape_BP = (num_windows, num_particles)
        num_rows = num_windows * num_particles
        self._cache = prior.transformer.new_cache(num_rows=num_rows, num_steps=num_frames)
        self._input_SNW = prior.first_input(num_rows)
        self._hidden_SNW = self._input_SNW
        self._codes_SNR = torch.zeros(
            stages.num_sources, num_rows, 0, dtype=torch.long, device=latent_BLD.device
        )
        self._explained_BPD = latent_BLD.new_zeros(num_windows, num_particles, num_channels)
        self._step = 0

    @property
    def num_sources(self) -> int:
        """Sources of the mix."""
        return self._stages.num_sources

    @property
    def num_steps(self) -> int:
        """Frames times stages."""
        return self._latent_BLD.shape[1] * self._prior.num_stages

    @property
    def shape_BP(self) -> tuple[int, int]:
        """Number of windows and of particles."""
        return self._shape_BP

    def posterior(self) -> CodePosterior:
        """Return the posterior of the codes of the next stage."""
        frame, stage = divmod(self._step, self._prior.num_stages)
        if stage == 0:
            self._hidden_SNW = self._prior.transformer.step(self._input_SNW, self._cache)
        known_SNR = self._codes_SNR[: self._prior.num_sources]
        log_prior_SNK = self._prior.stage_log_prior(self._hidden_SNW, known_SNR)
        if self._log_rest_RK is not None:
            log_rest_1NK = self._log_rest_RK[stage].expand(1, *log_prior_SNK.shape[1:])
            log_prior_SNK = torch.cat([log_prior_SNK, log_rest_1NK])
        if self._silent is not None:
            log_prior_SNK = log_prior_SNK.clone()
            log_prior_SNK[self._silent] = -torch.inf
            log_prior_SNK[self._silent, :, SILENT_CODE] = 0.0
        log_prior_SBPK = log_prior_SNK.unflatten(1, self._shape_BP)
        left_BPD = self._latent_BLD[:, frame, None]
        if stage:
            left_BPD = left_BPD - self._explained_BPD
        kernel = self._kernels[stage]
        if isinstance(kernel, PairKernel):
            return kernel.posterior(left_BPD, *log_prior_SBPK)
        posterior = kernel.posterior(left_BPD, log_prior_SBPK)
        self.num_certified += int(posterior.is_certified_BP.sum())
        self.num_judged += posterior.is_certified_BP.numel()
        return posterior

    def advance(self, codes_BPS: Tensor) -> None:
        """Append the codes of a stage; the last one completes the frame."""
        stage = self._step % self._prior.num_stages
        codes_SN1 = codes_BPS.flatten(0, 1).T[..., None]
        self._codes_SNR = torch.cat([self._codes_SNR, codes_SN1], dim=-1)
        contribution_BPSD = self._stages.quantizer.stage(stage).decode(codes_BPS)
        self._explained_BPD = (
            self._explained_BPD + self._stages.source_weight * contribution_BPSD.sum(dim=2)
        )
        self._step += 1
        if stage == self._prior.num_stages - 1:
            known_SNR = self._codes_SNR[: self._prior.num_sources]
            self._input_SNW = self._prior.next_input(known_SNR)
            self._codes_SNR = self._codes_SNR[..., :0]
            self._explained_BPD = torch.zeros_like(self._explained_BPD)

    def select(self, ancestor_BP: Tensor) -> None:
        """Let every particle go on from the past of another one."""
        num_windows, num_particles = self._shape_BP
        window_B1 = torch.arange(num_windows, device=ancestor_BP.device)[:, None]
        row_N = (window_B1 * num_particles + ancestor_BP).flatten()
        self._cache.select(row_N)
        self._input_SNW = self._input_SNW[:, row_N]
        self._hidden_SNW = self._hidden_SNW[:, row_N]
        self._codes_SNR = self._codes_SNR[:, row_N]
        self._explained_BPD = reorder(self._explained_BPD, ancestor_BP)


def _calibrated(
    quantizer: ResidualQuantizer,
    statistics: ResidualStatistics,
    stage: int,
    source_weights: tuple[float, ...],
    scale: float,
    *,
    num_sounding: int,
) -> Likelihood:
    mean_D, covariance_DD = statistics.covariance(stage=stage, num_sources=num_sounding)
    return Likelihood.of(
        quantizer.stage(stage).codebook_KD,
        source_weights,
        covariance=scale * covariance_DD,
        offset_D=mean_D,
    )
