"""What a script gets that the training image has and this Python has not."""

import json
import subprocess
import sys
import sysconfig
import zipfile

import pytest
from running_server import LOCAL
from training_container.image_packages import missing_packages
from training_container.run_environment import make_environment, packages_of

NEWEST = (
    "763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.21.0-cpu-py312-amzn2023-sagemaker"
)


def missing(folder, files, image=NEWEST):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    # A Python with nothing but its standard library.
    return missing_packages(image, folder, "train.py", environment=[])


def installed(folder, files, image=NEWEST):
    return [(entry["name"], *entry["versions"]) for entry in missing(folder, files, image)["install"]]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import json\nimport pandas as pd", [("pandas", "2.3.3")]),
        (
            "from PIL import Image\nfrom sklearn.svm import SVC",
            [("pillow", "12.3.0"), ("scikit-learn", "1.8.0")],
        ),
        ("def late():\n    import cv2", [("opencv-python-headless", "4.11.0.86")]),
        # Keras imports it when the function is called.
        ("from keras.utils import load_img", [("pillow", "12.3.0"), ("keras", "3.15.1")]),
        ("import pandas\npandas.read_parquet('x')", [("pandas", "2.3.3"), ("pyarrow", "23.0.1")]),
        ("try:\n    import pandas\nexcept ImportError:\n    pandas = None", []),
        ("'import pandas'\n# import pandas", []),
    ],
)
def test_the_images_version_of_what_the_script_imports(tmp_path, script, expected):
    assert installed(tmp_path, {"train.py": script}) == expected


def test_modules_beside_the_script_are_followed(tmp_path):
    files = {
        "train.py": "from ours.data import rows",
        "ours/data.py": "import pandas",
        "other.py": "import scipy",
    }
    assert installed(tmp_path, files) == [("pandas", "2.3.3")]


def test_what_requirements_bring_in_a_version_of_their_own_is_left_to_them(tmp_path):
    files = {"train.py": "import pandas, seaborn", "requirements.txt": "pandas==2.2.0\n"}
    assert installed(tmp_path, files) == [("seaborn", "0.13.2")]


@pytest.mark.parametrize("version", ["2.3.1", "2.9.2", "2.14.1", "2.16.2", "2.19.0", "2.21.0"])
def test_what_a_package_of_the_image_brings_is_there(tmp_path, version):
    # smclarify brings s3fs and pyarrow, which no Dockerfile names.
    image = f"1.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:{version}-cpu-py37"
    names = [name for name, *_ in installed(tmp_path, {"train.py": "import s3fs, pyarrow"}, image)]
    assert sorted(names) == ["pyarrow", "s3fs"]


@pytest.mark.parametrize(
    ("image", "script", "expected"),
    [
        ("sagemaker-scikit-learn:1.2-1-cpu-py3", "import pyarrow", [("pyarrow", "14.0.1", "25.0.0")]),
        ("sagemaker-xgboost:1.7-1", "import matplotlib", [("matplotlib", "3.4.1", "3.10.9")]),
        # By the distribution's name, which has another sign.
        ("tensorflow-training:2.3.1-cpu-py37", "import protobuf3_to_dict", [("protobuf3-to-dict",)]),
    ],
)
def test_the_packages_of_each_framework(tmp_path, image, script, expected):
    assert installed(tmp_path, {"train.py": script}, f"1.dkr.ecr.eu-west-1.amazonaws.com/{image}") == expected


def test_what_the_image_lacks_is_told(tmp_path):
    [note] = missing(tmp_path, {"train.py": "import lightgbm"})["notes"]
    assert note == (
        "the script imports lightgbm, which tensorflow-training 2.21.0 has not: "
        "unless requirements.txt brings it, the job ends there"
    )


def test_an_older_image_has_its_own_versions_and_those_that_go_with_this_machine_after_them(tmp_path):
    image = "1.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.3.1-cpu-py37-ubuntu18.04"
    assert installed(tmp_path, {"train.py": "import pandas"}, image) == [("pandas", "1.1", "2.3.3")]


