"""How long the studio takes from the start of the process to its window on screen.

    python tests/benchmarks/start_up.py [--runs 5]

It starts the real program on whatever platform Qt finds (offscreen if QT_QPA_PLATFORM says so),
with folders of its own, and ends it as soon as the window has painted itself for the first time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 1.5
HEAVY = ("torch", "scipy", "pyqtgraph", "sounddevice")

PROGRAM = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject
import app.application
from app.widgets.main_window import MainWindow

class Stopwatch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            heavy = [name for name in sys.argv[2:] if name in sys.modules]
            print(time.time() - float(sys.argv[1]), time.process_time(), *heavy, flush=True)
            os._exit(0)
        return False

stopwatch = Stopwatch()
show = MainWindow.show
def watched_show(window):
    window.centralWidget().installEventFilter(stopwatch)
    show(window)
MainWindow.show = watched_show
app.application.run([])
"""


def main() -> int:
    """Print every run and the median; status 1 if that is too slow or something heavy came in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    seconds, heavy = [], set[str]()
    for _ in range(args.runs):
        took, computed, found = run_once()
        seconds.append(took)
        heavy.update(found)
        print(f"{took:.2f} s, of which {computed:.2f} s computing")
    print(f"median {median(seconds):.2f} s, at most {LIMIT_SECONDS} s wanted")
    if heavy:
        print(f"loaded before the window: {', '.join(sorted(heavy))}")
    return int(median(seconds) > LIMIT_SECONDS or bool(heavy))


def run_once() -> tuple[float, float, list[str]]:
    """Start the studio once; return seconds to the first paint, CPU time, and heavy modules."""
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{kind}_HOME": home for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        process = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(time.time()), *HEAVY],
            cwd=ROOT,
            env={**os.environ, **folders, "HOME": home},
            check=True,
            capture_output=True,
            text=True,
        )
    words = process.stdout.split()
    return float(words[0]), float(words[1]), words[2:]


if __name__ == "__main__":
    sys.exit(main())
