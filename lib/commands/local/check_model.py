"""Check that an unpacked model.tar.gz would load in SageMaker's TensorFlow serving container.

    python lib/commands/local/check_model.py DIR

Prints one JSON document and exits 0 if ok, 1 if not:
{"ok": bool, "problems": [text…], "version": number or null,
 "signatures": {name: {"inputs": {name: {"dtype": text, "shape": [number…] or null}}, "outputs": {…}}}}
In a shape -1 is an unknown size; null is an unknown rank. The SavedModel is read, not run.
"""

import argparse
import ast
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

from serving_container.inference_script import find_code_dir
from serving_container.model_layout import ModelError, find_model
from serving_container.signature import read_signatures


def check_model(model_dir: Path) -> dict[str, Any]:
    """The document that the command prints."""
    try:
        model = find_model(model_dir)
    except ModelError as error:
        return {"ok": False, "problems": [str(error)], "version": None, "signatures": {}}
    name = f"{model.path.relative_to(model_dir.resolve())}/saved_model.pb"
    problems = _script_problems(model_dir)
    signatures = {}
    try:
        meta_graph = _served_meta_graph(model.path / "saved_model.pb")
    except ValueError as error:
        problems.append(f"{name} {error}")
    else:
        signatures = read_signatures(meta_graph)
        if not signatures:
            problems.append(
                f"{name} has no signature, so no request can be answered: export it with signatures"
            )
        has_variables = any(node.op == "VarHandleOp" for node in meta_graph.graph_def.node)
        if has_variables and not _has_variable_files(model.path / "variables"):
            problems.append(f"{name} has variables, but variables/ beside it lacks their index or data file")
    return {
        "ok": not problems,
        "problems": problems,
        "version": model.version,
        "signatures": {name: signature.as_json() for name, signature in signatures.items()},
    }


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
    spec = importlib.util.find_spec("tensorflow")
    if "tensorflow" not in sys.modules and spec is not None:
        package = types.ModuleType("tensorflow")
        package.__path__ = list(spec.submodule_search_locations or [])
        sys.modules["tensorflow"] = package
    from tensorflow.core.protobuf import saved_model_pb2  # noqa: PLC0415

    return saved_model_pb2


def _has_variable_files(folder: Path) -> bool:
    return (folder / "variables.index").is_file() and any(folder.glob("variables.data-*"))


def _script_problems(model_dir: Path) -> list[str]:
    code_dir = find_code_dir(model_dir)
    if code_dir is None:
        return []
    try:
        tree = ast.parse((code_dir / "inference.py").read_bytes(), "code/inference.py")
    except (SyntaxError, ValueError) as error:
        return [f"code/inference.py does not parse: {error}"]
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    names |= {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    names |= {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "*" in names or "handler" in names or {"input_handler", "output_handler"} <= names:
        return []
    return ["code/inference.py defines neither handler nor both input_handler and output_handler"]


def main() -> int:
    """Print the check of the directory named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model_dir", type=Path, help="an unpacked model.tar.gz")
    result = check_model(parser.parse_args().model_dir)
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
