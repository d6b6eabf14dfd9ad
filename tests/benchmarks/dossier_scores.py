"""Scores of separated mixtures of two, and what can be said about them.

Axes: D the two sources of a mixture, M mixture, N frame of a spectrogram, F frequency bin,
T frame of audio.
"""

import csv
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.evaluation.metrics import bss_ratios, sdr_from_sir_and_sar
from engine.evaluation.statistics import Summary, paired_difference
from engine.methods.spectrogram_vae import faithful
from tests.benchmarks.dossier_material import Signals, pairs_of

ESTIMATES = ("direct", "ratio mask")

Magnitudes = Callable[[Tensor, tuple[int, int], Tensor], Tensor]
"""From mix frames (N, F), a pair and target magnitudes (D, N, F), which only floor and ceiling
look at, to estimated magnitudes (D, N, F)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One source of one test mixture as one trained system estimates it.

    Attributes:
        material: How many signals per source it was trained on, as a name.
        protocol: "clean" or "leak".
        system: Title.
        estimate: One of ``ESTIMATES``.
        seed: Of the training.
        cluster: Index of the test signals; mixtures of other clusters share no signal with it.
        pair: Names of both sources.
        source: The one that is scored.
        sdr_db: Gain decomposition of BSS Eval, which makes it the SI-SDR too.
        sir_db: Likewise.
        sar_db: Likewise.
    """

    material: str
    protocol: str
    system: str
    estimate: str
    seed: int
    cluster: int
    pair: str
    source: str
    sdr_db: float
    sir_db: float
    sar_db: float

    @property
    def identity_error_db(self) -> float:
        """How far this score is from 1/SDR = 1/SIR + (1 + 1/SIR)/SAR."""
        return abs(self.sdr_db - sdr_from_sir_and_sar(self.sir_db, self.sar_db))


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a group of scores has in common; see ``Score``."""

    material: str
    protocol: str
    system: str
    seed: int


@torch.inference_mode()
def score(
    magnitudes: Magnitudes, tests: Signals, sources: Sequence[str], label: Label
) -> list[Score]:
    """Score both estimates on signal m of every source mixed with signal m of every other."""
    scores = []
    num_samples = tests.audio_SMT.shape[-1]
    for pair in pairs_of(len(sources)):
        references_DMT = tests.audio_SMT[list(pair)]
        targets_DMNF = tests.frames_SMNF[list(pair)]
        mix_MNF = targets_DMNF.sum(dim=0)
        shape = mix_MNF.shape
        mix_NF = mix_MNF.flatten(end_dim=1)
        mean_DNF = magnitudes(mix_NF.abs(), pair, targets_DMNF.flatten(1, 2).abs())
        estimates = (
            faithful.direct_estimate(mean_DNF, mix_NF),
            faithful.ratio_masked_estimate(mean_DNF, mix_NF),
        )
        for name, estimate_DNF in zip(ESTIMATES, estimates, strict=True):
            estimate_DMT = faithful.synthesise(
                estimate_DNF.unflatten(1, shape[:2]), num_frames=num_samples
            )
            for cluster in range(shape[0]):
                ratios = bss_ratios(
                    references_DMT[:, cluster, None].numpy(), estimate_DMT[:, cluster, None].numpy()
                )
                for place, ratio in enumerate(ratios):
                    assert ratio.sdr_db is not None
                    assert ratio.sir_db is not None
                    assert ratio.sar_db is not None
                    scores.append(
                        Score(
                            material=label.material,
                            protocol=label.protocol,
                            system=label.system,
                            estimate=name,
                            seed=label.seed,
                            cluster=cluster,
                            pair="+".join(sources[index] for index in pair),
                            source=sources[pair[place]],
                            sdr_db=ratio.sdr_db,
                            sir_db=ratio.sir_db,
                            sar_db=ratio.sar_db,
                        )
                    )
    return scores


def mix_as_estimate(mix_NF: Tensor, pair: tuple[int, int], target_DNF: Tensor) -> Tensor:
    """The floor."""
    return mix_NF.expand_as(target_DNF)


def ideal_magnitudes(mix_NF: Tensor, pair: tuple[int, int], target_DNF: Tensor) -> Tensor:
    """The ceiling: true magnitudes, and so the ideal ratio mask."""
    return target_DNF


def difference(first: Iterable[Score], second: Iterable[Score]) -> Summary:
    """SDR of first - second, bootstrapped over clusters after averaging within each."""
    columns = [_cluster_means(scores) for scores in (first, second)]
    assert columns[0].keys() == columns[1].keys()
    clusters = sorted(columns[0])
    summary = paired_difference(
        [columns[0][cluster] for cluster in clusters],
        [columns[1][cluster] for cluster in clusters],
    )
    assert summary is not None
    return summary


def mean_excess_db(scores: Sequence[Score]) -> float:
    """Mean SDR less the most that mean SIR and mean SAR allow: never positive."""
    sdr, sir, sar = (
        float(np.mean([getattr(score, name) for score in scores]))
        for name in ("sdr_db", "sir_db", "sar_db")
    )
    return sdr - sdr_from_sir_and_sar(sir, sar)


def rank_correlation(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    """Spearman's rho of values without ties."""
    ranks = [np.argsort(np.argsort(values)) for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def read_scores(path: Path) -> list[Score]:
    """Read what ``write_scores`` wrote; no file is no scores."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Score(
                material=row["material"],
                protocol=row["protocol"],
                system=row["system"],
                estimate=row["estimate"],
                seed=int(row["seed"]),
                cluster=int(row["cluster"]),
                pair=row["pair"],
                source=row["source"],
                sdr_db=float(row["sdr_db"]),
                sir_db=float(row["sir_db"]),
                sar_db=float(row["sar_db"]),
            )
            for row in csv.DictReader(file)
        ]


def write_scores(path: Path, scores: Sequence[Score]) -> None:
    """Write one row per score, with how far it is from the identity."""
    names = [field.name for field in dataclasses.fields(Score)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*names, "identity_error_db"])
        writer.writeheader()
        for row in scores:
            identity = {"identity_error_db": f"{row.identity_error_db:.1e}"}
            writer.writerow(dataclasses.asdict(row) | identity)


def _cluster_means(scores: Iterable[Score]) -> dict[int, float]:
    values = defaultdict(list)
    for score_ in scores:
        values[score_.cluster].append(score_.sdr_db)
    return {cluster: float(np.mean(sdrs)) for cluster, sdrs in values.items()}
