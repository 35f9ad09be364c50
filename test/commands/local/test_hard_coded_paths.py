"""Paths below /opt/ml that a source names."""

from pathlib import Path

import running_server  # noqa: F401 the path of the modules
from training_container.hard_coded_paths import paths_in_source, paths_in_values


def found(paths):
    return [(path.where, path.path, path.instead) for path in paths]


def test_finds_them_in_programs_and_their_configuration(tmp_path):
    files = {
        "train.py": '''"""Reads /opt/ml/input, it says."""
# /opt/ml/in a comment
import argparse, os
parser.add_argument("--data", default="/opt/ml/input/data/Train-A")
model = os.environ.get("SM_MODEL_DIR", "/opt/ml/model")
other = os.environ.get("OTHER", "/opt/ml/output/data/x.csv")
path = f"/opt/ml/checkpoints/{model}"
no = ["s3://bucket/opt/ml/model", "/opt/mlflow", "my/opt/ml"]
''',
        "conf/paths.yaml": "a: 1\nmodel: /opt/ml/model # here\n",
        "broken.py": "print('/opt/ml",
        "notes.md": "/opt/ml/model",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert found(paths_in_source(tmp_path)) == [
        ("conf/paths.yaml:2", "/opt/ml/model", "os.environ['SM_MODEL_DIR']"),
        ("train.py:4", "/opt/ml/input/data/Train-A", "os.environ['SM_CHANNEL_TRAIN-A']"),
        ("train.py:6", "/opt/ml/output/data/x.csv", "os.environ['SM_OUTPUT_DATA_DIR']"),
        ("train.py:7", "/opt/ml/checkpoints", "the folder checkpoints beside os.environ['SM_MODEL_DIR']"),
    ]


def test_finds_them_in_hyperparameters():
    assert found(paths_in_values({"a": '"--out=/opt/ml/output"', "b": "1"})) == [
        ("a", "/opt/ml/output", "os.environ['SM_OUTPUT_DIR']")
    ]


def test_the_example_needs_none():
    assert paths_in_source(Path(__file__).parents[3] / "training") == []
