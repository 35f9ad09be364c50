"""What of this machine's Python stands for what an image has: TensorFlow, Keras, Python itself."""

import re
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any

# From this TensorFlow on `tf.keras` is Keras 3.
_FIRST_WITH_KERAS_3 = (2, 16)


def stand_ins(image: str, environment: dict[str, str]) -> dict[str, Any]:
    """Variables for the script, folders for its PYTHONPATH, and notes on which versions stand for which.

    A job whose `environment` says something else of TF_USE_LEGACY_KERAS keeps it.
    """
    tag = re.search(r"(?:^|/)tensorflow-training:((\d+)\.(\d+)[\d.]*)-\w+-py(\d)(\d+)", image)
    if tag is None:
        return {"variables": {}, "folders": [], "notes": []}
    version, major, minor, *python = tag.groups()
    keras_2 = (int(major), int(minor)) < _FIRST_WITH_KERAS_3 and environment.get(
        "TF_USE_LEGACY_KERAS", "1"
    ).lower() in ("1", "true")
    here = _version("tensorflow-cpu", "tensorflow")
    notes = []
    if here and here.split(".")[:2] != [major, minor]:
        keras = f"Keras 2 (tf-keras {_version('tf-keras')})" if keras_2 else f"Keras {_version('keras')}"
        notes.append(
            f"TensorFlow {here} with {keras} on Python {python_version()} stands for "
            f"the image's TensorFlow {version} on Python {'.'.join(python)}"
        )
    return {
        "variables": {"TF_USE_LEGACY_KERAS": "1"} if keras_2 else {},
        "folders": [str(Path(__file__).parent / "keras2")] if keras_2 else [],
        "notes": notes,
    }


def _version(*distributions: str) -> str | None:
    """The version of the first of these that is installed."""
    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None
