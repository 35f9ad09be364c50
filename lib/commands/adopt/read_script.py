"""Read a training script without running it, and propose what bin/app.ts should say of it, as JSON.

    python read_script.py '{"root": DIR, "script": FILE, "data": DIR or null, "versions": {NAME: […], …}}'

The modules beside the script that it imports are read too. Nothing is imported or executed: `ast` alone
looks at the text. `versions` has those of each framework that train and serve, the newest first.
"""

import ast
import json
import os
import sys
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2] / "python/sources"))

from distributions import brought_by, distributions_of, normalized, requirements
from framework_choice import TELLING, allows, choose_framework
from image_tables import known_image
from printed_metrics import metric_definitions
from problems import finding, problems
from script import Place, Script

# The images whose packages lib/images/packages has.
_IMAGES = {
    "tensorflow": "tensorflow-training",
    "sklearn": "sagemaker-scikit-learn",
    "xgboost": "sagemaker-xgboost",
}
# What images have that no table says: each without one, and those of a framework.
_IN_EVERY_IMAGE = {
    *("numpy", "scipy", "boto3", "botocore", "requests", "psutil", "six", "urllib3", "sagemaker-training"),
    *("pandas", "pillow", "scikit-learn"),
}
_IN_IMAGES = {
    "pytorch": ("torchaudio", "tqdm", "pyyaml"),
    "huggingface": ("datasets", "torch", "tokenizers", "tqdm", "pyyaml"),
    "xgboost": ("sagemaker-xgboost-container",),
    "sklearn": ("sagemaker-sklearn-container",),
}
# Words for the same data.
_SAME_DATA = (("train", "training"), ("validation", "valid", "val", "eval", "dev"), ("test", "testing"))


def proposal(root: str, script: str, data: str | None, versions: dict[str, Any]) -> dict[str, Any]:
    """What to say in bin/app.ts, and what to say of the script."""
    read = Script(Path(script).resolve())
    source_dir = os.path.relpath(read.folder, root)
    findings = []
    if source_dir.startswith(".."):
        text = f"lies outside this project, so a clone of it has no script; copy {source_dir} to training/"
        findings.append(finding(read.start, f"{text} and adopt that", False))
    framework, version, said = _framework(read, source_dir, root, versions)
    channels, missing = _channels(read, data and Path(data))
    has_keras3 = framework == "tensorflow" and allows(">=2.16", version["version"])
    return {
        "files": [source.file for source in read.sources],
        "framework": framework,
        "code": version["code"],
        "sourceDir": source_dir,
        "entryPoint": read.path.relative_to(read.folder).as_posix(),
        "hyperparameters": [
            {"name": argument.name, "value": argument.default, "file": file, "line": line}
            for argument, (file, line) in read.arguments
            if argument.is_hyperparameter and not argument.problem()
        ],
        "metrics": metric_definitions(read),
        "channels": {
            name: place if isinstance(place, str) else os.path.relpath(place, root)
            for name, place in channels.items()
        },
        "findings": [*findings, *said, *missing, *problems(read, has_keras3)],
    }


