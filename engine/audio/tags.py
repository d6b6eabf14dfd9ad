"""What a file says about its music in words, read from and written to any container."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

MAX_TAG_LENGTH = 1000  # characters; a comment of megabytes is not worth carrying over


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTags:
    """Words about a recording; an empty string means that the file does not say.

    The names are those of libsndfile, which knows exactly these strings. It reads them from ID3,
    Vorbis comments, RIFF INFO, AIFF and CAF.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    date: str = ""
    tracknumber: str = ""
    genre: str = ""
    copyright: str = ""
    license: str = ""
    comment: str = ""

    @classmethod
    def from_strings(cls, strings: Mapping[str, str]) -> "AudioTags":
        """Take the known names of a container's strings, cleaned of control characters."""
        return cls(
            **{
                field.name: _cleaned(strings[field.name])
                for field in fields(cls)
                if field.name in strings
            }
        )

    def strings(self) -> dict[str, str]:
        """Name and text of every tag that is not empty, fit for any container."""
        texts = {field.name: _cleaned(getattr(self, field.name)) for field in fields(self)}
        return {name: text for name, text in texts.items() if text}


def _cleaned(text: str) -> str:
    # A lone surrogate cannot be encoded, and a NUL would end the string inside the container.
    printable = text.encode("utf-8", "ignore").decode("utf-8")
    words = "".join(character if character.isprintable() else " " for character in printable)
    return " ".join(words.split())[:MAX_TAG_LENGTH]
