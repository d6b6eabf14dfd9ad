"""Makes the pictures of the manual and the README from the real program and the demo song.

    python packaging/make_pictures.py                      those that are in use
    python packaging/make_pictures.py --all --out shots    every appearance at 100 and 200 %

Each appearance and scale is a program of its own, with folders of its own. It needs no screen.
Where a picture shows a folder, it is that of somebody's home and not of this computer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

WIDTH, HEIGHT = 1280, 800
TIMEOUT_SECONDS = 180.0
SHOWN_HOME = Path("/home/you")  # instead of the temporary folders; nothing is written there
# In the manual and the README.
IN_USE = frozenset(
    {
        "welcome", "welcome_de", "separating", "separating_de", "export", "export_de", "done",
        "done_dark", "error",
    }
)  # fmt: skip


def main() -> int:
    """Take the pictures of every appearance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "manual" / "pictures")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.one:
        theme, scale, language = args.one
        take_pictures(args.out, theme, int(scale), language)
        return 0
    for language in ("en", "de"):
        for theme in ("light", "dark"):
            for scale in (100, 200) if args.all else (100,):
                with tempfile.TemporaryDirectory() as home:
                    run_alone(args.out.resolve(), theme, scale, language, home)
    if not args.all:
        for path in args.out.glob("*.png"):
            if path.stem not in IN_USE:
                path.unlink()
    return 0


def run_alone(out: Path, theme: str, scale: int, language: str, home: str) -> None:
    """Take the pictures of one appearance in a program of its own."""
    folders = {f"XDG_{kind}_HOME": home for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    subprocess.run(
        [sys.executable, __file__, "--out", out, "--one", theme, str(scale), language],
        env={
            **os.environ,
            **folders,
            "HOME": home,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": str(scale / 100),
        },
        check=True,
    )


def take_pictures(out: Path, theme: str, scale: int, language: str) -> None:
    """Drive the studio through everything that is worth a picture."""
    from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

    from app.application import install_translations, make_application
    from app.model.frame_range import FrameRange
    from app.model.settings import Settings, user_store
    from app.model.song import Song
    from app.model.song_folder import projects_root
    from app.model.song_status import Phase
    from app.resource_files import resource_path
    from app.studio import Studio
    from app.widgets import mix_changes
    from app.widgets.export_dialog import ExportDialog
    from app.widgets.settings_dialog import SettingsDialog
    from app.widgets.theme import Theme

    application = make_application()
    settings = Settings(user_store())
    install_translations(application, language)
    studio = Studio(settings, Theme(application, theme))
    window = studio.window
    studio.start(())
    window.resize(WIDTH, HEIGHT)

    def wait(seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def wait_until(condition: Callable[[], bool]) -> None:
        deadline = QDeadlineTimer(round(TIMEOUT_SECONDS * 1000))
        while not condition():
            if deadline.hasExpired():
                raise TimeoutError("the studio did not come so far")
            wait(0.02)

    def save(name: str, picture: QPixmap) -> None:
        parts = [name, theme if theme != "light" else "", str(scale) if scale != 100 else ""]
        parts.append(language if language != "en" else "")
        picture.save(str(out / ("_".join(part for part in parts if part) + ".png")))

    def grab(name: str, widget: QWidget = window) -> None:
        wait(0.3)
        save(name, widget.grab())

    def grab_at_rest(name: str, song: Song) -> None:
        """Take a picture between two arrivals of sound, when all lanes are as far."""
        while song.status.phase is Phase.SEPARATING:
            before = [stem.done for stem in song.stems]
            wait(0.12)
            picture = window.grab()
            if before == [stem.done for stem in song.stems] and len(set(before)) == 1:
                save(name, picture)
                return

    wait_until(lambda: bool(studio.engine.process_id))
    grab("welcome")
    demo = sorted(resource_path("demo").glob("*.ogg"))[0]
    window.overlay.show_paths([demo])
    grab("drop")
    window.overlay.hide()
    window.paths_dropped.emit([demo])
    wait_until(lambda: studio.session.current is not None)
    song = studio.session.songs[0]
    wait_until(lambda: bool(song.stems) and song.stems[0].done.num_frames > 8 * 44_100)
    grab_at_rest("separating", song)
    wait_until(lambda: song.status.phase is Phase.DONE)
    assert song.facts is not None
    rate = song.facts.sample_rate
    mix_changes.toggle_mute(song, "vocals")
    mix_changes.set_gain(song, "bass", 2.0)
    mix_changes.select(song, FrameRange(10 * rate, 17 * rate), loops=True)
    window.timeline.select_lane("bass")
    studio.transport.seek(12 * rate)
    grab("done")
    settings.export_choice = replace(
        settings.export_choice, folder=SHOWN_HOME / projects_root().relative_to(Path.home())
    )
    window.actions_.export.trigger()
    wait(0.8)
    export = next(each for each in application.topLevelWidgets() if isinstance(each, ExportDialog))
    grab("export", export)
    export.close()
    songs_folder = settings.songs_folder
    settings.songs_folder = SHOWN_HOME / ".local" / "share" / "Strata" / "songs"
    window.actions_.settings.trigger()
    wait(0.8)
    choices = next(
        each for each in application.topLevelWidgets() if isinstance(each, SettingsDialog)
    )
    grab("settings", choices)
    choices.close()
    settings.songs_folder = songs_folder
    broken = Path(tempfile.mkdtemp()) / "Not a song.mp3"
    broken.write_bytes(b"no sound in here")
    window.paths_dropped.emit([broken])
    wait_until(lambda: len(studio.session.songs) == 2)
    failed = studio.session.songs[1]
    wait_until(lambda: failed.status.phase is Phase.FAILED)
    studio.session.set_current(failed)
    failed.source = SHOWN_HOME / "Music" / broken.name
    window.failed_page.show_song(failed)
    grab("error")
    window.close()
    studio.stop()


if __name__ == "__main__":
    sys.exit(main())
