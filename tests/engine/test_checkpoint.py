"""Checkpoints come back as they were saved, or are refused with a sentence."""

import dataclasses
import json
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.card_file import CARD_KEY, card_metadata, parse_card, read_card
from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint, write_tensors
from engine.errors import CheckpointError, OutputError
from engine.model_card import ModelCard

CARD = ModelCard(
    method="spectrogram_vae",
    title="Entwurf für “vier” Stems 🎚",
    stem_names=("drums", "bass"),
    stem_order="free",
    sample_rate=44_100,
    channels=2,
    window_frames=1000,
    context_frames=10,
    config={"hidden": [1, 2], "deep": {"flag": True, "none": None, "rate": 0.5}},
    experimental_stems=("bass",),
    licence="CC0",
    provenance="Made up.",
    seed=7,
    scores={"test/drums/usdr_db": 7.25},
)


def tiny_checkpoint() -> Checkpoint:
    shared = torch.arange(6.0).reshape(2, 3)
    return Checkpoint(
        card=CARD,
        tensors={
            "a": shared,
            "tied": shared,
            "turned": shared.T,
            "half": torch.ones(3, dtype=torch.float16),
            "brain": torch.ones(3, dtype=torch.bfloat16),
            "count": torch.tensor(3),
        },
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "new folder" / "modèle.safetensors"
    save_checkpoint(path, tiny_checkpoint())
    return path


def test_a_checkpoint_comes_back_as_it_was(path: Path) -> None:
    loaded = load_checkpoint(path)
    assert loaded.card == CARD
    assert read_card(path) == CARD
    saved = tiny_checkpoint().tensors
    assert loaded.tensors.keys() == saved.keys()
    for name, tensor in saved.items():
        assert loaded.tensors[name].dtype == tensor.dtype
        assert torch.equal(loaded.tensors[name], tensor)


@given(
    title=st.text(),
    stems=st.lists(st.text(min_size=1), min_size=1, max_size=4),
    rate=st.integers(1, 2**31),
    scores=st.dictionaries(st.text(), st.floats(allow_nan=False)),
)
def test_any_card_survives_its_metadata(
    title: str, stems: list[str], rate: int, scores: dict[str, float]
) -> None:
    card = dataclasses.replace(
        CARD, title=title, stem_names=tuple(stems), sample_rate=rate, scores=scores
    )
    assert parse_card(Path("x"), card_metadata(card)) == card


def test_reading_a_card_needs_no_torch(path: Path) -> None:
    program = (
        "import sys, pathlib, engine.card_file, engine.model_library;"
        "engine.card_file.read_card(pathlib.Path(sys.argv[1]));"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)


def test_every_truncation_is_refused(path: Path) -> None:
    content = path.read_bytes()
    for length in {*range(0, len(content), 13), 1, 7, 8, 9, len(content) - 1}:
        path.write_bytes(content[:length])
        for read in (read_card, load_checkpoint):
            with pytest.raises(CheckpointError) as caught:
                read(path)
            assert caught.value.remedy


@given(content=st.binary(max_size=300))
def test_noise_is_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.safetensors"
    path.write_bytes(content)
    for read in (read_card, load_checkpoint):
        with pytest.raises(CheckpointError):
            read(path)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"3",
        b'{"__metadata__": 3}',
        b'{"a": {"data_offsets": "x"}}',
        b'{"a": {"data_offsets": [0, "x"]}}',
        b'{"a": 1}',
        b"[" * 5000,
        b'\xff{"',
    ],
)
def test_a_hostile_header_is_refused(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    for read in (read_card, load_checkpoint):
        with pytest.raises(CheckpointError):
            read(path)


def test_a_header_longer_than_any_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.safetensors"
    path.write_bytes(struct.pack("<Q", 2**63) + b"{}")
    with pytest.raises(CheckpointError, match="damaged"):
        read_card(path)


def test_a_foreign_safetensors_file_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    write_tensors(path, {"a": torch.ones(3)}, {"format": "pt"})
    with pytest.raises(CheckpointError, match="no Strata model"):
        load_checkpoint(path)


def test_a_model_of_a_newer_version_is_named_as_such() -> None:
    content = json.loads(card_metadata(CARD)[CARD_KEY])
    content["version"] += 1
    with pytest.raises(CheckpointError, match="newer version"):
        parse_card(Path("new.safetensors"), {CARD_KEY: json.dumps(content)})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", 3),
        ("title", None),
        ("stem_names", []),
        ("stem_names", "drums"),
        ("stem_names", [1]),
        ("stem_order", "wild"),
        ("sample_rate", 0),
        ("sample_rate", True),
        ("channels", 2.5),
        ("window_frames", 0),
        ("context_frames", -1),
        ("config", []),
        ("scores", {"a": "b"}),
        ("experimental_stems", None),
    ],
)
def test_a_card_with_a_wrong_field_is_refused(field: str, value: object) -> None:
    content = json.loads(card_metadata(CARD)[CARD_KEY])
    for damaged in ({**content, field: value},):
        with pytest.raises(CheckpointError, match="damaged"):
            parse_card(Path("x.safetensors"), {CARD_KEY: json.dumps(damaged)})


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for read in (read_card, load_checkpoint):
        with pytest.raises(CheckpointError, match="could not be read"):
            read(tmp_path / "nothing.safetensors")


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one_and_no_rest(path: Path) -> None:
    before = path.read_bytes()
    blocked = path / "inside a file.safetensors"
    with pytest.raises(OutputError):
        save_checkpoint(blocked, tiny_checkpoint())
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_others_may_read_a_checkpoint_as_any_other_file(path: Path) -> None:
    plain = path.parent / "plain"
    plain.write_bytes(b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
