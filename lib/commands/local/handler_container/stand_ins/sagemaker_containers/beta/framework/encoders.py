"""How bodies become arrays and arrays bodies."""

import sys
from pathlib import Path
from typing import Any

# Behind all that a script has: in a training, the container's own parts are nowhere else.
sys.path.append(str(Path(__file__).resolve().parents[5]))

from handler_container.codecs import CONTAINERS  # noqa: E402


def decode(obj: Any, content_type: str) -> Any:
    """A request's body as an array."""
    return CONTAINERS.decode(obj, content_type)


def encode(array_like: Any, content_type: str) -> str | bytes:
    """An array as an answer's body."""
    return CONTAINERS.encode(array_like, content_type)
