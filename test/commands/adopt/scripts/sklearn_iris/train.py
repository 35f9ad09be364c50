"""Shape of the scikit-learn estimator's example: all files of one channel, a decision tree."""

import argparse
import os

import joblib
import pandas as pd
from sklearn import tree

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max_leaf_nodes", type=int, default=-1)
    parser.add_argument("--output-data-dir", type=str, default=os.environ["SM_OUTPUT_DATA_DIR"])
    parser.add_argument("--model-dir", type=str, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", type=str, default=os.environ["SM_CHANNEL_TRAIN"])
    args = parser.parse_args()
    files = [os.path.join(args.train, file) for file in os.listdir(args.train)]
    table = pd.concat([pd.read_csv(file, header=None, engine="python") for file in files])
    leaves = args.max_leaf_nodes if args.max_leaf_nodes > 1 else None
    classifier = tree.DecisionTreeClassifier(max_leaf_nodes=leaves)
    classifier.fit(table.iloc[:, 1:], table.iloc[:, 0])
    joblib.dump(classifier, os.path.join(args.model_dir, "model.joblib"))


def model_fn(model_dir):
    """Load what was trained."""
    return joblib.load(os.path.join(model_dir, "model.joblib"))