def test_what_nobody_knows_is_said_to_be_unknown(tmp_path):
    between = missing(tmp_path, {"train.py": "import pandas"}, "x/tensorflow-training:2.17.0-cpu-py312")
    assert between["notes"] == [
        "what tensorflow-training 2.17.0 has is not known here; "
        "taken to be what tensorflow-training 2.16 has: pandas"
    ]
    own = missing(tmp_path, {"train.py": "import pandas"}, "1.dkr.ecr.eu-west-1.amazonaws.com/ours:7")
    assert own == {
        "install": [],
        "notes": ["whether ours:7 has pandas is not known here, and this Python has not"],
    }


def wheel(folder, version, text, name="tiny", requires=()):
    """A wheel of one module, written by hand."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", text)
        needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


def install(place, wheels, *versions):
    wanted = json.dumps([{"module": "tiny", "name": "tiny", "versions": versions}])
    environment = {"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    command = [sys.executable, LOCAL / "install_image_packages.py", place, wanted]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def found(python):
    command = [python, "-c", "import tiny; print(tiny.__file__, tiny.V)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_installs_once_outside_this_python_and_runs_see_it(tmp_path):
    wheel(tmp_path / "wheels", "1.0", "V = 1")
    place = tmp_path / "kept"
    assert install(place, tmp_path / "wheels", "1.0") == ""
    packages = place / sysconfig.get_path("purelib", vars={"base": ""}).lstrip("/")
    python = make_environment(tmp_path / "run", [packages])
    assert found(python) == [str(packages / "tiny.py"), "1"]
    # What the run itself installs comes first, and stays in the run.
    wheel(tmp_path / "wheels", "2.0", "V = 2")
    pip = [python, "-m", "pip", "install", "-q", "--no-index", "-f", tmp_path / "wheels", "tiny==2.0"]
    subprocess.run(pip, check=True, capture_output=True)
    assert found(python)[1] == "2"
    assert found(make_environment(tmp_path / "run", [packages]))[1] == "1"


def test_what_no_longer_fits_to_what_is_installed_goes_with_it(tmp_path):
    # As s3fs brings an older botocore than this Python's boto3 wants.
    wheels, botocore = tmp_path / "wheels", "botocore<1.40"
    wheel(wheels, "1.0", "V = 1", requires=[botocore])
    wheel(wheels, "1.39.0", "", "botocore")
    wheel(wheels, "1.39.0", "V = 'of its botocore'", "boto3", [botocore])
    assert install(tmp_path / "kept", wheels, "1.0") == ""
    python = make_environment(tmp_path / "run", [packages_of(tmp_path / "kept")])
    command = [python, "-c", "import boto3, tiny; print(boto3.V)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "of its botocore\n"


def test_nothing_moves_the_framework(tmp_path):
    wheel(tmp_path / "wheels", "1.0", "", requires=["numpy<1.20"])
    for version in ("1.19.0", "2.1.3"):
        wheel(tmp_path / "wheels", version, "", "numpy")
    wheel(tmp_path / "wheels", "2.0", "")
    told = install(tmp_path / "kept", tmp_path / "wheels", "1.0", "2.0")
    assert told.startswith("[here] tiny 2.0 stands for the image's 1.0")


def test_another_version_stands_for_one_that_this_python_cannot_use(tmp_path):
    wheel(tmp_path / "wheels", "1.0", "raise ImportError('of another numpy')")
    wheel(tmp_path / "wheels", "2.0", "V = 2")
    told = install(tmp_path / "kept", tmp_path / "wheels", "1.0", "2.0")
    assert told.startswith("[here] tiny 2.0 stands for the image's 1.0, which this Python")


def test_any_version_stands_for_those_that_this_python_cannot_use(tmp_path):
    wheel(tmp_path / "wheels", "1.0", "raise ImportError('of another numpy')")
    wheel(tmp_path / "wheels", "3.0", "")
    told = install(tmp_path / "kept", tmp_path / "wheels", "1.0")
    assert told.startswith("[here] tiny in the newest version that fits stands for the image's 1.0")


def test_what_cannot_be_had_is_told_and_tried_again(tmp_path):
    wheels, place = tmp_path / "wheels", tmp_path / "kept"
    wheels.mkdir()
    assert install(place, wheels, "1.0") == "[here] not to be had for this Python, or not now: tiny\n"
    wheel(wheels, "1.0", "V = 1")
    assert install(place, wheels, "1.0") == ""
    assert not (place / "unfinished").exists()
