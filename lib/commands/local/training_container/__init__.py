"""What SageMaker and its training toolkits give to an entry point, computed from a training job's request."""

import sys
from pathlib import Path

# What reads sources, for all commands.
sys.path.append(str(Path(__file__).resolve().parents[3] / "python/sources"))
