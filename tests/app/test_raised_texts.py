"""What the engine complains about, the studio says in the user's language and in its own words."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.application import install_translations
from app.model.project_json import parse_project, project_json
from app.model.project_snapshot import ProjectSnapshot
from app.model.shown_text import model_title, shown_error, shown_text
from app.model.song_status import Phase
from app.resource_files import resource_path
from app.widgets.error_banner import ErrorBanner
from app.widgets.separation_panel import device_text
from engine.audio.audio_file import open_audio
from engine.audio.file_checks import check_limits
from engine.audio.mapped_wave import check_room
from engine.errors import EngineError
from engine.model_library import BUNDLED_FOLDER, list_models
from engine.serving_messages import DeviceFound, JobFailed, JobNotice, line_of, parse_reply
from engine.wording import PLACEHOLDER, Wording

ROOT = Path(__file__).parents[2]
# Nobody types options, names of devices, or names of methods into a window.
COMMAND_LINE = re.compile(
    r"(?<!\w)--?\w|“strata|„strata|\bName (?:an|the|a)\b|[“„](?:auto|cpu|cuda)|apt-get|\w_vae"
)
# These pass an error on as it is.
PASSING_ON = {"shown_text.py", "project_snapshot.py", "project_copy.py", "audio_output.py"}
SHOWN = re.compile(r"shown_(?:text|error)\([\w.]+\)")
SHOWN_RAW = re.compile(r"\berror\.(?:message|remedy)\b|str\(error\)")
DECIMAL_FORMAT = re.compile(r":[^}]*\.[1-9]\d*[efg]")
FOR_THE_LOG = re.compile(r"logger\.|InvalidFieldError")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that collects the texts."""
    path = ROOT / "packaging" / "update_translations.py"
    spec = importlib.util.spec_from_file_location("collected_texts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spoken(qapp: QApplication, language: str) -> Iterator[str]:
    """The language that the studio speaks during a test."""
    before = QLocale()
    translators = install_translations(qapp, language)
    yield language
    for translator in translators:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    translators = install_translations(qapp, "de")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


def translations(language: str, context: str) -> dict[str, str]:
    """Finished translations in a file."""
    found: dict[str, str] = {}
    for each in ElementTree.parse(resource_path("i18n", f"strata_{language}.ts")).iter("context"):
        for message in each.iter("message") if each.findtext("name") == context else ():
            translation = message.find("translation")
            if translation is not None and translation.get("type") is None:
                found[message.findtext("source") or ""] = translation.text or ""
    return found


def test_no_text_is_put_together_before_it_could_be_translated(script: ModuleType) -> None:
    broken = [text for text in script.raised_texts() if text.values is None]

    assert broken == [], "use a template and named values, as engine/wording.py says"


def test_every_placeholder_of_a_text_is_filled(script: ModuleType) -> None:
    for text in script.raised_texts():
        assert set(PLACEHOLDER.findall(text.template)) <= (text.values or set()), text


def test_the_studio_says_every_text_in_german_and_in_its_own_words(
    script: ModuleType, language: str
) -> None:
    said = translations(language, script.ERROR_CONTEXT)
    texts = {text.template: text.place for text in script.raised_texts()}
    assert len(texts) > 100

    missing = [
        f"{texts[each]}: {each}" for each in texts if language != "en" and not said.get(each)
    ]
    typed = [
        f"{texts[each]}: {said.get(each, each)}"
        for each in texts
        if COMMAND_LINE.search(said.get(each, each))
    ]

    assert missing == [], "translate it, or list it as one that cannot reach the studio"
    assert typed == [], "this makes no sense in a window: put it in other words in the .ts file"


def test_what_is_listed_as_unreachable_exists(script: ModuleType) -> None:
    for name in script.NOT_IN_THE_STUDIO:
        assert (ROOT / name).exists(), name


def test_no_error_is_shown_without_being_translated() -> None:
    raw = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "app").rglob("*.py"))
        if path.name not in PASSING_ON
        for line in path.read_text(encoding="utf-8").splitlines()
        if SHOWN_RAW.search(SHOWN.sub("", line)) and not FOR_THE_LOG.search(line)
    ]

    assert raw == [], "take it through app/model/shown_text.py"


