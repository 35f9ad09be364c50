"""The smallest models that serve."""

from pathlib import Path


def save_multiplier(folder: Path, factor: float) -> None:
    """Saves a model that multiplies, as an archive holds it."""
    import tensorflow as tf

    module = tf.Module()
    signature = tf.TensorSpec([None], tf.float32, name="x")
    module.serve = tf.function(lambda x: {"y": x * factor}, input_signature=[signature])
    tf.saved_model.save(module, str(folder / "1"), signatures=module.serve)
