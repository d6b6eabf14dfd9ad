"""How fast songs are separated here."""

from app.workers.song_jobs import ModelChoice

DRAFT_WEIGHT = 1.0  # of one pass over a song, in the time that it takes
BETTER_WEIGHT = 3.2  # "quality" against "draft" on a processor: 58.6 s and 18.2 s for a minute


def usual_weight(choice: ModelChoice) -> float:
    """Return how long a pass of a model takes beside others, before anything is measured."""
    return DRAFT_WEIGHT if choice.is_draft else BETTER_WEIGHT


class Paces:
    """Seconds of work for a second of a song, by model, as measured since the program began."""

    def __init__(self) -> None:
        self._worked: dict[ModelChoice, float] = {}
        self._separated: dict[ModelChoice, float] = {}
        self._current: dict[ModelChoice, float] = {}

    def follow(self, choice: ModelChoice, pace: float) -> None:
        """Note the pace of a separation that runs; it counts while none has ended yet."""
        self._current[choice] = pace

    def note_end(self, choice: ModelChoice, *, worked: float, separated: float) -> None:
        """Take a separation into account that has just ended: long ones count more.

        Args:
            choice: With which model.
            worked: Seconds that it took.
            separated: Seconds of the song that it has separated.
        """
        if separated <= 0.0:
            return
        self._worked[choice] = self._worked.get(choice, 0.0) + worked
        self._separated[choice] = self._separated.get(choice, 0.0) + separated

    def of(self, choice: ModelChoice) -> float | None:
        """Return the pace of a model.

        One that has not been used yet is taken to be as much slower or faster than another one as
        is usual; None if none has been used.
        """
        if (pace := self._measured(choice)) is not None:
            return pace
        for other in (*self._worked, *self._current):
            if (pace := self._measured(other)) is not None:
                return pace * usual_weight(choice) / usual_weight(other)
        return None

    def _measured(self, choice: ModelChoice) -> float | None:
        if (separated := self._separated.get(choice, 0.0)) > 0.0:
            return self._worked[choice] / separated
        return self._current.get(choice)
