"""Names after a pattern: safe, different from each other, and the command line's by default."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.file_names import MAX_NAME_BYTES, cleaned_name
from engine.audio.name_template import (
    DEFAULT_TEMPLATE,
    FIELD_NAMES,
    NameFields,
    parse_template,
)
from engine.errors import EngineError

TITLES = st.one_of(st.text(max_size=20), st.sampled_from(["CON", "a/b", "x" * 400, "é" * 300]))
PATTERNS = st.lists(
    st.sampled_from([f"{{{name}}}" for name in FIELD_NAMES] + [" ", "-", "(", ")", "/", "."]),
    min_size=1,
    max_size=8,
).map("".join)


def test_every_field_is_filled_in() -> None:
    template = parse_template("{n} {artist} - {title} ({stem}, {model}, {date})")
    values = NameFields(
        title="Song", artist="Somebody", stem="Drums", model="draft", n="01", date="1999"
    )

    assert template.file_name(values, suffix=".flac") == (
        "01 Somebody - Song (Drums, draft, 1999).flac"
    )


@given(title=TITLES, label=st.sampled_from(["Drums", "No Bass and Drums"]))
def test_the_default_gives_the_names_of_the_command_line(title: str, label: str) -> None:
    name = parse_template(DEFAULT_TEMPLATE).file_name(
        NameFields(title=title, stem=label), suffix=".wav"
    )

    assert name == cleaned_name(title, suffix=f" ({label}).wav")


@given(pattern=PATTERNS.filter(lambda text: text.strip()), title=TITLES, stem=TITLES)
def test_names_are_clean_and_differ_even_for_eyes_that_ignore_case(
    pattern: str, title: str, stem: str
) -> None:
    template = parse_template(pattern)
    values = [NameFields(title=title, stem=stem), NameFields(title=title, stem=stem.swapcase())] * 2

    names = template.file_names(values, suffix=".wav")

    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == 4
    for name in names:
        assert name.endswith(".wav")
        assert len(name.encode()) <= MAX_NAME_BYTES
        assert cleaned_name(name.removesuffix(".wav"), suffix=".wav") == name


def test_a_long_title_leaves_room_for_the_stem() -> None:
    template = parse_template("{title} ({stem}) {title}")
    names = template.file_names(
        [NameFields(title="ü" * 300, stem=stem) for stem in ("Drums", "Bass")], suffix=".wav"
    )

    assert all("(Drums)" in names[0] and len(name.encode()) <= MAX_NAME_BYTES for name in names)
    assert "(Bass)" in names[1]


def test_fields_without_text_leave_no_crumbs() -> None:
    template = parse_template("{artist} - {title} ({date}) {stem}")

    assert template.file_name(NameFields(title="Song", stem="Bass"), suffix=".wav") == (
        "Song Bass.wav"
    )


def test_doubled_braces_stand_for_themselves() -> None:
    template = parse_template("{{{title}}}")
    assert template.file_name(NameFields(title="Song"), suffix=".wav") == "{Song}.wav"


def test_a_name_that_is_taken_gets_a_number() -> None:
    (name,) = parse_template("{title}").file_names(
        [NameFields(title="Song")], suffix=".wav", is_taken=lambda name: name == "Song.wav"
    )
    assert name == "Song (2).wav"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{bpm}", "no field “{bpm}”"),
        ("{}", "no field “{}”"),
        ("{title!r}", "no field “{title!r}”"),
        ("{n:03}", "no field “{n:03}”"),
        ("{title.__class__}", "no field"),
        ("{title", "no partner"),
        ("title}", "no partner"),
        ("   ", "empty"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_a_sentence_with_a_remedy(
    pattern: str, words: str
) -> None:
    with pytest.raises(EngineError, match=words.replace("{", r"\{").replace("}", r"\}")) as caught:
        parse_template(pattern)
    assert caught.value.remedy
