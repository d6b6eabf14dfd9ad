"""Strict reading of JSON that anybody may have edited, cut short or damaged."""

import json
from collections.abc import Callable, Iterator
from math import isfinite
from typing import TypeVar

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

V = TypeVar("V")


class InvalidFieldError(Exception):
    """Something in a file is not as it must be; the text says what, for the log."""


def parse_json(content: bytes) -> dict[str, JsonValue]:
    """Read an object of JSON in UTF-8.

    Raises:
        InvalidFieldError: It is none, or it says something twice.
    """
    try:
        value: JsonValue = json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise InvalidFieldError(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidFieldError("no object of JSON")
    return value


class JsonFields:
    """An object whose fields are taken out one by one; each has one type and its limits."""

    def __init__(self, value: JsonValue, place: str = "") -> None:
        """Wrap an object.

        Args:
            value: What was read.
            place: Where it stands in the file, for the log.
        """
        self._place = place
        if not isinstance(value, dict):
            raise InvalidFieldError(f"“{place}” is no object")
        self._values = value
        self._left = set(value)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def value(self, key: str) -> JsonValue:
        """Take any value."""
        if key not in self._values:
            raise self._invalid(key, "is missing")
        self._left.discard(key)
        return self._values[key]

    def text(self, key: str) -> str:
        """Take a text."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self._invalid(key, "is no text")
        return value

    def flag(self, key: str) -> bool:
        """Take true or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self._invalid(key, "is neither true nor false")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """Take a whole number from low to high."""
        return self._integer(key, self.value(key), low, high)

    def number(self, key: str, low: float, high: float) -> float:
        """Take a number from low to high."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._invalid(key, "is no number")
        if not low <= value <= high or not isfinite(value):
            raise self._invalid(key, f"is not from {low} to {high}")
        return float(value)

    def integer_pairs(self, key: str, low: int, high: int) -> list[tuple[int, int]]:
        """Take a list of pairs of whole numbers from low to high."""
        pairs = []
        for pair in self._list(key):
            if not isinstance(pair, list) or len(pair) != 2:
                raise self._invalid(key, "is no list of pairs")
            first, second = (self._integer(key, value, low, high) for value in pair)
            pairs.append((first, second))
        return pairs

    def fields(self, key: str) -> "JsonFields":
        """Take an object."""
        return JsonFields(self.value(key), f"{self._place}/{key}")

    def objects(self, key: str) -> Iterator["JsonFields"]:
        """Take a list of objects."""
        for number, value in enumerate(self._list(key)):
            yield JsonFields(value, f"{self._place}/{key}/{number}")

    def entries(self, key: str) -> Iterator[tuple[str, "JsonFields"]]:
        """Take an object whose values are objects, by keys that the file may choose."""
        entries = self.fields(key)
        for name in entries._values:
            yield name, entries.fields(name)

    def optional(self, key: str, take: Callable[["JsonFields"], V]) -> V | None:
        """Take an object by a function of its own, or null."""
        value = self.value(key)
        return None if value is None else take(JsonFields(value, f"{self._place}/{key}"))

    def finish(self) -> None:
        """Refuse what nobody has taken: saving would lose it without a word."""
        if self._left:
            raise self._invalid(min(self._left), "is unknown")

    def _list(self, key: str) -> list[JsonValue]:
        value = self.value(key)
        if not isinstance(value, list):
            raise self._invalid(key, "is no list")
        return value

    def _integer(self, key: str, value: JsonValue, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._invalid(key, f"is no whole number from {low} to {high}")
        return value

    def _invalid(self, key: str, problem: str) -> InvalidFieldError:
        return InvalidFieldError(f"“{self._place}/{key}” {problem}")


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key occurs twice")
    return values


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is no number of JSON")
