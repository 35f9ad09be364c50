"""Which versions stand for an image's, and which of its own packages."""

from importlib import metadata

import pytest
from training_container.stand_ins import stand_ins

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


def test_another_version_of_the_framework_is_named() -> None:
    here = metadata.version("scikit-learn")
    found = stand_ins(f"{REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3", {})
    [note] = found["notes"]
    assert note.startswith(f"scikit-learn {here} on Python 3.")
    assert note.endswith("stands for the image's scikit-learn 1.2.1")
    assert found["folders"][0].endswith("handler_container/stand_ins")
    same = "-".join(here.rsplit(".", 1))
    assert stand_ins(f"{REGISTRY}/sagemaker-scikit-learn:{same}-cpu-py3", {})["notes"] == []


@pytest.mark.parametrize("image", ["kmeans:1", "pytorch-training:2.6.0-cpu-py312", ""])
def test_what_is_not_known_or_not_installed_has_no_stand_in(image: str) -> None:
    assert stand_ins(f"{REGISTRY}/{image}", {}) == {"variables": {}, "folders": [], "notes": []}
