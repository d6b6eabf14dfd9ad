"""Names: valid everywhere, never too long, unique."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.file_names import (
    MAX_NAME_BYTES,
    UNTITLED,
    cleaned_name,
    shown_name,
    unique_name,
)

any_text = st.text(st.characters(codec=None), max_size=400)
SUFFIX = " (Drums).wav"


@given(any_text)
def test_a_cleaned_name_fits_windows_and_linux(title: str) -> None:
    name = cleaned_name(title, suffix=SUFFIX)
    stem = name.removesuffix(SUFFIX)

    assert name.endswith(SUFFIX)
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert stem
    assert not set(stem) & set('<>:"/\\|?*')
    assert all(ord(character) >= 32 for character in stem)
    assert stem == stem.strip(" .")
    assert stem.split(".")[0].upper() not in {"CON", "NUL", "COM1", "LPT9", "AUX", "PRN"}


@given(any_text)
def test_cleaning_twice_is_cleaning_once(title: str) -> None:
    once = cleaned_name(title)

    assert cleaned_name(once) == once


@given(any_text)
def test_a_cleaned_name_can_be_created_and_found_again(title: str) -> None:
    name = cleaned_name(title, suffix=SUFFIX)

    assert Path(name).name == name
    os.fsencode(name)


@given(st.lists(any_text, max_size=12))
def test_unique_names_differ_even_when_they_are_cut(titles: list[str]) -> None:
    taken: set[str] = set()
    for title in titles:
        for _ in range(3):
            name = unique_name(title, suffix=SUFFIX, is_taken=taken.__contains__)
            assert name not in taken
            assert len(name.encode()) <= MAX_NAME_BYTES
            taken.add(name)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("", UNTITLED),
        (" . ", UNTITLED),
        ("AC/DC: Live?", "AC_DC_ Live_"),
        ("con", "_con"),
        ("NUL.mix", "_NUL.mix"),
        ("COM¹", "_COM¹"),
        ("console", "console"),
        ("ends with dots...", "ends with dots"),
        (".hidden", "hidden"),
        ("a\nb\x00c\x7f", "abc"),
        ("e\u0301te\u0301", "été"),
        ("\ud800x", "_x"),
        ("日本語の歌", "日本語の歌"),
    ],
)
def test_titles_become_names_that_people_recognise(title: str, expected: str) -> None:
    assert cleaned_name(title) == expected


def test_a_long_name_is_cut_between_characters() -> None:
    name = cleaned_name("é" * 300, suffix=SUFFIX)

    assert name == "é" * ((MAX_NAME_BYTES - len(SUFFIX)) // 2) + SUFFIX


def test_a_number_is_added_in_front_of_the_suffix() -> None:
    taken = {"Song (Drums).wav", "Song (2) (Drums).wav"}

    assert unique_name("Song", suffix=SUFFIX, is_taken=taken.__contains__) == (
        "Song (3) (Drums).wav"
    )


@given(any_text.filter(lambda text: "/" not in text))
def test_a_shown_name_is_printable_and_short(name: str) -> None:
    shown = shown_name(Path(name))

    assert shown.isprintable()
    assert len(shown) <= 80
    shown.encode()
