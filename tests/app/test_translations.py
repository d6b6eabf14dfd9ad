"""Every text of the studio exists in both languages, and says the same."""

import importlib.util
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.application import install_translations
from app.resource_files import resource_path
from tests.app.widgets.studio_window import studio_window

ROOT = Path(__file__).parents[2]
ENGLISH_NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\d.])")  # a bar with its beat is t5.3
PLACEHOLDER = re.compile(r"\{\w*\}|%n|</?\w+>")


@pytest.fixture(scope="module")
def tools() -> ModuleType:
    """The script that makes the files."""
    path = ROOT / "packaging" / "update_translations.py"
    spec = importlib.util.spec_from_file_location("update_translations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    translators = install_translations(qapp, "de")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


def messages(path: Path) -> Iterator[tuple[str, str, list[str], bool]]:
    """Context, source, translations and whether they are finished."""
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation.iter("numerusform")]
            texts = forms or [translation.text or ""]
            is_finished = translation.get("type") is None and all(texts)
            yield name, message.findtext("source") or "", texts, is_finished


def test_every_text_is_translated(tools: ModuleType, language: str, tmp_path: Path) -> None:
    path = tmp_path / f"strata_{language}.ts"
    shutil.copy(resource_path("i18n", path.name), path)

    tools.update(path, language)

    missing = [(name, source) for name, source, _, done in messages(path) if not done]
    assert missing == []
    assert path.read_bytes() == resource_path("i18n", path.name).read_bytes()


def test_german_examples_of_numbers_have_a_comma() -> None:
    english = [
        text
        for _, _, texts, _ in messages(resource_path("i18n", "strata_de.ts"))
        for text in texts
        if ENGLISH_NUMBER.search(text)
    ]

    assert english == []


def test_what_the_program_loads_is_what_was_translated(
    tools: ModuleType, language: str, tmp_path: Path
) -> None:
    compiled = tmp_path / "compiled.qm"

    tools.compile_translation(resource_path("i18n", f"strata_{language}.ts"), compiled)

    assert compiled.read_bytes() == resource_path("i18n", f"strata_{language}.qm").read_bytes()


def test_translations_keep_what_is_filled_in_later(language: str) -> None:
    for context, source, texts, _ in messages(resource_path("i18n", f"strata_{language}.ts")):
        for text in texts:
            wanted = Counter(PLACEHOLDER.findall(source))
            found = Counter(PLACEHOLDER.findall(text))
            # An error may leave out what is of use at the command line alone.
            fits = found <= wanted if context == "EngineError" else found == wanted
            assert fits, f"{source!r} became {text!r}"
            assert ("&" in source) == ("&" in text), f"{source!r} became {text!r}"


def test_german_speaks_german_and_so_do_the_buttons_of_qt(
    qapp: QApplication, german: None, qtbot: QtBot
) -> None:
    with studio_window() as studio:
        titles = [action.text() for action in studio.window.menuBar().actions()]

    assert titles == ["&Datei", "&Bearbeiten", "&Ansicht", "&Transport", "S&puren", "&Hilfe"]
    assert qapp.translate("QPlatformTheme", "Cancel") == "Abbrechen"


def test_plural_forms_are_those_of_the_language(qapp: QApplication, german: None) -> None:
    assert qapp.translate("QueuePanel", "%n song(s)", "", 1) == "1 Stück"
    assert qapp.translate("QueuePanel", "%n song(s)", "", 3) == "3 Stücke"


def test_no_two_entries_of_a_menu_have_the_same_letter(qtbot: QtBot) -> None:
    assert "\n".join(repeated_letters()) == ""


def test_no_two_entries_of_a_german_menu_have_the_same_letter(german: None, qtbot: QtBot) -> None:
    assert "\n".join(repeated_letters()) == ""


def repeated_letters() -> list[str]:
    with studio_window() as studio:
        return list(_repeated("bar", studio.window.menuBar().actions()))


def _repeated(name: str, actions: list[QAction]) -> Iterator[str]:
    letters: dict[str, str] = {}
    for action in actions:
        found = re.search(r"&(\w)", action.text())
        if found:
            letter = found[1].lower()
            if letter in letters:
                yield f"{name}: {letters[letter]} and {action.text()}"
            letters[letter] = action.text()
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield from _repeated(action.text(), menu.actions())
