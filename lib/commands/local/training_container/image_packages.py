"""What a script imports that the training image has and this Python has not."""

import importlib.machinery
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from distributions import brought_by, distributions_of
from image_tables import image_version, known_image, newest_packages
from imported_modules import imported_modules

# What a script calls that imports something when it is called.
_ASKED = {
    **dict.fromkeys(("load_img", "array_to_img", "save_img", "ImageDataGenerator"), "PIL"),
    **dict.fromkeys(("read_parquet", "to_parquet"), "pyarrow"),
}


# Packages of the images that need a screen's libraries to be imported, and the same without.
_WITHOUT_SCREEN = {"opencv-python": "opencv-python-headless"}


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
    known = known_image(image)
    install, lacking, notes = [], [], []
    if missing and known is None:
        name = image.split("/")[-1] or "the image"
        notes.append(f"whether {name} has {_listed(missing)} is not known here, and this Python has not")
        missing = []
    for module in missing:
        found = next((name for name in distributions_of(module) if name in known.packages), None)
        if found is None:
            lacking.append(module)
            continue
        versions = filter(None, (known.packages[found], newest_packages(known.name).get(found)))
        name = _WITHOUT_SCREEN.get(found, found)
        install.append({"module": module, "name": name, "versions": [*dict.fromkeys(versions)]})
    if install and known.nearest:
        notes.append(
            f"what {image_version(image)} has is not known here; taken to be what {known.nearest} has: "
            + _listed(entry["name"] for entry in install)
        )
    if lacking:
        sure = known.complete and not known.nearest
        notes.append(
            f"the script imports {_listed(lacking)}, which {image_version(image)} "
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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
