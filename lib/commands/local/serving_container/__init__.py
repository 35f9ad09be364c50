"""The SageMaker TensorFlow serving container's behaviour, without the container."""

import sys
from pathlib import Path

# What reads sources, for all commands.
sys.path.append(str(Path(__file__).resolve().parents[3] / "python/sources"))
