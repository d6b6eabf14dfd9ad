"""What the user has chosen, kept and damaged."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice, ExportKind
from app.model.settings import MAX_RECENT_FILES, Settings, user_store
from app.model.song_folder import songs_root
from engine.audio.audio_format import AudioFormat

VALUES = {
    "model_name": "draft ü, with a comma = and more; @Invalid()",
    "device": "cuda:1",
    "residual": "separate",
    "songs_folder": Path("/somewhere/else, Ünder \udcff"),
    "recent_files": (Path("/a,b"), Path("/c\\d"), Path('/e"f')),
    "theme": "dark",
    "language": "de",
    "window_geometry": bytes(range(256)),
    "window_state": b"",
    "output_device": "Karte, 2",
    "monitor_gain_db": -12.345678901234567,
    "waveform_height_db": 9.0,
    "quality": "best",
    "follows_playhead": False,
    "snaps_to_grid": False,
    "export_choice": ExportChoice(
        kind=ExportKind.WITHOUT,
        unwanted_stems=frozenset({"drums", "žluť"}),
        format=AudioFormat(container="flac", bit_depth="24"),
        template="{n} {title}, {stem}",
        folder=Path("/exports, all"),
        existing="overwrite",
    ),
}


def store_at(folder: Path) -> QSettings:
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


def test_every_choice_is_there_in_the_next_run(tmp_path: Path) -> None:
    first = Settings(store_at(tmp_path))
    for name, value in VALUES.items():
        setattr(first, name, value)
    first._store.sync()

    second = Settings(store_at(tmp_path))

    assert {name: getattr(second, name) for name in VALUES} == VALUES


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30),
    state=st.binary(max_size=40),
    template=st.text(min_size=1, max_size=20),
)
def test_any_text_survives_the_file(tmp_path: Path, text: str, state: bytes, template: str) -> None:
    first = Settings(store_at(tmp_path))
    first.output_device, first.window_state = text, state
    first.export_choice = ExportChoice(template=template)
    first._store.sync()

    second = Settings(store_at(tmp_path))

    assert (second.output_device, second.window_state) == (text, state)
    assert second.export_choice.template == template


def test_who_never_chose_gets_the_defaults(tmp_path: Path) -> None:
    settings = Settings(store_at(tmp_path))

    assert settings.songs_folder == songs_root()
    assert (settings.theme, settings.language, settings.device) == ("system", "system", "auto")
    assert settings.recent_files == ()
    assert settings.export_choice == ExportChoice()
    assert settings.follows_playhead


@pytest.mark.parametrize(
    ("key", "name", "bad"),
    [
        ("window/theme", "theme", "pink"),
        ("window/theme", "theme", ["a", "b"]),
        ("window/theme", "theme", QByteArray(b"dark")),
        ("files/songs_folder", "songs_folder", '"relative/path"'),
        ("files/songs_folder", "songs_folder", '"/with/\\u0000"'),
        ("files/songs_folder", "songs_folder", "/no/json"),
        ("files/songs_folder", "songs_folder", "1"),
        ("files/songs_folder", "songs_folder", ""),
        ("files/recent", "recent_files", "[1, 2]"),
        ("files/recent", "recent_files", "{}"),
        ("files/recent", "recent_files", "[" * 100_000),
        ("files/recent", "recent_files", "no json"),
        ("window/geometry", "window_geometry", "not base64!"),
        ("window/geometry", "window_geometry", "ä"),
        ("playback/monitor_gain_db", "monitor_gain_db", "loud"),
        ("playback/monitor_gain_db", "monitor_gain_db", "nan"),
        ("playback/monitor_gain_db", "monitor_gain_db", "99"),
        ("playback/follows_playhead", "follows_playhead", "perhaps"),
        ("export/choice", "export_choice", "[" * 100_000),
    ],
)
def test_a_value_that_makes_no_sense_counts_as_never_chosen_and_is_logged_once(
    tmp_path: Path, key: str, name: str, bad: object, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_at(tmp_path)
    store.setValue(key, bad)
    settings = Settings(store)
    default = getattr(Settings(store_at(tmp_path / "fresh")), name)

    assert getattr(settings, name) == default
    assert getattr(settings, name) == default
    assert caplog.text.count(key) == 1


def test_a_file_that_is_no_settings_gives_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.ini").write_bytes(bytes(range(256)) * 20)

    settings = Settings(store_at(tmp_path))

    assert settings.theme == "system"
    assert settings.recent_files == ()


def test_a_caller_cannot_store_what_could_not_be_read_again(tmp_path: Path) -> None:
    settings = Settings(store_at(tmp_path))

    with pytest.raises(ValueError, match="expected one of"):
        settings.theme = "pink"
    with pytest.raises(ValueError, match="full path"):
        settings.songs_folder = Path("here")

    assert settings.theme == "system"


def test_a_new_value_is_told_and_the_same_one_again_is_not(tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(store_at(tmp_path))

    with qtbot.waitSignal(settings.changed) as told:
        settings.theme = "dark"
    assert told.args == ["theme"]
    with qtbot.assertNotEmitted(settings.changed):
        settings.theme = "dark"


def test_recent_files_stand_once_with_the_latest_first_and_are_few(tmp_path: Path) -> None:
    settings = Settings(store_at(tmp_path))
    for number in range(30):
        settings.add_recent_file(Path(f"/{number}"))
    settings.add_recent_file(Path("/20"))
    settings.forget_recent_file(Path("/28"))

    recent = settings.recent_files
    assert [path.name for path in recent[:3]] == ["20", "29", "27"]
    assert len(recent) == MAX_RECENT_FILES - 1


def test_the_users_store_is_a_file_that_tests_do_not_share_with_the_user(tmp_path: Path) -> None:
    store = user_store()

    assert store.format() == QSettings.Format.IniFormat
    assert str(Path.home() / ".config") not in store.fileName()
    assert json.dumps(store.allKeys()) == "[]"
