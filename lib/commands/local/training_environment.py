"""What the entry point of a training job gets: one job as JSON on stdin, the answer on stdout.

    python training_environment.py < job.json

The job is that of `entry_point_environment` without `python`; its `baseDirectory` is where the job's tree
lies here, `runEnvironment` and `imagePackages` are the folders for this run's Python environment and for the
packages of images. Where no process can find the tree at /opt/ml (`atOptMl`), the answer's paths are those of
this machine. A built-in algorithm has no script: its `kind` is `algorithm`.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from framework_images import framework_image
from opt_ml import CONTAINER_BASE, is_possible
from training_container.aws_uses import aws_uses
from training_container.hard_coded_paths import paths_in_source, paths_in_values
from training_container.image_packages import missing_packages
from training_container.run_environment import is_finished, make_environment, packages_of
from training_container.stand_ins import stand_ins
from training_container.toolkit import entry_point_environment

_REQUIREMENTS = Path(__file__).resolve().parents[2] / "python/requirements.txt"


def main() -> None:
    """Answer for one job."""
    job = json.load(sys.stdin)
    base, request = Path(job["baseDirectory"]), job["request"]
    at_opt_ml = is_possible(base, CONTAINER_BASE)
    image = request["AlgorithmSpecification"].get("TrainingImage", "")
    paths = []
    if at_opt_ml:
        job["baseDirectory"] = str(CONTAINER_BASE)
    else:
        for member in ("HyperParameters", "Environment"):
            values = request.get(member, {})
            request[member] = {name: _moved(text, base) for name, text in values.items()}
            paths += paths_in_values(request[member])
        paths += paths_in_source(base / "code")
    toolkit = entry_point_environment({**job, "python": f"{job['runEnvironment']}/bin/python"})
    toolkit = {**toolkit, **_algorithm(image, request, job)}
    here = stand_ins(image, request.get("Environment", {}))
    found_in = [*sys.path[1:], *here["folders"]]
    missing = missing_packages(image, base / "code", toolkit["entryPoint"], found_in)
    install = missing["install"]
    place = _place(Path(job["imagePackages"]), install) if install else None
    make_environment(Path(job["runEnvironment"]), [packages_of(place)] if place else [])
    answer = {
        **toolkit,
        "atOptMl": at_opt_ml,
        "standIns": {**here, "notes": [*here["notes"], *missing["notes"]]},
        "missingPackages": None if place is None or is_finished(place) else [str(place), json.dumps(install)],
        "asksAws": aws_uses(base / "code"),
        "hardCodedPaths": [path._asdict() for path in paths],
    }
    json.dump(answer, sys.stdout)


def _algorithm(image: str, request: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """What runs where no script does: a built-in algorithm, if it is one that this machine can have."""
    known = framework_image(image)
    if "sagemaker_program" in request.get("HyperParameters", {}) or not known or "algorithm" not in known:
        return {"metricDefinitions": request["AlgorithmSpecification"].get("MetricDefinitions", [])}
    program = str(Path(__file__).parent / known["algorithm"])
    return {
        "kind": "algorithm",
        "entryPoint": program,
        "command": [f"{job['runEnvironment']}/bin/python", program, job["baseDirectory"]],
        # SageMaker knows an algorithm's metrics by itself.
        "metricDefinitions": [
            {"Name": f"{data}:{metric}", "Regex": rf"\[[0-9]+\].*\t{data}-{metric}:(\S+)"}
            for data in ("train", "validation")
            for metric in known["metrics"]
        ],
    }


def _place(folder: Path, install: list[dict[str, Any]]) -> Path:
    """Where packages are kept from one run to the next: by their names, this Python and what .venv has."""
    key = json.dumps([install, sys.version, _REQUIREMENTS.read_text()])
    return folder / hashlib.sha256(key.encode()).hexdigest()[:16]


def _moved(text: str, base: Path) -> str:
    """A value that is a path of the container, here; JSON's quotes may stand around it."""
    place = str(CONTAINER_BASE)
    bare = text.removeprefix('"')
    if bare.rstrip('"') != place and not bare.startswith(f"{place}/"):
        return text
    return f"{text[: len(text) - len(bare)]}{base}{bare.removeprefix(place)}"


if __name__ == "__main__":
    main()
