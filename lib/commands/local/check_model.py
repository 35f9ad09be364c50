"""Check that an unpacked model.tar.gz would load in its serving container.

    python lib/commands/local/check_model.py DIR [--image URI --program FILE --code-dir DIR]

Without a program it is TensorFlow's container; with one, the container runs its handlers.
Prints a JSON list of what is wrong, a text each. The SavedModels are read, not run.
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
from serving_container.signature import read_signatures


def check_model(model_dir: Path) -> list[str]:
    """What is wrong with a model of TensorFlow's container: all versions of all models are read."""
    problems = script_problems(model_dir)
    try:
        models = find_models(model_dir)
    except ModelError as error:
        return [str(error), *problems]
    paths = [path for model in models for path in model.versions.values()]
    return [*problems, *(problem for path in paths for problem in _problems(path, model_dir))]


def check_script(arguments: argparse.Namespace) -> list[str]:
    """What is wrong with what handlers serve; what they need of the model only they know."""
    known = framework_image(arguments.image)
    framework = FRAMEWORKS[known["serving"]] if known else TOOLKIT
    code_dir = arguments.code_dir or arguments.model_dir / "code"
    return handler_problems(framework, code_dir, arguments.program) if arguments.program else []


def _problems(path: Path, model_dir: Path) -> list[str]:
    """What is wrong with one SavedModel."""
    name = f"{path.relative_to(model_dir.resolve())}/saved_model.pb"
    try:
        meta_graph = _served_meta_graph(path / "saved_model.pb")
    except ValueError as error:
        return [f"{name} {error}"]
    problems = []
    if not read_signatures(meta_graph):
        problems.append(f"{name} has no signature, so no request can be answered: export it with signatures")
    has_variables = any(node.op == "VarHandleOp" for node in meta_graph.graph_def.node)
    if has_variables and not _has_variable_files(path / "variables"):
        problems.append(f"{name} has variables, but variables/ beside it lacks their index or data file")
    return problems


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


def main() -> None:
    """Print the check of the directory named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model_dir", type=Path, help="an unpacked model.tar.gz")
    parser.add_argument("--image", help="the inference image")
    parser.add_argument("--program", help="the script with handlers")
    parser.add_argument("--code-dir", type=Path, help="where it lies (default: the archive's code)")
    arguments = parser.parse_args()
    if arguments.program or framework_image(arguments.image):
        problems = check_script(arguments)
    else:
        problems = check_model(arguments.model_dir)
    print(json.dumps(problems))


if __name__ == "__main__":
    main()
