"""What a script imports that the training image has and this Python has not.

The images' packages are lib/images/packages: a file an image, read from its Dockerfile or its lock.
"""

import importlib.machinery
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from distributions import brought_by, distributions_of, normalized
from imported_modules import imported_modules

_TABLES = Path(__file__).resolve().parents[3] / "images/packages"

# What a script calls that imports something when it is called.
_ASKED = {
    **dict.fromkeys(("load_img", "array_to_img", "save_img", "ImageDataGenerator"), "PIL"),
    **dict.fromkeys(("read_parquet", "to_parquet"), "pyarrow"),
}


# Packages of the images that need a screen's libraries to be imported, and the same without.
_WITHOUT_SCREEN = {"opencv-python": "opencv-python-headless"}


class Image(NamedTuple):
    """What is known of an image: its name, its packages, and whether they are another version's."""

    name: str
    # Versions by distribution; None where the Dockerfile names none.
    packages: dict[str, str | None]
    # All packages with their versions, rather than those that the Dockerfile names.
    complete: bool
    # Such as `tensorflow-training 2.19`, where the image's own packages are not known.
    nearest: str | None


def missing_packages(
    image: str, code_dir: Path, entry_point: str, environment: Iterable[str] = sys.path[1:]
) -> dict[str, Any]:
    """What to install for a script, and what to tell: `install` ([{module, name, versions}]) and `notes`.

    `environment` has the folders in which this Python finds modules. The first of `versions` is tried first.
    """
    folders = [*environment]
    imported = imported_modules(code_dir, _scripts(code_dir, entry_point), _ASKED)
    imported -= set(sys.stdlib_module_names)
    missing = sorted(name for name in imported if not importlib.machinery.PathFinder.find_spec(name, folders))
    file = code_dir / "requirements.txt"
    if missing and file.is_file():
        brought = brought_by(file.read_text(errors="replace"))
        missing = [
            name for name in missing if brought is not None and not brought & {*distributions_of(name)}
        ]
    if not missing:
        return {"install": [], "notes": []}
    known = _image(image)
    if known is None:
        name = image.split("/")[-1] or "the image"
        return {
            "install": [],
            "notes": [f"whether {name} has {_listed(missing)} is not known here, and this Python has not"],
        }
    install, lacking = [], []
    for module in missing:
        found = next((name for name in distributions_of(module) if name in known.packages), None)
        if found is None:
            lacking.append(module)
        else:
            versions = (known.packages[found], _newest(known.name).get(found))
            install.append(
                {
                    "module": module,
                    "name": _WITHOUT_SCREEN.get(found, found),
                    "versions": [*dict.fromkeys(filter(None, versions))],
                }
            )
    notes = []
    if known.nearest and install:
        notes.append(
            f"what {_version(image)} has is not known here; taken to be what {known.nearest} has: "
            + _listed(entry["name"] for entry in install)
        )
    if lacking:
        sure = known.complete and not known.nearest
        notes.append(
            f"the script imports {_listed(lacking)}, which {_version(image)} "
            f"{'has not' if sure else 'is not known to have'}: "
            f"unless requirements.txt brings {'it' if len(lacking) == 1 else 'them'}, the job ends there"
        )
    return {"install": install, "notes": notes}


def _scripts(code_dir: Path, entry_point: str) -> list[Path]:
    """Where the reading begins: the entry point, or all scripts for one that is no Python."""
    entry = code_dir / entry_point
    if entry.suffix == ".py" and entry.is_file():
        return [entry]
    return [path for path in code_dir.rglob("*.py") if path.name != "setup.py"]


def _version(image: str) -> str:
    """Such as `tensorflow-training 2.3.1`."""
    tag = re.search(r"([a-z0-9-]+):(\d+(?:\.\d+)*)", image)
    return f"{tag[1]} {tag[2]}" if tag else image


def _image(image: str) -> Image | None:
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


def _newest(repository: str) -> dict[str, str | None]:
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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
