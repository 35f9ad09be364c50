"""What the entry point of a training job gets: one job as JSON on stdin, the answer on stdout.

    python training_environment.py < job.json

The job's members are those of `entry_point_environment`; the answer has its members and, as `standIns`, those
of `stand_ins`.
"""

import json
import sys

from training_container.stand_ins import stand_ins
from training_container.toolkit import entry_point_environment

if __name__ == "__main__":
    job = json.load(sys.stdin)
    request = job["request"]
    image = request["AlgorithmSpecification"].get("TrainingImage", "")
    answer = {
        **entry_point_environment(job),
        "standIns": stand_ins(image, request.get("Environment", {})),
    }
    json.dump(answer, sys.stdout)
