"""Our models and the peers on the same songs in one run: scores, ceilings, paired differences.

Peers are estimated as their authors publish them, and with --consistent also with what their stems
lack to the mix shared out equally; ours through the whole pipeline. uSDR is the mean over tracks,
cSDR the median over tracks of the median over frames, intervals are 95 % of a bootstrap over
tracks, and "all" is the mean over the stems of a track. A system that was scored with the same
weights, songs and length is not run again: its report lies in --out.

--pieces cuts a dataset's songs into pieces, each scored as a track, so that a dataset of one song
has an interval too; it then speaks of that song alone.

    python tests/benchmarks/peers_quality.py --dataset corpus --out results \
        --ours draft runs/quality/model.safetensors \
        --peers runs/openunmix/openunmix.safetensors runs/htdemucs/htdemucs.safetensors
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import soundfile

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.evaluation.ceilings import CEILINGS
from engine.evaluation.evaluate import (
    EvaluationFinished,
    EvaluationOptions,
    LoadEstimator,
    TrackScored,
    evaluate,
)
from engine.evaluation.reference_tracks import MANIFEST_NAME, TEST_SPLIT, find_tracks
from engine.evaluation.report import SHARE_CEILING, report_to_json, share_percent
from engine.evaluation.statistics import Interval, paired_difference, summarise
from engine.evaluation.stem_estimator import load_estimator
from engine.model_library import find_model
from tests.benchmarks.peers import load_peer

ALL = "all"
METRICS = ("usdr_db", "csdr_db")
LEAST_PIECE_SECONDS = 5.0
# Of a stem, then of a metric, one value per track.
Columns = Mapping[str, Mapping[str, Sequence[float | None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Something to score: floor and ceilings if it has no weights."""

    name: str
    weights: Path | None
    load: LoadEstimator | None
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What of a dataset is scored, and where reports are kept."""

    dataset: Path
    out: Path
    max_seconds: float | None
    num_tracks: int | None
    workers: int


def main() -> None:
    """Score what is missing and print the tables of every dataset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ours", nargs="*", default=["draft"], help="names or paths")
    parser.add_argument("--peers", nargs="*", type=Path, default=[])
    parser.add_argument("--consistent", action="store_true")
    parser.add_argument("--pieces", type=float, metavar="SECONDS")
    parser.add_argument("--max-seconds", type=float)
    parser.add_argument("--tracks", type=int)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    systems = [System(name="references", weights=None, load=None)]
    systems += [_ours(name) for name in args.ours]
    for consistent in (False, True) if args.consistent else (False,):
        systems += [_peer(path, consistent) for path in args.peers]
    with _dataset(args.dataset, args.pieces) as folder:
        scope = Scope(
            dataset=folder,
            out=args.out,
            max_seconds=args.max_seconds,
            num_tracks=args.tracks,
            workers=args.workers,
        )
        _report({system.name: _columns(system, scope) for system in systems}, systems)


def _ours(name: str) -> System:
    path = find_model(name).path
    load = partial(load_estimator, str(path), device="cpu")
    return System(name=_title(path), weights=path, load=load, is_ours=True)


def _peer(path: Path, consistent: bool) -> System:
    name = _title(path) + (" consistent" if consistent else "")
    return System(name=name, weights=path, load=partial(load_peer, path, consistent=consistent))


