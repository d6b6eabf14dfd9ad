"""Times as they are written and typed."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from app.widgets.duration_text import length_text
from app.widgets.time_text import read_time, time_text


@pytest.fixture(params=["de"])
def numbers(request: pytest.FixtureRequest) -> Iterator[QLocale]:
    """The way in which a language writes numbers."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield QLocale()
    QLocale.setDefault(before)


@given(milliseconds=st.integers(0, 400 * 3600 * 1000))
def test_a_time_that_was_written_is_read_back(milliseconds: int) -> None:
    text = time_text(milliseconds / 1000, decimals=3)

    assert read_time(text) == pytest.approx(milliseconds / 1000)
    assert read_time(text.replace(".", ",")) == read_time(text)


@pytest.mark.parametrize(
    ("typed", "seconds"), [("1:05.72", 65.72), ("65.72", 65.72), (" 90 ", 90.0), ("1:02:03", 3723)]
)
def test_times_are_typed_in_several_ways(typed: str, seconds: float) -> None:
    assert read_time(typed) == pytest.approx(seconds)


@pytest.mark.parametrize("typed", ["", "soon", "1:60", "1:60:00", "-3", "1.2.3", "1:", ":5", "1e5"])
def test_what_is_no_time_is_none(typed: str) -> None:
    assert read_time(typed) is None


def test_decimals_of_a_time_follow_the_language(numbers: QLocale) -> None:
    written = time_text(3723.25, decimals=2)

    assert written == "1:02:03,25"
    assert time_text(65) == "1:05"
    # Whether a length has minutes or not, it is written in the same way.
    assert (length_text(9.47), length_text(62.25)) == ("9,47 s", "1:02,25")


@pytest.mark.parametrize("numbers", ["en", "de", "fa", "ar_EG"], indirect=True)
def test_a_time_is_read_back_in_every_language(numbers: QLocale) -> None:
    assert read_time(time_text(3723.25, decimals=2)) == pytest.approx(3723.25)
    assert read_time("1:02:03.25") == read_time("1:02:03,25") == pytest.approx(3723.25)
