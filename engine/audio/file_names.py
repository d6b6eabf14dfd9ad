"""Names that every file system takes, made from titles that people write."""

import itertools
import unicodedata
from collections.abc import Callable
from pathlib import Path

MAX_NAME_BYTES = 255  # of ext4, APFS and (in UTF-16 units, so never more) NTFS
# A file is written as ".<8 characters>.part" first, which is always shorter than its name limit.
UNTITLED = "Untitled"

_MAX_SHOWN = 80  # characters of a name in a sentence

_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{device}{digit}" for device in ("COM", "LPT") for digit in "0123456789¹²³"]
)


def cleaned_name(title: str, *, suffix: str = "", max_bytes: int = MAX_NAME_BYTES) -> str:
    """Turn a title into a file name that Windows, macOS and Linux accept.

    Forbidden and invisible characters become ``_`` or vanish, the text is normalised to NFC, and
    a title that is too long is cut between characters so that the suffix still fits.

    Args:
        title: Any text, such as the stem of an input's name; an empty one becomes “Untitled”.
        suffix: Kept as it is at the end, such as ``" (Drums).wav"``.
        max_bytes: Longest name in bytes of UTF-8, suffix included.
    """
    room = max_bytes - len(suffix.encode())
    if room < len(UNTITLED):
        raise ValueError(f"suffix {suffix!r} leaves no room for a name in {max_bytes} bytes")
    text = title.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    text = unicodedata.normalize("NFC", text)
    kept = (
        "_" if character in _FORBIDDEN else character
        for character in text
        if unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
    )
    name = _trimmed("".join(kept)) or UNTITLED
    if name.split(".")[0].rstrip().upper() in _RESERVED:
        name = f"_{name}"
    return (_trimmed(_cut(name, room)) or UNTITLED) + suffix


def unique_name(
    title: str,
    *,
    is_taken: Callable[[str], bool],
    suffix: str = "",
    max_bytes: int = MAX_NAME_BYTES,
) -> str:
    """Like ``cleaned_name``, with “ (2)”, “ (3)” … in front of the suffix until it is free."""
    name = cleaned_name(title, suffix=suffix, max_bytes=max_bytes)
    for number in itertools.count(2):
        if not is_taken(name):
            break
        name = cleaned_name(title, suffix=f" ({number}){suffix}", max_bytes=max_bytes)
    return name


def shown_name(path: Path) -> str:
    """Return the last part of a path as it may appear in a sentence on a terminal."""
    text = path.name.encode("utf-8", "replace").decode("utf-8")
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[: _MAX_SHOWN - 13]}…{shown[-12:]}"


def _trimmed(text: str) -> str:
    # Windows drops dots and spaces at the end of a name; a dot in front would hide the file.
    return text.strip().rstrip(". ").lstrip(". ")


def _cut(text: str, max_bytes: int) -> str:
    cut = text.encode()[:max_bytes].decode("utf-8", "ignore")
    # A combining mark that lost its neighbours would change the last letter.
    while len(cut) < len(text) and cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut
