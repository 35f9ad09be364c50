"""Train a U-Net for segmentation from scratch and export it for TensorFlow Serving.

The same file runs on Amazon SageMaker and on a laptop:

    python training/unet_from_scratch.py
    python training/unet_from_scratch.py --sm-channel-training DIR --epochs 30 --filters 16 --image-size 64

Reads the channel `training`: `original/NAME.jpg` (or .jpeg, .png) and `masks/NAME.png`, trimaps of the same
size whose pixels are 1 (object), 2 (background) or 3 (outline).
Prints one line of metrics per epoch, and one of the test set at the end.
Writes `SM_MODEL_DIR/1`, a float32 SavedModel with two signatures:

- `serving_default`: `image`, float32 [batch, size, size, 3] in [0, 1]
  -> `logits`, float32 [batch, size, size, 3];
- `serving_image`: `image_bytes`, string [batch], JPEG or PNG of any size
  -> `mask_bytes`, string [batch], PNG of one channel at the model's size, its pixels the class: 0 object,
  1 background, 2 outline.

Also writes `SM_OUTPUT_DATA_DIR/history.json`, and a checkpoint after each epoch if there is a checkpoint
folder; a run that finds one goes on from it. It trains on one host, and on one GPU if the host has one.
"""

import argparse
import hashlib
import json
import math
import os
import random
import sys
import time
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

CLASSES = 3
PHOTOGRAPH_SUFFIXES = {".jpg", ".jpeg", ".png"}
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
REPORTED_PROBLEMS = 10


class TrainingError(ValueError):
    """Something that the person who started the job can put right: the message says what and how."""


class Pair(NamedTuple):
    """A photograph and its trimap."""

    photograph: Path
    mask: Path


# ---- arguments -----------------------------------------------------------------------------------


class ArgumentParser(argparse.ArgumentParser):
    """Raises instead of printing its usage: a wrong hyperparameter fails the job as any other error does."""

    def error(self, message: str):
        """Raise the parser's message."""
        raise TrainingError(message)


def whole(text: str) -> int:
    """Parse a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def image_size(text: str) -> int:
    """Parse the side of the model's square images in pixels: four halvings must come out even."""
    if not text.isdecimal() or int(text) < 16 or int(text) % 16:
        raise argparse.ArgumentTypeError(f"must be a multiple of 16, got {text!r}")
    return int(text)


def rate(text: str) -> float:
    """Parse a number above 0 and below 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must be a number between 0 and 1, got {text!r}")
    return value


def checkpoint_directory() -> str | None:
    """The folder `checkpoints` beside SM_MODEL_DIR, if SageMaker made one.

    The toolkit has no variable for it. /opt/ml/checkpoints is CheckpointConfig's default LocalPath, and
    SM_MODEL_DIR is /opt/ml/model.
    """
    beside_model = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model")).parent / "checkpoints"
    return str(beside_model) if beside_model.is_dir() else None


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the hyperparameters and the folders; fails with TrainingError."""
    here = Path(__file__).resolve().parent
    env = os.environ.get
    parser = ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--epochs", type=whole, default=20)
    add("--batch-size", type=whole, default=32)
    add("--optimizer", choices=OPTIMIZERS, default="adam")
    add("--learning-rate", type=rate, default=0.001)
    add("--filters", type=whole, default=32, help="of the first level; each level below has twice as many")
    add("--image-size", type=image_size, default=128, help="side of the square images in pixels")
    add(
        "--validation-split",
        type=rate,
        default=0.2,
        help="share kept for the test, and of the rest, for validation",
    )
    add("--seed", type=int, default=42, help="of the split, the first weights, the order and the dropout")
    add(
        "--precision",
        choices=["auto", *PRECISIONS],
        default="auto",
        help="auto: bfloat16 if the hardware has it",
    )
    add("--sm-channel-training", type=Path, default=env("SM_CHANNEL_TRAINING", str(here / "data/sample")))
    add("--sm-model-dir", type=Path, default=env("SM_MODEL_DIR", "local/model"))
    add("--sm-output-data-dir", type=Path, default=env("SM_OUTPUT_DATA_DIR", "local/output"))
    add("--checkpoint-dir", type=Path, default=checkpoint_directory(), help="default: no checkpoints")
    add("--model_dir", help="an S3 prefix that the TensorFlow toolkit passes; this script has no use for it")
    return parser.parse_args(argv)


