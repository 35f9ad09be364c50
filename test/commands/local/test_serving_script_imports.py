"""What code/inference.py may import: what the inference image has, and what the archive brings."""

import pytest
from running_server import LOCAL  # noqa: F401 makes the package importable
from serving_container.script_check import missing_modules


def missing(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return missing_modules(folder)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import json, os, requests, boto3, grpc, google.protobuf, falcon, urllib3", {}),
        ("import numpy as np", {"numpy": "numpy"}),
        (
            "from PIL import Image\nimport tensorflow as tf",
            {"PIL": "pillow", "tensorflow": "tensorflow-cpu"},
        ),
        ("def handler(d, c):\n    import cv2", {"cv2": "opencv-python-headless"}),
        ("try:\n    import numpy\nexcept ImportError:\n    numpy = None", {}),
        ("try:\n    import json\nexcept ImportError:\n    import numpy", {"numpy": "numpy"}),
        ("try:\n    import numpy\nexcept KeyError:\n    pass", {"numpy": "numpy"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy", {}),
        ("# import numpy\n'import numpy'", {}),
    ],
)
def test_the_script_alone(tmp_path, script, expected):
    assert missing(tmp_path, {"inference.py": script}) == expected


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        ("numpy==1.26.4\nPillow", {}),
        ("NumPy ; python_version > '3'\npillow[x]>=10  # comment", {}),
        ("--extra-index-url https://example.org\nnumpy", {"PIL": "pillow"}),
        ("pandas", {"PIL": "pillow"}),
        ("requests\n", {"PIL": "pillow", "numpy": "numpy"}),
        # What these bring, nobody knows here.
        ("a-package-of-our-own", {}),
        ("-r more.txt", {}),
        ("./wheels/ours-1.0-py3-none-any.whl", {}),
    ],
)
def test_with_requirements(tmp_path, requirements, expected):
    script = "import numpy\nfrom PIL import Image"
    assert missing(tmp_path, {"inference.py": script, "requirements.txt": requirements}) == expected


def test_the_archives_own_modules_are_followed_and_are_not_missing(tmp_path):
    files = {
        "inference.py": "import vendored\nfrom ours import decode\nimport local",
        "local.py": "import scipy",
        "unused.py": "import pandas",
        "ours/__init__.py": "",
        "ours/decode.py": "from . import deeper\nfrom .deeper import x",
        "ours/deeper.py": "import numpy",
        "lib/vendored/__init__.py": "import torch",
    }
    assert missing(tmp_path, files) == {"numpy": "numpy", "scipy": "scipy"}


def test_beside_a_lib_folder_the_container_ignores_the_requirements(tmp_path):
    files = {"inference.py": "import numpy", "lib/x.py": "", "requirements.txt": "numpy"}
    assert missing(tmp_path, files) == {"numpy": "numpy"}
