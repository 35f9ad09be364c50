"""What AWS's images have: lib/images/packages, a file an image, read from its Dockerfile or its lock."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from distributions import normalized

_TABLES = Path(__file__).resolve().parents[2] / "images/packages"


class Image(NamedTuple):
    """What is known of an image: its name, its packages, and whether they are another version's."""

    name: str
    # Versions by distribution; None where the Dockerfile names none.
    packages: dict[str, str | None]
    # All packages with their versions, rather than those that the Dockerfile names.
    complete: bool
    # Such as `tensorflow-training 2.19`, where the image's own packages are not known.
    nearest: str | None


def image_version(image: str) -> str:
    """Such as `tensorflow-training 2.3.1`."""
    tag = re.search(r"([a-z0-9-]+):(\d+(?:\.\d+)*)", image)
    return f"{tag[1]} {tag[2]}" if tag else image


def known_image(image: str) -> Image | None:
    """What is known of an image, by its URI; None if there is nothing of its repository."""
    tag = re.search(r"(?:^|/)([a-z0-9-]+):(\d+)\.(\d+)", image)
    tables = _tables(tag[1]) if tag else {}
    if tag is None or not tables:
        return None
    wanted = int(tag[2]), int(tag[3])
    nearest = min(tables, key=lambda version: (version[0] != wanted[0], abs(version[1] - wanted[1])))
    packages = _read(tables[nearest])
    return Image(
        name=tag[1],
        packages=packages,
        complete=all(packages.values()),
        nearest=None if nearest == wanted else f"{tag[1]} {nearest[0]}.{nearest[1]}",
    )


def newest_packages(repository: str) -> dict[str, str | None]:
    """The packages of the newest image: its versions go with the TensorFlow that runs here."""
    tables = _tables(repository)
    return _read(tables[max(tables)])


def _tables(repository: str) -> dict[tuple[int, int], Path]:
    found = {}
    for path in _TABLES.glob(f"{repository}-*.txt"):
        version = re.fullmatch(r"(\d+)\.(\d+)", path.stem.removeprefix(f"{repository}-"))
        if version:
            found[int(version[1]), int(version[2])] = path
    return found


@cache
def _read(table: Path) -> dict[str, str | None]:
    packages: dict[str, str | None] = {}
    for line in table.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            packages[normalized(name)] = version or None
    return packages
