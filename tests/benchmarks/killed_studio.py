"""The studio that ``kill_during_work`` kills: it says on stdout what it has done, as JSON lines.

python tests/benchmarks/killed_studio.py SONG        works on the song until it is killed
python tests/benchmarks/killed_studio.py --finish [SONG]    ends when all songs are done
"""

import json
import logging
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.application import make_application
from app.model.frame_range import FrameRange
from app.model.mix_state import MIN_GAIN_DB, MIX_LANE, LaneState
from app.model.settings import Settings, user_store
from app.model.song import Song
from app.model.song_status import Phase
from app.studio import Studio
from app.widgets.theme import Theme

FADER_INTERVAL_MS = 100
FADER_STEP_DB = 0.01
MODEL = "draft"


def say(**words: float | str) -> None:
    print(json.dumps({"at": time.monotonic(), **words}), flush=True)


class Person:
    """Does with the studio what a person does who is in a hurry."""

    def __init__(self, application: QApplication, studio: Studio, *, finishes: bool) -> None:
        self._application = application
        self._studio = studio
        self._finishes = finishes
        self._gain_db = MIN_GAIN_DB
        self._passes = 0
        self._watched: tuple[Song, ...] = ()
        studio.session.songs_changed.connect(self._watch)
        self._timer = QTimer(studio)
        self._timer.timeout.connect(self._act)
        self._timer.start(FADER_INTERVAL_MS)

    def _watch(self) -> None:
        for song in self._studio.session.songs:
            if song not in self._watched:
                song.opened.connect(lambda: say(opened=1))
                song.audio_arrived.connect(
                    lambda name, arrived, song=song: self._tell_audio(song, name, arrived)
                )
        self._watched = self._studio.session.songs

    def _tell_audio(self, song: Song, name: str, arrived: FrameRange) -> None:
        if song.stems and name == song.stems[-1].name and self._passes <= 1:
            say(start=arrived.start, stop=arrived.stop)
            self._passes = max(1, self._passes)

    def _act(self) -> None:
        for song in self._studio.session.songs:
            if self._finishes:
                if song.status.phase in (Phase.PAUSED, Phase.CANCELLED):
                    self._studio.queue.resume(song)
            else:
                self._work_on(song)
        songs = self._studio.session.songs
        if self._finishes and songs and all(song.status.phase is Phase.DONE for song in songs):
            self._timer.stop()
            self._studio.window.close()
            say(finished=1)
            self._application.quit()

    def _work_on(self, song: Song) -> None:
        self._gain_db += FADER_STEP_DB
        song.change_lane(MIX_LANE, LaneState(gain_db=self._gain_db), "Gain")
        say(gain=self._gain_db, engine=self._studio.engine.process_id or 0)
        if song.status.phase is Phase.DONE:
            self._passes += 1
            say(**{"pass": self._passes})
            self._studio.queue.separate(song, song.model_name)


def main() -> int:
    logging.basicConfig(level=logging.WARNING)
    application = make_application()
    settings = Settings(user_store())
    # One model alone: over a draft, a better one has replaced some of it at any moment.
    settings.model_name = MODEL
    studio = Studio(settings, Theme(application, settings.theme))
    paths = [Path(name) for name in sys.argv[1:] if name != "--finish"]
    person = Person(application, studio, finishes="--finish" in sys.argv)
    studio.start(paths)
    status = application.exec()
    studio.stop()
    del person
    return status


if __name__ == "__main__":
    sys.exit(main())
