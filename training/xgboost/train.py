"""Boosts trees on rows of numbers, the target first; XGBoost's container finds model_fn here too."""

import argparse
import os
from pathlib import Path

import numpy as np
import xgboost


def model_fn(model_dir: str) -> xgboost.Booster:
    """The model, for the container that serves."""
    model = xgboost.Booster()
    model.load_model(Path(model_dir) / "model.ubj")
    return model


def rows(channel: str) -> xgboost.DMatrix:
    """Numbers and targets of a channel's CSV files."""
    folder = Path(os.environ[f"SM_CHANNEL_{channel}"])
    table = np.concatenate([np.loadtxt(file, delimiter=",") for file in sorted(folder.glob("*.csv"))])
    return xgboost.DMatrix(table[:, 1:], label=table[:, 0])


def main() -> None:
    """Train, tell the error on what was held back, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--eta", type=float, default=0.1)
    parser.add_argument("--max-depth", type=int, default=3)
    arguments = parser.parse_args()

    told: dict = {}
    model = xgboost.train(
        {"objective": "reg:squarederror", "eta": arguments.eta, "max_depth": arguments.max_depth},
        rows("TRAIN"),
        arguments.rounds,
        evals=[(rows("VALIDATION"), "validation")],
        evals_result=told,
        verbose_eval=False,
    )
    for value in told["validation"]["rmse"]:
        print(f"validation:rmse={value:.4f};")
    model.save_model(Path(os.environ["SM_MODEL_DIR"]) / "model.ubj")


if __name__ == "__main__":
    main()
