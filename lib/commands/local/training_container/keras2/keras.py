"""`import keras` for scripts of a TensorFlow before 2.16: Keras 2, under the name that it had then."""

import sys

import tf_keras

sys.modules[__name__] = tf_keras
