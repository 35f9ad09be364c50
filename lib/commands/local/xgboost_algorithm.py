"""XGBoost as SageMaker's built-in algorithm, trained on this machine.

    python xgboost_algorithm.py BASE

BASE has the tree of /opt/ml. Reads hyperparameters and channels as the container does, prints a line of
metrics a round, and leaves `xgboost-model`. One instance; CSV and LIBSVM; XGBoost's own metrics.
"""

import json
import sys
from pathlib import Path
from typing import Any

import xgboost
from handler_container.xgboost_data import read_channel

_UNKNOWN_HERE = ("_kfold", "_num_cv_round")


def train(base: Path) -> None:
    """One job. Raises ValueError or XGBoostError for what the person has to mend."""
    config = base / "input/config"
    parameters: dict[str, Any] = json.loads((config / "hyperparameters.json").read_text())
    channels = json.loads((config / "inputdataconfig.json").read_text())
    if unknown := [name for name in _UNKNOWN_HERE if name in parameters]:
        raise ValueError(f"{', '.join(unknown)}: cross validation is the container's own, and not done here")
    if "num_round" not in parameters:
        raise ValueError("Missing required hyperparameter: num_round")
    if "train" not in channels:
        raise ValueError("Missing required channel: train")
    rounds = int(parameters.pop("num_round"))
    weighted = parameters.pop("csv_weights", "0") == "1"
    stopping = parameters.pop("early_stopping_rounds", None)
    if "eval_metric" in parameters:
        parameters["eval_metric"] = [name.strip() for name in parameters["eval_metric"].split(",")]
    data = {
        name: read_channel(base / "input/data" / name, channels[name].get("ContentType"), weighted)
        for name in ("train", "validation")
        if name in channels
    }
    print(
        f"Train matrix has {data['train'].num_row()} rows and {data['train'].num_col()} columns", flush=True
    )
    model = xgboost.train(
        parameters,
        data["train"],
        num_boost_round=rounds,
        evals=[(matrix, name) for name, matrix in data.items()],
        early_stopping_rounds=int(stopping) if stopping else None,
        callbacks=[_Metrics()],
        verbose_eval=False,
    )
    # The container gives the file no ending; the library wants one to choose a format.
    written = base / "model/xgboost-model.ubj"
    model.save_model(written)
    written.rename(written.with_suffix(""))


class _Metrics(xgboost.callback.TrainingCallback):
    """Prints a round's metrics as the container's log has them."""

    def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, Any]) -> bool:
        values = [
            f"{data}-{metric}:{history[-1]:.5f}"
            for data, metrics in evals_log.items()
            for metric, history in metrics.items()
        ]
        print("\t".join([f"[{epoch}]", *values]), flush=True)
        return False


def main() -> int:
    """Train; tell what failed in the failure file, as the container does."""
    base = Path(sys.argv[1])
    try:
        train(base)
    except (ValueError, xgboost.core.XGBoostError) as error:
        reason = str(error).strip().split("\n")[0]
        (base / "output").mkdir(exist_ok=True)
        (base / "output/failure").write_text(f"Customer Error: {reason}")
        print(f"Customer Error: {reason}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
