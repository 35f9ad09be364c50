"""Check that an unpacked model.tar.gz would load in its serving container.

    python lib/commands/local/check_model.py DIR [--image URI --program FILE --code-dir DIR]

Without a program it is TensorFlow's container; with one, the container runs its handlers.
Prints one JSON document and exits 0 if ok, 1 if not:
{"ok": bool, "problems": [text…], "version": number or null,
 "signatures": {name: {"inputs": {name: {"dtype": text, "shape": [number…] or null}}, "outputs": {…}}}}
In a shape -1 is an unknown size; null is an unknown rank. `version` and `signatures` are of the default
model's latest version; all versions of all models are checked. The SavedModels are read, not run.
"""

import argparse
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

from framework_images import framework_image
from handler_container.frameworks import FRAMEWORKS, TOOLKIT
from handler_container.script_check import handler_problems
from serving_container.model_layout import ModelError, find_models
from serving_container.script_check import script_problems
from serving_container.signature import Signature, read_signatures


def check_model(model_dir: Path) -> dict[str, Any]:
    """The document that the command prints."""
    problems = script_problems(model_dir)
    try:
        models = find_models(model_dir)
    except ModelError as error:
        return {"ok": False, "problems": [str(error), *problems], "version": None, "signatures": {}}
    signatures = {
        (model.name, version): _read(path, model_dir, problems)
        for model in models
        for version, path in model.versions.items()
    }
    default = models[0]
    return {
        "ok": not problems,
        "problems": problems,
        "version": default.latest,
        "signatures": {
            name: signature.as_json() for name, signature in signatures[default.name, default.latest].items()
        },
    }


def check_script(arguments: argparse.Namespace) -> dict[str, Any]:
    """The same document for a model that handlers serve: what they need of it only they know."""
    known = framework_image(arguments.image)
    framework = FRAMEWORKS[known["serving"]] if known else TOOLKIT
    code_dir = arguments.code_dir or arguments.model_dir / "code"
    problems = handler_problems(framework, code_dir, arguments.program) if arguments.program else []
    return {"ok": not problems, "problems": problems, "version": None, "signatures": {}}


def _read(path: Path, model_dir: Path, problems: list[str]) -> dict[str, Signature]:
    """The signatures of one SavedModel; what is wrong with it is added to the problems."""
    name = f"{path.relative_to(model_dir.resolve())}/saved_model.pb"
    try:
        meta_graph = _served_meta_graph(path / "saved_model.pb")
    except ValueError as error:
        problems.append(f"{name} {error}")
        return {}
    signatures = read_signatures(meta_graph)
    if not signatures:
        problems.append(f"{name} has no signature, so no request can be answered: export it with signatures")
    has_variables = any(node.op == "VarHandleOp" for node in meta_graph.graph_def.node)
    if has_variables and not _has_variable_files(path / "variables"):
        problems.append(f"{name} has variables, but variables/ beside it lacks their index or data file")
    return signatures


def _served_meta_graph(path: Path) -> Any:
    """The MetaGraphDef that TensorFlow Serving would load. Raises ValueError saying what is there instead."""
    messages = _saved_model_messages()
    saved_model = messages.SavedModel()
    try:
        saved_model.ParseFromString(path.read_bytes())
    except Exception as error:  # protobuf's implementations raise different classes
        raise ValueError("is not a SavedModel: it may be cut short or of another format") from error
    for meta_graph in saved_model.meta_graphs:
        if list(meta_graph.meta_info_def.tags) == ["serve"]:
            return meta_graph
    tags = [list(meta_graph.meta_info_def.tags) for meta_graph in saved_model.meta_graphs]
    raise ValueError(f"has no graph tagged 'serve': found the tags {tags}")


def _saved_model_messages() -> Any:
    """TensorFlow's generated message classes alone: importing TensorFlow itself would take seconds."""
    # Asked once: there is no spec of the stand-in for it.
    spec = None if "tensorflow" in sys.modules else importlib.util.find_spec("tensorflow")
    if spec is not None:
        package = types.ModuleType("tensorflow")
        package.__path__ = list(spec.submodule_search_locations or [])
        sys.modules["tensorflow"] = package
    from tensorflow.core.protobuf import saved_model_pb2  # noqa: PLC0415

    return saved_model_pb2


def _has_variable_files(folder: Path) -> bool:
    return (folder / "variables.index").is_file() and any(folder.glob("variables.data-*"))


def main() -> int:
    """Print the check of the directory named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model_dir", type=Path, help="an unpacked model.tar.gz")
    parser.add_argument("--image", help="the inference image")
    parser.add_argument("--program", help="the script with handlers")
    parser.add_argument("--code-dir", type=Path, help="where it lies (default: the archive's code)")
    arguments = parser.parse_args()
    if arguments.program or framework_image(arguments.image):
        result = check_script(arguments)
    else:
        result = check_model(arguments.model_dir)
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
