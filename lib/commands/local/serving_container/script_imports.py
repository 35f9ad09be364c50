"""What `code/inference.py` imports and the inference image does not have. Reads the source, runs nothing."""

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# What the TensorFlow inference images install, by the names that are imported: their Dockerfiles in
# aws/deep-learning-containers, read in November 2026. numpy is in some builds of 2.20 only: not counted on.
_IMAGE_MODULES = frozenset(
    """
    awscli boto3 botocore s3transfer jmespath dateutil six urllib3 requests certifi charset_normalizer idna
    packaging gevent greenlet zope falcon gunicorn grpc google tensorflow_serving Cython cython pyximport yaml
    colorama docutils rsa pyasn1 pip setuptools pkg_resources tfs_utils multi_model_utils python_service
    """.split()  # noqa: SIM905 a list of one a line is no table
)

# Distributions that bring a module of another name, the one to propose first.
_DISTRIBUTIONS = {
    "PIL": ("pillow",),
    "cv2": ("opencv-python-headless", "opencv-python", "opencv-contrib-python"),
    "sklearn": ("scikit-learn",),
    "skimage": ("scikit-image",),
    "tensorflow": ("tensorflow-cpu", "tensorflow", "tf-nightly"),
    "yaml": ("pyyaml",),
    "bs4": ("beautifulsoup4",),
    "attr": ("attrs",),
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


def missing_modules(code_dir: Path) -> dict[str, str]:
    """The modules that the image lacks and `requirements.txt` does not bring, with what to add for each.

    What cannot be known, such as what an unknown distribution brings, counts as brought.
    """
    imported = _imported_modules(code_dir) - _IMAGE_MODULES - set(sys.stdlib_module_names)
    missing = {name: _distributions_of(name)[0] for name in sorted(imported) if not _is_local(code_dir, name)}
    # With a lib folder the container does not install them.
    file = code_dir / "requirements.txt"
    if not missing or (code_dir / "lib").is_dir() or not file.is_file():
        return missing
    brought = _brought_by(file.read_text(errors="replace"))
    if brought is None:
        return {}
    return {name: first for name, first in missing.items() if not brought & set(_distributions_of(name))}


def _imported_modules(code_dir: Path) -> set[str]:
    """Top-level names that the script and the archive's own modules that it imports need."""
    names: set[str] = set()
    seen: set[Path] = set()
    waiting = [code_dir / "inference.py"]
    while waiting:
        file = waiting.pop()
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue  # told elsewhere, or when it is imported
        for name in _imports(tree, file.parent, code_dir):
            names.add(name.split(".")[0])
            path = code_dir.joinpath(*name.split("."))
            waiting += [path.with_suffix(".py"), path / "__init__.py"]
    return names


def _imports(node: ast.AST, folder: Path, code_dir: Path) -> Iterator[str]:
    """Dotted names below a node, but for those that a script can do without."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            package = ()
            if child.level:
                package = folder.relative_to(code_dir).parts
                package = package[: len(package) - child.level + 1]
            base = ".".join([*package, *([child.module] if child.module else [])])
            if base:
                yield base
            yield from (f"{base}.{alias.name}".strip(".") for alias in child.names if base or child.level)
        elif isinstance(child, ast.Try) and any(_takes_import_error(handler) for handler in child.handlers):
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from _imports(part, folder, code_dir)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.orelse:
                yield from _imports(part, folder, code_dir)
        else:
            yield from _imports(child, folder, code_dir)


def _takes_import_error(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return not caught or bool(re.search(r"\b(ImportError|ModuleNotFoundError|Exception)\b", caught))


def _is_local(code_dir: Path, name: str) -> bool:
    folders = (code_dir, code_dir / "lib")
    return any((folder / name).is_dir() or any(folder.glob(f"{name}.*")) for folder in folders)


def _distributions_of(module: str) -> list[str]:
    known = _DISTRIBUTIONS.get(module, ())
    return [*known, *(name for name in _installed().get(module, []) if name not in known)] or [module]


@cache
def _installed() -> dict[str, list[str]]:
    """This environment's distributions by module: what brings it here brings it there."""
    found = importlib.metadata.packages_distributions()
    return {module: [_normalized(name) for name in names] for module, names in found.items()}


def _brought_by(requirements: str) -> set[str] | None:
    """The distributions that a requirements file installs, normalized; None where nobody can know."""
    brought: set[str] = set()
    waiting = []
    for line in requirements.replace("\\\n", " ").splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        # Options that choose where packages come from bring none.
        if not text or re.match(
            r"--?(i|index-url|extra-index-url|find-links|f|pre|no-index|trusted-host)\b", text
        ):
            continue
        name = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=\s*(\[|[=<>!~;@ ]|$))", text)
        if name is None:
            return None
        waiting.append(_normalized(name[0]))
    while waiting:
        name = waiting.pop()
        if name in brought:
            continue
        brought.add(name)
        dependencies = _dependencies(name)
        if dependencies is None:
            return None
        waiting += dependencies
    return brought


def _dependencies(distribution: str) -> list[str] | None:
    if distribution in _DEPENDENCIES:
        return [*_DEPENDENCIES[distribution]]
    try:
        requires = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return [_normalized(re.match(r"[A-Za-z0-9._-]+", text)[0]) for text in requires if "extra ==" not in text]


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
