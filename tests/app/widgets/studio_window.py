"""A main window with a song in it, without engine and sound card."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from app.model.session import Session
from app.model.settings import Settings, user_store
from app.model.song import Song
from app.playback.audio_output import AudioOutput
from app.playback.transport import Transport
from app.widgets.lane_commands import LaneCommands
from app.widgets.main_window import MainWindow
from app.widgets.tempo_commands import TempoCommands
from app.widgets.transport_commands import TransportCommands
from app.widgets.view_commands import ViewCommands
from tests.app.playback.fake_sound_card import FakeSoundCard
from tests.app.widgets.made_songs import made_song

STEMS = ("drums", "bass", "other", "vocals", "residual")
RATE = 8000


class StudioWindow:
    """The window with what it shows.

    Attributes:
        session: Has one song with all stems, which is on screen.
    """

    def __init__(self) -> None:
        self.settings = Settings(user_store())
        self.session = Session()
        self.transport = Transport(AudioOutput(card=FakeSoundCard()))
        self.window = MainWindow(self.session, self.settings, self.transport)
        actions = self.window.actions_
        TransportCommands(self.session, self.transport, actions, self.window.keys, self.window)
        TempoCommands(self.session, self.settings, self.transport, self.window)
        LaneCommands(self.session, self.window.timeline, actions, self.window)
        ViewCommands(
            self.session,
            self.settings,
            self.window.timeline,
            self.window.queue_panel,
            actions,
            self.window,
        )

    def add_song(self) -> Song:
        """Put a song of ten seconds on screen."""
        noise = np.random.default_rng(0).uniform(-0.1, 0.1, (10 * RATE, 2)).astype(np.float32)
        song = made_song({"mix": noise * len(STEMS), **dict.fromkeys(STEMS, noise)})
        self.session.add(song)
        self.session.set_current(song)
        self.transport.set_song(song)
        self.window.timeline.set_song(song)
        return song


@contextmanager
def studio_window() -> Iterator[StudioWindow]:
    """Make a window, and take it apart afterwards."""
    studio = StudioWindow()
    try:
        yield studio
    finally:
        studio.transport.shut_down()
        studio.window.hide()  # or the next test's mouse would be over it
        studio.window.deleteLater()
