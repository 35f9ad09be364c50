"""What Hugging Face's container does where the script has no handler of its own: a pipeline of transformers.

Source: sagemaker-huggingface-inference-toolkit 2.6, its handler service and its decoders and encoders.
"""

import base64
import csv
import datetime
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serving_container.model_layout import ModelError

from handler_container.codecs import CSV, INFERENCE, JSON, NPY, Codecs

_IMAGES = [f"image/{name}" for name in ("jpeg", "png", "tiff", "bmp", "gif", "webp", "x-image")]
_SOUNDS = [f"audio/{name}" for name in ("x-flac", "mpeg", "wave", "ogg", "x-audio")]

# By the end of the architecture's name in the model's config.json; the first that fits.
_TASKS = {
    "TapasForQuestionAnswering": "table-question-answering",
    "ForQuestionAnswering": "question-answering",
    "ForTokenClassification": "token-classification",
    "ForSequenceClassification": "text-classification",
    "ForMultipleChoice": "multiple-choice",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "MTModel": "text2text-generation",
    "EncoderDecoderModel": "text2text-generation",
    "GPT2LMHeadModel": "text-generation",
    "T5WithLMHeadModel": "text2text-generation",
}

# Of these the pipeline takes a feature extractor, of all others a tokenizer.
_WITHOUT_TOKENIZER = (
    "automatic-speech-recognition",
    "image-segmentation",
    "image-classification",
    "audio-classification",
    "object-detection",
    "zero-shot-image-classification",
)

# Their inputs are nested, which no CSV is.
_NESTED = ("zero-shot-classification", "table-question-answering")


class RefusedError(Exception):
    """What the toolkit itself refuses, with a status of its own; the server writes it behind the text."""

    def __str__(self) -> str:
        return f"{self.args[0]} : 400"


def task_of(model_dir: Path, environment: Mapping[str, str]) -> str:
    """The pipeline's task: HF_TASK, or that of the model's config.json; raises ModelError without either."""
    if "HF_TASK" in environment:
        return environment["HF_TASK"]
    if (model_dir / "config.json").is_file():
        [architecture, *_] = json.loads((model_dir / "config.json").read_text()).get("architectures") or [""]
        # A later row wins, as in the toolkit.
        fitting = [task for end, task in _TASKS.items() if architecture.endswith(end)]
        if not fitting:
            raise ModelError(
                f"no task is known of '{architecture}', the architecture in config.json; name it in the "
                "endpoint's environment: HF_TASK"
            )
        return fitting[-1]
    if (model_dir / "model_index.json").is_file():
        return "text-to-image"
    raise ModelError(
        "the archive has neither code/inference.py with model_fn nor config.json, which save_pretrained "
        "writes; nor does the endpoint's environment name a task: HF_TASK"
    )


def pipeline(model_dir: str) -> Any:
    """The pipeline of the model in the archive."""
    if "HF_MODEL_ID" in os.environ:
        raise ModelError(
            "HF_MODEL_ID: a model that the container downloads at its start is not tried here; leave it "
            "out and put the model into the archive by save_pretrained, or deploy to see it"
        )
    task = task_of(Path(model_dir), os.environ)
    if task == "text-to-image":
        raise ModelError(
            "text-to-image: the container's own pipeline of diffusers is not tried here; give model_fn in "
            "code/inference.py and --python with a Python that has diffusers, or deploy to see it"
        )
    try:
        import transformers  # noqa: PLC0415 only this framework's environment has it
    except ImportError as error:
        raise ModelError(
            "the task's own pipeline needs transformers, which this Python has not: give model_fn in "
            "code/inference.py, or another Python with --python"
        ) from error
    # As in the toolkit, a task once found is there for the handlers.
    os.environ["HF_TASK"] = task
    part = "feature_extractor" if task in _WITHOUT_TOKENIZER else "tokenizer"
    trusted = os.environ.get("HF_TRUST_REMOTE_CODE", "False").lower() in ("y", "yes", "t", "true", "on", "1")
    return transformers.pipeline(
        task=task, model=model_dir, device=-1, trust_remote_code=trusted, **{part: model_dir}
    )


def predict(data: Any, model: Any) -> Any:
    """The prediction of a pipeline for `inputs` with `parameters`, or for all of the request."""
    inputs = data.pop("inputs", data)
    parameters = data.pop("parameters", None)
    return model(inputs) if parameters is None else model(inputs, **parameters)


def decode(body: Any, content_type: str | None) -> Any:
    """A request's body as a pipeline's input."""
    if content_type == CSV and (task := os.environ.get("HF_TASK")) in _NESTED:
        raise RefusedError(f"content type {CSV} not support with {task}, use different content_type")
    return _CODECS.decode(body, content_type)


def encode(prediction: Any, accept: str) -> str | bytes:
    """A prediction as an answer's body."""
    if accept in _IMAGES:
        file = io.BytesIO()
        kind = accept.removeprefix("image/").removeprefix("x-image") or "png"
        prediction.save(file, format=kind.upper())
        return file.getvalue()
    return _CODECS.encode(prediction, accept)


def _from_csv(text: str) -> dict[str, Any]:
    header = text.splitlines()[0].lower()
    if not any(name in header for name in ("question", "context", "inputs")):
        raise RefusedError(
            "You need to provide the correct CSV with Header columns to use it with the inference toolkit "
            "default handler."
        )
    rows = list(csv.DictReader(io.StringIO(text)))
    return {"inputs": [row["inputs"] for row in rows] if "inputs" in rows[0] else rows}


def _to_csv(prediction: Any) -> str:
    rows = prediction if isinstance(prediction, list) else list(prediction)
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _to_json(prediction: Any) -> str:
    return json.dumps(prediction, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    """What JSON has no form of: numbers and arrays of numpy, times, pictures."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, datetime.datetime):
        return str(value)
    if hasattr(value, "save"):
        file = io.BytesIO()
        value.save(file, format="PNG")
        return base64.b64encode(file.getvalue()).decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _from_image(body: bytes) -> dict[str, Any]:
    from PIL import Image  # noqa: PLC0415

    return {"inputs": Image.open(io.BytesIO(body)).convert("RGB")}


def _from_sound(body: bytes) -> dict[str, Any]:
    return {"inputs": bytes(body)}


_CODECS = Codecs(
    decoders={
        JSON: json.loads,
        CSV: _from_csv,
        NPY: INFERENCE.decoders[NPY],
        **dict.fromkeys(_IMAGES, _from_image),
        **dict.fromkeys(_SOUNDS, _from_sound),
    },
    encoders={JSON: _to_json, CSV: _to_csv, NPY: INFERENCE.encoders[NPY]},
)
