"""The training script: its data errors, its metric lines, its checkpoints and the model that it exports."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf
import unet_from_scratch as unet
from hypothesis import given, settings
from hypothesis import strategies as st
from photograph_pairs import TRAINING, write_channel, write_pair
from PIL import Image

SCRIPT = TRAINING / "unet_from_scratch.py"
SMALL = ["--epochs", "4", "--batch-size", "4", "--filters", "2", "--image-size", "16", "--seed", "7"]
SMALL += ["--precision", "bfloat16"]
EPOCH_LINE = re.compile(
    r"epoch=([0-9]+)/([0-9]+); train:loss=([0-9.]+); train:accuracy=([0-9.]+); "
    r"validation:loss=([0-9.]+); validation:accuracy=([0-9.]+);"
)
TEST_LINE = re.compile(r"test:loss=([0-9.]+); test:accuracy=([0-9.]+);")


class Trained(NamedTuple):
    """A job that ran to its end: its folder, its lines, and what it wrote elsewhere."""

    ml: Path
    lines: list[str]
    elsewhere: list[Path]


def environment_of(ml: Path, channel: Path) -> dict[str, str]:
    """The toolkit's variables for a job in the folder `ml`."""
    return {
        "SM_CHANNEL_TRAINING": str(channel),
        "SM_MODEL_DIR": str(ml / "model"),
        "SM_OUTPUT_DATA_DIR": str(ml / "output" / "data"),
        "SM_HOSTS": '["algo-1"]',
    }


@pytest.fixture
def job(tmp_path, channel, monkeypatch):
    """The folder of a job that has not begun, in this process's environment."""
    for name, value in environment_of(tmp_path / "ml", channel).items():
        monkeypatch.setenv(name, value)
    return tmp_path / "ml"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Trained:
    """One whole job as a process of its own, with checkpoints, for all tests that look at its outcome."""
    base = tmp_path_factory.mktemp("trained")
    write_channel(base / "channel")
    (base / "ml" / "checkpoints").mkdir(parents=True)
    (base / "work").mkdir()
    before = set(TRAINING.rglob("*"))
    done = subprocess.run(
        [sys.executable, SCRIPT, *SMALL],
        env={**os.environ, **environment_of(base / "ml", base / "channel")},
        cwd=base / "work",
        check=True,
        capture_output=True,
        text=True,
    )
    elsewhere = [*(base / "work").iterdir(), *(set(TRAINING.rglob("*")) - before)]
    return Trained(base / "ml", done.stdout.splitlines(), elsewhere)


def train(capsys, *argv: str) -> list[str]:
    """Run the script's main in this process; its lines."""
    capsys.readouterr()
    unet.main([*SMALL, *argv])
    return capsys.readouterr().out.splitlines()


# ---- data errors -----------------------------------------------------------------------------------


def remove(name: str):
    return lambda channel: (channel / name).unlink()


def write(name: str, data: bytes):
    return lambda channel: (channel / name).write_bytes(data)


def mask_of(name: str, values: list[int], size: tuple[int, int] | None = None):
    def spoil(channel: Path) -> None:
        with Image.open(channel / name) as image:
            trimap = np.array(image)
        trimap = trimap if size is None else np.full(size, 2, np.uint8)
        trimap[0, : len(values)] = values
        Image.fromarray(trimap).save(channel / name)

    return spoil


