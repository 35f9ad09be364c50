"""The job's environment."""

import json
import os
from typing import Any


class Environment:
    """The members of SM_TRAINING_ENV as attributes, such as `num_cpus` and `channel_input_dirs`."""

    def __init__(self) -> None:
        self._members = json.loads(os.environ["SM_TRAINING_ENV"])

    def __getattr__(self, name: str) -> Any:
        try:
            return self._members[name]
        except KeyError:
            raise AttributeError(f"Environment has no attribute {name!r} here") from None
