"""Tags: whatever the text, it survives a container or is left out."""

from hypothesis import given
from hypothesis import strategies as st

from engine.audio.id3 import tag_bytes
from engine.audio.tags import MAX_TAG_LENGTH, AudioTags

any_text = st.text(st.characters(codec=None), max_size=50)


@given(any_text, any_text)
def test_tags_hold_no_character_that_a_container_refuses(title: str, comment: str) -> None:
    strings = AudioTags(title=title, comment=comment).strings()

    for text in strings.values():
        assert text
        assert text.isprintable()
        text.encode()


@given(st.dictionaries(st.sampled_from(["title", "artist", "software", "x"]), any_text))
def test_unknown_names_are_left_out(strings: dict[str, str]) -> None:
    tags = AudioTags.from_strings(strings)

    assert AudioTags.from_strings(tags.strings()) == tags


def test_a_text_of_megabytes_is_cut() -> None:
    assert len(AudioTags(comment="x" * 10**6).strings()["comment"]) == MAX_TAG_LENGTH


@given(any_text)
def test_the_size_in_an_id3_tag_is_that_of_its_frames(title: str) -> None:
    tag = tag_bytes(AudioTags(title=title, comment="c", license="CC0"))

    size = sum(byte << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    assert size == len(tag) - 10


def test_without_tags_there_is_no_id3_tag() -> None:
    assert tag_bytes(AudioTags()) == b""
