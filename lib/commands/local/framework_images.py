"""What is known of an image's framework, by its URI: framework-images.json, which the commands read too."""

import json
import re
from pathlib import Path
from typing import Any

_TABLE = json.loads((Path(__file__).parent / "framework-images.json").read_text())


def framework_image(image: str | None) -> dict[str, Any] | None:
    """The row of an image with its `version` from the tag; None for TensorFlow's and for unknown ones."""
    tag = re.search(r"([^/:]+):([^/:]+)$", image or "")
    if tag is None:
        return None
    row = next((row for name, row in _TABLE.items() if re.fullmatch(name, tag[1])), None)
    # Named groups as JavaScript writes them.
    parts = row and re.match(row["tag"].replace("(?<", "(?P<"), tag[2])
    return {**row, **parts.groupdict()} if parts else None
