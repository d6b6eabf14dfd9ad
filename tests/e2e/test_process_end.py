import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# A person who copies stems and closes the window; Qt's end of the process crashed over them.
COPIES_AND_CLOSES = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from app import __main__, application
from app.widgets.drag_out import files_mime_data

class ClosingStudio(application.Studio):
    def start(self, paths):
        super().start(paths)
        QGuiApplication.clipboard().setMimeData(files_mime_data([Path(__file__)]))
        QTimer.singleShot(0, self.window.close)

application.Studio = ClosingStudio
sys.argv = ["strata"]
__main__.run()
"""


def test_the_studio_ends_with_status_zero_while_its_files_are_on_the_clipboard(
    tmp_path: Path,
) -> None:
    script = tmp_path / "studio.py"
    script.write_text(COPIES_AND_CLOSES, encoding="utf-8")
    folders = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}

    ended = subprocess.run(
        [sys.executable, script],
        cwd=ROOT,
        env={**os.environ, **folders, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )

    assert ended.returncode == 0
