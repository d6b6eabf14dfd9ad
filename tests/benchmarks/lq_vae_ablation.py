"""What each part of the inference is worth, on mixes of held-out stems.

    python -m tests.benchmarks.lq_vae_ablation MODEL [MODEL ...] --dataset DATASET
        [--split validation] [--mixes 24] [--cache FOLDER]

Several models of one codec are put together, such as the priors of single stems as they come out
of the training. Every row is a variant on the same windows of the same mixes; the numbers are the
mean SDR of each stem against the real stems, after the fusion, with 95 % intervals over mixes.

* mix: the mix itself as every stem, the floor;
* true codes: the codes of the real stems, what the codec allows;
* particles: sequential Monte Carlo;
* i.i.d.: particles that are never resampled, with the weights that the steps gave them;
* sigma x 4: a likelihood whose standard deviation is four times the calibrated one;
* no past: priors replaced by how often codes occur, so that only the likelihood speaks.

Axes: B window, P particle, L latent frame, R stage, S stem, C channel, K band, F frequency bin,
N spectrogram frame, T frame of audio.
"""

import argparse
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from engine.audio.fusion import fuse
from engine.checkpoint import load_checkpoint
from engine.evaluation.statistics import summarise
from engine.methods.base import Estimate
from engine.methods.lq_vae.composition import combine
from engine.methods.lq_vae.estimates import SpectralView
from engine.methods.lq_vae.model import LqVaeModel, load_model
from engine.methods.lq_vae.prior import CodePrior
from engine.methods.lq_vae.separator import LqVaeSeparator
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.model_card import ModelCard
from engine.training.mixing import plain_mixing
from engine.training.stem_dataset import StemDataset

ACTIVE_SHARE = 1e-2  # of the mix's power: stems below it are not scored
SIGMA_FACTOR = 4.0
Variant = Callable[[Tensor, Tensor], Estimate]


@torch.inference_mode()
def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--dataset", required=True, type=Path)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--mixes", type=int, default=24)
    parser.add_argument("--particles", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--cache", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = combine([load_checkpoint(path) for path in args.models], with_rest=False)
    card = checkpoint.card
    codec = load_model(checkpoint).codec
    assert isinstance(codec, SpectralCodec)
    variants = _variants(card, lambda: load_model(checkpoint), args.particles)
    dataset = StemDataset(
        args.dataset,
        split=args.split,
        stem_names=card.stem_names,
        batch_size=1,
        crop_frames=card.window_frames,
        seed=0,
        mixing=plain_mixing(),
        sample_rate=card.sample_rate,
        num_channels=card.channels,
        cache=args.cache,
    )
    scores: dict[str, list[list[float | None]]] = {name: [] for name in variants}
    seconds = dict.fromkeys(variants, 0.0)
    for batch in dataset.validation_batches(args.mixes, 0):
        for name, variant in variants.items():
            started = time.process_time()
            estimate = variant(batch.mix_BCT, batch.stems_BSCT)
            seconds[name] += time.process_time() - started
            scores[name].append(_score(codec, estimate, batch.mix_BCT[0], batch.stems_BSCT[0]))
    duration = args.mixes * card.window_frames / card.sample_rate
    print(f"{'':14}" + "".join(f"{stem:>22}" for stem in card.stem_names) + f"{'CPU s/s':>10}")
    for name in variants:
        cells = [_cell([row[s] for row in scores[name]]) for s in range(len(card.stem_names))]
        print(f"{name:14}" + "".join(cells) + f"{seconds[name] / duration:10.2f}")


def _variants(
    card: ModelCard, load: Callable[[], LqVaeModel], particles: list[int]
) -> dict[str, Variant]:
    model = load()
    assert isinstance(model.codec, SpectralCodec)
    some = sorted(particles)[len(particles) // 2]
    wide = load()
    wide.config = replace(wide.config, covariance_scale=SIGMA_FACTOR**2)
    forgetful = load()
    _forget(forgetful)
    iid = load()
    iid.config = replace(iid.config, resample_below=0.0)
    variants: dict[str, Variant] = {
        "mix": _floor(model.codec),
        "true codes": _true_codes(model.codec),
    }
    for number in particles:
        variants[f"{number} particles"] = _sampled(card, model, number)
    variants[f"i.i.d. {some}"] = _sampled(card, iid, some)
    variants[f"sigma x {SIGMA_FACTOR:.0f}"] = _sampled(card, wide, some)
    variants["no past"] = _sampled(card, forgetful, some)
    return variants


def _floor(codec: SpectralCodec) -> Variant:
    def run(mix_BCT: Tensor, stems_BSCT: Tensor) -> Estimate:
        spec = codec.stft.forward(mix_BCT)[:, None].expand(-1, stems_BSCT.shape[1], -1, -1, -1)
        return Estimate(mean_BSCFN=spec, error_power_BSCFN=torch.zeros_like(spec.real))

    return run


def _true_codes(codec: SpectralCodec) -> Variant:
    view = SpectralView(codec)

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


def _sampled(card: ModelCard, model: LqVaeModel, num_particles: int) -> Variant:
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


def _score(
    codec: SpectralCodec, estimate: Estimate, mix_CT: Tensor, stems_SCT: Tensor
) -> list[float | None]:
    """SDR of every stem that sounds, dB; the floor has no error power and is not fused."""
    stems_SCFN = estimate.mean_BSCFN[0]
    if estimate.error_power_BSCFN.any():
        mix_CFN = codec.stft.forward(mix_CT)
        stems_SCFN = fuse(mix_CFN, stems_SCFN, estimate.error_power_BSCFN[0])
    estimate_SCT = codec.stft.inverse(stems_SCFN, num_frames=mix_CT.shape[-1])
    power_S = stems_SCT.square().sum(dim=(1, 2))
    error_S = (estimate_SCT - stems_SCT).square().sum(dim=(1, 2))
    is_active_S = power_S > ACTIVE_SHARE * mix_CT.square().sum()
    ratio_S = 10.0 * (power_S / error_S).log10()
    return [
        float(ratio) if is_active else None
        for ratio, is_active in zip(ratio_S, is_active_S, strict=True)
    ]


def _cell(values: list[float | None]) -> str:
    summary = summarise(values)
    if summary is None:
        return f"{'-':>22}"
    mean = summary.mean
    if mean.low is None or mean.high is None:
        return f"{mean.value:22.2f}"
    return f"{mean.value:8.2f} [{mean.low:5.2f}, {mean.high:5.2f}]"


if __name__ == "__main__":
    main()
