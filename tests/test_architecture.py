"""Rules that import-linter and ruff cannot state."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {"README.md", "pyproject.toml", "app", "engine", "resources", "tests", "packaging"}
BUILD_OUTPUT = {"build", "dist", "strata.egg-info"}
MAX_LINES = 400
SOURCES = sorted(
    path for folder in ("app", "engine", "tests") for path in (ROOT / folder).rglob("*.py")
)
METHOD_FILES = sorted(
    path
    for path in (ROOT / "engine" / "methods").iterdir()
    if path.suffix == ".py" or (path / "__init__.py").exists()
)
NOT_METHODS = {"__init__", "base", "catalog"}
MODEL_FILES = sorted((ROOT / "app" / "model").glob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imported_modules(source: str) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


@pytest.mark.parametrize(
    "module",
    [
        "app.__main__",
        "app.application",
        "app.widgets.main_window",
        "app.widgets.export_dialog",
        "app.workers.song_queue",
        "engine.audio.audio_file",
        "engine.cli",
        "engine.errors",
        "engine.events",
        "engine.mix_decoding",
        "engine.model_card",
        "engine.model_library",
        "engine.serving_messages",
        "engine.track_export",
    ],
)
def test_module_starts_without_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", MODEL_FILES, ids=_name)
def test_app_model_uses_no_qt_module_but_qtcore(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    imported = {name for name in _imported_modules(source) if name.startswith("PySide6")}
    assert imported <= {"PySide6.QtCore"}


def test_commands_without_a_window_load_no_qt() -> None:
    code = "import sys, app.__main__; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_packaging_folder_does_not_shadow_the_packaging_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_top_level_holds_what_was_decided_and_nothing_else() -> None:
    visible = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert visible - BUILD_OUTPUT == TOP_LEVEL


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_source_file_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_nothing_is_unpickled(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.walk(ast.parse(source))
    torch_load = [
        node
        for node in tree
        if isinstance(node, ast.Attribute)
        and node.attr == "load"
        and isinstance(node.value, ast.Name)
        and node.value.id == "torch"
    ]
    assert not torch_load
    assert not _imported_modules(source) & {"pickle", "dill", "cloudpickle", "joblib", "shelve"}


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.name == "__init__.py"], ids=_name
)
def test_package_marker_is_empty(path: Path) -> None:
    assert not path.read_text(encoding="utf-8").strip()


def test_every_method_file_belongs_to_a_row_of_the_catalog() -> None:
    catalog = importlib.import_module("engine.methods.catalog")
    names = [method.name for method in catalog.METHODS]
    stems = {path.stem for path in METHOD_FILES} - NOT_METHODS
    assert len(names) == len(set(names))
    assert set(names) <= stems
    # A method may be spread over files that begin with its name.
    assert {stem for stem in stems if not stem.startswith(tuple(names))} == set()
