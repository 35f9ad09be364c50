"""Serve an unpacked model.tar.gz on 127.0.0.1 by the contract of one of SageMaker's serving containers.

    python lib/commands/local/server.py --model-dir DIR [--port PORT] [--image URI] [--payload-limit BYTES]
                                        [--code-dir DIR --environment-dir DIR] [--exit-with-stdin]

Prints one line of JSON when it listens, `{"port": …, "url": "http://127.0.0.1:…"}`; all else goes to stderr.
GET /ping and POST /invocations are the endpoint's; of TensorFlow's container /v1/models/… is TensorFlow
Serving's own API, for the archive's `code/inference.py`. Where the environment names a SAGEMAKER_PROGRAM, its
handlers serve: it lies in --code-dir, or in the archive's `code`, and what its requirements.txt names is
installed into --environment-dir, over this Python. SIGTERM, SIGINT and (with --exit-with-stdin) the end of
stdin end it with 0; a model that cannot load ends it with 1.
"""

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from framework_images import framework_image
from handler_container.frameworks import FRAMEWORKS, TOOLKIT
from handler_container.service import HandlerService
from opt_ml import CONTAINER_BASE, enter, is_possible
from serving_container.http_server import HOST, HttpServer, Service
from serving_container.inference_script import InferenceScript, find_code_dir
from serving_container.model_layout import ModelError, find_models
from serving_container.script_check import code_problems
from training_container.hard_coded_paths import paths_in_source
from training_container.run_environment import make_environment

# Where the container has the archive.
_MODEL_DIR = CONTAINER_BASE / "model"

# What a real-time endpoint takes.
_PAYLOAD_LIMIT = 6 * 1024 * 1024


def main() -> int:
    """Load the model, listen, serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model-dir", type=Path, required=True, help="an unpacked model.tar.gz")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--image", help="the inference image, whose rules hold (default: the newest)")
    parser.add_argument(
        "--payload-limit",
        type=int,
        default=_PAYLOAD_LIMIT,
        help="largest body in bytes (%(default)s)",
    )
    parser.add_argument("--code-dir", type=Path, help="the handlers (default: the archive's code)")
    parser.add_argument("--environment-dir", type=Path, help="gets what the script's requirements.txt names")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin is closed")
    arguments = parser.parse_args()

    program = os.environ.get("SAGEMAKER_PROGRAM")
    code_dir = arguments.code_dir or arguments.model_dir / "code"
    if program and arguments.environment_dir:
        _with_requirements(code_dir, arguments.environment_dir)
    # Before there is a second thread.
    model_dir = _at_container_s_place(arguments.model_dir, code_dir)
    if arguments.code_dir is None:
        code_dir = model_dir / "code"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What a framework or a script prints must not stand where the port is expected.
    announcements = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    # Not sys.exit: the framework's threads and kept-alive connections may be in the middle of something.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    if arguments.exit_with_stdin:
        threading.Thread(target=_exit_with_stdin, daemon=True).start()

    try:
        server = HttpServer(arguments.port, arguments.payload_limit)
    except OSError as error:
        print(f"error: cannot listen on {HOST}:{arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    url = f"http://{HOST}:{server.server_port}"
    known = framework_image(arguments.image)
    try:
        if program:
            service = _handlers(model_dir, code_dir, program, known)
        elif known and "algorithm" in known:
            from handler_container.xgboost_service import XGBoostService  # noqa: PLC0415 needs xgboost

            service = XGBoostService(model_dir).answer
        else:
            service = _tensorflow(model_dir, arguments.image, url)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    # Bodies of many small lists set off full collections: few of them, which skip what the framework holds.
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1000)
    server.service = service
    print(json.dumps({"port": server.server_port, "url": url}), file=announcements, flush=True)
    server.serve_forever()
    return 0


def _tensorflow(model_dir: Path, image: str | None, url: str) -> Service:
    """TensorFlow's container; raises ModelError."""
    # Needs numpy, which other frameworks' interpreters may not have.
    from serving_container.predictor import Predictor  # noqa: PLC0415
    from serving_container.service import Service as TensorFlowService  # noqa: PLC0415

    # What fails soon comes first: loading the model takes seconds.
    models = find_models(model_dir)
    if problems := code_problems(model_dir):
        raise ModelError("; ".join(problems))
    code_dir = find_code_dir(model_dir)
    script = InferenceScript(code_dir) if code_dir else None
    predictors = [
        Predictor(model.name, version, path) for model in models for version, path in model.versions.items()
    ]
    return TensorFlowService(predictors, script, url, image).answer


def _handlers(model_dir: Path, code_dir: Path, program: str, known: dict[str, Any] | None) -> Service:
    """A container with handlers; raises ModelError."""
    framework = FRAMEWORKS[known["serving"]] if known else TOOLKIT
    os.environ.setdefault("SM_MODEL_DIR", str(model_dir))
    return HandlerService(framework, model_dir, code_dir, program.removesuffix(".py")).answer


def _with_requirements(code_dir: Path, place: Path) -> None:
    """Goes on in a Python over this one with what the script's requirements.txt names."""
    requirements = code_dir / "requirements.txt"
    if not requirements.is_file() or Path(sys.prefix) == place:
        return
    python = make_environment(place)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", requirements.name]
    if subprocess.run(pip, cwd=code_dir, stdout=sys.stderr, check=False).returncode:
        print("error: the script's requirements.txt cannot be installed", file=sys.stderr)
        sys.exit(1)
    os.execv(python, [str(python), *sys.argv])


def _at_container_s_place(model_dir: Path, code_dir: Path) -> Path:
    """The model directory: with code of its own at /opt/ml/model, where the system allows that.

    Elsewhere, code that names such a path is refused: it would find nothing there, or what is the machine's.
    """
    if find_code_dir(model_dir) is None and "SAGEMAKER_PROGRAM" not in os.environ:
        return model_dir
    if is_possible(model_dir, _MODEL_DIR):
        enter(model_dir, _MODEL_DIR)
        return _MODEL_DIR
    named = [f"{found.where}: {found.path}" for found in paths_in_source(code_dir)]
    if named:
        print(
            f"error: code/{', '.join(named)} is not there on this machine, which allows no mount namespaces; "
            "the folder above the script's own is the same here and on SageMaker",
            file=sys.stderr,
        )
        sys.exit(1)
    return model_dir


def _exit_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
