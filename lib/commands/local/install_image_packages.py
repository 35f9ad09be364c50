"""Installs what a training image has and this Python has not, once for all runs.

    python install_image_packages.py PLACE INSTALL

PLACE is the environment to make, INSTALL the JSON of `missing_packages`. Prints what a person should know.
"""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from training_container.run_environment import is_finished, make_environment, unfinished_mark

_PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]

# What stays in the version of this Python: an older one would be another framework, and a large download.
_FRAMEWORK = ("tensorflow", "tensorflow-cpu", "tf-keras", "tf_keras")

# Begins what is not the script's, in the log.
_NOTE = "[here] "


def install(place: Path, wanted: list[dict[str, Any]]) -> None:
    """Makes the place with all that can be had of what is wanted."""
    part = place.with_name(f"{place.name}-{os.getpid()}")
    python = make_environment(part)
    failed = []
    if not _try(python, [(entry, entry["versions"][:1]) for entry in wanted]):
        # One by one: the image's version, the one that goes with this machine's TensorFlow, any.
        python = make_environment(part)
        for entry in wanted:
            versions = [*entry["versions"], ""]
            found = next((v for v in versions if _try(python, [(entry, [v] if v else [])])), None)
            if found is None:
                failed.append(entry["name"])
            elif found != versions[0]:
                _tell(
                    f"{entry['name']} {found or 'in the newest version that fits'} stands for "
                    f"the image's {versions[0]}, which this Python {sys.version.split()[0]} cannot use"
                )
    if failed:
        _tell(f"not to be had for this Python, or not now: {', '.join(failed)}")
        unfinished_mark(part).touch()
    if not is_finished(place):
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
    shutil.rmtree(part, ignore_errors=True)


def _try(python: Path, wanted: list[tuple[dict[str, Any], list[str]]]) -> bool:
    """Whether these can be installed together, and imported."""
    names = [f"{entry['name']}=={versions[0]}" if versions else entry["name"] for entry, versions in wanted]
    modules = [entry["module"] for entry, _ in wanted]
    if not _installs(python, names):
        return False
    broken = _broken(python)
    if broken and not _installs(python, [*names, *broken]):
        return False
    imports = "; ".join(f"import {module}" for module in modules)
    return not subprocess.run([python, "-c", imports], capture_output=True, check=False).returncode


def _installs(python: Path, requirements: list[str]) -> bool:
    # What has no version is wanted in another than the one that an earlier try left.
    command = [python, *_PIP, "install", "--upgrade", "--only-binary=:all:", *requirements]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        print(installed.stderr, end="", file=sys.stderr, flush=True)
    # Else it can only tell of conflicts, which `_broken` looks for.
    return not installed.returncode


def _broken(python: Path) -> list[str]:
    """What no longer fits to what was installed over it, such as boto3 to the botocore that s3fs brings."""
    told = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True, check=False).stdout
    # Not what lacks a package altogether: tf-keras asks for a tensorflow, which is tensorflow-cpu here.
    names = dict.fromkeys(line.split()[0] for line in told.splitlines() if " has requirement " in line)
    return [f"{name}=={importlib.metadata.version(name)}" if name in _FRAMEWORK else name for name in names]


def _tell(text: str) -> None:
    print(f"{_NOTE}{text}", flush=True)


if __name__ == "__main__":
    install(Path(sys.argv[1]), json.loads(sys.argv[2]))
