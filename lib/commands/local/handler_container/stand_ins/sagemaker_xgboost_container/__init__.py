"""What scripts import of XGBoost's container: its readers of tables."""

import sys
from pathlib import Path

# Behind all that a script has: in a training, the container's own parts are nowhere else.
sys.path.append(str(Path(__file__).resolve().parents[3]))
