"""What a job cannot do of what a script says."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from script import Call, Place, Script

# Calls that write to a path, and those that read from one.
_WRITES = re.compile(
    r"\.(save|export|dump|save_(model|pretrained|weights)|savez|savetxt|savefig|to_(csv|parquet|pickle)|imwrite)$"
    r"|(^|\.)write_text$"
)
_READS = re.compile(
    r"(^|\.)(open|read_(csv|parquet|json|excel)|imread|loadtxt|genfromtxt|load_svmlight_file|listdir|i?glob"
    r"|ImageFolder|DMatrix|image_dataset_from_directory|flow_from_directory)$"
)
# A path that only the machine of its author has, and where a job may write or its model is.
_OF_A_MACHINE = re.compile(r"(/(?!opt/ml(/|$)|tmp(/|$)|dev/)|~|[A-Za-z]:[\\/]|file:|\.\.)")
_KEPT = re.compile(r"/opt/ml/(model|output|checkpoints)(/|$)|/tmp(/|$)|/dev/")
_EXPORT = "model.export(os.path.join(os.environ['SM_MODEL_DIR'], '1')) writes what is served"
# What needs a person.
_NEEDS = {
    r"input": "waits for a person, and no one is there: the job fails",
    r"cv2\.(imshow|waitKey|namedWindow|destroyAllWindows)": "opens a window, and a job has no screen",
    r"get_ipython": "is a notebook's: take the line out (packages go into requirements.txt)",
    r"(google\.colab\.)?(drive\.mount|files\.(upload|download))": "is Colab's, which a job has not",
}


def finding(place: Place, text: str, fails: bool = True) -> dict[str, Any]:
    """What a person should know, and whether the job fails by it or loses what it made."""
    return {"file": place[0], "line": place[1], "fails": fails, "text": text}


def problems(script: Script, has_keras3: bool) -> Iterator[dict[str, Any]]:
    """What is to be said of all that the script calls and reads."""
    if "SM_MODEL_DIR" not in script.variables and not any(script.texts(r"/opt/ml/model(/|$)")):
        text = "writes nothing to os.environ['SM_MODEL_DIR']: the job would end without a model to serve"
        yield finding(script.start, text)
    for argument, place in script.arguments:
        if problem := argument.problem():
            yield finding(place, *problem)
    for source, node in script.nodes:
        match node:
            case ast.ImportFrom(level=1 | 2 | 3) if source is script.sources[0]:
                way_out = "the entry point is no part of a package; import it without the dots"
                yield finding((source.file, node.lineno), f"'{ast.unparse(node)}': {way_out}")
            case ast.Subscript(value=ast.Attribute(value=ast.Name("sys"), attr="argv")):
                text = "reads sys.argv by position; SageMaker passes `--name value`: use argparse"
                yield finding((source.file, node.lineno), text)
    exports = any(re.search(r"\.(export|saved_model\.save)$", call.name) for call in script.calls)
    for call in script.calls:
        for pattern, text in _NEEDS.items():
            if re.fullmatch(pattern, call.name):
                yield finding(call.place, f"{call.name}() {text}")
        if has_keras3 and "save_format" in call.given:
            yield finding(call.place, f"save_format= is gone in Keras 3; {_EXPORT}")
        elif has_keras3 and re.search(r"(^|\.)model\.save$", call.name) and not exports:
            text = "model.save writes no SavedModel with Keras 3, and nothing else is served"
            yield finding(call.place, f"{text}; {_EXPORT}")
        yield from _file_access(call)


def _file_access(call: Call) -> Iterator[dict[str, Any]]:
    name, node, value = call.name, call.node, call.source.expressions.value
    mode = value(node.args[1]) if len(node.args) > 1 else call.value("mode")
    opens_to_write = name.endswith("open") and isinstance(mode, str) and bool(set(mode) & set("wax+"))
    paths = [node.func.value] if name.endswith("write_text") else node.args[: 1 if "open" in name else None]
    text = next(filter(None, map(call.source.expressions.path_start, paths)), None)
    if opens_to_write or _WRITES.search(name):
        # A name alone may be a file's or a folder's: what is no path at all is no text.
        if text and not _KEPT.match(text):
            kept = "what is kept lies in SM_MODEL_DIR (the model) or SM_OUTPUT_DATA_DIR"
            yield finding(
                call.place, f"{name} writes to '{text}', which is gone when the job ends; {kept}", False
            )
    elif text and _READS.search(name) and _OF_A_MACHINE.match(text):
        way_out = "read os.environ['SM_CHANNEL_…'], or put the file into sourceDir"
        yield finding(call.place, f"{name} reads '{text}', which is not there in a job; {way_out}")
