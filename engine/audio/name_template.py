"""File names after a pattern of the user's, such as ``{title} ({stem})``."""

import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from engine.audio.file_names import MAX_NAME_BYTES, UNTITLED, cleaned_name, unique_name
from engine.errors import EngineError

DEFAULT_TEMPLATE = "{title} ({stem})"
# A title is cut to make room for the rest of a name, but never below this many bytes.
_MIN_TITLE_BYTES = len(UNTITLED) + 8
_SEPARATORS = " -–—_.,;"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFields:
    """What a pattern may speak of; each attribute is the name of a field in braces.

    Attributes:
        title: Of the song.
        artist: Of the song; may be empty.
        stem: Label of the file, such as “Drums” or “No Vocals”.
        model: Name of the model that separated; may be empty.
        n: Number of the file, with leading zeros if there are many; empty is as good as none.
        date: Of the recording, as its tags have it; may be empty.
    """

    title: str
    artist: str = ""
    stem: str = ""
    model: str = ""
    n: str = ""
    date: str = ""


FIELD_NAMES = tuple(field.name for field in fields(NameFields))


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """A pattern that has been understood. Made by ``parse_template``.

    Attributes:
        pieces: Literal text and the name of the field behind it, which may be empty.
    """

    pieces: tuple[tuple[str, str], ...]

    def file_name(self, values: NameFields, *, suffix: str) -> str:
        """Return a name that every file system takes.

        Args:
            values: Texts of the fields.
            suffix: Extension with its dot.
        """
        return cleaned_name(self._text(values, suffix), suffix=suffix)

    def file_names(
        self,
        values: Iterable[NameFields],
        *,
        suffix: str,
        is_taken: Callable[[str], bool] = lambda name: False,
    ) -> tuple[str, ...]:
        """Return a name for each file; equal ones get “ (2)”, “ (3)” and so on.

        Args:
            values: Texts of the fields of each file.
            suffix: Extension with its dot.
            is_taken: Whether a name must not be used for another reason.
        """
        names: list[str] = []
        used: set[str] = set()
        for item in values:
            name = unique_name(
                self._text(item, suffix),
                is_taken=lambda name: _key(name) in used or is_taken(name),
                suffix=suffix,
            )
            used.add(_key(name))
            names.append(name)
        return tuple(names)

    def _text(self, values: NameFields, suffix: str) -> str:
        """Fill in the fields, with the title cut so that the rest of the name survives."""
        num_titles = sum(field == "title" for _, field in self.pieces)
        rest = len(self._filled(values, title="").encode("utf-8", "replace")) + len(suffix.encode())
        room = (MAX_NAME_BYTES - rest) // max(1, num_titles)
        title = cleaned_name(values.title, max_bytes=max(_MIN_TITLE_BYTES, room))
        return self._filled(values, title=title)

    def _filled(self, values: NameFields, *, title: str) -> str:
        text, has_gap = "", False
        for literal, field in self.pieces:
            text += literal
            if field:
                value = title if field == "title" else str(getattr(values, field)).strip()
                has_gap |= not value
                text += value
        if has_gap and title:
            # “ - Song ()” would be left of “{artist} - {title} ({date})”.
            text = " ".join(text.replace("()", "").replace("[]", "").split()).strip(_SEPARATORS)
        return text


def parse_template(text: str) -> NameTemplate:
    """Understand a pattern; ``{{`` and ``}}`` stand for braces.

    Raises:
        EngineError: The pattern has a field that does not exist, or braces without a partner.
    """
    known = ", ".join(f"{{{name}}}" for name in FIELD_NAMES)
    if not text.strip():
        raise EngineError(
            "The pattern for names is empty.", remedy="Use any of {known}.", known=known
        )
    pieces: list[tuple[str, str]] = []
    try:
        for literal, field, spec, conversion in string.Formatter().parse(text):
            if field is not None and (field not in FIELD_NAMES or spec or conversion):
                shown = field + (f"!{conversion}" if conversion else "")
                shown += f":{spec}" if spec else ""
                raise EngineError(
                    "There is no field “{field}” for names.",
                    remedy="Use any of {known}.",
                    field=f"{{{shown}}}",
                    known=known,
                )
            pieces.append((literal, field or ""))
    except ValueError as error:
        raise EngineError(
            "A brace in the pattern for names has no partner.",
            remedy="Write {{ or }} for a brace that stands for itself.",
        ) from error
    return NameTemplate(tuple(pieces))


def _key(name: str) -> str:
    # Windows and macOS take two names for one if only case or composition differ.
    return unicodedata.normalize("NFC", name).casefold()