def halve(name: str):
    def spoil(channel: Path) -> None:
        data = (channel / name).read_bytes()
        (channel / name).write_bytes(data[: len(data) // 2])

    return spoil


def move(name: str, to: str):
    return lambda channel: (channel / name).rename(channel / to)


BAD_CHANNELS = [
    (move("original", "photographs"), ["no folder original/"]),
    (move("masks", "trimaps"), ["no folder masks/"]),
    (remove("masks/pair_0.png"), ["original/pair_0.png has no mask", "masks/pair_0.png"]),
    (remove("original/pair_9.jpg"), ["masks/pair_9.png has no photograph"]),
    (write("original/pair_0.jpeg", b""), ["original/pair_0.jpeg", "original/pair_0.png", "same base name"]),
    (mask_of("masks/pair_0.png", [4]), ["masks/pair_0.png holds the value 4"]),
    (mask_of("masks/pair_9.png", [0, 255]), ["masks/pair_9.png holds the value 0, 255"]),
    (mask_of("masks/pair_4.png", [], (10, 12)), ["masks/pair_4.png is 12x10 pixels"]),
    (halve("original/pair_1.jpg"), ["original/pair_1.jpg cannot be decoded"]),
    (halve("original/pair_2.png"), ["original/pair_2.png cannot be decoded"]),
    (halve("masks/pair_5.png"), ["masks/pair_5.png cannot be decoded"]),
    (write("masks/pair_3.png", b""), ["masks/pair_3.png cannot be decoded"]),
    (write("original/pair_7.jpg", b"no image"), ["original/pair_7.jpg cannot be decoded"]),
]


@pytest.mark.parametrize(("spoil", "expected"), BAD_CHANNELS, ids=[case[1][0] for case in BAD_CHANNELS])
def test_fails_naming_the_file_that_cannot_be_used(job, channel, capsys, spoil, expected):
    spoil(channel)
    with pytest.raises(unet.TrainingError) as failure:
        train(capsys)
    message = str(failure.value)
    assert message.startswith(f"training channel {channel}: ")
    for part in expected:
        assert part in message
    named = set(re.findall(r"pair_[0-9]", message))
    assert named == set(re.findall(r"pair_[0-9]", " ".join(expected))), "names a file that is in order"
    assert "\n" not in message
    assert not job.exists(), "wrote something before it looked at the data"


@settings(deadline=None, max_examples=25)
@given(spoiled=st.sets(st.integers(0, 13), min_size=1))
def test_fails_naming_all_spoiled_files_wherever_they_stand_in_the_order(tmp_path_factory, spoiled):
    channel = tmp_path_factory.mktemp("channel")
    for index in range(14):
        write_pair(channel, f"pair_{index:02}", side=12)
    for index in spoiled:
        halve(f"original/pair_{index:02}.png")(channel)
    with pytest.raises(unet.TrainingError) as failure:
        unet.load(unet.find_pairs(channel), 16, channel)
    shown = sorted(spoiled)[: unet.REPORTED_PROBLEMS]
    assert re.findall(r"original/pair_(..)\.png cannot", str(failure.value)) == [
        f"{index:02}" for index in shown
    ]
    assert (f"and {len(spoiled) - len(shown)} more" in str(failure.value)) == (len(spoiled) > len(shown))


@pytest.mark.parametrize(("count", "said"), [(0, "is empty"), (2, "holds 2 pairs")])
def test_fails_on_a_channel_with_too_few_pairs(job, tmp_path, count, said):
    few = tmp_path / "few"
    for folder in ("original", "masks"):
        (few / folder).mkdir(parents=True)
    for index in range(count):
        write_pair(few, f"pair_{index}")
    with pytest.raises(unet.TrainingError, match=said):
        unet.main([*SMALL, "--sm-channel-training", str(few)])


def test_passes_over_hidden_files_and_files_of_other_kinds(channel):
    for name in ("original/.DS_Store", "original/._pair_0.jpg", "masks/._pair_0.png", "original/pair_0.mat"):
        (channel / name).write_bytes(b"")
    assert [pair.mask.stem for pair in unet.find_pairs(channel)] == [f"pair_{index}" for index in range(10)]


def test_fails_with_one_line_that_the_toolkit_puts_into_the_failure_reason(channel, tmp_path):
    (channel / "masks" / "pair_0.png").unlink()
    environment = {**os.environ, "SM_CHANNEL_TRAINING": str(channel), "SM_MODEL_DIR": str(tmp_path / "model")}
    done = subprocess.run(
        [sys.executable, SCRIPT], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        f"ValueError: training channel {channel}: original/pair_0.png"
    )


# ---- arguments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--epochs", "0"], "--epochs: must be a whole number of at least 1, got '0'"),
        (["--batch-size", "1.5"], "--batch-size: must be a whole number of at least 1, got '1.5'"),
        (["--image-size", "100"], "--image-size: must be a multiple of 16, got '100'"),
        (["--validation-split", "1"], "--validation-split: must be a number between 0 and 1, got '1'"),
        (["--learning-rate", "fast"], "--learning-rate: must be a number between 0 and 1, got 'fast'"),
        (["--optimizer", "magic"], "--optimizer: invalid choice: 'magic'"),
        (["--precision", "int8"], "--precision: invalid choice: 'int8'"),
        (["--epoch", "3"], "unrecognized arguments: --epoch 3"),
    ],
)
def test_fails_on_a_wrong_hyperparameter_naming_it_and_what_is_allowed(argv, said):
    with pytest.raises(unet.TrainingError, match=re.escape(said)):
        unet.parse_arguments(argv)


