"""Texts that remember how they were made, so that the studio can say them in its own words.

Whoever wants a text takes a wording for its English text. The studio looks its template up among
the translations and fills the same values in.
"""

import errno
import re
from collections.abc import Mapping

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Wording(str):
    """A sentence, or a part of one, in English.

    Attributes:
        template: The text with its placeholders, such as ``{name}``; the key of its translations.
            Without values it is the text itself, and braces in it are braces.
        values: What was filled in; wordings among them can be translated, too. Numbers are numbers,
            rounded as they shall be read: a language has its own way to write them.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, str | int | float]

    def __new__(cls, template: str, /, **values: str | int | float) -> "Wording":
        """Fill values into a template; a wording stays as it is, whatever the values."""
        if isinstance(template, Wording):
            return template
        wording = super().__new__(cls, filled(template, values))
        wording.template = template
        wording.values = values
        return wording


def filled(template: str, values: Mapping[str, str | int | float]) -> str:
    """Put values in place of their names; unlike ``str.format`` this may be done to any text."""
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), template)


def wording_json(text: str) -> JsonValue:
    """Return a text as JSON can say it; a plain text is itself."""
    if not isinstance(text, Wording):
        return text
    values: dict[str, JsonValue] = {
        name: wording_json(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return {"template": text.template, "values": values}


def parse_wording(content: object) -> str:
    """Read what ``wording_json`` returned.

    Raises:
        ValueError: It is something else.
    """
    match content:
        case str():
            return content
        case {"template": str(template), "values": dict(values), **others} if not others:
            return Wording(template, **{str(name): _parsed(values[name]) for name in values})
    raise ValueError(f"no wording: {content!r}")


def _parsed(value: object) -> str | int | float:
    return value if isinstance(value, int | float) else parse_wording(value)


def system_reason(error: OSError) -> Wording:
    """Say why the operating system refused, as the end of a sentence."""
    reasons = {
        errno.ENOSPC: Wording("no space left on device"),
        errno.EDQUOT: Wording("disk quota exceeded"),
        errno.EACCES: Wording("permission denied"),
        errno.EPERM: Wording("operation not permitted"),
        errno.EROFS: Wording("read-only file system"),
        errno.ENOENT: Wording("no such file or directory"),
        errno.ENOTDIR: Wording("not a directory"),
        errno.EISDIR: Wording("is a directory"),
        errno.EEXIST: Wording("file exists"),
        errno.ENAMETOOLONG: Wording("file name too long"),
        errno.EFBIG: Wording("file too large"),
        errno.EIO: Wording("input/output error"),
    }
    if isinstance(error.strerror, Wording):
        return error.strerror  # of ours
    other = Wording((error.strerror or "input/output error").lower())
    return reasons.get(error.errno or 0, other)
