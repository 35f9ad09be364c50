"""Trains a random forest on rows of numbers, the class first, and serves it: scikit-learn's container finds
model_fn here too."""

import argparse
import os
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier


def model_fn(model_dir: str) -> RandomForestClassifier:
    """The model, for the container that serves."""
    return joblib.load(Path(model_dir) / "model.joblib")


def rows(channel: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and classes of a channel's CSV files."""
    folder = Path(os.environ[f"SM_CHANNEL_{channel}"])
    table = np.concatenate([np.loadtxt(file, delimiter=",") for file in sorted(folder.glob("*.csv"))])
    return table[:, 1:], table[:, 0].astype(int)


def main() -> None:
    """Train, tell the accuracy on what was held back, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    model = RandomForestClassifier(arguments.trees, random_state=arguments.seed)
    model.fit(*rows("TRAIN"))
    print(f"validation:accuracy={model.score(*rows('VALIDATION')):.4f};")
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