def _framework(
    script: Script, source_dir: str, root: str, versions: dict[str, Any]
) -> tuple[str | None, dict[str, str | None], list[dict[str, Any]]]:
    """The framework, its version, and what is to be said of these and of other packages."""
    file = script.folder / "requirements.txt"
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    required = requirements(text)
    there = {each.name for each in required} | (brought_by(text) or set())
    names = {module: [*map(normalized, distributions_of(module))] for module in script.imports}
    keras2 = any("save_format" in call.given for call in script.calls)
    framework, version, pinned, fits = choose_framework({*chain(*names.values())}, required, versions, keras2)
    findings = []
    if framework:
        known = known_image(f"{_IMAGES.get(framework)}:{version['version']}")
        there |= {*(known.packages if known else _IN_EVERY_IMAGE), *TELLING[framework]}
        there |= {*_IN_IMAGES.get(framework, ())}
        functions = {node.name for _, node in script.nodes if isinstance(node, ast.FunctionDef)}
        if framework in ("pytorch", "sklearn") and "model_fn" not in functions:
            text = f"has no model_fn(model_dir), by which the {framework} container loads the model: add one"
            findings.append(finding(script.start, text))
        if "unpatched" in version:
            text = f"for {version['code']}: {version['unpatched']}"
            findings.append(finding(script.start, text, False))
    else:
        there |= _IN_EVERY_IMAGE
        kinds = "TensorFlow, Keras, PyTorch, scikit-learn, XGBoost"
        text = f"imports no framework that there is an image of ({kinds}): say the framework in bin/app.ts"
        findings.append(finding(script.start, text))
    if pinned:
        image = "is in the image already" if fits else f"is no image's; {version['code']} is the nearest"
        way_out = "without this line nothing is installed over the image's own"
        place = os.path.relpath(file, root), pinned.line
        findings.append(finding(place, f"{pinned.name}{pinned.specifier} {image}; {way_out}", False))
    for module, place in script.imports.items():
        if not there & {*names[module]}:
            way_out = f"add {names[module][0]} to {source_dir}/requirements.txt (its size is not known here)"
            text = f"imports {module}, which is not known to be in the image"
            findings.append(finding(place, f"{text}; {way_out}"))
    return framework, version, findings


def _channels(script: Script, data: Path | None) -> tuple[dict[str, Path | str], list[dict[str, Any]]]:
    """The channels of a script, each with the folder or bucket that has its data, and what is to be said."""
    read = [name[11:].lower() for name in script.variables if name.startswith("SM_CHANNEL_")]
    # /opt/ml/input/data/training beside SM_CHANNEL_TRAINING is the same one.
    named = [found[1] for found, _ in script.texts(r"/opt/ml/input/data/([\w.-]+)")]
    names = [*dict.fromkeys([*read, *(name for name in named if name.lower() not in read)])]
    if names:
        places = {name: _folder(name, data, len(names) == 1) for name in names}
        text = "reads the channel '{0}', whose data is not known"
        text += "; --data DIR names the folder that has it, or one of the name '{0}' in it"
        findings = [finding(script.start, text.format(name)) for name, place in places.items() if not place]
        return {name: place or script.folder / "data" / name for name, place in places.items()}, findings
    if data:
        folders = [path for path in sorted(data.iterdir()) if path.is_dir()]
        places = {path.name: path for path in folders if path.name in chain(*_SAME_DATA)} or {
            "training": data
        }
        text = f"reads no channel; the data lies in os.environ['SM_CHANNEL_{next(iter(places)).upper()}']"
        return places, [finding(script.start, text, False)]
    buckets: dict[str, Place] = {}
    for found, place in script.texts(r"s3://[a-z0-9][a-z0-9.-]+"):
        buckets.setdefault(found[0], place)
    if not buckets:
        text = "reads no channel, and a job has 1 to 20"
        text += "; give --data DIR, and read os.environ['SM_CHANNEL_TRAINING']"
        return {"training": script.folder / "data/training"}, [finding(script.start, text)]
    text = "reads {0} itself, which the job's role may as it is a channel"
    text += "; npm start -- --s3 {0}=FOLDER answers it on this machine"
    findings = [finding(place, text.format(bucket), False) for bucket, place in buckets.items()]
    names = ["training"] if len(buckets) == 1 else [bucket.removeprefix("s3://") for bucket in buckets]
    return dict(zip(names, buckets, strict=True)), findings


def _folder(name: str, data: Path | None, is_alone: bool) -> Path | None:
    """Where the data of a channel lies: a folder of its name or of a word for the same, or all of it."""
    if data is None:
        return None
    words = next((words for words in _SAME_DATA if name in words), ())
    folders = [data / word for word in (name, *words)]
    folders += [data] if is_alone or data.name == name else []
    return next((folder for folder in folders if folder.is_dir()), None)


if __name__ == "__main__":
    print(json.dumps(proposal(**json.loads(sys.argv[1]))))