def _title(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _columns(system: System, scope: Scope) -> dict[str, Columns]:
    """Score a system, or read its report: columns by the evaluation's own name of the system."""
    extent = f"{scope.dataset.name}-{scope.max_seconds}-{scope.num_tracks}"
    digest = hashlib.sha256(system.weights.read_bytes() if system.weights else b"").hexdigest()[:12]
    path = scope.out / f"{extent}-{system.name.replace('/', '_')}-{digest}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_evaluate(system, scope), encoding="utf-8")
    report = json.loads(path.read_text(encoding="utf-8"))
    names = ["model"] if system.load else ["floor", *CEILINGS]
    stems = list(dict.fromkeys(row["stem"] for track in report["tracks"] for row in track["stems"]))
    scores = [{row["stem"]: row["systems"] for row in track["stems"]} for track in report["tracks"]]
    return {
        name: {
            stem: {
                metric: [track[stem][name][metric] if stem in track else None for track in scores]
                for metric in METRICS
            }
            for stem in stems
        }
        for name in names
    }


def _evaluate(system: System, scope: Scope) -> str:
    options = EvaluationOptions(
        dataset=scope.dataset,
        ceilings=() if system.load else CEILINGS,
        max_seconds=scope.max_seconds,
        num_tracks=scope.num_tracks,
        workers=scope.workers,
    )
    for event in evaluate(options, load=system.load):
        if isinstance(event, TrackScored):
            print(f"{system.name} {event.position}/{event.num_tracks}", file=sys.stderr, flush=True)
        elif isinstance(event, EvaluationFinished):
            return json.dumps(report_to_json(event.report), indent=1)
    raise AssertionError("an evaluation ends with a report")


def _report(scored: Mapping[str, Mapping[str, Columns]], systems: Sequence[System]) -> None:
    rows: dict[str, Columns] = {}
    for name, columns in scored.items():
        for kind, column in columns.items():
            rows[name if kind == "model" else kind] = _with_all(column)
    stems = [stem for stem in rows["floor"] if stem != ALL] + [ALL]
    print(f"{'':34}" + "".join(f"{stem:>24}" for stem in stems))
    for metric in METRICS:
        print(metric)
        for name, column in rows.items():
            cells = [_cell(column[stem][metric], metric) for stem in stems]
            print(f"  {name:32}" + "".join(f"{cell:>24}" for cell in cells))
    print(f"share of the way from floor to {SHARE_CEILING} in mean uSDR")
    for system in systems:
        if system.load:
            shares = [
                share_percent(*(_mean(rows[name][stem]) for name in _ends(system.name)))
                for stem in stems
            ]
            cells = ["–" if share is None else f"{share:.0f} %" for share in shares]
            print(f"  {system.name:32}" + "".join(f"{cell:>24}" for cell in cells))
    for ours in systems:
        if ours.is_ours:
            for metric in METRICS:
                print(f"{metric}: {ours.name} minus")
                _report_differences(rows, ours.name, [s for s in systems if s.load], metric, stems)


def _report_differences(
    rows: Mapping[str, Columns],
    ours: str,
    others: Sequence[System],
    metric: str,
    stems: Sequence[str],
) -> None:
    for other in others:
        if other.name != ours:
            pairs = [(rows[ours][stem][metric], rows[other.name][stem][metric]) for stem in stems]
            differences = [paired_difference(*pair) for pair in pairs]
            cells = ["–" if one is None else _interval(one.mean, "+.2f") for one in differences]
            print(f"  {other.name:32}" + "".join(f"{cell:>24}" for cell in cells))


def _ends(name: str) -> tuple[str, str, str]:
    return name, "floor", SHARE_CEILING


def _with_all(columns: Columns) -> Columns:
    means: dict[str, list[float | None]] = {}
    for metric in METRICS:
        tracks = zip(*(column[metric] for column in columns.values()), strict=True)
        known = [[value for value in track if value is not None] for track in tracks]
        means[metric] = [sum(values) / len(values) if values else None for values in known]
    return {**columns, ALL: means}


def _mean(column: Mapping[str, Sequence[float | None]]) -> float | None:
    summary = summarise(column["usdr_db"])
    return summary.mean.value if summary else None


def _cell(values: Sequence[float | None], metric: str) -> str:
    summary = summarise(values)
    if summary is None:
        return "–"
    return _interval(summary.mean if metric == "usdr_db" else summary.median, ".2f")


def _interval(interval: Interval, style: str) -> str:
    if interval.low is None or interval.high is None:
        return format(interval.value, style)
    return f"{interval.value:{style}} [{interval.low:{style}}, {interval.high:{style}}]"


@contextmanager
def _dataset(folder: Path, piece_seconds: float | None) -> Iterator[Path]:
    """Give the dataset, or a copy that is cut into pieces."""
    if piece_seconds is None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as parent:
        cut = Path(parent) / f"{folder.name}-{piece_seconds:g}s"
        manifest = folder / MANIFEST_NAME
        cut.mkdir()
        if manifest.is_file():
            (cut / MANIFEST_NAME).write_bytes(manifest.read_bytes())
        for track in find_tracks(folder):
            files = {**track.parts, **({"mixture": track.mixture} if track.mixture else {})}
            for name, path in files.items():
                _cut(name, path, cut / TEST_SPLIT / track.name, piece_seconds)
        yield cut


def _cut(name: str, path: Path, target: Path, piece_seconds: float) -> None:
    with soundfile.SoundFile(path) as file:
        length = round(piece_seconds * file.samplerate)
        index = 0
        while file.frames - file.tell() >= LEAST_PIECE_SECONDS * file.samplerate:
            piece = target.with_name(f"{target.name}-{index:03}")
            piece.mkdir(parents=True, exist_ok=True)
            soundfile.write(
                piece / f"{name}.wav", file.read(length), file.samplerate, subtype="FLOAT"
            )
            index += 1


if __name__ == "__main__":
    main()