def test_takes_its_folders_from_the_environment_and_the_toolkit_s_own_argument(job, channel):
    args = unet.parse_arguments(["--epochs", "3", "--model_dir", "s3://bucket/jobs/j/model"])
    assert (args.sm_channel_training, args.sm_model_dir) == (channel, job / "model")
    assert (args.sm_output_data_dir, args.checkpoint_dir) == (job / "output" / "data", None)


def test_finds_the_checkpoint_folder_beside_the_model_s(job):
    (job / "checkpoints").mkdir(parents=True)
    assert unet.parse_arguments([]).checkpoint_dir == job / "checkpoints"


def test_fails_on_more_than_one_host(job, monkeypatch):
    monkeypatch.setenv("SM_HOSTS", '["algo-1","algo-2"]')
    with pytest.raises(unet.TrainingError, match="one host, the job has 2"):
        unet.main(SMALL)


# ---- split -----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(count=st.integers(3, 10_000), share=st.floats(0.0001, 0.9999))
def test_splits_into_three_parts_of_which_none_is_empty(count, share):
    train, validation, test = sizes = unet.split_sizes(count, share)
    assert min(sizes) >= 1
    assert sum(sizes) == count
    assert abs(test - count * share) <= 2
    assert abs(validation - (count - test) * share) <= 2


def test_splits_2000_photographs_as_the_walkthrough_does():
    assert unet.split_sizes(2000, 0.2) == (1280, 320, 400)


# ---- a run -----------------------------------------------------------------------------------------


def test_prints_a_line_per_epoch_and_one_of_the_test_that_the_metric_definitions_match(trained):
    *epochs, test = trained.lines[1:]
    assert [line.split(";")[0] for line in epochs] == ["epoch=1/4", "epoch=2/4", "epoch=3/4", "epoch=4/4"]
    assert all(EPOCH_LINE.fullmatch(line) for line in epochs)
    assert TEST_LINE.fullmatch(test)
    history = json.loads((trained.ml / "output" / "data" / "history.json").read_text())
    assert [f"{entry['validation:loss']:.6f}" for entry in history["epochs"]] == [
        EPOCH_LINE.fullmatch(line)[5] for line in epochs
    ]
    assert f"{history['test']['test:accuracy']:.6f}" == TEST_LINE.fullmatch(test)[2]


def test_writes_nothing_outside_its_folders(trained):
    assert trained.elsewhere == []
    assert sorted(path.name for path in trained.ml.iterdir()) == ["checkpoints", "model", "output"]
    assert [path.name for path in (trained.ml / "checkpoints").iterdir()] == ["checkpoint.npz"]
    assert [path.name for path in (trained.ml / "output" / "data").iterdir()] == ["history.json"]
    assert [path.name for path in (trained.ml / "model").iterdir()] == ["1"]


def test_another_seed_gives_another_run(job, capsys, trained):
    lines = train(capsys, "--epochs", "1", "--seed", "8")
    assert EPOCH_LINE.fullmatch(lines[1]).groups()[2:] != EPOCH_LINE.fullmatch(trained.lines[1]).groups()[2:]


