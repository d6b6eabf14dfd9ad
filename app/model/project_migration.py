"""Lifts the content of older project files, version by version, to the current one.

Each step takes the content of one version and returns that of the next, so a file of any age
passes through all steps that it needs. A step never looks at the audio.
"""

from collections.abc import Callable, Sequence

from app.model.json_fields import InvalidFieldError, JsonValue

Content = dict[str, JsonValue]
Step = Callable[[Content], Content]

MAX_VERSION = 1 << 31


class NewerVersionError(Exception):
    """The content is of a version that this program does not know."""


def migrated(content: Content, steps: Sequence[Step]) -> Content:
    """Return content of the current version, which is the number of steps.

    Args:
        content: As it was read; it stays as it is.
        steps: The step at index n leads from version n to n + 1.

    Raises:
        NewerVersionError: The content is of a later version.
        InvalidFieldError: There is no version, or a step does not understand the content.
    """
    version = content.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version < MAX_VERSION:
        raise InvalidFieldError("“schema_version” is no number of a version")
    if version > len(steps):
        raise NewerVersionError(version)
    for number in range(version, len(steps)):
        try:
            content = steps[number]({**content})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InvalidFieldError(f"version {number} does not make sense: {error!r}") from error
        content["schema_version"] = number + 1
    return content


def with_views_and_ranges(content: Content) -> Content:
    """Lift version 0 to 1.

    Version 0 never left the workshop: every lane was done up to one frame, and nobody kept where
    the user was in the song. It stays as the example of a step and keeps the chain tested.
    """
    lanes = content["lanes"]
    if not isinstance(lanes, list):
        raise TypeError("lanes")
    content["lanes"] = [_with_ranges(lane) for lane in lanes]
    content["view"] = {"visible": [], "position": 0}
    return content


def _with_ranges(lane: JsonValue) -> JsonValue:
    if not isinstance(lane, dict):
        raise TypeError("lane")
    done_frames = lane["done_frames"]
    others = {key: value for key, value in lane.items() if key != "done_frames"}
    return {**others, "done": [[0, done_frames]] if done_frames else []}


def with_ranges_of_the_model(content: Content) -> Content:
    """Lift version 1 to 2.

    Version 1 kept which frames can be heard, but not which of them are of the model and which of
    a draft that it replaces. So an unfinished song is separated once more from its start. What no
    stem claimed was always the residual.
    """
    lanes = content["lanes"]
    if not isinstance(lanes, list):
        raise TypeError("lanes")
    stems = [_ranges_of(lane) for lane in lanes[1:]]
    is_done = content["phase"] == "done" and bool(stems) and all(done == stems[0] for done in stems)
    content["residual"] = "separate"
    content["separated"] = stems[0] if is_done else []
    content["wanted_models"] = []
    return content


def _ranges_of(lane: JsonValue) -> JsonValue:
    if not isinstance(lane, dict):
        raise TypeError("lane")
    return lane["done"]


def with_stamp_of_the_source(content: Content) -> Content:
    """Lift version 2 to 3.

    Version 2 kept the path of the source alone, so nobody knows which content that file had.
    """
    song = content["song"]
    if song is not None:
        if not isinstance(song, dict):
            raise TypeError("song")
        content["song"] = {**song, "stamp": None}
    return content


def with_lane_of_the_view(content: Content) -> Content:
    """Lift version 3 to 4.

    Version 3 did not keep which lane the keys act on.
    """
    view = content["view"]
    if not isinstance(view, dict):
        raise TypeError("view")
    content["view"] = {**view, "lane": ""}
    return content


def with_tempo(content: Content) -> Content:
    """Lift version 4 to 5.

    Version 4 knew no bars.
    """
    mix = content["mix"]
    if not isinstance(mix, dict):
        raise TypeError("mix")
    content["mix"] = {**mix, "tempo": None}
    return content


def with_quality(content: Content) -> Content:
    """Lift version 5 to 6.

    Version 5 did not keep in which quality its model had separated the song.
    """
    content["quality"] = ""
    return content


MIGRATIONS: Sequence[Step] = (
    with_views_and_ranges,
    with_ranges_of_the_model,
    with_stamp_of_the_source,
    with_lane_of_the_view,
    with_tempo,
    with_quality,
)
SCHEMA_VERSION = len(MIGRATIONS)
