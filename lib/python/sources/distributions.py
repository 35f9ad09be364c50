"""Which distribution brings a module, and what a requirements file brings."""

import importlib.metadata
import re
from functools import cache
from typing import NamedTuple

# Distributions that bring a module of another name, the one to propose first.
_DISTRIBUTIONS = {
    "PIL": ("pillow",),
    "cv2": ("opencv-python-headless", "opencv-python", "opencv-contrib-python"),
    "sklearn": ("scikit-learn",),
    "skimage": ("scikit-image",),
    "tensorflow": ("tensorflow-cpu", "tensorflow", "tf-nightly"),
    "yaml": ("pyyaml",),
    "absl": ("absl-py",),
    "bs4": ("beautifulsoup4",),
    "attr": ("attrs",),
    "dateutil": ("python-dateutil",),
    "dotenv": ("python-dotenv",),
    "git": ("gitpython",),
    "google": ("protobuf", "google-auth", "googleapis-common-protos"),
    "IPython": ("ipython",),
    "jwt": ("pyjwt",),
    "mpl_toolkits": ("matplotlib",),
    "pkg_resources": ("setuptools",),
    "sagemaker_tensorflow_container": ("sagemaker-tensorflow-training",),
    "tree": ("dm-tree",),
    "zmq": ("pyzmq",),
    "official": ("tf-models-official",),
    **{
        name: (name,)
        for name in ("numpy", "scipy", "pandas", "keras", "torch", "matplotlib", "h5py", "imageio")
    },
}

# What these bring with them, where they are not installed here to be asked.
_DEPENDENCIES = {
    "pillow": (),
    "numpy": (),
    "scipy": ("numpy",),
    "pandas": ("numpy", "python-dateutil"),
    "scikit-learn": ("numpy", "scipy", "joblib"),
    "scikit-image": ("numpy", "scipy", "pillow", "imageio"),
    "imageio": ("numpy", "pillow"),
    "matplotlib": ("numpy", "pillow"),
    **dict.fromkeys(_DISTRIBUTIONS["cv2"] + _DISTRIBUTIONS["tensorflow"] + ("h5py", "keras"), ("numpy",)),
}

_OPTION = r"--?(i|index-url|extra-index-url|find-links|f|pre|no-index|trusted-host)\b"
_REQUIREMENT = r"([A-Za-z0-9][\w.-]*)(?:\s*\[[^]]*\])?(?=\s|[(=<>!~;@]|$)\s*\(?([^;@)]*)"


def distributions_of(module: str) -> list[str]:
    """The distributions that bring a module, the one to propose first."""
    known = _DISTRIBUTIONS.get(module, ())
    return [*known, *(name for name in _installed().get(module, []) if name not in known)] or [
        normalized(module)
    ]


@cache
def _installed() -> dict[str, list[str]]:
    """This environment's distributions by module: what brings it here brings it there."""
    found = importlib.metadata.packages_distributions()
    return {module: [normalized(name) for name in names] for module, names in found.items()}


class Requirement(NamedTuple):
    """A line of requirements.txt."""

    # Normalized; empty where nobody can know what it brings.
    name: str
    # Such as `>=2.16,<2.20`.
    specifier: str
    line: int


def requirements(text: str) -> list[Requirement]:
    """What a requirements file names, but for options that only choose where packages come from."""
    found = []
    for number, line in enumerate(text.replace("\\\n", " ").splitlines(), 1):
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line or re.match(_OPTION, line):
            continue
        match = re.match(_REQUIREMENT, line)
        name, specifier = (normalized(match[1]), re.sub(r"\s", "", match[2])) if match else ("", "")
        found.append(Requirement(name, specifier, number))
    return found


def brought_by(text: str) -> set[str] | None:
    """The distributions that a requirements file installs, normalized; None where nobody can know."""
    brought: set[str] = set()
    waiting = [each.name for each in requirements(text)]
    while waiting:
        name = waiting.pop()
        dependencies = [] if name in brought else _dependencies(name)
        if dependencies is None:
            return None
        brought.add(name)
        waiting += dependencies
    return brought


def _dependencies(distribution: str) -> list[str] | None:
    if distribution in _DEPENDENCIES:
        return [*_DEPENDENCIES[distribution]]
    try:
        requires = importlib.metadata.requires(distribution) or []
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    return [normalized(re.match(r"[A-Za-z0-9._-]+", text)[0]) for text in requires if "extra ==" not in text]


def normalized(name: str) -> str:
    """A distribution's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