@pytest.mark.drill  # the whole life of the declared job holds it to its gate
def test_learns_the_sample(job, capsys):
    sample = TRAINING / "data" / "sample"
    masks = [np.asarray(Image.open(file)) for file in (sample / "masks").iterdir()]
    background = np.mean([np.mean(mask == 2) for mask in masks])
    learn = ["--epochs", "20", "--filters", "8", "--image-size", "32", "--seed", "42"]
    lines = train(capsys, "--sm-channel-training", str(sample), *learn)
    accuracy = float(EPOCH_LINE.fullmatch(lines[-2])[6])
    assert accuracy > background + 0.06, f"calling all of it background would give {background:.3f}"


# ---- checkpoints -----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_run_and_a_killed_one_ends_as_if_unbroken(job, capsys, trained):
    (job / "checkpoints").mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, SCRIPT, *SMALL], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    printed = []
    for line in process.stdout:
        printed.append(line.rstrip())
        if line.startswith("epoch=2/"):
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert printed == trained.lines[:3]

    lines = train(capsys)
    after = int(re.fullmatch(r"resumed from .*checkpoint\.npz after epoch (\d)", lines[1])[1])
    assert after in (1, 2, 3), "the kill may come before or after the checkpoint of the epoch printed last"
    assert lines[2:] == trained.lines[1 + after :]
    history = json.loads((job / "output" / "data" / "history.json").read_text())["epochs"]
    assert [unet.epoch_line(epoch, 4, entry) for epoch, entry in enumerate(history, 1)] == trained.lines[1:-1]


def test_a_finished_run_trains_no_more_but_tells_its_metrics_again(job, capsys, trained):
    shutil.copytree(trained.ml / "checkpoints", job / "checkpoints")
    lines = train(capsys)
    assert lines[1].endswith("after epoch 4")
    assert lines[2:] == trained.lines[-2:]


@pytest.mark.parametrize(
    ("argv", "said"),
    [(["--filters", "4"], r"filters 2 \(now 4\)"), (["--seed", "5"], r"seed 7 \(now 5\)")],
)
def test_fails_on_a_checkpoint_of_a_run_with_other_settings(job, capsys, trained, argv, said):
    shutil.copytree(trained.ml / "checkpoints", job / "checkpoints")
    with pytest.raises(unet.TrainingError, match=r"checkpoint\.npz was written with " + said):
        train(capsys, *argv)


def test_fails_on_a_checkpoint_of_a_run_on_other_photographs(job, channel, capsys, trained):
    shutil.copytree(trained.ml / "checkpoints", job / "checkpoints")
    write_pair(channel, "pair_new")
    with pytest.raises(unet.TrainingError, match=r"checkpoint\.npz was written with photographs"):
        train(capsys)


def test_a_run_that_dies_while_it_writes_a_checkpoint_leaves_the_one_before(tmp_path, monkeypatch):
    model = unet.build_model(1, 16, "float32")
    unet.compile_model(model, "adam", 0.001)
    file = tmp_path / "checkpoint.npz"
    unet.save_checkpoint(file, model, [{"train:loss": 1.0}], {})
    before = model.get_weights()

    def half(stream, **arrays):
        stream.write(b"PK\x03\x04 half a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(unet.np, "savez", half)
    model.set_weights([weight + 1 for weight in before])
    with pytest.raises(KeyboardInterrupt):
        unet.save_checkpoint(file, model, [{"train:loss": 1.0}, {"train:loss": 0.5}], {})
    assert unet.restore_checkpoint(file, model, {}) == [{"train:loss": 1.0}]
    for weight, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)


# ---- precision -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("flags : avx512f avx512_bf16", "bfloat16"),
        ("flags : amx_bf16", "bfloat16"),
        ("flags : avx2", "float32"),
    ],
)
def test_auto_is_bfloat16_where_the_processor_has_it(monkeypatch, cpuinfo, expected):
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    monkeypatch.setattr(Path, "read_text", lambda _: cpuinfo)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: [])
    assert unet.choose_precision("auto") == expected
    assert unet.choose_precision("float32") == "float32"


@pytest.mark.parametrize(("capability", "expected"), [((8, 0), "bfloat16"), ((7, 5), "float32")])
def test_auto_is_bfloat16_where_the_gpu_has_it(monkeypatch, capability, expected):
    details = {"compute_capability": capability}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: ["gpu"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: details)
    assert unet.choose_precision("auto") == expected


