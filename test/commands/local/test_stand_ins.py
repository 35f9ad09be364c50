"""Which versions stand for an image's, and which of its own packages."""

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from training_container.stand_ins import stand_ins

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


def test_another_version_of_the_framework_is_named() -> None:
    here = metadata.version("scikit-learn")
    found = stand_ins(f"{REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3", {})
    [note] = found["notes"]
    assert note.startswith(f"scikit-learn {here} on Python 3.")
    assert note.endswith("stands for the image's scikit-learn 1.2.1")
    assert [Path(folder).name for folder in found["folders"]] == ["sagemaker_toolkit", "stand_ins"]
    same = "-".join(here.rsplit(".", 1))
    assert stand_ins(f"{REGISTRY}/sagemaker-scikit-learn:{same}-cpu-py3", {})["notes"] == []


@pytest.mark.parametrize(
    ("image", "keras", "python"),
    [
        ("sagemaker-tensorflow-scriptmode:1.12.0-gpu-py3", "Keras 2", "TensorFlow 1.12.0 on Python 3"),
        ("tensorflow-training:2.0.4-cpu-py36", "Keras 2", "TensorFlow 2.0.4 on Python 3.6"),
        ("tensorflow-training:2.1.0-cpu-py3", "Keras 2", "TensorFlow 2.1.0 on Python 3"),
        ("tensorflow-training:2.14.1-cpu-py310", "Keras 2", "TensorFlow 2.14.1 on Python 3.10"),
        ("tensorflow-training:2.16.2-cpu-py310", "Keras 3", "TensorFlow 2.16.2 on Python 3.10"),
        ("tensorflow-training:2.19.0-cpu-py312-ubuntu22.04", "Keras 3", "TensorFlow 2.19.0 on Python 3.12"),
    ],
)
def test_each_tensorflow_has_the_keras_of_its_time(image: str, keras: str, python: str) -> None:
    found = stand_ins(f"{REGISTRY}/{image}", {})
    [note] = found["notes"]
    assert f"with {keras}" in note
    assert note.endswith(f"the image's {python}")
    assert (found["variables"] == {"TF_USE_LEGACY_KERAS": "1"}) is (keras == "Keras 2")


@pytest.mark.parametrize("image", ["kmeans:1", ""])
def test_what_is_not_known_has_no_stand_in(image: str) -> None:
    assert stand_ins(f"{REGISTRY}/{image}", {}) == {"variables": {}, "folders": [], "notes": []}


# As scripts that are written for several instances begin.
XGBOOST_SCRIPT = """
from sagemaker_containers import entry_point
from sagemaker_training import environment
from sagemaker_xgboost_container import distributed

env = environment.Environment()
entry_point._wait_hostname_resolution()
distributed.rabit_run(
    exec_fun=print,
    args={"sep": env.channel_input_dirs["train"]},
    include_in_training=True,
    hosts=env.hosts,
    current_host=env.current_host,
)
print(hasattr(env, "no_such"))
distributed.rabit_run(lambda **a: print(a), {}, True, env.hosts, "algo-1", update_rabit_args=True)
distributed.rabit_run(print, {}, False, env.hosts, env.current_host)
print("never")
"""


def test_what_scripts_import_of_the_containers_is_there_for_one_instance() -> None:
    folders = stand_ins(f"{REGISTRY}/sagemaker-xgboost:1.7-1", {})["folders"]
    members = {"hosts": ["algo-1"], "current_host": "algo-1", "channel_input_dirs": {"train": "/t"}}
    environment = {"PYTHONPATH": os.pathsep.join(folders), "SM_TRAINING_ENV": json.dumps(members)}
    command = [sys.executable, "-c", XGBOOST_SCRIPT]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout == "\nFalse\n{'is_master': True}\n"
    assert "Host algo-1 not being used" in ran.stderr
