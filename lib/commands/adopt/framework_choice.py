"""Which framework a script is for, and in which of the versions that images have."""

import math
import re

from distributions import Requirement

# The packages that tell a framework, the most telling first.
TELLING = {
    "tensorflow": {"tensorflow", "keras", "tensorflow-cpu"},
    "huggingface": {"transformers"},
    "pytorch": {"torch", "torchvision", "pytorch-lightning", "lightning"},
    "xgboost": {"xgboost", "xgboost-cpu"},
    "sklearn": {"scikit-learn"},
}


def choose_framework(
    used: set[str],
    required: list[Requirement],
    versions: dict[str, list[dict[str, str]]],
    keras2: bool = False,
) -> tuple[str | None, dict[str, str | None], Requirement | None, bool]:
    """The framework of a script that uses some packages, its version, what pins it, and whether that fits.

    What fits the pin and is patched comes first. `versions` has those that train and serve, the newest first.
    `keras2`: where nothing pins TensorFlow, it has to be one whose Keras is 2.
    """
    # A library on top of one may be all that is imported.
    used = used | {"tensorflow", "torch"} & {each.name for each in required}
    name = next((name for name, packages in TELLING.items() if packages & used), None)
    if name is None:
        return None, {"code": None}, None, False
    pinned = next((each for each in required if each.name in TELLING[name]), None)
    wanted = pinned.specifier if pinned else "<2.16" if keras2 and name == "tensorflow" else ""
    fitting = [each for each in versions[name] if allows(wanted, each["version"])]
    patched = [[each for each in some if "unpatched" not in each] for some in (fitting, versions[name])]
    [chosen, *_] = [*patched[0], *fitting, *patched[1], *versions[name]]
    return name, chosen, pinned, chosen in fitting


def allows(specifier: str, version: str) -> bool:
    """Whether a specifier, such as `>=2.16,<2.20`, allows some patch of an image's version, such as 2.19."""
    have = _numbers(version.split("-")[0])
    newest = (*have, math.inf)
    for operator, text in re.findall(r"([=~!<>]+)([\w.+!-]+)", specifier):
        pin = _numbers(text)
        same = all(one == other for one, other in zip(have, pin, strict=False))
        by_operator = {
            "~=": newest >= pin and have[: len(pin) - 1] == pin[:-1],
            ">=": newest >= pin,
            ">": newest > pin,
            "<=": have <= pin,
            "<": (*have, 0, 0)[:3] < (*pin, 0, 0)[:3],
            "!=": not same or len(pin) > len(have),
        }
        if not by_operator.get(operator, same):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
