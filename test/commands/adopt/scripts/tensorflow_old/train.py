"""Shape of scripts from before Keras 3: a format by name, paths of a notebook instance."""

import argparse

import pandas as pd
import tensorflow as tf

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--augment", type=bool, default=False)
    parser.add_argument("--label", type=str, default="not a name")
    args = parser.parse_args()
    table = pd.read_csv("/home/ec2-user/SageMaker/data/table.csv")
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(table.values[:, :-1], table.values[:, -1], epochs=args.epochs, verbose=2)
    model.save("/opt/ml/model/1", save_format="tf")
