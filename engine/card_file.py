"""The model card in the header of a safetensors file, read and written without torch.

The format (github.com/huggingface/safetensors): eight bytes with the length of the header, the
header as JSON, the tensors. The card is one JSON text in the header's metadata.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from engine.errors import CheckpointError
from engine.model_card import JsonValue, ModelCard

CARD_KEY = "strata_model_card"
CARD_VERSION = 1

_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 50_000_000


def read_card(path: Path) -> ModelCard:
    """Read the card of a checkpoint.

    Raises:
        CheckpointError: The file is missing, damaged, foreign, or from a newer version.
    """
    return parse_card(path, read_metadata(path))


def read_metadata(path: Path) -> dict[str, str]:
    """Read the metadata of any safetensors file, after checking that the file is complete.

    Raises:
        CheckpointError: The file is missing, truncated, or no safetensors file.
    """
    try:
        num_bytes = path.stat().st_size
        with path.open("rb") as file:
            prefix = file.read(_LENGTH_BYTES)
            if len(prefix) < _LENGTH_BYTES:
                raise _damaged(path)
            (length,) = struct.unpack("<Q", prefix)
            if length > min(_MAX_HEADER_BYTES, num_bytes - _LENGTH_BYTES):
                raise _damaged(path)
            header = json.loads(file.read(length))
    except OSError as error:
        raise CheckpointError(
            "The model “{name}” could not be read.",
            remedy="Check that the file exists and that you may read it.",
            name=path.name,
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(header, dict):
        raise _damaged(path)
    metadata = header.pop("__metadata__", {})
    try:
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        is_complete = bool(_LENGTH_BYTES + length + end == num_bytes)
    except (TypeError, KeyError, IndexError) as error:
        raise _damaged(path) from error
    if not is_complete or not isinstance(metadata, dict):
        raise _damaged(path)
    return {str(key): str(value) for key, value in metadata.items()}


def card_metadata(card: ModelCard) -> dict[str, str]:
    """Return the metadata that ``parse_card`` understands."""
    return {CARD_KEY: json.dumps({"version": CARD_VERSION, **asdict(card)}, ensure_ascii=False)}


def parse_card(path: Path, metadata: Mapping[str, str]) -> ModelCard:
    """Build the card from a file's metadata.

    Raises:
        CheckpointError: The metadata hold no card, a damaged one, or one of a newer version.
    """
    if CARD_KEY not in metadata:
        raise CheckpointError(
            "“{name}” is no Strata model.",
            remedy="Choose a file that was made by “strata train”.",
            name=path.name,
        )
    try:
        content = json.loads(metadata[CARD_KEY])
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(content, dict):
        raise _damaged(path)
    version = content.get("version")
    if isinstance(version, int) and version > CARD_VERSION:
        raise CheckpointError(
            "The model “{name}” was made by a newer version of Strata.",
            remedy="Update Strata, or choose another model.",
            name=path.name,
        )
    try:
        return _build_card(content)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path) from error


def _build_card(content: Mapping[str, JsonValue]) -> ModelCard:
    config = content["config"]
    scores = content.get("scores", {})
    stem_order = content.get("stem_order", "fixed")
    if not isinstance(config, dict) or not isinstance(scores, dict):
        raise TypeError("config and scores must be objects")
    if stem_order not in ("fixed", "free"):
        raise ValueError(f"unknown stem order {stem_order!r}")
    stem_names = _texts(content["stem_names"])
    card = ModelCard(
        method=_text(content["method"]),
        title=_text(content["title"]),
        stem_names=stem_names,
        stem_order="free" if stem_order == "free" else "fixed",
        sample_rate=_count(content["sample_rate"]),
        channels=_count(content["channels"]),
        window_frames=_count(content["window_frames"]),
        context_frames=_count(content["context_frames"]),
        config=config,
        experimental_stems=_texts(content.get("experimental_stems", [])),
        licence=_text(content.get("licence", "")),
        provenance=_text(content.get("provenance", "")),
        seed=_count(content.get("seed", 0)),
        scores={name: _number(value) for name, value in scores.items()},
    )
    if not stem_names or card.sample_rate < 1 or card.channels < 1 or card.window_frames < 1:
        raise ValueError("the card describes no usable model")
    return card


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, got {value!r}")
    return value


def _texts(value: JsonValue) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {value!r}")
    return tuple(_text(entry) for entry in value)


def _count(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"expected a count, got {value!r}")
    return value


def _number(value: JsonValue) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"expected a number, got {value!r}")
    return float(value)


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(
        "The model “{name}” is damaged or incomplete.",
        remedy="Copy or download it again.",
        name=path.name,
    )
