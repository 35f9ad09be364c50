"""What the SageMaker Python SDK sends to CreateTrainingJob, by a session that records and reaches nothing.

    python sdk_requests.py SOURCE < cases.json

Each case has `of`, the class of the estimator; `arguments` of it; `inputs` of its fit. A value
`{"call": NAME, "arguments": {...}}` is made by that name of the SDK. Prints one JSON document: the
`requests` of the cases, the files of their `archives`, and the `parameters` of what is called.
"""

import inspect
import json
import logging
import sys
import tarfile
import warnings
from unittest.mock import Mock, patch

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import sagemaker  # noqa: E402
from sagemaker import debugger, estimator, inputs, model  # noqa: E402
from sagemaker.fw_utils import UploadedCode  # noqa: E402
from sagemaker.huggingface import HuggingFaceModel  # noqa: E402
from sagemaker.pytorch import PyTorch, PyTorchModel  # noqa: E402
from sagemaker.sklearn import SKLearnModel  # noqa: E402
from sagemaker.tensorflow import TensorFlow  # noqa: E402
from sagemaker.xgboost import XGBoostModel  # noqa: E402

REGION = "eu-west-1"
CALLS = {
    "Estimator": estimator.Estimator,
    "TensorFlow": TensorFlow,
    "PyTorch": PyTorch,
    "TrainingInput": inputs.TrainingInput,
    "FileSystemInput": inputs.FileSystemInput,
    "ShuffleConfig": inputs.ShuffleConfig,
    "ProfilerConfig": debugger.ProfilerConfig,
    "TensorBoardOutputConfig": debugger.TensorBoardOutputConfig,
    "image": lambda name, version: sagemaker.image_uris.retrieve(name, REGION, version=version),
}
CALLABLES = {
    "Estimator": [estimator.EstimatorBase, estimator.Estimator, estimator.Framework],
    "TensorFlow": [TensorFlow],
    "TrainingInput": [inputs.TrainingInput],
    "FileSystemInput": [inputs.FileSystemInput],
    "fit": [estimator.EstimatorBase.fit],
    "deploy": [estimator.EstimatorBase.deploy, model.Model.deploy],
}


class RecordingSession(sagemaker.Session):
    """A session that keeps the request that it would send."""

    def __init__(self):
        super().__init__(
            boto_session=Mock(region_name=REGION),
            sagemaker_client=Mock(),
            sagemaker_runtime_client=Mock(),
            default_bucket="BKT",
        )
        self._default_bucket = "BKT"
        self.sent = None
        self.archived = []
        self.boto_session.resource.return_value.Object.return_value.upload_file.side_effect = self._keep

    def _keep(self, path, **_):
        with tarfile.open(path) as archive:
            self.archived = sorted(entry.name for entry in archive if entry.isfile())

    def _intercept_create_request(self, request, create, func_name=None):
        self.sent = request


def made(value):
    """A value with what is made by the SDK in its place."""
    if isinstance(value, list):
        return [made(item) for item in value]
    if isinstance(value, dict) and "call" in value:
        return CALLS[value["call"]](**made(value["arguments"]))
    if isinstance(value, dict):
        return {name: made(item) for name, item in value.items()}
    return value


def request(case):
    """The request of one case, and the files of its archive."""
    session = RecordingSession()
    arguments = made(case["arguments"])
    job = CALLS[case["of"]](sagemaker_session=session, **arguments)
    job.fit(made(case["inputs"]), wait=False, job_name="J")
    return session.sent, session.archived


def container(made_by, arguments):
    """What a model's container is told, and whether the script is packed into the model."""
    packed = []
    with (
        patch("sagemaker.utils.repack_model", lambda **_: packed.append(True)),
        patch(
            "sagemaker.fw_utils.tar_and_upload_dir",
            lambda script, **_: UploadedCode("s3://BKT/source.tar.gz", script),
        ),
    ):
        model = made_by(
            model_data="s3://BKT/model.tar.gz",
            role="r",
            entry_point="train.py",
            source_dir=sys.argv[1],
            sagemaker_session=RecordingSession(),
            **arguments,
        )
        told = model.prepare_container_def("ml.m5.xlarge")
    return {"environment": told["Environment"], "packed": bool(packed)}


MODELS = {
    "pytorch": (PyTorchModel, {"framework_version": "2.6", "py_version": "py312"}),
    "huggingface": (
        HuggingFaceModel,
        {"transformers_version": "4.49.0", "pytorch_version": "2.6.0", "py_version": "py312"},
    ),
    "sklearn": (SKLearnModel, {"framework_version": "1.4-2", "py_version": "py3"}),
    "xgboost": (XGBoostModel, {"framework_version": "1.7-1"}),
}


def parameters(callables):
    """The names of parameters, without those that stand for others."""
    found = []
    for called in callables:
        function = called.__init__ if inspect.isclass(called) else called
        found += [name for name in inspect.signature(function).parameters if name not in ("self", "kwargs")]
    return sorted(set(found))


answers = [request(case) for case in json.load(sys.stdin)]
print(
    json.dumps(
        {
            "requests": [request for request, _ in answers],
            "archives": [files for _, files in answers],
            "containers": {name: container(*model) for name, model in MODELS.items()},
            "parameters": {name: parameters(callables) for name, callables in CALLABLES.items()},
        }
    )
)
