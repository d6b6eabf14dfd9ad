"""Brings resources/i18n up to date: new texts of the app into the .ts files, and those into .qm.

    python packaging/update_translations.py           then translate in Qt Linguist or by hand
    python packaging/update_translations.py           again, to compile what was translated

English has a file for its plural forms alone. The tools come with PySide6-Essentials.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import PySide6

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "i18n"
TOOLS = Path(PySide6.__path__[0])
LANGUAGES = ("de", "en")
# WORKAROUND: lupdate (6.11) sees a plural in translate(context, text, None, NUMBER) only if the
# number is a literal; in self.tr(text, "", NUMBER) it sees all.
PLURAL_CALL = re.compile(r'(translate\(\s*"\w+",\s*"[^"]*%n[^"]*",\s*)(?:None|""),[^\n]*')


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
        command = [
            TOOLS / "lupdate",
            *("-silent", "-locations", "none", "-no-obsolete", "-extensions", "py"),
            *("-source-language", "en", "-target-language", language),
            *(["-pluralonly"] if language == "en" else []),
            *(folder, "-ts", ts_file),
        ]
        subprocess.run(command, check=True)


def compile_translation(ts_file: Path, qm_file: Path) -> None:
    """Make what the program loads."""
    subprocess.run([TOOLS / "lrelease", "-silent", ts_file, "-qm", qm_file], check=True)


if __name__ == "__main__":
    sys.exit(main())
