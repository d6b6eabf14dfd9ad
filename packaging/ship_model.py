"""Makes the checkpoint that ships from one that training left: fewer bytes, scores in the card.

    python packaging/ship_model.py runs/draft/model.safetensors resources/models/draft.safetensors
        [--compact] --provenance "..." --evaluation report.json [report.json ...]

Matrices are stored as float16 (an error of at most 2^-11 of each weight), or with ``--compact`` as
integers of 8 bits (see ``engine.compact_weights``), and computed in float32.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.compact_weights import compact

MAX_BYTES = 20_000_000


def main() -> int:
    """Write the checkpoint and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trained", type=Path)
    parser.add_argument("shipped", type=Path)
    parser.add_argument("--compact", action="store_true", help="a quarter of the bytes")
    parser.add_argument("--provenance", help="replaces what training wrote")
    parser.add_argument("--evaluation", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    trained = load_checkpoint(args.trained)
    card = trained.card
    scores = {key: value for path in args.evaluation for key, value in _scores(path).items()}
    checkpoint = Checkpoint(
        card=replace(
            card,
            provenance=args.provenance or card.provenance,
            scores=scores or card.scores,
        ),
        tensors=(compact if args.compact else _halved)(trained.tensors),
    )
    save_checkpoint(args.shipped, checkpoint)
    num_bytes = args.shipped.stat().st_size
    print(f"{args.shipped}: {num_bytes} bytes")
    return 0 if num_bytes <= MAX_BYTES else 2


def _halved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Store matrices as float16."""
    halved = {
        name: tensor.half() if tensor.ndim > 1 and tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }
    for name, tensor in halved.items():
        if not tensor.isfinite().all():
            raise SystemExit(f"a weight of {name} does not fit float16")
    return halved


def _scores(path: Path) -> dict[str, float]:
    """Mean uSDR of the model in each stem of an evaluation's report."""
    report = json.loads(path.read_text(encoding="utf-8"))
    scores: dict[str, float] = {}
    for stem in report["summary"]:
        usdr = stem["systems"].get("model", {}).get("usdr_db")
        if usdr is not None:
            scores[f"{report['dataset']}/{stem['stem']}/usdr_db"] = round(usdr["mean"]["value"], 2)
    return scores


if __name__ == "__main__":
    sys.exit(main())
