"""Read a training script without running it, and propose what bin/app.ts should say of it, as JSON.

    python read_script.py '{"root": DIR, "script": FILE, "data": DIR or null, "versions": {NAME: […], …}}'

The modules beside the script that it imports are read too. Nothing is imported or executed: `ast` alone
looks at the text. `versions` has those of each framework that train and serve, the newest first.
"""

import json
import os
import sys
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2] / "python/sources"))

from distributions import brought_by, distributions_of, normalized
from framework_choice import TELLING, allows, choose_framework, requirements
from image_tables import known_image
from script_reader import ScriptReader

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
    reader = ScriptReader(Path(script).resolve())
    if not reader.saves:
        text = "writes nothing to os.environ['SM_MODEL_DIR']: the job would end without a model to serve"
        reader.found(None, text)
    source_dir, file = os.path.relpath(reader.source, root), reader.source / "requirements.txt"
    if source_dir.startswith(".."):
        way_out = f"copy {source_dir} to training/ and adopt that"
        text = "lies outside this project, so a clone of it has no script"
        reader.found(None, f"{text}; {way_out}", False)
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    required = requirements(text)
    there = {each.name for each in required} | (brought_by(text) or set())
    imported = {module: [*map(normalized, distributions_of(module))] for module in reader.imports}
    name, version, pinned, fits = choose_framework(
        {*chain(*imported.values())}, required, versions, reader.keras2
    )
    if name:
        known = known_image(f"{_IMAGES.get(name)}:{version['version']}")
        there |= {*(known.packages if known else _IN_EVERY_IMAGE), *_IN_IMAGES.get(name, ()), *TELLING[name]}
        if name in ("pytorch", "sklearn") and "model_fn" not in reader.functions:
            text = f"has no model_fn(model_dir), by which the {name} container loads the model: add one"
            reader.found(None, text)
        if "unpatched" in version:
            reader.found(None, f"for {version['code']}: {version['unpatched']}", False)
    else:
        there |= _IN_EVERY_IMAGE
        kinds = "TensorFlow, Keras, PyTorch, scikit-learn, XGBoost"
        text = f"imports no framework that there is an image of ({kinds}): say the framework in bin/app.ts"
        reader.found(None, text)
    if pinned:
        image = "is in the image already" if fits else f"is no image's; {version['code']} is the nearest"
        way_out = "without this line nothing is installed over the image's own"
        place = os.path.relpath(file, root), pinned.line
        reader.found(place, f"{pinned.name}{pinned.specifier} {image}; {way_out}", False)
    for module, names in imported.items():
        if not there & {*names}:
            way_out = f"add {names[0]} to {source_dir}/requirements.txt (its size is not known here)"
            text = f"imports {module}, which is not known to be in the image"
            reader.found(reader.imports[module], f"{text}; {way_out}")
    channels = _channels(reader, data)
    keras3 = name == "tensorflow" and allows(">=2.16", version["version"])
    return {
        "files": reader.files,
        "framework": name,
        "code": version["code"],
        "sourceDir": source_dir,
        "entryPoint": reader.script.relative_to(reader.source).as_posix(),
        "hyperparameters": [*reader.hyperparameters.values()],
        "metrics": reader.metrics.definitions(),
        "channels": {
            channel: place
            if isinstance(place, str)
            else os.path.relpath(place or reader.source / "data" / channel, root)
            for channel, place in channels.items()
        },
        "findings": [each for each in reader.findings if keras3 or "keras3" not in each],
    }


def _channels(reader: ScriptReader, data: str | None) -> dict[str, Path | str | None]:
    """The channels of a script, each with the folder or bucket that has its data."""
    found: dict[str, Path | str | None] = {}
    for name, fallback in reader.channels.items():
        words = next((words for words in _SAME_DATA if name in words), ())
        folders = [reader.script.parent / fallback] if fallback else []
        if data is not None:
            whole = [data] if len(reader.channels) == 1 or Path(data).name == name else []
            folders = [Path(data, word) for word in (name, *words)] + [Path(each) for each in whole]
        found[name] = next((folder for folder in folders if folder.is_dir()), None)
        if found[name] is None:
            way_out = f"--data DIR names the folder that has it, or one of the name '{name}' in it"
            reader.found(None, f"reads the channel '{name}', whose data is not known; {way_out}")
    if found:
        return found
    if data is None and reader.buckets:
        for bucket, place in reader.buckets.items():
            way_out = f"npm start -- --s3 {bucket}=FOLDER answers it on this machine"
            text = f"reads {bucket} itself, which the job's role may as it is a channel; {way_out}"
            reader.found(place, text, False)
        alone = len(reader.buckets) == 1
        return {"training" if alone else bucket.removeprefix("s3://"): bucket for bucket in reader.buckets}
    if data is None:
        way_out = "give --data DIR, and read os.environ['SM_CHANNEL_TRAINING']"
        reader.found(None, f"reads no channel, and a job has 1 to 20; {way_out}")
        return {"training": None}
    folders = [path for path in sorted(Path(data).iterdir()) if path.is_dir()]
    found = {path.name: path for path in folders if path.name in chain(*_SAME_DATA)} or {
        "training": Path(data)
    }
    variable = f"SM_CHANNEL_{next(iter(found)).upper()}"
    reader.found(None, f"reads no channel; the data lies in os.environ['{variable}']", False)
    return found


if __name__ == "__main__":
    print(json.dumps(proposal(**json.loads(sys.argv[1]))))
