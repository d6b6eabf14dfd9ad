"""A wording is its English text, and remembers how it was made."""

import copy
import errno
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import AudioFileError, EngineError
from engine.serving_messages import JobFailed, line_of, parse_reply
from engine.wording import Wording, parse_wording, system_reason, wording_json

REASON = Wording("it has {num_channels} channels", num_channels=9)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda name: name != "cls")
WORDINGS = st.recursive(
    st.text(),
    lambda inner: st.builds(
        lambda template, values: Wording(template, **values),
        st.text(alphabet="ab{} "),
        st.dictionaries(NAMES, st.one_of(inner, st.integers())),
    ),
    max_leaves=4,
)


def test_an_error_is_its_english_text() -> None:
    error = EngineError("“{name}” is {what}.", remedy="Get {name}.", name="a.wav", what="gone")

    assert (str(error), error.message, error.remedy) == (
        *("“a.wav” is gone.",) * 2,
        "Get a.wav.",
    )


def test_an_error_keeps_its_template_and_its_values() -> None:
    error = AudioFileError("“{name}” is bad: {reason}.", name="{reason}", reason=REASON)

    assert error.message == "“{reason}” is bad: it has 9 channels."
    assert error.message.template == "“{name}” is bad: {reason}."
    assert error.message.values["reason"] is REASON


def test_braces_of_a_text_without_values_are_braces() -> None:
    assert EngineError("Write {{ or }}.", remedy="{name}").message == "Write {{ or }}."


def test_a_wording_that_is_passed_on_stays_what_it_is() -> None:
    inner = Wording("Copy {what} again.", what="it")

    assert EngineError("{name}", remedy=inner, name="a").remedy is inner


@given(text=WORDINGS)
def test_json_and_copies_keep_everything(text: str) -> None:
    for same in (
        parse_wording(json.loads(json.dumps(wording_json(text)))),
        copy.deepcopy(text),
    ):
        assert same == text
        assert wording_json(same) == wording_json(text)


@pytest.mark.parametrize(
    "content", [None, 1, [], {}, {"template": "a"}, {"template": 1, "values": {}},
                {"template": "a", "values": []}, {"template": "a", "values": {"b": None}},
                {"template": "a", "values": {}, "more": 1}],
)  # fmt: skip
def test_what_is_no_wording_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match="no wording"):
        parse_wording(content)


def test_a_failure_of_the_engine_process_arrives_with_its_template() -> None:
    failed = JobFailed(job=1, text=Wording("Bad: {reason}.", reason=REASON), remedy="As it is.")

    arrived = parse_reply(line_of(failed))

    assert arrived == failed
    assert isinstance(arrived, JobFailed)
    assert wording_json(arrived.text) == wording_json(failed.text)
    assert arrived.remedy == "As it is."


def test_what_the_system_reports_reads_as_before_and_can_be_translated() -> None:
    for number in (errno.ENOSPC, errno.EACCES, errno.EROFS):
        assert system_reason(OSError(number, os.strerror(number))).template
    assert system_reason(OSError(errno.ENOSPC, "Any")) == "no space left on device"
    assert system_reason(OSError(errno.EISDIR, Wording("our own"))) == "our own"
    assert system_reason(OSError(9999, "Strange Thing")) == "strange thing"
    assert system_reason(OSError()) == "input/output error"
