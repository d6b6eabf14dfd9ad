"""What installs the packages, with a pip and a disk that only pretend."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shell scripts")

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "environment.sh"
TIMEOUT_SECONDS = 60
TORCH = "9.9.9"
CPU = f"torch=={TORCH}+cpu"
PLENTY_KB = 90_000_000

# Writes its arguments down, fails as told for each of them, and leaves what pip leaves.
PIP = """#!{python}
import os, pathlib, sys
here = pathlib.Path({root!r})
arguments = " ".join(sys.argv[1:])
with (here / "calls").open("a") as calls:
    calls.write(arguments + "\\n")
for name in sorted(os.listdir(here / "failures")):
    wanted, _, complaint = (here / "failures" / name).read_text().partition("\\n")
    words = wanted.split()
    if all((word.lstrip("!") in arguments) != word.startswith("!") for word in words):
        sys.exit("ERROR: " + complaint)
if "torch==" in arguments:
    info = here / ".venv/lib/python3/site-packages/torch-{torch}+any.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "RECORD").touch()
"""
NOTHING_FOUND = f"No matching distribution found for {CPU}"
DISK_FULL = "Could not install packages due to an OSError: [Errno 28] No space left on device"


class Checkout:
    """A checkout that has its `.venv`, on a computer with few programs."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a check[out]"
        self.programs = folder / "bin"
        (self.root / ".venv" / "bin").mkdir(parents=True)
        (self.root / "failures").mkdir()
        self.programs.mkdir()
        (self.root / "pyproject.toml").write_text(f'dependencies = [\n  "torch=={TORCH}",\n]\n')
        pip = PIP.format(python=sys.executable, root=str(self.root), torch=TORCH)
        self._write(self.root / ".venv" / "bin" / "python", pip)
        for name in ("awk", "bash", "sed"):
            found = shutil.which(name)
            assert found is not None
            (self.programs / name).symlink_to(found)
        self.set_system("Linux")
        self.set_free_space(PLENTY_KB)

    def set_system(self, name: str) -> None:
        self._write(self.programs / "uname", f"#!/bin/sh\necho {name}\n")

    def set_free_space(self, kilobytes: int) -> None:
        line = f"/dev/disk 99999999 1 {kilobytes} 1% /"
        self._write(self.programs / "df", f"#!/bin/sh\necho Filesystem\necho '{line}'\n")

    def add_graphics_card(self) -> None:
        self._write(self.programs / "nvidia-smi", "#!/bin/sh\n")

    def let_pip_fail(self, words: str, complaint: str) -> None:
        """Let pip fail whenever its arguments hold all these words; ``!`` stands for “not”."""
        number = len(list((self.root / "failures").iterdir()))
        (self.root / "failures" / str(number)).write_text(f"{words}\n{complaint}")

    def install(self) -> subprocess.CompletedProcess[str]:
        command = f'set -euo pipefail; . "{SCRIPT}"; install_packages "$1" render'
        return subprocess.run(
            ["bash", "-c", command, "bash", str(self.root)],
            env={"PATH": str(self.programs)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    @property
    def pip_calls(self) -> list[str]:
        calls = self.root / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_without_a_graphics_card_the_build_for_the_cpu_is_taken_from_where_pip_looks(
    checkout: Checkout,
) -> None:
    done = checkout.install()

    assert done.returncode == 0
    assert done.stdout == ""
    torch, rest = checkout.pip_calls
    assert torch.endswith(CPU)
    assert "--no-deps" in torch
    assert rest.endswith("-e .[render]")


def test_without_it_there_the_list_of_torch_itself_is_asked_and_not_for_long(
    checkout: Checkout,
) -> None:
    checkout.let_pip_fail(f"--no-deps {CPU} !--extra-index-url", NOTHING_FOUND)

    done = checkout.install()

    assert done.returncode == 0
    _, second, rest = checkout.pip_calls
    assert second.endswith(CPU)
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in second
    assert "--retries 1" in second
    assert "--timeout 10" in second
    assert "pytorch.org" not in rest
    assert "No matching distribution" not in done.stderr


def test_without_any_build_for_the_cpu_the_usual_one_is_taken(checkout: Checkout) -> None:
    checkout.let_pip_fail(CPU, NOTHING_FOUND)

    done = checkout.install()

    assert done.returncode == 0
    assert checkout.pip_calls[2].endswith(f"torch=={TORCH}")
    assert "no build for the CPU" in done.stderr


def test_with_a_graphics_card_nobody_asks_for_the_build_for_the_cpu(checkout: Checkout) -> None:
    checkout.add_graphics_card()

    assert checkout.install().returncode == 0
    assert not any(CPU in call for call in checkout.pip_calls)


def test_on_a_mac_the_usual_build_is_the_one_for_the_cpu(checkout: Checkout) -> None:
    checkout.set_system("Darwin")
    checkout.set_free_space(3_000_000)

    assert checkout.install().returncode == 0
    assert not any(CPU in call for call in checkout.pip_calls)


def test_a_disk_without_room_is_told_before_anything_is_fetched(checkout: Checkout) -> None:
    checkout.set_free_space(1_200_000)

    done = checkout.install()

    assert done.returncode == 1
    assert checkout.pip_calls == []
    (line,) = done.stderr.splitlines()
    assert "need 2.0 GB of free space" in line
    assert "has 1.2 GB. Free 0.8 GB" in line
    assert "run the same command again" in line


def test_the_large_build_is_not_begun_where_only_the_small_one_has_room(
    checkout: Checkout,
) -> None:
    checkout.let_pip_fail(CPU, NOTHING_FOUND)
    checkout.set_free_space(4_000_000)

    done = checkout.install()

    assert done.returncode == 1
    assert all(call.endswith(CPU) for call in checkout.pip_calls)
    assert "need 11.0 GB of free space" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("words", [CPU, "-e"])
def test_a_disk_that_fills_up_ends_it_with_what_to_do(checkout: Checkout, words: str) -> None:
    checkout.let_pip_fail(words, DISK_FULL)

    done = checkout.install()

    assert done.returncode == 1
    assert words in checkout.pip_calls[-1]
    last = done.stderr.splitlines()[-1]
    assert "the disk is full" in last
    assert "2.0 GB" in last
    assert "Run the same command again: it goes on where it stopped." in last


def test_what_pip_complains_of_is_shown_before_the_last_line(checkout: Checkout) -> None:
    checkout.let_pip_fail("-e", "the network is down")

    done = checkout.install()

    assert done.returncode == 1
    assert done.stderr.splitlines()[-2] == "ERROR: the network is down"
    assert "Run the same command again" in done.stderr.splitlines()[-1]


def test_ctrl_c_does_not_begin_the_next_way(checkout: Checkout) -> None:
    checkout.let_pip_fail(CPU, "Operation cancelled by user")

    done = checkout.install()

    assert done.returncode == 1
    assert len(checkout.pip_calls) == 1


def test_a_second_run_goes_on_after_torch_whatever_room_there_is(checkout: Checkout) -> None:
    checkout.let_pip_fail("-e", "the network is down")
    checkout.install()
    (checkout.root / "failures" / "0").unlink()
    checkout.set_free_space(500_000)

    done = checkout.install()

    assert done.returncode == 0
    assert [CPU in call for call in checkout.pip_calls] == [True, False, False]
