"""How much time a separation may take, for methods that can trade time for quality."""

from typing import Literal

Quality = Literal["draft", "normal", "best"]

DEFAULT_QUALITY: Quality = "normal"