@pytest.mark.parametrize(("precision", "compute"), [("bfloat16", "bfloat16"), ("float16", "float16")])
def test_computes_in_the_precision_asked_for_and_gives_float32_logits(precision, compute):
    model = unet.build_model(2, 16, precision)
    assert {layer.compute_dtype for layer in model.layers if "conv" in layer.name[:4]} == {compute, "float32"}
    assert model.output.dtype == "float32"
    assert {weight.dtype for weight in model.weights} == {"float32"}


def test_the_model_has_the_walkthrough_s_shape():
    model = unet.build_model(32, 128, "float32")
    assert (model.input.shape, model.output.shape) == ((None, 128, 128, 3), (None, 128, 128, 3))
    poolings = [layer.output.shape[1:] for layer in model.layers if "pooling" in layer.name]
    assert poolings == [(64, 64, 32), (32, 32, 64), (16, 16, 128), (8, 8, 256)]
    ups = [layer.output.shape[1:] for layer in model.layers if "transpose" in layer.name]
    assert ups == [(16, 16, 256), (32, 32, 128), (64, 64, 64), (128, 128, 32)]


# ---- the exported model ----------------------------------------------------------------------------


def encode(pixels: np.ndarray, kind: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def test_exports_both_signatures_in_float32_whatever_it_trained_in(trained):
    loaded = tf.saved_model.load(str(trained.ml / "model" / "1"))
    assert set(loaded.signatures) == {"serving_default", "serving_image"}
    floats, encoded = loaded.signatures["serving_default"], loaded.signatures["serving_image"]
    assert list(floats.structured_outputs) == ["logits"]
    assert floats.structured_outputs["logits"].dtype == tf.float32
    assert list(encoded.structured_outputs) == ["mask_bytes"]
    assert floats.structured_input_signature[1]["image"].shape.as_list() == [None, 16, 16, 3]
    graph = str(floats.graph.as_graph_def())
    assert '"Conv2D"' in graph
    assert "DT_BFLOAT16" not in graph


def test_both_signatures_give_the_same_classes(tmp_path):
    rng = np.random.default_rng(0)
    model = unet.build_model(4, 16, "float32")
    # An untrained model prefers one class: balance it, for one class everywhere would agree with anything.
    model.layers[-1].bias.assign(-np.mean(model(rng.random((8, 16, 16, 3), np.float32)), axis=(0, 1, 2)))
    unet.export_model(model, 16, tmp_path / "1")
    signatures = tf.saved_model.load(str(tmp_path / "1")).signatures
    floats, encoded = signatures["serving_default"], signatures["serving_image"]

    exact = rng.integers(0, 256, (16, 16, 3), np.uint8)
    sent = [
        encode(exact, "PNG"),
        encode(rng.integers(0, 256, (40, 25, 3), np.uint8), "JPEG"),
        encode(rng.integers(0, 256, (9, 70), np.uint8), "PNG"),
    ]
    masks = encoded(image_bytes=tf.constant(sent))["mask_bytes"].numpy()
    assert len(masks) == len(sent)

    pixels = np.stack([unet.to_floats(unet.decode_photograph(data, 16)) for data in sent])
    np.testing.assert_array_equal(pixels[0], exact.astype(np.float32) / 255)
    logits = floats(image=tf.constant(pixels))["logits"].numpy()
    seen = set()
    for mask, expected in zip(masks, logits, strict=True):
        with Image.open(io.BytesIO(mask)) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "L", (16, 16))
            classes = np.asarray(image)
        np.testing.assert_array_equal(classes, expected.argmax(-1))
        seen |= set(np.unique(classes))
    assert seen == {0, 1, 2}


def test_the_exported_model_holds_its_weights_and_no_optimizer(trained):
    weights = sum(weight.numpy().nbytes for weight in unet.build_model(2, 16, "float32").weights)
    stored = (trained.ml / "model" / "1" / "variables" / "variables.data-00000-of-00001").stat().st_size
    assert weights <= stored < weights * 1.1 + 10_000
