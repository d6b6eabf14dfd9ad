"""What each augmentation is worth: small drafts trained alike, with one of them left out in turn.

Every variant is the same small network from the same seed, trained for the same number of steps
and mixes, and scored by ``strata evaluate``'s own code on tracks whose sound banks training heard,
on tracks whose banks it never heard, and on a recorded song. Printed are mean uSDR over the stems
and tracks and the paired difference to the variant with everything on, with a 95 % bootstrap
interval over tracks and stems.

    python tests/benchmarks/augmentation_check.py --dataset corpus --recorded hydrogen --out runs

Finished variants are not trained again.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.evaluation.evaluate import EvaluationFinished, EvaluationOptions, evaluate
from engine.evaluation.statistics import paired_difference
from engine.methods.spectrogram_vae.method import METHOD, SpectrogramVaeConfig
from engine.training.config import TrainingConfig
from engine.training.mixing import MixingConfig, plain_mixing
from engine.training.trainer import train

ALL = MixingConfig()
VARIANTS: Mapping[str, MixingConfig] = {
    "all": ALL,
    "none": plain_mixing(),
    "no mixes across songs": replace(ALL, coherent_share=1.0, free_stems=(), free_share=0.0),
    "no dropped stems": replace(ALL, drop_share=0.0, member_drop_share=0.0),
    "no gains": replace(ALL, gain_db=(0.0, 0.0), member_gain_db=(0.0, 0.0)),
    "no pan, width, swap": replace(ALL, pan=0.0, width=(1.0, 1.0), swap_share=0.0),
    "no rate change": replace(ALL, rate_share=0.0),
    "no equalizer": replace(ALL, equalizer_share=0.0),
    "no compression, saturation": replace(ALL, compression_share=0.0, saturation_share=0.0),
    "no rooms": replace(ALL, reverb_share=0.0),
    "no limiter": replace(ALL, limiter_share=0.0),
}
SCORED_SECONDS = 30.0

Scores = dict[tuple[str, str], float]


def main() -> None:
    """Train and score every variant, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--recorded", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--steps", type=int, default=350)
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS))
    args = parser.parse_args()
    scores: dict[str, dict[str, Scores]] = {}
    for name in args.variants:
        model = _trained(name, args.dataset, args.out, args.cache, args.steps)
        scores[name] = {
            "heard": _scores(model, args.dataset / "validation", banks_are_unheard=False),
            "unheard": _scores(model, args.dataset / "validation", banks_are_unheard=True),
            "recorded": _scores(model, args.recorded, banks_are_unheard=None),
        }
        _print_row(name, scores)


def _trained(name: str, dataset: Path, out: Path, cache: Path | None, steps: int) -> Path:
    folder = out / name.replace(" ", "-").replace(",", "")
    model = folder / "model.safetensors"
    base = SpectrogramVaeConfig()
    network = replace(base.network, hidden=96, front_channels=8)
    stage = replace(METHOD.stages[0], config=replace(base, network=network).to_json())
    config = TrainingConfig(
        dataset=dataset,
        steps=steps,
        batch_size=8,
        crop_seconds=3.0,
        warmup_steps=30,
        ema_decay=0.98,
        clip_norm=5.0,
        bf16=True,
        num_threads=1,
        validate_every=steps,
        validation_batches=1,
        checkpoint_every=steps,
        cache=cache,
        mixing=VARIANTS[name],
    )
    folder.mkdir(parents=True, exist_ok=True)
    for _ in train(stage, config, folder, resume=True):
        pass
    return model


def _scores(model: Path, dataset: Path, *, banks_are_unheard: bool | None) -> Scores:
    options = EvaluationOptions(
        dataset=dataset,
        model=str(model),
        device="cpu",
        ceilings=(),
        max_seconds=SCORED_SECONDS,
        remix_seed=0,
    )
    finished = [event for event in evaluate(options) if isinstance(event, EvaluationFinished)]
    scores: Scores = {}
    for track in finished[0].report.tracks:
        if banks_are_unheard is not None:
            # Tracks with even numbers use only banks that training never hears.
            is_unheard = int(track.track.rpartition("_")[2]) % 2 == 0
            if is_unheard != banks_are_unheard:
                continue
        for stem in track.stems:
            usdr_db = stem.systems["model"].usdr_db
            if usdr_db is not None and stem.silent_share < 0.5:
                scores[track.track, stem.stem] = usdr_db
    return scores


def _print_row(name: str, scores: Mapping[str, Mapping[str, Scores]]) -> None:
    cells = []
    for group, own in scores[name].items():
        mean = sum(own.values()) / len(own)
        cell = f"{group} {mean:6.2f} dB"
        if name != "all" and "all" in scores:
            whole = scores["all"][group]
            keys = sorted(own.keys() & whole.keys())
            difference = paired_difference([own[key] for key in keys], [whole[key] for key in keys])
            if difference is not None:
                interval = difference.mean
                cell += f" ({interval.value:+.2f}, {interval.low:+.2f} to {interval.high:+.2f})"
        cells.append(cell)
    print(f"{name:28} " + " | ".join(cells), flush=True)


if __name__ == "__main__":
    main()
