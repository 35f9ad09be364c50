"""Shape of the random-forest example: two channels, names of files and columns as arguments."""

import argparse
import os

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-estimators", type=int, default=10)
    parser.add_argument("--min-samples-leaf", type=int, default=3)
    parser.add_argument("--model-dir", type=str, default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", type=str, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--test", type=str, default=os.environ.get("SM_CHANNEL_TEST"))
    parser.add_argument("--train-file", type=str, default="train.csv")
    parser.add_argument("--test-file", type=str, default="test.csv")
    parser.add_argument("--features", type=str, default="rooms,age")
    parser.add_argument("--target", type=str, default="price")
    args, _ = parser.parse_known_args()
    train = pd.read_csv(os.path.join(args.train, args.train_file))
    test = pd.read_csv(os.path.join(args.test, args.test_file))
    columns = args.features.split(",")
    model = RandomForestRegressor(args.n_estimators, min_samples_leaf=args.min_samples_leaf)
    model.fit(train[columns], train[args.target])
    errors = np.abs(model.predict(test[columns]) - test[args.target])
    for q in [10, 50, 90]:
        print("AE-at-" + str(q) + "th-percentile: " + str(np.percentile(errors, q)))
    print(f"test mae: {errors.mean():.3f}")
    joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))
