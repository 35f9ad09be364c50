import pytest
from running_server import announced, start_server, stop


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory):
    """A model archive with one signature for each thing that the contract distinguishes."""
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self):
            self.weights = tf.Variable([[1.0], [2.0]])

    model = Model()

    def signature(function, **inputs):
        return tf.function(function).get_concrete_function(
            **{name: tf.TensorSpec(shape, dtype, name) for name, (shape, dtype) in inputs.items()}
        )

    def echo(dtype):
        return signature(lambda v: {"w": tf.identity(v)}, v=(None, dtype))

    folder = tmp_path_factory.mktemp("model")
    tf.saved_model.save(
        model,
        str(folder / "1"),
        signatures={
            "serving_default": signature(lambda x: {"y": x @ model.weights}, x=([None, 2], tf.float32)),
            "serving_image": signature(
                lambda image_bytes: {"mask_bytes": tf.strings.join([b"\xff\x00", image_bytes])},
                image_bytes=([None], tf.string),
            ),
            "double": signature(lambda v: {"w": v * 2.0}, v=([None, 3], tf.float32)),
            "text": signature(lambda v: {"w": tf.identity(v)}, v=([None], tf.string)),
            "two": signature(
                lambda a, b: {"sum": a + tf.cast(b, tf.float32), "text": tf.strings.as_string(b)},
                a=([None], tf.float32),
                b=([None], tf.int64),
            ),
            "uneven": signature(lambda v: {"p": v, "q": v[1:]}, v=([None], tf.float32)),
            "total": signature(lambda v: {"sum": tf.reduce_sum(v)}, v=([None], tf.float32)),
            "pick": signature(lambda v: {"w": tf.gather([1.0, 2.0], v)}, v=([None], tf.int32)),
            "half": signature(lambda v: {"w": v}, v=([None], tf.float16)),
            **{f"echo_{dtype.name}": echo(dtype) for dtype in (tf.float32, tf.float64, tf.int64, tf.bool)},
            "echo_uint8": echo(tf.uint8),
            "echo_string": signature(lambda v: {"w_bytes": tf.identity(v)}, v=(None, tf.string)),
        },
    )
    return folder


@pytest.fixture(scope="session")
def server(model_dir):
    """The server over `model_dir`, shared by the tests that only ask."""
    process = start_server(model_dir)
    yield announced(process)
    stop(process)


@pytest.fixture(scope="session")
def old_server(model_dir):
    """The same by the rules of an earlier image."""
    image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-inference:2.19.0-cpu"
    process = start_server(model_dir, "--image", image)
    yield announced(process)
    stop(process)
