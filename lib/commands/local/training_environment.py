"""What the entry point of a training job gets: one job as JSON on stdin, the answer on stdout.

    python training_environment.py < job.json

The job's members and the answer's are those of `entry_point_environment`.
"""

import json
import sys

from training_container.toolkit import entry_point_environment

if __name__ == "__main__":
    json.dump(entry_point_environment(json.load(sys.stdin)), sys.stdout)
