"""Time the model's forward pass alone: what no server can be faster than.

    python lib/commands/bench/forward_pass.py MODEL_DIR REPETITIONS THREADS

MODEL_DIR holds the SavedModel's `1/`, with the signature serving_default of images of one size. Prints
`{"seconds": median of one pass, "perSecond": passes of THREADS at once}`.
"""

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf


def main(model_dir: str, repetitions: str, threads: str) -> None:
    """Load, warm up, measure, print the line."""
    forward = tf.saved_model.load(f"{model_dir}/1").signatures["serving_default"]
    (name, spec), *_ = forward.structured_input_signature[1].items()
    image = tf.constant(np.random.default_rng(0).random([1, *spec.shape[1:]], dtype=np.float32))

    def timed(_: int) -> float:
        started = time.perf_counter()
        forward(**{name: image})
        return time.perf_counter() - started

    times = [timed(i) for i in range(int(repetitions) + 3)][3:]
    with ThreadPoolExecutor(int(threads)) as pool:
        started = time.perf_counter()
        list(pool.map(timed, range(int(repetitions))))
        seconds = time.perf_counter() - started
    sys.stdout.write(
        json.dumps({"seconds": statistics.median(times), "perSecond": int(repetitions) / seconds}) + "\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
