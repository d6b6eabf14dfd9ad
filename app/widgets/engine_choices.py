"""Models and devices: lists them in the panel, and keeps the engine warm for the chosen ones."""

from PySide6.QtCore import QObject

from app.model.session import Session
from app.model.settings import Settings
from app.model.song_status import Phase
from app.widgets.main_window import MainWindow
from app.workers.engine_job import EngineJob
from app.workers.engine_process import EngineProcess
from app.workers.song_queue import SongQueue
from engine.errors import EngineError
from engine.model_library import list_models
from engine.quality import parse_quality
from engine.residual import parse_residual
from engine.serving_messages import DeviceFound


class EngineChoices(QObject):
    """What the engine offers and what the user has taken of it."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        engine: EngineProcess,
        queue: SongQueue,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._engine = engine
        self._queue = queue
        self._window = window
        self._job: EngineJob | None = None
        self._found: list[DeviceFound] = []
        self.devices: tuple[DeviceFound, ...] = ()
        window.separation.model_chosen.connect(self._take_model)
        window.separation.device_chosen.connect(self._take_device)
        window.separation.residual_chosen.connect(self._take_residual)
        window.separation.qualities.quality_chosen.connect(self._take_quality)
        settings.changed.connect(self._follow_settings)

    def start(self) -> None:
        """List the models, and start the engine; what it says arrives later."""
        panel = self._window.separation
        models = list_models()
        panel.set_models(models, self._settings.model_name)
        self._window.timeline.experimental.show_models(models)
        panel.set_devices((), "")
        panel.set_residual(self._settings.residual)
        panel.qualities.show_quality(self._settings.quality)
        if panel.model_name:
            self._warm_up(panel.model_name)
        else:
            self._window.banner.show_error(
                EngineError(
                    self.tr("There is no model, so no song can be taken apart."),
                    remedy=self.tr("Install Strata again."),
                )
            )
        self._job = EngineJob(self._engine.list_devices, self)
        self._job.event_arrived.connect(self._take_device_found)
        self._job.succeeded.connect(self._show_devices)
        self._job.failed.connect(self._window.banner.show_error)
        self._job.start()

    def stop(self) -> None:
        """Wait for the list of devices."""
        if self._job is not None:
            self._job.stop()

    def _take_device_found(self, event: object) -> None:
        if isinstance(event, DeviceFound):
            self._found.append(event)

    def _show_devices(self) -> None:
        self.devices = tuple(self._found)
        self._window.separation.set_devices(self.devices, self._settings.device)

    def _take_model(self, name: str) -> None:
        self._settings.model_name = name
        self._warm_up(name)
        song = self._session.current
        if song is not None and song.model_name and self._queue.outcome(song)[0] != name:
            self._queue.separate(song, name)

    def _take_residual(self, name: str) -> None:
        self._settings.residual = parse_residual(name)
        song, panel = self._session.current, self._window.separation
        if song is None or not song.model_name:
            return
        # The result replaces the old one region by region; it can be cancelled.
        model_name, residual = self._queue.outcome(song)
        if residual != self._settings.residual:
            is_there = panel.models.findData(model_name) >= 0
            self._queue.separate(song, model_name if is_there else panel.model_name)

    def _take_quality(self, name: str) -> None:
        quality, song = parse_quality(name), self._session.current
        if quality == self._settings.quality:
            return
        self._settings.quality = quality
        model_name = self._window.separation.model_name
        self._warm_up(model_name)
        # Like another model; what is there is heard until then, and it can be cancelled.
        if song is not None and song.model_name and self._queue.outcome(song)[0] == model_name:
            self._queue.separate(song, model_name)

    def _warm_up(self, model_name: str) -> None:
        self._engine.warm_up(model_name, self._settings.device, self._settings.quality)

    def _take_device(self, name: str) -> None:
        self._settings.device = name

    def _follow_settings(self, name: str) -> None:
        if name != "device":
            return
        panel = self._window.separation
        panel.set_devices(self.devices, self._settings.device)
        if panel.model_name:
            self._warm_up(panel.model_name)
        song = self._session.current
        if song is not None and song.status.phase is Phase.SEPARATING:
            self._window.show_notice(self.tr("The next separation uses this device."))