# ---- data ----------------------------------------------------------------------------------------


def complain(channel: Path, problems: list[str]) -> None:
    """Raise all problems of the channel as one error, if there are any."""
    if problems:
        rest = len(problems) - REPORTED_PROBLEMS
        shown = problems[:REPORTED_PROBLEMS] + ([f"and {rest} more"] if rest > 0 else [])
        raise TrainingError(f"training channel {channel}: {'; '.join(shown)}")


def find_pairs(channel: Path) -> list[Pair]:
    """List the channel's pairs by base name; fails if a folder is missing or a file has no partner."""
    problems: list[str] = []

    def by_name(folder: str, suffixes: set[str]) -> dict[str, Path]:
        if not (channel / folder).is_dir():
            problems.append(f"no folder {folder}/: it must hold original/ and masks/")
            return {}
        files: dict[str, Path] = {}
        for file in sorted((channel / folder).iterdir()):
            if file.name.startswith(".") or file.suffix.lower() not in suffixes:
                continue
            if file.stem in files:
                problems.append(
                    f"{folder}/{files[file.stem].name} and {folder}/{file.name} have the same base name"
                )
            files[file.stem] = file
        return files

    photographs = by_name("original", PHOTOGRAPH_SUFFIXES)
    masks = by_name("masks", {".png"})
    complain(channel, problems)
    for name in sorted(photographs.keys() ^ masks.keys()):
        if name in photographs:
            problems.append(
                f"original/{photographs[name].name} has no mask: add masks/{name}.png or remove it"
            )
        else:
            problems.append(
                f"masks/{masks[name].name} has no photograph: add original/{name}.jpg or remove it"
            )
    complain(channel, problems)
    if len(photographs) < 3:
        found = "is empty" if not photographs else f"holds {len(photographs)} pairs of photograph and mask"
        raise TrainingError(
            f"training channel {channel}: {found}, at least 3 are needed to train, validate and test"
        )
    return [Pair(photographs[name], masks[name]) for name in sorted(photographs)]


def split_sizes(count: int, validation_split: float) -> tuple[int, int, int]:
    """How many of `count` (3 or more) pairs go to train, validation and test: at least one each."""
    test = min(max(1, round(count * validation_split)), count - 2)
    validation = min(max(1, round((count - test) * validation_split)), count - test - 1)
    return count - test - validation, validation, test


def decode_photograph(encoded: tf.Tensor, size: int) -> tf.Tensor:
    """JPEG or PNG bytes -> uint8 [size, size, 3]. Training and `serving_image` both go through here."""
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return shrink_photograph(image, size)


def shrink_photograph(image: tf.Tensor, size: int) -> tf.Tensor:
    """Decoded photograph -> uint8 [size, size, 3], averaging the pixels that fall together."""
    resized = tf.image.resize(image, [size, size], antialias=True)
    return tf.ensure_shape(tf.cast(tf.round(resized), tf.uint8), [size, size, 3])


def to_floats(images: tf.Tensor) -> tf.Tensor:
    """Pixels 0..255 -> float32 in [0, 1]."""
    return tf.cast(images, tf.float32) / 255.0


