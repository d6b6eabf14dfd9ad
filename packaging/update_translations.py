"""Brings resources/i18n up to date: new texts of the app into the .ts files, and those into .qm.

    python packaging/update_translations.py           then translate in Qt Linguist or by hand
    python packaging/update_translations.py           again, to compile what was translated

English has a file for its plural forms, and for what the studio says in other words than the
command line. The tools come with PySide6-Essentials.

Errors and notices are raised as templates (see engine/wording.py) and translated where they are
shown; lupdate does not see those, so ``raised_texts`` finds them.
"""

import ast
import builtins
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import PySide6

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for whoever starts the script from elsewhere

from engine.model_library import BUNDLED_FOLDER, list_models  # noqa: E402

FOLDER = ROOT / "resources" / "i18n"
TOOLS = Path(PySide6.__path__[0])
LANGUAGES = ("de", "en")
ERROR_CONTEXT = "EngineError"  # app/model/shown_text.py
MODEL_CONTEXT = "ModelTitle"
# WORKAROUND: lupdate (6.11) sees a plural in translate(context, text, None, NUMBER) only if the
# number is a literal; in self.tr(text, "", NUMBER) it sees all.
PLURAL_CALL = re.compile(r'(translate\(\s*"\w+",\s*"[^"]*%n[^"]*",\s*)(?:None|""),[^\n]*')
UNFINISHED = re.compile(r' *<message>(?:(?!</message>).)*type="unfinished".*?</message>\n', re.S)
EMPTY_CONTEXT = re.compile(r"<context>\s*<name>\w+</name>\s*</context>\n")

# What builds a text that the studio may show: its texts stand in these arguments.
_MAKERS = re.compile(r"\w*Error|Wording|NoticeRaised|unreadable|refuse|_foreign|JobFailed")
_TEXT_KEYWORDS = {"message", "remedy", "reason", "text"}
_FOR_THE_LOG = {"InvalidFieldError", "NewerVersionError", "ArgumentTypeError"}

# These cannot reach the studio: it neither trains nor renders nor measures, and has windows where
# these commands have options.
NOT_IN_THE_STUDIO = (
    "engine/audio/float_scratch.py",
    "engine/cli.py",
    "engine/commands/add_stem.py",
    "engine/commands/blind_model.py",
    "engine/commands/combine_priors.py",
    "engine/commands/evaluate.py",
    "engine/commands/models.py",
    "engine/commands/render.py",
    "engine/commands/separate.py",
    "engine/commands/train.py",
    "engine/evaluation/",
    "engine/methods/lq_vae/composition.py",
    "engine/rendering/",
    "engine/stem_export.py",
    "engine/training/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedText:
    """A text in the source of an error or a notice.

    Attributes:
        place: File and line.
        template: With ``{name}`` for what is filled in.
        values: Names that are filled in; None for an f-string, which nobody can translate.
    """

    place: str
    template: str
    values: frozenset[str] | None


def main() -> int:
    """Update and compile both languages."""
    for language in LANGUAGES:
        update(FOLDER / f"strata_{language}.ts", language)
        compile_translation(FOLDER / f"strata_{language}.ts", FOLDER / f"strata_{language}.qm")
    return 0


def update(ts_file: Path, language: str) -> None:
    """Bring a file of translations up to date with the app's texts."""
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted((ROOT / "app").rglob("*.py")):
            copy = Path(folder) / "_".join(path.relative_to(ROOT).parts)
            copy.write_text(PLURAL_CALL.sub(r"\1None, 1)", path.read_text(encoding="utf-8")))
        (Path(folder) / "raised_texts.py").write_text("".join(_calls()), encoding="utf-8")
        command = [
            TOOLS / "lupdate",
            *("-silent", "-locations", "none", "-no-obsolete", "-extensions", "py"),
            *("-source-language", "en", "-target-language", language),
            *(folder, "-ts", ts_file),
        ]
        subprocess.run(command, check=True)
    if language == "en":
        kept = UNFINISHED.sub("", ts_file.read_text(encoding="utf-8"))
        ts_file.write_text(EMPTY_CONTEXT.sub("", kept), encoding="utf-8")


def compile_translation(ts_file: Path, qm_file: Path) -> None:
    """Make what the program loads."""
    subprocess.run([TOOLS / "lrelease", "-silent", ts_file, "-qm", qm_file], check=True)


def raised_texts() -> list[RaisedText]:
    """Find the texts of all errors and notices that the studio may show."""
    return list(texts_of(ROOT))


def texts_of(root: Path) -> Iterator[RaisedText]:
    """Find the texts of all errors and notices in the modules that the studio uses."""
    for path in sorted([*(root / "engine").rglob("*.py"), *(root / "app").rglob("*.py")]):
        name = path.relative_to(root).as_posix()
        if not name.startswith(NOT_IN_THE_STUDIO):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _is_maker(node.func):
                    yield from _texts_of(node, name)


def _is_maker(function: ast.expr) -> bool:
    name = getattr(function, "attr", "") or getattr(function, "id", "")
    return name == "cls" or bool(
        _MAKERS.fullmatch(name) and name not in _FOR_THE_LOG and not hasattr(builtins, name)
    )


def _texts_of(call: ast.Call, file: str) -> Iterator[RaisedText]:
    words = {word.arg: word.value for word in call.keywords if word.arg}
    arguments = [*call.args, *(words[name] for name in words if name in _TEXT_KEYWORDS)]
    while arguments:
        text = arguments.pop(0)
        place = f"{file}:{text.lineno}"
        if isinstance(text, ast.IfExp):
            arguments += [text.body, text.orelse]
        elif isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
            yield RaisedText(place=place, template=text.value, values=frozenset(words))
        elif isinstance(text, ast.JoinedStr):
            yield RaisedText(place=place, template=ast.unparse(text), values=None)


def _calls() -> Iterator[str]:
    """Write what lupdate would have found in the source if it knew where to look."""
    templates = (text.template for text in raised_texts() if text.values is not None)
    texts = {(ERROR_CONTEXT, template): None for template in templates}
    titles = {(MODEL_CONTEXT, each.card.title): None for each in list_models([BUNDLED_FOLDER])}
    for context, text in (*texts, *titles):
        quoted = json.dumps(text, ensure_ascii=False)
        yield f'QCoreApplication.translate("{context}", {quoted})\n'


if __name__ == "__main__":
    sys.exit(main())
