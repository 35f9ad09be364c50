"""What the entry point of a training job gets: one job as JSON on stdin, the answer on stdout.

    python training_environment.py < job.json

The job's members and the answer's are those of `entry_point_environment`, but that `baseDirectory` is where
the job's tree lies on this machine. `atOptMl` of the answer says whether a process can be made to find it at
/opt/ml (opt_ml.py), as all paths of the answer then expect; where not, `hardCodedPaths` are those that will
not be found. `asksAws` says where the source asks AWS for something, and `standIns` is the answer of
`stand_ins`.
"""

import json
import sys
from pathlib import Path

from aws_uses import aws_uses
from hard_coded_paths import paths_in_source, paths_in_values
from opt_ml import CONTAINER_BASE, is_possible
from training_container.stand_ins import stand_ins
from training_container.toolkit import entry_point_environment


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
    answer = {
        **entry_point_environment(job),
        "atOptMl": at_opt_ml,
        "standIns": stand_ins(image, request.get("Environment", {})),
        "asksAws": aws_uses(base / "code"),
        "hardCodedPaths": [path._asdict() for path in paths],
    }
    json.dump(answer, sys.stdout)


def _moved(text: str, base: Path) -> str:
    """A value that is a path of the container, here; JSON's quotes may stand around it."""
    place = str(CONTAINER_BASE)
    bare = text.removeprefix('"')
    if bare.rstrip('"') != place and not bare.startswith(f"{place}/"):
        return text
    return f"{text[: len(text) - len(bare)]}{base}{bare.removeprefix(place)}"


if __name__ == "__main__":
    main()
