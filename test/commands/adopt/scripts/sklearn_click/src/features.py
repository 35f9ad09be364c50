"""The table."""

from pathlib import Path

import numpy as np


def load(folder):
    table = np.loadtxt(next(Path(folder).glob("*.csv")), delimiter=",")
    return table[:, :-1], table[:, -1]
