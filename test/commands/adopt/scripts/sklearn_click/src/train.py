"""Shape of a template's package: options by click, modules below the root of the repository."""

import logging
import os

import click
import joblib
from sklearn.linear_model import Ridge
from src.features import load

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger(__name__)


@click.command()
@click.option("--alpha", type=float, default=0.5, show_default=True)
@click.option("--seed", type=int, default=7)
@click.option("--verbose", is_flag=True)
@click.option("--input-dir", default="/opt/ml/input/data/training")
def main(alpha, seed, verbose, input_dir):
    """Train a ridge regression."""
    features, target = load(input_dir)
    model = Ridge(alpha=alpha, random_state=seed).fit(features, target)
    logger.info("train r2=%.3f", model.score(features, target))
    joblib.dump(model, os.path.join("/opt/ml/model", "model.joblib"))


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    main()
