"""Shape of the TensorFlow script-mode examples: arrays in two channels, a SavedModel per version."""

import argparse
import os

import numpy as np
import tensorflow as tf


def load(folder, name):
    images = np.load(os.path.join(folder, f"{name}_data.npy"))
    labels = np.load(os.path.join(folder, f"{name}_labels.npy"))
    return images, labels


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch_size", type=int, default=8)
    parser.add_argument("--learning_rate", type=float, default=1e-3)
    parser.add_argument("--model_dir", type=str)
    parser.add_argument("--sm-model-dir", type=str, default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", type=str, default=os.environ.get("SM_CHANNEL_TRAINING"))
    parser.add_argument("--test", type=str, default=os.environ.get("SM_CHANNEL_TESTING"))
    return parser.parse_known_args()


if __name__ == "__main__":
    args, _ = parse_args()
    train_data, train_labels = load(args.train, "train")
    eval_data, eval_labels = load(args.test, "eval")
    model = tf.keras.Sequential(
        [tf.keras.Input((4,)), tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(2)]
    )
    model.compile(
        optimizer=tf.keras.optimizers.Adam(args.learning_rate),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(
        train_data,
        train_labels,
        batch_size=args.batch_size,
        epochs=args.epochs,
        validation_data=(eval_data, eval_labels),
        verbose=2,
    )
    loss, accuracy = model.evaluate(eval_data, eval_labels, verbose=0)
    print(f"Test loss: {loss:.4f}, test accuracy: {accuracy:.4f}")
    model.export(os.path.join(args.sm_model_dir, "1"))
