"""What each part of the inference is worth, on mixes of held-out stems.

    python -m tests.benchmarks.lq_vae_ablation MODEL [MODEL ...] --dataset DATASET
        [--split validation] [--mixes 24] [--rows ROW ...] [--beside MODEL ...] [--cache FOLDER]

Several models of one codec are put together, such as the priors of single stems as they come out
of the training. Every row is a variant on the same windows of the same mixes; the numbers are the
mean SDR of each stem against the real stems, after the fusion, with 95 % intervals over mixes.

* mix: the mix itself as every stem, the floor;
* true codes: the codes of the real stems, what the codec allows;
* particles: sequential Monte Carlo;
* i.i.d.: particles that are never resampled, with the weights that the steps gave them;
* published: the pair of i.i.d. candidates that the published score chooses (two stems);
* oracle: the one of the i.i.d. candidates that is closest to the true stems;
* sigma x 4: a likelihood whose standard deviation is four times the calibrated one;
* no past: priors replaced by how often codes occur, so that only the likelihood speaks;
* codes' masks: the mean of the particles' masks without the network that corrects it;
* backwards: codes from the end of the window to its beginning, so that masks see the right
  instruments at the wrong times: what is left is what the last network hears in the mix itself;
* nameless: stems whose names are kept from the last network, as of one that was added later;
* decode only: powers from the codes and phases from the mix, without masks and fusion;
* ratio mask: the ideal one, on powers; then models of other methods, by the names of their files.

Axes: B window, P particle, L latent frame, R stage, S stem, C channel, K band, F frequency bin,
N spectrogram frame, T frame of audio.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from engine.audio.fusion import fuse
from engine.checkpoint import load_checkpoint
from engine.evaluation.statistics import summarise
from engine.methods.base import Estimate
from engine.methods.lq_vae.composition import combine
from engine.methods.lq_vae.model import load_model
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.model_card import ModelCard
from engine.training.mixing import plain_mixing
from engine.training.stem_dataset import StemDataset
from tests.benchmarks.lq_vae_beside import ideal_ratio_mask, other_method
from tests.benchmarks.lq_vae_variants import variants

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
    parser.add_argument("--rows", nargs="+", help="names of the rows wanted, or their beginnings")
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help="other methods")
    parser.add_argument("--cache", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = combine([load_checkpoint(path) for path in args.models], with_rest=False)
    card = checkpoint.card
    codec = load_model(checkpoint).codec
    assert isinstance(codec, SpectralCodec)
    table = variants(
        card,
        lambda: load_model(checkpoint),
        args.particles,
        lambda estimate, mix_CT, stems_SCT: score(codec, estimate, mix_CT, stems_SCT),
    )
    table["ratio mask"] = ideal_ratio_mask(codec)
    if args.rows is not None:
        table = {name: row for name, row in table.items() if name.startswith(tuple(args.rows))}
    for path in args.beside:
        table[path.stem] = other_method(path, codec, card.stem_names)
    dataset = plain_mixes(args.dataset, args.split, card, cache=args.cache)
    scores: dict[str, list[list[float | None]]] = {name: [] for name in table}
    seconds = dict.fromkeys(table, 0.0)
    for batch in dataset.validation_batches(args.mixes, 0):
        for name, variant in table.items():
            started = time.process_time()
            estimate = variant(batch.mix_BCT, batch.stems_BSCT)
            seconds[name] += time.process_time() - started
            scores[name].append(score(codec, estimate, batch.mix_BCT[0], batch.stems_BSCT[0]))
    duration = args.mixes * card.window_frames / card.sample_rate
    print(f"{'':19}" + "".join(f"{stem:>22}" for stem in card.stem_names) + f"{'CPU s/s':>10}")
    for name in table:
        cells = [_cell([row[s] for row in scores[name]]) for s in range(len(card.stem_names))]
        print(f"{name:19}" + "".join(cells) + f"{seconds[name] / duration:10.2f}")


def plain_mixes(
    folder: Path,
    split: str,
    card: ModelCard,
    *,
    stem_names: tuple[str, ...] | None = None,
    cache: Path | None = None,
) -> StemDataset:
    """Return windows of songs as they are, with the stems of a model unless others are named."""
    return StemDataset(
        folder,
        split=split,
        stem_names=card.stem_names if stem_names is None else stem_names,
        batch_size=1,
        crop_frames=card.window_frames,
        seed=0,
        mixing=plain_mixing(),
        sample_rate=card.sample_rate,
        num_channels=card.channels,
        cache=cache,
    )


def score(
    codec: SpectralCodec, estimate: Estimate, mix_CT: Tensor, stems_SCT: Tensor
) -> list[float | None]:
    """Return the SDR of every stem that sounds, dB; a floor has no error power and is not fused."""
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
