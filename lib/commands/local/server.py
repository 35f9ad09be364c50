"""Serve an unpacked model.tar.gz on 127.0.0.1 by the contract of SageMaker's TensorFlow serving container.

    python lib/commands/local/server.py --model-dir DIR [--port PORT] [--image URI] [--payload-limit BYTES]
                                        [--exit-with-stdin]

Prints one line of JSON when it listens, `{"port": …, "url": "http://127.0.0.1:…"}`; all else goes to stderr.
GET /ping and POST /invocations are the endpoint's; /v1/models/… is TensorFlow Serving's own API, for the
archive's `code/inference.py`. SIGTERM, SIGINT and (with --exit-with-stdin) the end of stdin end it with 0; a
model that cannot load ends it with 1.
"""

import argparse
import gc
import json
import os
import signal
import sys
import threading
from pathlib import Path

from hard_coded_paths import paths_in_source
from opt_ml import CONTAINER_BASE, enter, is_possible
from serving_container.http_server import HOST, HttpServer
from serving_container.inference_script import InferenceScript, find_code_dir
from serving_container.model_layout import ModelError, find_models
from serving_container.predictor import Predictor
from serving_container.script_check import import_problems
from serving_container.service import Service

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
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin is closed")
    arguments = parser.parse_args()

    # Before there is a second thread.
    model_dir = _at_container_s_place(arguments.model_dir)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What TensorFlow or a script prints must not stand where the port is expected.
    announcements = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    # Not sys.exit: TensorFlow's threads and kept-alive connections may be in the middle of something.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    if arguments.exit_with_stdin:
        threading.Thread(target=_exit_with_stdin, daemon=True).start()

    try:
        # What fails soon comes first: loading the model takes seconds.
        models = find_models(model_dir)
        if problems := import_problems(model_dir):
            raise ModelError("; ".join(problems))
        server = HttpServer(arguments.port, arguments.payload_limit)
        code_dir = find_code_dir(model_dir)
        script = None if code_dir is None else InferenceScript(code_dir)
        predictors = [
            Predictor(model.name, version, path)
            for model in models
            for version, path in model.versions.items()
        ]
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: cannot listen on {HOST}:{arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    # Bodies of many small lists set off full collections: spare them the walk over what TensorFlow holds.
    gc.collect()
    gc.freeze()
    url = f"http://{HOST}:{server.server_port}"
    server.service = Service(predictors, script, url, arguments.image).answer
    print(json.dumps({"port": server.server_port, "url": url}), file=announcements, flush=True)
    server.serve_forever()
    return 0


def _at_container_s_place(model_dir: Path) -> Path:
    """The model directory: with code of its own at /opt/ml/model, where the system allows that."""
    if find_code_dir(model_dir) is None:
        return model_dir
    if is_possible(model_dir, _MODEL_DIR):
        enter(model_dir, _MODEL_DIR)
        return _MODEL_DIR
    for found in paths_in_source(model_dir / "code"):
        print(
            f"code/{found.where}: {found.path} is not there on this machine; the folder above the script's "
            "own is the same here and on SageMaker",
            file=sys.stderr,
        )
    return model_dir


def _exit_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
