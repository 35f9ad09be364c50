"""Train the U-Net once and print, as the last line, how fast that was and how much memory it took.

    python lib/commands/bench/training_run.py script training/unet_from_scratch.py 3 OUTPUT
    python lib/commands/bench/training_run.py plain training/unet_from_scratch.py 3 OUTPUT

`script` runs the training script as a job would, into OUTPUT/model and OUTPUT/output. `plain` is what a
person writes first: the same model on the same photographs, in float32 arrays in memory, with `model.fit`.
Prints `{"imagesPerSecond": …, "peakBytes": …, "precision": …}`. The first epoch does not count: it compiles.
"""

import importlib
import json
import random
import resource
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

import keras
import numpy as np


def import_script(file: Path):
    """The training script as a module."""
    sys.path.insert(0, str(file.parent))
    return importlib.import_module(file.stem)


def train_by_script(script, arguments: list[str]) -> list[float]:
    """Run the script; the seconds of its epochs, from its own history."""
    script.main(arguments)
    history = script.parse_arguments(arguments).sm_output_data_dir / "history.json"
    return [epoch["seconds"] for epoch in json.loads(history.read_text())["epochs"]]


def train_plainly(script, arguments: list[str]) -> list[float]:
    """Train the script's model in float32 on arrays; the seconds of its epochs."""
    args = script.parse_arguments(arguments)
    keras.utils.set_random_seed(args.seed)
    pairs = script.find_pairs(args.sm_channel_training)
    random.Random(args.seed).shuffle(pairs)
    pairs = pairs[: script.split_sizes(len(pairs), args.validation_split)[0]]
    read = [
        (script.to_floats(image).numpy(), classes.numpy())
        for image, classes in script.load(pairs, args.image_size, args.sm_channel_training)
    ]
    images, classes = (np.stack(side) for side in zip(*read, strict=True))
    del read
    model = script.build_model(args.filters, args.image_size, "float32")
    script.compile_model(model, args.optimizer, args.learning_rate)
    moments = [time.monotonic()]
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: moments.append(time.monotonic()))
    model.fit(images, classes, batch_size=args.batch_size, epochs=args.epochs, verbose=0, callbacks=[clock])
    return [end - begin for begin, end in pairwise(moments)]


def main(kind: str, script_file: str, epochs: str, output: str) -> None:
    """Train and print the line."""
    script = import_script(Path(script_file))
    arguments = ["--epochs", epochs]
    arguments += ["--sm-channel-training", str(Path(script_file).parent / "data/sample")]
    arguments += ["--sm-model-dir", f"{output}/model", "--sm-output-data-dir", f"{output}/output"]
    args = script.parse_arguments(arguments)
    pairs = len(script.find_pairs(args.sm_channel_training))
    images = script.split_sizes(pairs, args.validation_split)[0]
    seconds = (train_by_script if kind == "script" else train_plainly)(script, arguments)
    # macOS counts bytes, Linux KiB.
    unit = 1 if sys.platform == "darwin" else 1024
    result = {
        "imagesPerSecond": images / statistics.median(seconds[1:]),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "precision": script.choose_precision("auto") if kind == "script" else "float32",
    }
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
