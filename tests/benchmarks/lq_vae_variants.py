"""Ways to separate with a solo-prior model, whole or without one of its parts.

Axes: B window, P particle, L latent frame, R stage, S stem, C channel, K band, F frequency bin,
N spectrogram frame, D latent channel, T frame of audio.
"""

from collections.abc import Callable, Generator
from dataclasses import replace

import torch
from torch import Tensor

from engine.methods.base import Estimate
from engine.methods.lq_vae.code_sampler import CodeSampler
from engine.methods.lq_vae.estimates import MixAnalysis, SpectralView
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.prior import CodePrior
from engine.methods.lq_vae.published_selection import select_published
from engine.methods.lq_vae.separator import LqVaeSeparator
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.model_card import ModelCard
from engine.residual import REST_STEM

SIGMA_FACTOR = 4.0
Variant = Callable[[Tensor, Tensor], Estimate]
Score = Callable[[Estimate, Tensor, Tensor], list[float | None]]


def variants(
    card: ModelCard, load: Callable[[], LqVaeModel], particles: list[int], score: Score
) -> dict[str, Variant]:
    """Return the variants by what the table calls them.

    Args:
        card: Of the model.
        load: Builds it anew, since some variants change its weights.
        particles: Numbers of particles.
        score: Gives an estimate's SDR in dB for mix and stems, with which an oracle chooses.
    """
    model = load()
    codec = _codec(model)
    some = sorted(particles)[len(particles) // 2]
    wide = load()
    wide.config = replace(wide.config, covariance_scale=SIGMA_FACTOR**2)
    forgetful = load()
    _forget(forgetful)
    iid = load()
    iid.config = replace(iid.config, resample_below=0.0)
    plain = load()
    masks = _codec(plain).decoder.masks
    for layer in (masks.correction, masks.presence, masks.own):
        for parameter in layer.parameters():
            parameter.zero_()
    nameless = load()
    _codec(nameless).decoder.masks.known_stems = ()
    most = max(particles)
    found: dict[str, Variant] = {"mix": floor(codec), "true codes": _true_codes(model)}
    for number in particles:
        found[f"{number} particles"] = sampled(card, model, number)
    found[f"i.i.d. {some}"] = sampled(card, iid, some)
    if len(card.stem_names) == 2 and REST_STEM not in card.stem_names:
        found[f"published {most}"] = _published(iid, most)
    found[f"oracle of {most}"] = _oracle(iid, most, score)
    found[f"sigma x {SIGMA_FACTOR:.0f}"] = sampled(card, wide, some)
    found["no past"] = sampled(card, forgetful, some)
    found["codes' masks"] = sampled(card, plain, some)
    found["backwards"] = _backwards(model, some)
    found["nameless"] = sampled(card, nameless, some)
    found["nameless, backwards"] = _backwards(nameless, some)
    found["decode only"] = _decoded(model, some)
    return found


def _codec(model: LqVaeModel) -> SpectralCodec:
    assert isinstance(model.codec, SpectralCodec)
    return model.codec


def floor(codec: SpectralCodec) -> Variant:
    """Return the mix itself as every stem."""

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        spec = codec.stft.forward(mix_BCT)[:, None].expand(-1, stems_BSCT.shape[1], -1, -1, -1)
        return Estimate(mean_BSCFN=spec, error_power_BSCFN=torch.zeros_like(spec.real))

    return run


def _view(model: LqVaeModel) -> SpectralView:
    return SpectralView(_codec(model), model.config.stem_names)


def _true_codes(model: LqVaeModel) -> Variant:
    codec, view = _codec(model), _view(model)

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        level_B = codec.bands.power(codec.stft.forward(mix_BCT)).mean(dim=(1, 2, 3))
        codes = []
        for stem_BCT in stems_BSCT.unbind(1):
            power_BCKN = codec.bands.power(codec.stft.forward(stem_BCT))
            latent_BND = codec.encode(power_BCKN.sum(dim=1) / level_B[:, None, None])
            codes.append(codec.quantizer(latent_BND).codes_R)
        codes_BPLRS = torch.stack(codes, dim=-1)[:, None]
        weight_BPL = torch.ones(codes_BPLRS.shape[:3])
        return _finished(view.estimate(view.analyse(mix_BCT), codes_BPLRS, weight_BPL))

    return run


def sampled(card: ModelCard, model: LqVaeModel, num_particles: int) -> Variant:
    """Return what the shipped inference says with so many particles."""
    separator = LqVaeSeparator(card, model, num_particles=num_particles)

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        del stems_BSCT
        return _finished(separator.separate_windows(mix_BCT, torch.Generator().manual_seed(0)))

    return run


def _forget(model: LqVaeModel) -> None:
    """Replace what priors say by the use of the codes in any stem, whatever came before."""
    for name in model.config.prior_names:
        prior = model.priors[name]
        assert isinstance(prior, CodePrior)
        for stage, head in enumerate(prior.heads):
            use_K = model.codec.quantizer.stage(stage).use_K()
            for parameter in head.parameters():
                parameter.zero_()
            bias = head.get_parameter("bias_S1O")
            bias.copy_((use_K + 1e-2 / len(use_K)).log())


def _finished(steps: Generator[float, None, Estimate]) -> Estimate:
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            estimate: Estimate = finished.value
            return estimate


def _candidates(model: LqVaeModel, mix: MixAnalysis, number: int) -> tuple[Tensor, Tensor]:
    sampler = CodeSampler(model, num_particles=number)
    rate = _view(model).latent_rate
    walk = sampler.sample(mix.latent_BLD, torch.Generator().manual_seed(0), latent_rate=rate)
    while True:
        try:
            next(walk)
        except StopIteration as finished:
            drawn: tuple[Tensor, Tensor] = finished.value
            return drawn


def _alone(view: SpectralView, mix: MixAnalysis, codes_LRS: Tensor) -> Estimate:
    """Estimate from one path of codes."""
    codes_BPLRS = codes_LRS[None, None]
    return _finished(view.estimate(mix, codes_BPLRS, torch.ones(codes_BPLRS.shape[:3])))


def _published(model: LqVaeModel, number: int) -> Variant:
    """Best pair of i.i.d. candidates by the published score, in the latent that adds up."""
    view = _view(model)
    priors = [model.prior(name) for name in model.config.prior_names]

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        del stems_BSCT
        mix = view.analyse(mix_BCT)
        codes_PLRS = _candidates(model, mix, number)[0][0]
        paths = codes_PLRS.unbind(dim=-1)
        first, second = (model.codec.quantizer.decode(path).flatten(1) for path in paths)
        log_priors = [
            prior(path[None])[0].flatten(1).sum(dim=1)
            for prior, path in zip(priors, paths, strict=True)
        ]
        chosen = select_published(
            first,
            second,
            mix.latent_BLD[0].flatten(),
            log_priors_N=(log_priors[0], log_priors[1]),
            source_weights=(1.0, 1.0),
            num_steps=paths[0][0].numel(),
        )
        pair = [path[index] for path, index in zip(paths, chosen.joint, strict=True)]
        return _alone(view, mix, torch.stack(pair, dim=-1))

    return run


def _oracle(model: LqVaeModel, number: int, score: Score) -> Variant:
    """Choose the i.i.d. candidate that comes closest to the true stems."""
    view = _view(model)

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        mix = view.analyse(mix_BCT)
        codes_PLRS = _candidates(model, mix, number)[0][0]

        def mean_score(estimate: Estimate) -> float:
            ratios = [ratio for ratio in score(estimate, mix_BCT[0], stems_BSCT[0]) if ratio]
            return sum(ratios) / max(1, len(ratios))

        return max((_alone(view, mix, codes) for codes in codes_PLRS), key=mean_score)

    return run


def _backwards(model: LqVaeModel, number: int) -> Variant:
    """Let the masks see the right instruments at the wrong times."""
    view = _view(model)

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        del stems_BSCT
        mix = view.analyse(mix_BCT)
        codes_BPLRS, weight_BPL = _candidates(model, mix, number)
        return _finished(view.estimate(mix, codes_BPLRS.flip(2), weight_BPL.flip(2)))

    return run


def _decoded(model: LqVaeModel, number: int) -> Variant:
    """Take powers from the codes alone and phases from the mix, without masks and fusion."""
    codec = _codec(model)
    view = _view(model)

    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        del stems_BSCT
        mix = view.analyse(mix_BCT)
        codes_BPLRS, weight_BPL = _candidates(model, mix, number)
        latent_BPSLD = codec.quantizer.decode(codes_BPLRS.permute(0, 1, 4, 2, 3))
        repeated = mix.feature_BKN.repeat_interleave(number, dim=0)
        log_power, _ = codec.decoder(latent_BPSLD.flatten(0, 1), repeated)
        power_BPSKN = log_power.exp().unflatten(0, (-1, number))
        power_BSKN = torch.einsum("bpn,bpskn->bskn", weight_BPL.to(power_BPSKN), power_BPSKN)
        # An envelope spreads over the bins of a band; directions are those of the mix.
        bins_F1 = torch.ones(mix.spec_BCFN.shape[-2], 1)
        bins_K1 = codec.bands.power(bins_F1.to(mix.spec_BCFN))
        amplitude_BSFN = codec.bands.expand(
            (power_BSKN * mix.level_B[:, None, None, None] / bins_K1).sqrt()
        )
        total_B1FN = mix.spec_BCFN.abs().square().sum(dim=1, keepdim=True).sqrt()
        unit_BCFN = mix.spec_BCFN / total_B1FN.clamp_min(1e-12)
        mean_BSCFN = amplitude_BSFN[:, :, None] * unit_BCFN[:, None]
        return Estimate(mean_BSCFN=mean_BSCFN, error_power_BSCFN=torch.zeros_like(mean_BSCFN.real))

    return run
