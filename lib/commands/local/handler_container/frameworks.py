"""What each framework's container does where the script has no handler of its own.

Sources: `serving.py` of sagemaker-scikit-learn-container and sagemaker-xgboost-container, the default
handlers of sagemaker-pytorch-inference and of sagemaker-inference; huggingface.py has its own. They take what
a script's own would.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving_container.model_layout import ModelError

from handler_container import huggingface
from handler_container.codecs import CONTAINERS, INFERENCE, TEXT_TYPES, Codecs, UnsupportedFormatError
from handler_container.model_servers import GUNICORN, HUGGING_FACE, MODEL_SERVER, ModelServer

# What loads a model that the container does not know by itself.
_OWN_MODEL_FN = "for another model the archive needs a script with model_fn: code/inference.py"


@dataclass(frozen=True)
class Framework:
    """A container that serves by handlers: its web server and its defaults (None: the script must)."""

    server: ModelServer
    input_fn: Callable[[Any, Any], Any]
    predict_fn: Callable[[Any, Any], Any] | None
    output_fn: Callable[[Any, Any], Any]
    model_fn: Callable[[str], Any] | None = None


def _encoded(codecs: Codecs) -> Callable[[Any, Any], Any]:
    return lambda prediction, accept: (codecs.encode(prediction, accept), accept)


def _first_accepted(prediction: Any, accept: str) -> Any:
    """By the first type of the header that there is an encoder for."""
    plain = prediction.detach().cpu().numpy() if hasattr(prediction, "detach") else prediction
    plain = plain.tolist() if hasattr(plain, "tolist") else plain
    for content_type in accept.replace(" ", "").split(","):
        if content_type in INFERENCE.encoders:
            return INFERENCE.encode(plain, content_type)
    raise UnsupportedFormatError(accept)


def _sklearn_input(body: Any, content_type: str) -> Any:
    array = CONTAINERS.decode(body, content_type)
    return array.astype("float32") if content_type in TEXT_TYPES else array


def _torch_input(body: Any, content_type: str) -> Any:
    import torch  # noqa: PLC0415 only this framework's environment has it

    array = INFERENCE.decode(body, content_type)
    return torch.FloatTensor(array) if content_type in TEXT_TYPES else torch.from_numpy(array)


def _torch_model(model_dir: str) -> Any:
    """The TorchScript in model.pt, or in the one .pt or .pth file."""
    import torch  # noqa: PLC0415

    path = Path(model_dir) / "model.pt"
    if not path.exists():
        files = [file for file in Path(model_dir).iterdir() if file.suffix in (".pt", ".pth")]
        if len(files) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise ModelError(f"exactly one .pth or .pt file is required, there are {names}; {_OWN_MODEL_FN}")
        path = files[0]
    try:
        return torch.jit.load(str(path), map_location="cpu")
    except RuntimeError as error:
        raise ModelError(f"{path.name} is no TorchScript: {error}; {_OWN_MODEL_FN}") from error


def _torch_predict(data: Any, model: Any) -> Any:
    import torch  # noqa: PLC0415

    model.eval()
    with torch.no_grad():
        return model(data)


def _xgboost_input(body: Any, content_type: str) -> Any:
    from handler_container.xgboost_data import decode  # noqa: PLC0415

    return decode(body, content_type)


FRAMEWORKS: Mapping[str, Framework] = {
    "sklearn": Framework(
        GUNICORN,
        _sklearn_input,
        lambda data, model: model.predict(data),
        _encoded(CONTAINERS),
    ),
    "xgboost": Framework(
        GUNICORN,
        _xgboost_input,
        lambda data, model: model.predict(data, validate_features=False),
        _encoded(CONTAINERS),
    ),
    "pytorch": Framework(MODEL_SERVER, _torch_input, _torch_predict, _first_accepted, _torch_model),
    "huggingface": Framework(
        HUGGING_FACE, huggingface.decode, huggingface.predict, huggingface.encode, huggingface.pipeline
    ),
}

# The inference toolkit in an image of one's own.
TOOLKIT = Framework(MODEL_SERVER, INFERENCE.decode, None, INFERENCE.encode)
