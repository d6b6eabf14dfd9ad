"""Folders of songs that came to nothing go; everything that holds something stays."""

from pathlib import Path

from app.model.project_file import save_project
from app.model.project_snapshot import ProjectSnapshot
from app.model.song_folder import PROJECT_FILE, new_song_folder
from app.model.song_status import Phase
from app.model.worthless_folder import discard_worthless
from tests.app.separated_song import separated_song


def failed_song(root: Path) -> Path:
    folder = new_song_folder(root, "Bad")
    save_project(
        ProjectSnapshot(
            folder=folder, source=Path("/bad.mp3"), phase=Phase.FAILED, error_message="No."
        )
    )
    return folder


def test_the_folder_of_a_song_that_was_never_open_goes(tmp_path: Path) -> None:
    folder = failed_song(tmp_path)

    assert discard_worthless(folder)

    assert not folder.exists()
    assert discard_worthless(folder)  # gone already


def test_a_song_with_sound_stays(tmp_path: Path) -> None:
    song = separated_song(tmp_path)
    save_project(song)
    before = sorted(song.folder.rglob("*"))

    assert not discard_worthless(song.folder)

    assert sorted(song.folder.rglob("*")) == before


def test_what_somebody_else_has_put_there_stays(tmp_path: Path) -> None:
    folder = failed_song(tmp_path)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")

    assert not discard_worthless(folder)

    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_damaged_project_stays(tmp_path: Path) -> None:
    folder = failed_song(tmp_path)
    (folder / PROJECT_FILE).write_bytes(b"{")

    assert not discard_worthless(folder)

    assert (folder / PROJECT_FILE).is_file()
