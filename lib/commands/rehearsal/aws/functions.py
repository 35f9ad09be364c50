"""Lambda functions, run for real: Node.js bundles by `node`, Python ones by this Python, one process per invocation.

Replaces in moto: `LambdaFunction.invoke`, which needs Docker, and `LambdaFunction.__init__` and
`update_configuration`, which ignore `LoggingConfig`.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.logs.models import logs_backends

from aws.authorization.authority import AccessDenied
from aws.clock import now
from aws.host import Host, Session
from aws.identities import ACCOUNT
from aws.log_writer import LogWriter

#: Seconds between the tries of a failed asynchronous invocation; on AWS they are 60 and 120.
RETRY_DELAYS = (1.0, 2.0)
_LARGEST_OUTPUT = 1024 * 1024


class Functions:
    """Runs the functions of one host."""

    def __init__(self, host: Host):
        self._host = host
        self._folders: dict[str, Path] = {}
        self._lock = threading.Lock()
        self._node_runtime: Path | None = None
        #: The topic of a function's dead letters, by the function's ARN.
        self._dead_letters: dict[str, str] = {}

    def install(self) -> None:
        """Puts this in the place of moto's Docker."""
        create, update = LambdaFunction.__init__, LambdaFunction.update_configuration

        def created(function: LambdaFunction, spec: dict[str, Any], **more: Any) -> None:
            create(function, spec=spec, **more)
            self._configure(function, spec)

        def updated(function: LambdaFunction, settings: dict[str, Any]) -> dict[str, Any]:
            self._configure(function, settings)
            return update(function, settings)

        def invoked(function: LambdaFunction, body: Any, headers: Any, response_headers: Any) -> str | bytes:
            kind = headers.get("X-Amz-Invocation-Type", "RequestResponse")
            event = json.loads(body) if body else {}
            if kind == "Event":
                self._invoke_asynchronously(function, event)
            if kind != "RequestResponse":
                return ""
            payload, failed, output = self._run(function, event)
            if failed:
                response_headers["x-amz-function-error"] = "Unhandled"
            response_headers["x-amz-log-result"] = base64.b64encode(output[-4096:].encode()).decode()
            return json.dumps(payload).encode()

        LambdaFunction.__init__ = created
        LambdaFunction.update_configuration = updated
        LambdaFunction.invoke = invoked

    def invoke_by_arn(self, arn: str, event: Any) -> threading.Event:
        """Invokes a function asynchronously, as a service does; set once every try has failed."""
        region = arn.split(":")[3]
        return self._invoke_asynchronously(get_backend(ACCOUNT, region).get_function(arn), event)

    def _invoke_asynchronously(self, function: LambdaFunction, event: Any) -> threading.Event:
        """Invokes in the background; a failure is tried twice more, or as often as the function's settings say."""
        failed_for_good = threading.Event()
        retries = [item.get("MaximumRetryAttempts") for item in function.event_invoke_config]
        retry = next((count for count in retries if count is not None), len(RETRY_DELAYS))

        def tries() -> None:
            for delay in (0, *RETRY_DELAYS[:retry]):
                time.sleep(delay)
                # Deleted with its stack since: running it would bring its log group back.
                if not _exists(function) or not self._run(function, event)[1]:
                    return
            failed_for_good.set()
            self._tell_dead_letter(function, event)

        threading.Thread(target=tries, daemon=True, name=f"function-{function.function_name}").start()
        return failed_for_good

    def _configure(self, function: LambdaFunction, settings: dict[str, Any]) -> None:
        """Its log group, and where what failed for good goes: only where the function's role may send."""
        group = (settings.get("LoggingConfig") or {}).get("LogGroup")
        function.logs_group_name = group or function.logs_group_name
        arn = (settings.get("DeadLetterConfig") or {}).get("TargetArn")
        if arn and not arn.startswith("arn:aws:sns:"):
            raise InvalidParameterValueException(
                f"the rehearsal knows topics for dead letters only, not {arn}"
            )
        if arn:
            try:
                self._session(function).require("sns:Publish", arn)
            except AccessDenied:
                raise InvalidParameterValueException(
                    "The provided execution role does not have permissions to call Publish on SNS"
                ) from None
        if "DeadLetterConfig" in settings:
            self._dead_letters[function.function_arn] = arn or ""

    def _tell_dead_letter(self, function: LambdaFunction, event: Any) -> None:
        arn = self._dead_letters.get(function.function_arn)
        if arn and _exists(function):
            # A denial is told, and the letter is lost, as on AWS.
            with contextlib.suppress(AccessDenied, ClientError):
                sns = self._session(function).client("sns")
                sns.publish(TopicArn=arn, Message=json.dumps(event))

    def _run(self, function: LambdaFunction, event: Any) -> tuple[Any, bool, str]:
        """One invocation: its payload, whether it failed, its output."""
        request_id, started = str(uuid.uuid4()), time.monotonic()
        stream = f"{now():%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        told = {"type": "function", "function": function.function_name, "requestId": request_id}
        self._host.progress({**told, "status": "START"})
        writer = None
        try:
            session = self._session(function)
            writer = LogWriter(session, function.logs_group_name, stream)
            writer.open()
            outcome, output = self._execute(session, function, event, request_id, stream)
        except AccessDenied as denied:
            error = {"errorType": "AccessDeniedException", "errorMessage": str(denied)}
            outcome, output = {"error": error}, ""
        spent = time.monotonic() - started
        lines = [f"START RequestId: {request_id} Version: $LATEST", *output.splitlines()]
        if outcome is None and spent >= float(function.timeout):
            lines.append(
                f"{now().isoformat()} {request_id} Task timed out after {float(function.timeout):.2f} seconds"
            )
            outcome = {"error": {"errorMessage": lines[-1], "errorType": "Sandbox.Timedout"}}
        elif outcome is None:
            message = f"RequestId: {request_id} Error: Runtime exited"
            outcome = {"error": {"errorMessage": message, "errorType": "Runtime.ExitError"}}
        lines += [
            f"END RequestId: {request_id}",
            f"REPORT RequestId: {request_id}\tDuration: {spent * 1000:.2f} ms",
        ]
        if writer and function.logs_group_name in logs_backends[ACCOUNT][function.region].groups:
            # Not deleted while the function ran: a stack that is destroyed waits for the answer, not for the end.
            writer.write(lines)
        failed = "error" in outcome
        self._host.progress(
            {
                **told,
                "status": "FAILED" if failed else "SUCCEEDED",
                "seconds": round(spent, 3),
                **({"reason": outcome["error"].get("errorMessage")} if failed else {}),
            }
        )
        return (outcome["error"] if failed else outcome["result"]), failed, output

    def _execute(
        self, session: Session, function: LambdaFunction, event: Any, request_id: str, stream: str
    ) -> tuple[dict[str, Any] | None, str]:
        folder = self._unpacked(function.code_sha_256, [function.code_bytes])
        layers = self._layers(function)
        timeout = float(function.timeout)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "TMPDIR": str(self._host.folder("tmp")),
            **session.environment(),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "LAMBDA_TASK_ROOT": str(folder),
            "_HANDLER": function.handler,
            **function.environment_vars,
        }
        invocation = {
            "folder": str(folder),
            "layers": str(layers),
            "handler": function.handler,
            "event": event,
            "deadline": int((time.time() + timeout) * 1000),
            "context": {
                "functionName": function.function_name,
                "functionVersion": "$LATEST",
                "invokedFunctionArn": function.function_arn,
                "memoryLimitInMB": str(function.memory_size),
                "awsRequestId": request_id,
                "logGroupName": function.logs_group_name,
                "logStreamName": stream,
            },
        }
        command = self._command(function.run_time, environment, layers)
        reading, writing = os.pipe()
        invocation["output"] = writing
        log = self._host.folder("function") / "output"
        with log.open("wb") as output:
            where = {"cwd": folder, "env": environment}
            child = self._host.children.start(
                command, stdout=output, stderr=subprocess.STDOUT, pass_fds=(writing,), **where
            )
        os.close(writing)
        with contextlib.suppress(subprocess.TimeoutExpired, BrokenPipeError):
            child.stdin.write(json.dumps(invocation).encode() + b"\n")
            child.stdin.flush()
            child.wait(timeout)
        self._host.children.forget(child)
        with os.fdopen(reading, "rb") as result:
            line = result.readline()
        text = log.read_bytes()[-_LARGEST_OUTPUT:].decode(errors="replace")
        return (json.loads(line) if line else None), text

    def _session(self, function: LambdaFunction) -> Session:
        name = function.function_name
        return self._host.session(function.role, "lambda.amazonaws.com", name, function.region)

    def _command(self, runtime: str, environment: dict[str, str], layers: Path) -> list[str]:
        here = Path(__file__).parent.parent
        if runtime.startswith("nodejs"):
            # The AWS SDK for JavaScript is part of Lambda's own runtime: here it is the project's.
            environment["NODE_PATH"] = os.pathsep.join(
                [str(layers / "nodejs/node_modules"), str(self._host.project / "node_modules")]
            )
            return ["node", str(self._node(here / "lambda-runtime.ts"))]
        if runtime.startswith("python"):
            return [sys.executable, "-B", str(here / "lambda_runtime.py")]
        raise ValueError(f"the rehearsal runs functions of nodejs and python, not {runtime}")

    def _node(self, source: Path) -> Path:
        with self._lock:
            if self._node_runtime is None:
                target = self._host.folder("runtime") / "lambda-runtime.cjs"
                esbuild = self._host.project / "node_modules/.bin/esbuild"
                options = ["--platform=node", "--format=cjs", "--target=node20", "--log-level=error"]
                command = [str(esbuild), str(source), *options, f"--outfile={target}"]
                subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
                self._node_runtime = target
            return self._node_runtime

    def _layers(self, function: LambdaFunction) -> Path:
        backend = get_backend(ACCOUNT, function.region)
        versions = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
        key = "layers:" + ",".join(version.arn for version in versions)
        return self._unpacked(key, [version.code_bytes for version in versions])

    def _unpacked(self, key: str, archives: list[bytes]) -> Path:
        with self._lock:
            if key not in self._folders:
                folder = self._host.folder("code")
                for archive in archives:
                    with zipfile.ZipFile(io.BytesIO(archive)) as file:
                        file.extractall(folder)
                self._folders[key] = folder
            return self._folders[key]


def _exists(function: LambdaFunction) -> bool:
    known = get_backend(ACCOUNT, function.region).list_functions()
    return any(item.function_name == function.function_name for item in known)
