from collections.abc import Iterator
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from app.model.song import Song
from app.playback.transport import Transport
from app.widgets.timeline_view import TimelineView
from tests.app.widgets.fake_transport import FakeTransport
from tests.app.widgets.made_songs import made_song
from tests.app.widgets.timeline.acting import NAMES, RATE, audio


@pytest.fixture
def song() -> Song:
    samples_TC = audio()
    return made_song(dict.fromkeys(NAMES, samples_TC), sample_rate=RATE)


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def view(transport: FakeTransport, song: Song, qtbot: QtBot) -> Iterator[TimelineView]:
    view = TimelineView(cast(Transport, transport))
    qtbot.addWidget(view)
    beside = view.stack.header_width + view.stack.scroll_bar.sizeHint().width()
    view.resize(1000 + beside, 600)
    view.set_song(song)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.stop()