def read_pair(photograph: tf.Tensor, mask: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Paths -> uint8 [size, size, 3] and classes uint8 [size, size, 1]; `problem_of` explains a failure."""
    image = tf.io.decode_image(tf.io.read_file(photograph), channels=3, expand_animations=False)
    trimap = tf.io.decode_png(tf.io.read_file(mask), channels=1)
    with tf.control_dependencies(
        [
            tf.debugging.assert_equal(tf.shape(image)[:2], tf.shape(trimap)[:2]),
            tf.debugging.assert_equal(tf.reduce_all((trimap >= 1) & (trimap <= CLASSES)), True),
        ]
    ):
        classes = tf.image.resize(trimap - 1, [size, size], method="nearest")
    return shrink_photograph(image, size), tf.ensure_shape(classes, [size, size, 1])


def problem_of(pair: Pair, failure: tf.errors.OpError) -> str:
    """Say which file of a pair that failed to read is at fault, and why."""
    arrays = []
    for file in pair:
        try:
            channels = 3 if file is pair.photograph else 1
            encoded = tf.io.read_file(str(file))
            arrays.append(tf.io.decode_image(encoded, channels=channels, expand_animations=False).numpy())
        except tf.errors.OpError as error:
            reason = error.message.split("\n")[0].removeprefix("{{function_node __wrapped__")
            return f"{file.parent.name}/{file.name} cannot be decoded ({reason.split('}} ')[-1]})"
    photograph, mask = arrays
    name = f"{pair.mask.parent.name}/{pair.mask.name}"
    if photograph.shape[:2] != mask.shape[:2]:
        sizes = [f"{width}x{height}" for height, width, _ in (mask.shape, photograph.shape)]
        return f"{name} is {sizes[0]} pixels and its photograph is {sizes[1]}: both must have the same size"
    values = [int(value) for value in np.unique(mask) if not 1 <= value <= CLASSES]
    if values:
        shown = ", ".join(map(str, values[:5])) + (", …" if len(values) > 5 else "")
        return f"{name} holds the value {shown}: a trimap holds 1 (object), 2 (background) and 3 (outline)"
    return f"{name} or its photograph cannot be read ({failure.message})"


def load(pairs: list[Pair], size: int, channel: Path) -> tf.data.Dataset:
    """Dataset of all pairs in the order given, decoded once and kept in memory as bytes.

    Fails with TrainingError, which names each file that cannot be used.
    """
    paths = tuple([str(pair[side]) for pair in pairs] for side in range(2))
    dataset = tf.data.Dataset.from_tensor_slices(paths)
    dataset = dataset.map(lambda *files: read_pair(*files, size), num_parallel_calls=tf.data.AUTOTUNE).cache()
    # The map keeps its order, so the element that fails belongs to the pair of the same place.
    problems, elements = [], iter(dataset)
    for pair in pairs:
        try:
            next(elements)
        except tf.errors.OpError as failure:
            problems.append(problem_of(pair, failure))
    complain(channel, problems)
    next(elements, None)  # the cache is complete once its end was seen
    return dataset


def batches(dataset: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    """Batches of float32 images in [0, 1] and classes."""
    dataset = dataset.batch(batch_size).map(lambda images, classes: (to_floats(images), classes))
    return dataset.prefetch(tf.data.AUTOTUNE)


# ---- model ---------------------------------------------------------------------------------------


def processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware (AVX-512 BF16 or AMX), as Linux tells."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text() if cpuinfo.is_file() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags


def choose_precision(precision: str) -> str:
    """Resolve `auto`: bfloat16, which keeps float32's range, where the hardware has it; else float32."""
    if precision != "auto":
        return precision
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        major, _ = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability", (0, 0))
        return "bfloat16" if major >= 8 else "float32"  # from the Ampere generation on
    return "bfloat16" if processor_has_bfloat16() else "float32"


def convolutions(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Two 3x3 convolutions with ReLU: one step of the U."""
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
    return x


def build_model(filters: int, size: int, precision: str) -> keras.Model:
    """U-Net, four levels down and four up: [batch, size, size, 3] in [0, 1] -> float32 logits of that shape.

    Without batch normalization, which in bfloat16 costs more than half of the speed on a CPU.
    """
    keras.config.set_dtype_policy(PRECISIONS[precision])
    image = x = layers.Input((size, size, 3))
    skipped = []
    for level in range(4):
        x = convolutions(x, filters * 2**level)
        if level == 3:
            x = layers.Dropout(0.3)(x)
        skipped.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.3)(convolutions(x, filters * 16))
    for level in reversed(range(4)):
        x = layers.Conv2DTranspose(filters * 2**level, 3, strides=2, padding="same")(x)
        x = convolutions(layers.Concatenate()([skipped[level], x]), filters * 2**level)
    # float32 whatever the policy: a softmax over bfloat16 logits loses accuracy.
    return keras.Model(image, layers.Conv2D(CLASSES, 1, dtype="float32")(x))


def compile_model(model: keras.Model, optimizer: str, learning_rate: float) -> None:
    """Attach optimizer, loss from logits, and accuracy per pixel."""
    model.compile(
        optimizer=keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": learning_rate}}),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )


def export_model(model: keras.Model, size: int, directory: Path) -> None:
    """Write the SavedModel that TensorFlow Serving loads, with both signatures."""

    @tf.function(input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32, name="image")])
    def serving_default(image):
        return {"logits": model(image, training=False)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def serving_image(image_bytes):
        images = tf.map_fn(
            lambda encoded: decode_photograph(encoded, size),
            image_bytes,
            fn_output_signature=tf.TensorSpec([size, size, 3], tf.uint8),
        )
        classes = tf.argmax(model(to_floats(images), training=False), axis=-1)
        masks = tf.cast(classes[..., tf.newaxis], tf.uint8)
        # TensorFlow Serving sends a string in base64 only if the output's name ends in _bytes.
        return {"mask_bytes": tf.map_fn(tf.io.encode_png, masks, fn_output_signature=tf.string)}

    served = tf.Module()
    served.weights = [
        weight.value for weight in model.weights
    ]  # without optimizer and metrics: a third of the size
    signatures = {"serving_default": serving_default, "serving_image": serving_image}
    tf.saved_model.save(served, str(directory), signatures=signatures)


# ---- checkpoints ---------------------------------------------------------------------------------


def state_of(model: keras.Model) -> list:
    """All that training changes: weights, dropout's random state, optimizer."""
    return [*model.variables, *model.optimizer.variables]


def save_checkpoint(file: Path, model: keras.Model, history: list[dict], settings: dict) -> None:
    """Write state, history and settings to `file`; a run killed meanwhile leaves the file that was there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    arrays = {f"variable_{i}": np.asarray(variable) for i, variable in enumerate(state_of(model))}
    with partial.open("wb") as stream:
        np.savez(stream, about=json.dumps({"settings": settings, "history": history}), **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)


def restore_checkpoint(file: Path, model: keras.Model, settings: dict) -> list[dict]:
    """Restore the model from `file` and return the history; fails if a run with other settings wrote it."""
    with np.load(file) as checkpoint:
        about = json.loads(str(checkpoint["about"]))
        changed = [
            f"{key} {about['settings'].get(key)} (now {value})"
            for key, value in settings.items()
            if about["settings"].get(key) != value
        ]
        if changed:
            raise TrainingError(
                f"checkpoint {file} was written with {', '.join(changed)}: "
                "go back to those values, or use an empty checkpoint folder"
            )
        for i, variable in enumerate(state_of(model)):
            variable.assign(checkpoint[f"variable_{i}"])
    return about["history"]


# ---- the run -------------------------------------------------------------------------------------


def metrics_text(metrics: dict[str, float]) -> str:
    """`train:loss=0.512345; train:accuracy=0.801234;`, as the job's metric definitions expect it."""
    return " ".join(f"{name}={value:.6f};" for name, value in metrics.items())


def print_line(text: str) -> None:
    """Print one whole line at once: the toolkit reads the output in pieces, and a metric must not be cut."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def named(name: str, values: dict[str, float]) -> dict[str, float]:
    """Keras's loss and accuracy as `<name>:loss` and `<name>:accuracy`."""
    return {f"{name}:{key}": float(values[key]) for key in ("loss", "accuracy")}


def evaluate(model: keras.Model, dataset: tf.data.Dataset, name: str) -> dict[str, float]:
    """Loss and accuracy over a dataset, as `named` names them."""
    return named(name, model.evaluate(dataset, verbose=0, return_dict=True))


def epoch_line(epoch: int, epochs: int, entry: dict) -> str:
    """The line of metrics of one epoch of the history."""
    metrics = {key: value for key, value in entry.items() if ":" in key}
    return f"epoch={epoch}/{epochs}; {metrics_text(metrics)}"


def main(argv: list[str] | None = None) -> None:
    """Read the data, train, test, export; fails with TrainingError."""
    args = parse_arguments(argv)
    hosts = json.loads(os.environ.get("SM_HOSTS", "[]"))
    if len(hosts) > 1:
        raise TrainingError(
            f"this script trains on one host, the job has {len(hosts)}: set instanceCount to 1"
        )
    keras.utils.set_random_seed(args.seed)

    pairs = find_pairs(args.sm_channel_training)
    names = hashlib.sha256("\n".join(pair.mask.stem for pair in pairs).encode()).hexdigest()
    random.Random(args.seed).shuffle(pairs)
    train_size, validation_size, test_size = split_sizes(len(pairs), args.validation_split)
    dataset = load(pairs, args.image_size, args.sm_channel_training)
    train = dataset.take(train_size)
    validation = batches(dataset.skip(train_size).take(validation_size), args.batch_size)
    test = batches(dataset.skip(train_size + validation_size), args.batch_size)

    precision = choose_precision(args.precision)
    model = build_model(args.filters, args.image_size, precision)
    compile_model(model, args.optimizer, args.learning_rate)
    model.optimizer.build(model.trainable_variables)  # now, so that a checkpoint can restore it
    print_line(
        f"{train_size} photographs to train, {validation_size} to validate, {test_size} to test; "
        f"{model.count_params():,} parameters; {precision}"
    )

    history: list[dict] = []
    checkpoint = args.checkpoint_dir and args.checkpoint_dir / "checkpoint.npz"
    trained_with = (
        "batch_size",
        "optimizer",
        "learning_rate",
        "filters",
        "image_size",
        "validation_split",
        "seed",
    )
    settings = {key: getattr(args, key) for key in trained_with} | {"photographs": names[:10]}
    if checkpoint and checkpoint.is_file():
        history = restore_checkpoint(checkpoint, model, settings)
        print_line(f"resumed from {checkpoint} after epoch {len(history)}")
        if (
            len(history) >= args.epochs
        ):  # nothing is left to train, but the job's metrics come from its own log
            print_line(epoch_line(len(history), len(history), history[-1]))

    for epoch in range(len(history) + 1, args.epochs + 1):
        # The order depends on seed and epoch alone, so that a resumed run sees what an unbroken one sees.
        order = train.shuffle(train_size, seed=args.seed + epoch)
        started = time.monotonic()
        fitted = model.fit(batches(order, args.batch_size), shuffle=False, verbose=0).history
        seconds = time.monotonic() - started
        entry = named("train", {key: values[0] for key, values in fitted.items()})
        if not math.isfinite(entry["train:loss"]):
            raise TrainingError(f"the loss is {entry['train:loss']} in epoch {epoch}: lower learning-rate")
        history.append(entry | evaluate(model, validation, "validation") | {"seconds": round(seconds, 3)})
        print_line(epoch_line(epoch, args.epochs, history[-1]))
        if checkpoint:
            save_checkpoint(checkpoint, model, history, settings)

    # Served in float32, whatever trained it: the endpoint's processor need not have bfloat16.
    # What is tested is what serves.
    served = build_model(args.filters, args.image_size, "float32")
    served.set_weights(model.get_weights())
    compile_model(served, args.optimizer, args.learning_rate)
    tested = evaluate(served, test, "test")
    print_line(metrics_text(tested))
    export_model(served, args.image_size, args.sm_model_dir / "1")
    args.sm_output_data_dir.mkdir(parents=True, exist_ok=True)
    (args.sm_output_data_dir / "history.json").write_text(
        json.dumps({"epochs": history, "test": tested}, indent=1)
    )


if __name__ == "__main__":
    try:
        main()
    except TrainingError as error:
        # The toolkit puts a line into FailureReason only if it names one of Python's own errors.
        sys.exit(f"ValueError: {error}")
