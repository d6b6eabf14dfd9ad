"""Compare the published form of method C with what it claims to beat, on unseen sources.

    python -m tests.benchmarks.dossier_check DATASET --sources drums vocals --out FOLDER

DATASET holds ``train/TRACK/STEM.*`` and ``test/TRACK/STEM.*``, or ``TRACK/STEM.*`` with the names
of the test tracks given. Sources are z-scored and mixed in twos at 0 dB, as in the paper. Two
protocols: *clean* tests on signals of unseen tracks; *leak* is the paper's, where every target of
the test has been a target of the training and only its partner is new. A run that was cut
short goes on where it stopped if it is given the same folder.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from engine.methods.spectrogram_vae import faithful
from tests.benchmarks.dossier_material import (
    SECONDS,
    Sampling,
    first_signals,
    load_signals,
)
from tests.benchmarks.dossier_probes import frame_order, latent_sweep, variance_as_confidence
from tests.benchmarks.dossier_scores import (
    ESTIMATES,
    Label,
    Score,
    difference,
    ideal_magnitudes,
    mean_excess_db,
    mix_as_estimate,
    read_scores,
    score,
    write_scores,
)
from tests.benchmarks.dossier_systems import SYSTEMS, System, as_scorer, build, train

FRAMES_PER_SOURCE = 64
FLOOR, CEILING = "mix as estimate", "ideal ratio mask"
SMALL_SYSTEMS = ("VAE, paper's bound", "AE, equal weights", "DNN, joint soft mask", "C+")
"""Trained on the paper-sized material too."""
COMPARISONS = (
    ("VAE, paper's bound", "AE, equal weights"),
    ("VAE, paper's bound", "DNN, joint soft mask"),
    ("VAE, unit variance, β 1", "AE, equal weights"),
    ("VAE, unit variance, β 0.01", "AE, equal weights"),
    ("VAE, unit variance, β 0.01", "DNN, joint soft mask"),
    ("C+", "VAE, paper's bound"),
    ("C+", "DNN, joint soft mask"),
    ("C+", "DNN, joint soft mask, remix"),
    ("C+", "C+ as AE"),
    ("C+ as AE", "DNN, joint soft mask, remix"),
    ("DNN, joint soft mask, remix", "DNN, joint soft mask"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    torch.set_num_threads(1)
    started = time.process_time()
    train_tracks, test_tracks = _tracks(options.dataset, options.test_split, options.test_tracks)
    large = load_signals(train_tracks, options.sources, num_signals=options.signals)
    tests = load_signals(test_tracks, options.sources, num_signals=options.test_signals)
    small = first_signals(large, options.small_signals)
    sampling = Sampling(frames_per_pair=FRAMES_PER_SOURCE // (len(options.sources) - 1))
    report = [
        f"{options.dataset.name}: sources {', '.join(options.sources)}; signals of {SECONDS:g} s "
        f"per source: {options.signals} (large) or {options.small_signals} (paper-sized) for "
        f"training, from {len(train_tracks)} tracks, {options.test_signals} for the clean test, "
        f"from {len(test_tracks)} other tracks; {options.updates} updates, {options.seeds} seeds."
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    table = options.out / "dossier_check.csv"
    scores = read_scores(table)
    done = {(s.material, s.system, s.seed) for s in scores}
    materials = {"large": large} | ({"small": small} if options.small_signals else {})
    for material, signals in materials.items():
        protocols = {
            "clean": tests,
            "leak": first_signals(signals, min(options.test_signals, options.signals)),
        }
        chosen = [s for s in SYSTEMS if material == "large" or s.title in SMALL_SYSTEMS]
        for title, magnitudes in ((FLOOR, mix_as_estimate), (CEILING, ideal_magnitudes)):
            if (material, title, 0) in done:
                continue
            for protocol, held_out in protocols.items():
                label = Label(material=material, protocol=protocol, system=title, seed=0)
                scores += score(magnitudes, held_out, options.sources, label)
        runs = itertools.product(range(options.seeds), chosen)
        for seed, system in ((seed, s) for seed, s in runs if seed == 0 or not s.in_brief):
            if (material, system.title, seed) in done:
                continue
            model = train(
                system, signals, seed=seed, num_updates=options.updates, sampling=sampling
            )
            for protocol, held_out in protocols.items():
                label = Label(material=material, protocol=protocol, system=system.title, seed=seed)
                scores += score(as_scorer(model), held_out, options.sources, label)
            write_scores(table, scores)
            sys.stderr.write(f"{time.process_time() - started:6.0f} s  {material} {system.title}\n")
        report += ["", *_table(scores, material, chosen, len(options.sources))]
    report += ["", *_comparisons(scores)]
    worst = max(scores, key=lambda s: s.identity_error_db)
    report += ["", f"Identity, worst of {len(scores)} rows: {worst.identity_error_db:.1e} dB off."]
    if options.probes:
        report += ["", *variance_as_confidence(large, tests, options.updates, sampling)]
        report += ["", *latent_sweep(large, tests, options.sources, options.updates, sampling)]
        report += ["", *frame_order(large, tests, options.sources, options.updates, options.seeds)]
    report += ["", f"{time.process_time() - started:.0f} CPU-seconds on one thread."]
    text = "\n".join(report) + "\n"
    (options.out / "dossier_check.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="dossier check of method C")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--sources", nargs="+", default=["drums", "bass", "other", "vocals"])
    parser.add_argument("--test-tracks", nargs="*", default=[])
    parser.add_argument("--test-split", default="test")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--signals", type=int, default=24)
    parser.add_argument("--small-signals", type=int, default=5)
    parser.add_argument("--test-signals", type=int, default=12)
    parser.add_argument("--updates", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--probes", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(arguments)


def _tracks(
    dataset: Path, test_split: str, test_names: Sequence[str]
) -> tuple[list[Path], list[Path]]:
    if (dataset / "train").is_dir():
        first, second = (sorted((dataset / split).iterdir()) for split in ("train", test_split))
        return first, second
    tracks = sorted(path for path in dataset.iterdir() if path.is_dir())
    return (
        [track for track in tracks if track.name not in test_names],
        [track for track in tracks if track.name in test_names],
    )


def _table(
    scores: Sequence[Score], material: str, systems: Sequence[System], num_sources: int
) -> list[str]:
    lines = [
        f"**{material}.** Means over test mixtures, both sources and seeds in dB; ± is the "
        "deviation over seeds of the mean SDR; excess is mean SDR less the most that mean SIR "
        "and SAR allow.",
        "",
        "| system | weights per source | estimate | "
        + " | ".join(f"{p} SDR / SIR / SAR (excess)" for p in ("clean", "leak"))
        + " |",
        "|---|---|---|---|---|",
    ]
    weights = {
        s.title: faithful.num_weights(build(s, num_sources, torch.Generator())) // num_sources
        for s in systems
    }
    titles: list[tuple[str, tuple[str, ...]]] = [(FLOOR, ESTIMATES[:1]), (CEILING, ESTIMATES[1:])]
    titles += [(s.title, ESTIMATES) for s in systems]
    for title, estimates in titles:
        for estimate in estimates:
            cells = [
                _cell(_select(scores, material, protocol, title, estimate))
                for protocol in ("clean", "leak")
            ]
            count = weights.get(title, "")
            lines.append(f"| {title} | {count} | {estimate} | {' | '.join(cells)} |")
    return lines


def _cell(scores: Sequence[Score]) -> str:
    sdr, sir, sar = (
        np.mean([getattr(s, name) for s in scores]) for name in ("sdr_db", "sir_db", "sar_db")
    )
    seeds = {s.seed for s in scores}
    means = [np.mean([s.sdr_db for s in scores if s.seed == seed]) for seed in seeds]
    spread = f" ±{np.std(means, ddof=1):.2f}" if len(means) > 1 else ""
    return f"{sdr:.2f}{spread} / {sir:.2f} / {sar:.2f} ({mean_excess_db(scores):.2f})"


def _comparisons(scores: Sequence[Score]) -> list[str]:
    lines = [
        "**Differences of SDR** in dB with 95 % intervals: paired bootstrap over test signals, "
        "seeds and sources averaged.",
        "",
        "| material | first − second | " + " | ".join(
            f"{p}, {e}" for p in ("clean", "leak") for e in ESTIMATES
        ) + " |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for material, (first, second) in itertools.product(("large", "small"), COMPARISONS):
        cells = []
        for protocol, estimate in itertools.product(("clean", "leak"), ESTIMATES):
            columns = [_select(scores, material, protocol, t, estimate) for t in (first, second)]
            if all(columns):
                mean = difference(*columns).mean
                cells.append(f"{mean.value:+.2f} [{mean.low:+.2f}, {mean.high:+.2f}]")
        if cells:
            lines.append(f"| {material} | {first} − {second} | {' | '.join(cells)} |")
    return lines


def _select(
    scores: Sequence[Score], material: str, protocol: str, system: str, estimate: str
) -> list[Score]:
    wanted = (material, protocol, system, estimate)
    return [s for s in scores if (s.material, s.protocol, s.system, s.estimate) == wanted]


if __name__ == "__main__":
    raise SystemExit(main())
