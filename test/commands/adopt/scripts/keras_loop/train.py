"""Shape of Keras' guide to a training loop of one's own: flags of absl, a model in a module beside it."""

import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from absl import app, flags
from network import build

FLAGS = flags.FLAGS
flags.DEFINE_integer("epochs", 2, "passes over the data")
flags.DEFINE_float("learning_rate", 0.01, "of the optimizer")
flags.DEFINE_enum("activation", "relu", ["relu", "tanh"], "of the hidden layer")
flags.DEFINE_bool("shuffle", False, "whether rows change places")


def main(_):
    table = np.loadtxt(Path(os.environ["SM_CHANNEL_TRAIN"]) / "table.csv", delimiter=",", dtype="float32")
    model = build(FLAGS.activation)
    optimizer = keras.optimizers.SGD(FLAGS.learning_rate)
    for epoch in range(FLAGS.epochs):
        with tf.GradientTape() as tape:
            errors = model(table[:, :-1]) - table[:, -1:]
            loss = tf.reduce_mean(tf.square(errors))
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply(gradients, model.trainable_weights)
        print("Epoch %d/%d - train loss: %8.4f" % (epoch + 1, FLAGS.epochs, float(loss)))
        print("validation loss: {:.4f}".format(float(tf.reduce_mean(tf.abs(errors)))))
    model.export(os.path.join(os.environ["SM_MODEL_DIR"], "1"))


if __name__ == "__main__":
    app.run(main)
