"""Choices survive the settings; what is damaged there counts as never chosen."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.export_choice import ExportChoice, ExportKind, choice_from_text, choice_text
from engine.audio.audio_format import audio_format

CHOICES = st.builds(
    ExportChoice,
    kind=st.sampled_from(ExportKind),
    unwanted_stems=st.frozensets(st.sampled_from(["drums", "bass", "residual"])),
    with_original=st.booleans(),
    has_fades=st.booleans(),
    format=st.sampled_from([audio_format("flac", "16"), audio_format("mp3"), audio_format("wav")]),
    template=st.text(min_size=1),
    folder=st.sampled_from([None, Path("/somewhere/ö")]),
    existing=st.sampled_from(["ask", "rename", "skip", "overwrite"]),
    with_project=st.booleans(),
    shows_folder=st.booleans(),
)


@given(choice=CHOICES)
def test_a_choice_comes_back_as_it_was(choice: ExportChoice) -> None:
    assert choice_from_text(choice_text(choice)) == choice


def test_neither_the_range_nor_what_a_mix_goes_without_is_remembered() -> None:
    choice = ExportChoice(only_selection=True, removed_stems=frozenset({"bass"}))
    assert choice_from_text(choice_text(choice)) == ExportChoice()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        "null",
        json.dumps({"kind": 3, "container": "exe", "existing": [], "template": None}),
        json.dumps({"container": "flac", "bit_depth": "float", "folder": 7}),
        json.dumps({"unwanted_stems": [1, None], "with_project": "yes"}),
    ],
)
def test_nonsense_counts_as_never_chosen(text: str) -> None:
    assert choice_from_text(text) == ExportChoice()
