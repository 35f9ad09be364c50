"""The SageMaker SDK's own answers for images: image_uris.retrieve of sagemaker-core, by itself.

    python sdk_images.py sagemaker_core-2.27.0-py3-none-any.whl < asked.json

Reads a list of objects (name, scope, version, base, python, instanceType, region), and answers a line each:
a URI, or `!` and why there is none. The package brings pandas, scipy and more, of which retrieve needs none:
what it imports stands in, and two small functions are taken from their file.
"""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
import types
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.loaders
import botocore.regions


def stand_in(name: str, **members: Any) -> types.ModuleType:
    """Puts a module with these members where an import looks for it."""
    module = types.ModuleType(name)
    module.__path__ = []
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


def taken(source: str, names: set[str], scope: dict[str, Any]) -> dict[str, Any]:
    """The functions and constants of these names, without the rest of their file."""
    kept = [
        node
        for node in ast.parse(source).body
        if (isinstance(node, ast.FunctionDef) and node.name in names)
        or (
            isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id in names for t in node.targets)
        )
    ]
    exec(compile(ast.Module(kept, []), "taken", "exec"), scope)
    assert names <= scope.keys()
    return {name: scope[name] for name in names}


def load(wheel: zipfile.ZipFile, directory: Path) -> Any:
    """The module image_uris with its tables."""
    core = "sagemaker/core/"
    members = [name for name in wheel.namelist() if name.startswith(f"{core}image_uri")]
    wheel.extractall(directory, members)
    text = {
        name: wheel.read(f"{core}{name}.py").decode()
        for name in ("common_utils", "fw_utils", "spark/defaults")
    }
    base = "sagemaker.core"
    common = {"botocore": botocore, "re": re}
    utils = taken(text["common_utils"], {"get_instance_type_family", "_botocore_resolver"}, common)
    graviton = {"GRAVITON_ALLOWED_TARGET_INSTANCE_FAMILY", "GRAVITON_ALLOWED_FRAMEWORKS"}
    nobody = types.SimpleNamespace(OPEN_WEIGHTS="open_weights")
    stand_in("sagemaker")
    stand_in(base, common_utils=stand_in(f"{base}.common_utils", **utils))
    stand_in(f"{base}.jumpstart", artifacts=None)
    stand_in(f"{base}.jumpstart.constants", DEFAULT_JUMPSTART_SAGEMAKER_SESSION=None, JUMPSTART_LOGGER=None)
    stand_in(f"{base}.jumpstart.enums", JumpStartModelType=nobody)
    stand_in(f"{base}.jumpstart.utils", is_jumpstart_model_input=lambda *_: False)
    stand_in(
        f"{base}.spark", defaults=types.SimpleNamespace(**taken(text["spark/defaults"], {"SPARK_NAME"}, {}))
    )
    stand_in(f"{base}.workflow", is_pipeline_variable=lambda _: False)
    stand_in(f"{base}.workflow.utilities", override_pipeline_parameter_var=lambda function: function)
    stand_in(f"{base}.fw_utils", **taken(text["fw_utils"], graviton, {}))
    module = types.ModuleType("image_uris")
    path = directory / core / "image_uris.py"
    module.__dict__["__file__"] = str(path)
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


def retrieved(image_uris: Any, asked: dict[str, str]) -> str:
    """What the SDK says of one image."""
    try:
        return image_uris.retrieve(
            asked["name"],
            asked["region"],
            version=asked["version"],
            py_version=asked["python"] or None,
            instance_type=asked["instanceType"],
            image_scope=asked["scope"],
            base_framework_version=asked["base"] or None,
        )
    except ValueError as error:
        return f"! {error}"


def main() -> None:
    """Answers what was asked."""
    logging.disable(logging.CRITICAL)
    with zipfile.ZipFile(sys.argv[1]) as wheel, TemporaryDirectory() as directory:
        image_uris = load(wheel, Path(directory))
        resolver = image_uris.utils._botocore_resolver()
        image_uris.utils._botocore_resolver = lambda: resolver
        configs: dict[str, Any] = {}
        read = image_uris.config_for_framework

        def config_for_framework(name: str) -> Any:
            return configs.setdefault(name, configs.get(name) or read(name))

        image_uris.config_for_framework = config_for_framework
        print("\n".join(retrieved(image_uris, asked) for asked in json.load(sys.stdin)))


if __name__ == "__main__":
    main()
