"""What a prior of its own is worth to an instrument that no model was trained on.

    strata render --out held --seed 1 --hours 0.4 --test-tracks 40 --sources DIR \
        --feature double_bass
    strata add-stem double_bass held --model MODEL --steps 700 --out NEW
    python -m tests.benchmarks.lq_vae_new_stem NEW --dataset held [--stem double_bass]
        [--beside drums] [--instead other bass] [--mixes 24] [--cache FOLDER]

Mixes of the new instrument and another stem are separated with the new prior, and then with the
prior of each stem that could take the instrument instead. The numbers are the mean SDR of both
against the real stems after the fusion, and by how much the new prior is better for the instrument,
paired, with 95 % intervals over mixes.
"""

import argparse
from pathlib import Path

import torch

from engine.checkpoint import load_checkpoint
from engine.evaluation.statistics import Summary, paired_difference, summarise
from engine.methods.lq_vae.composition import select_stems
from engine.methods.lq_vae.model import load_model
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from tests.benchmarks.lq_vae_ablation import plain_mixes, score
from tests.benchmarks.lq_vae_variants import Variant, floor, sampled


@torch.inference_mode()
def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--dataset", required=True, type=Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--stem", default="double_bass")
    parser.add_argument("--beside", default="drums")
    parser.add_argument("--instead", nargs="*", default=["other", "bass"])
    parser.add_argument("--mixes", type=int, default=24)
    parser.add_argument("--cache", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = load_checkpoint(args.model)
    card = checkpoint.card
    codec = load_model(checkpoint).codec
    assert isinstance(codec, SpectralCodec)
    rows: dict[str, Variant] = {"mix": floor(codec)}
    for name in (args.stem, *args.instead):
        chosen = select_stems(checkpoint, (args.beside, name))
        model = load_model(chosen)
        rows[name] = sampled(chosen.card, model, model.config.num_particles)
    names = (args.beside, args.stem)
    dataset = plain_mixes(args.dataset, args.split, card, stem_names=names, cache=args.cache)
    scores: dict[str, list[list[float | None]]] = {name: [] for name in rows}
    for batch in dataset.validation_batches(args.mixes, 0):
        for name, variant in rows.items():
            estimate = variant(batch.mix_BCT, batch.stems_BSCT)
            scores[name].append(score(codec, estimate, batch.mix_BCT[0], batch.stems_BSCT[0]))
    new = [row[1] for row in scores[args.stem]]
    print(f"{'':14}{args.beside:>22}{args.stem:>22}{'new prior better by':>24}")
    for name, found in scores.items():
        own, other = ([row[place] for row in found] for place in (1, 0))
        gain = "" if name == args.stem else _cell(paired_difference(new, own))
        print(f"{name:14}{_cell(summarise(other)):>22}{_cell(summarise(own)):>22}{gain:>24}")


def _cell(summary: Summary | None) -> str:
    if summary is None or summary.mean.low is None or summary.mean.high is None:
        return "-"
    return f"{summary.mean.value:.2f} [{summary.mean.low:.2f}, {summary.mean.high:.2f}]"


if __name__ == "__main__":
    main()