def test_a_song_that_is_a_text_says_so_in_the_window(spoken: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("no music")

    with pytest.raises(EngineError) as caught:
        open_audio(path)

    assert str(caught.value) == "“notes.wav” could not be opened: it is a text file."
    assert caught.value.remedy == "Name an audio file."  # at the command line
    assert shown_error(caught.value) == {
        "en": "“notes.wav” could not be opened: it is a text file. Choose an audio file.",
        "de": "„notes.wav“ ließ sich nicht öffnen: Es ist eine Textdatei. "
        "Wählen Sie eine Audiodatei.",
    }[spoken]  # fmt: skip


def test_the_banner_speaks_german_about_what_the_engine_process_reports(
    german: None, qtbot: QtBot
) -> None:
    with pytest.raises(EngineError) as caught:
        check_limits(Path("{name} & <b>.wav"), 9, 44_100)
    sent = JobFailed(job=1, text=caught.value.message, remedy=caught.value.remedy)
    reply = parse_reply(line_of(sent))
    assert isinstance(reply, JobFailed)
    banner = ErrorBanner()
    qtbot.addWidget(banner)

    banner.show_error(EngineError(reply.text, remedy=reply.remedy))

    assert banner.text == (
        "„{name} & <b>.wav“ ließ sich nicht öffnen: Die Datei hat 9 Kanäle, und höchstens 8 "
        "sind möglich. Teilen Sie sie in Dateien mit weniger Kanälen auf."
    )


def test_a_failure_can_still_be_translated_when_its_project_is_opened_again(
    german: None, tmp_path: Path
) -> None:
    error = EngineError("“{name}” is damaged or incomplete at {place}.", name="a.wav", place="0:07")
    snapshot = ProjectSnapshot(
        folder=tmp_path,
        source=tmp_path / "a.wav",
        phase=Phase.FAILED,
        error_message=error.message,
        error_remedy="As it was said.",
    )

    opened = parse_project(project_json(snapshot), tmp_path).resting_status().error

    assert opened is not None
    assert (str(opened), opened.remedy) == (str(error), "As it was said.")
    assert shown_text(opened.message) == "„a.wav“ ist bei 0:07 beschädigt oder unvollständig."


def test_devices_give_their_reasons_in_german(german: None) -> None:
    found = DeviceFound(
        name="mps",
        title=Wording("Apple graphics processor"),
        reason=Wording("this installation of PyTorch was built without Metal"),
    )

    assert (
        device_text(found) == "Grafikprozessor von Apple – PyTorch ist hier ohne Metal installiert"
    )


def test_numbers_are_written_as_the_language_does(
    spoken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=1_240_000_000)
    monkeypatch.setattr("engine.audio.mapped_wave.shutil.disk_usage", lambda _: usage)
    folder = tmp_path / "take 1.5"
    with pytest.raises(EngineError) as caught:
        check_room(folder, 3_500_000_000)

    assert (
        shown_text(caught.value.message)
        == {
            "en": "“take 1.5” has room for 1.2 GB, and 3.5 GB are needed.",
            "de": "In „take 1.5“ ist Platz für 1,2 GB, gebraucht werden 3,5 GB.",
        }[spoken]
    )
    sent = JobNotice(
        job=1, text=Wording("by {gain} dB, version {version}", gain=6.02, version="8.6")
    )
    reply = parse_reply(line_of(sent))  # as it comes from the engine's process
    assert isinstance(reply, JobNotice)
    assert shown_text(reply.text) == f"by {'6,02' if spoken == 'de' else '6.02'} dB, version 8.6"


def test_a_place_in_a_song_is_written_as_the_language_does(spoken: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.full((500_000, 1), np.nan), 8_000, subtype="FLOAT")
    with open_audio(path) as mix, pytest.raises(EngineError) as caught:
        mix.read(490_000, 10)

    assert {"en": " at 1 min 1.25 s ", "de": " bei 1 min 1,25 s "}[spoken] in shown_text(
        caught.value.message
    )


def test_decimal_numbers_reach_the_studio_as_numbers(script: ModuleType) -> None:
    writers = {
        f"{path.stem}.{function.name}"
        for path, tree in studio_trees(script)
        if path.name != "reaper_project.py"  # writes another program's file
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.FormattedValue) and DECIMAL_FORMAT.search(ast.unparse(node))
    }

    # A comment in a file of audio is the same in every language.
    assert writers == {"track_export._writer"}, "hand the number over, as engine/wording.py says"


def studio_trees(script: ModuleType) -> Iterator[tuple[Path, ast.Module]]:
    """What the studio's part of the engine is made of."""
    for path in sorted((ROOT / "engine").rglob("*.py")):
        if not path.relative_to(ROOT).as_posix().startswith(script.NOT_IN_THE_STUDIO):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_titles_of_bundled_models_are_translated_and_others_stay(german: None) -> None:
    titles = [entry.card.title for entry in list_models([BUNDLED_FOLDER])]
    assert titles

    assert [title for title in titles if model_title(title) == title] == []
    assert model_title("My own model") == "My own model"
