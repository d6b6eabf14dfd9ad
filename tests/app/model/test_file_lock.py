"""Locks that end with their process."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.model.atomic_file import sync_file, write_atomically
from app.model.file_lock import FileLock

HOLD = """
import sys
from pathlib import Path
from app.model.file_lock import FileLock
print(FileLock(Path(sys.argv[1])).acquire(), flush=True)
lock = FileLock(Path(sys.argv[1] + ".kept"))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_only_one_has_a_lock_until_it_lets_go(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")

    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    first.release()
    assert second.acquire()
    second.remove()
    assert not (tmp_path / "lock").exists()


def test_a_lock_ends_with_its_process_even_if_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert process.stdout.readline() == "held\n"
        kept = FileLock(Path(f"{path}.kept"))
        assert not kept.acquire()

        process.kill()
        process.wait()

    assert kept.acquire()
    kept.release()


def test_a_lock_is_not_handed_on_to_programs_that_we_start(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire()
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()  # it runs, and is not on its way to it
        lock.release()
        other = FileLock(tmp_path / "lock")

        assert other.acquire()
        other.release()
        process.kill()


def test_a_file_that_was_removed_before_it_was_locked_counts_as_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    lock = FileLock(path)
    from app.model import file_lock

    really_lock = file_lock._lock

    def lock_after_removal(descriptor: int) -> bool:
        path.unlink()
        return really_lock(descriptor)

    monkeypatch.setattr(file_lock, "_lock", lock_after_removal)
    assert not lock.acquire()
    monkeypatch.undo()
    assert lock.acquire()
    lock.remove()


def test_what_is_not_held_is_not_removed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not held"):
        FileLock(tmp_path / "lock").remove()


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new", waits_for_disk=False)

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_kill_has_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".file.part").write_bytes(b"half of someth")

    write_atomically(tmp_path / "file", b"whole")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "file", b"content")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_not_there_cannot_be_synced(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_file(tmp_path / "file")
