"""The server in unfriendly hands: who may ask, how much, how slowly, and how many at once."""

import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests
from cross_origin import ask_from_another_origin
from running_server import announced, start_server, stop
from serving_container.http_server import MOST_CONNECTIONS, REQUEST_SECONDS

LIMIT = 6 * 1024 * 1024
JSON_HEAD = "Content-Type: application/json\r\n"


def port_of(server):
    return int(server.url.rsplit(":", 1)[1])


def connect(server):
    return socket.create_connection(("127.0.0.1", port_of(server)), timeout=60)


def everything(connection):
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def ask(server, head, body=b"", host=None, method="POST", ends=True):
    """The whole answer to a request written by hand, as (status, headers, body)."""
    with connect(server) as connection:
        host = f"localhost:{port_of(server)}" if host is None else host
        connection.sendall(
            f"{method} /invocations HTTP/1.1\r\nHost: {host}\r\n{JSON_HEAD}{head}\r\n".encode() + body
        )
        if ends:
            connection.shutdown(socket.SHUT_WR)
        head, _, body = everything(connection).partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_its_own_names_are_answered(server, host):
    assert ask(server, "Content-Length: 8\r\n", b"[[1, 2]]", f"{host}:{port_of(server)}")[0] == 200


@pytest.mark.parametrize("host", ["", "localhost", "evil.example", "127.0.0.1:1", "[::1]:{port}", "x:{port}"])
def test_fails_with_403_on_any_other_host(server, host):
    status, head, body = ask(server, "Content-Length: 8\r\n", b"[[1, 2]]", host.format(port=port_of(server)))
    assert status == 403
    assert f"localhost:{port_of(server)}" in json.loads(body)["error"]
    assert "access-control" not in head


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS", "PUT"])
@pytest.mark.parametrize(
    "mark", ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"]
)
def test_fails_with_403_on_what_a_web_page_sends_and_grants_nothing(server, method, mark):
    head = f"{mark}\r\nAccess-Control-Request-Method: POST\r\nContent-Length: 8\r\n"
    status, head, body = ask(server, head, b"[[1, 2]]", method=method)
    assert (status, json.loads(body)) == (403, {"error": "requests of web pages are refused"})
    assert "access-control" not in head


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("Content-Length: many\r\n", b"[[1, 2]]", 400),
        ("Content-Length: -1\r\n", b"[[1, 2]]", 400),
        ("Content-Length: +8\r\n", b"[[1, 2]]", 400),
        ("Content-Length: 8_0\r\n", b"[[1, 2]]", 400),
        ("Content-Length:\r\n", b"[[1, 2]]", 400),
        ("Content-Length: 8\r\nContent-Length: 9\r\n", b"[[1, 2]] ", 400),
        ("", b"[[1, 2]]", 400),
        ("Content-Length: 9\r\n", b"[[1, 2]]", 400),
        ("Content-Length: 100\r\n", b"[[1, 2]]", 400),
        ("Content-Length: 8\r\nTransfer-Encoding: chunked\r\n", b"8\r\n[[1, 2]]\r\n0\r\n\r\n", 411),
        ("Transfer-Encoding: chunked\r\n", b"8\r\n[[1, 2]]\r\n0\r\n\r\n", 411),
        (f"Content-Length: {LIMIT + 1}\r\n", b"", 413),
        (f"Content-Length: {'9' * 5000}\r\n", b"", 413),
        (f"X-Long: {'x' * 20_000}\r\nContent-Length: 8\r\n", b"[[1, 2]]", 431),
    ],
)
def test_fails_on_a_body_that_is_not_what_its_head_says(server, head, body, status):
    got, head, text = ask(server, head, body)
    assert got == status
    assert json.loads(text)["error"]
    assert "connection: close" in head


def test_a_body_of_100_mb_is_a_413_before_it_is_read(server):
    def resident():
        return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGESIZE"
        )

    before = resident()
    started = time.monotonic()
    response = server.invoke(b"[" * 100_000_000)
    assert (response.status_code, time.monotonic() - started < 5) == (413, True)
    assert f"at most {LIMIT}" in response.json()["error"]
    assert resident() - before < 30_000_000


def test_a_client_that_asks_first_is_told_before_it_sends_too_much(server):
    with connect(server) as connection:
        head = f"POST /invocations HTTP/1.1\r\nHost: localhost:{port_of(server)}\r\n{JSON_HEAD}"
        connection.sendall(f"{head}Content-Length: {LIMIT + 1}\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_the_limit_is_what_the_hosting_says(small_server):
    assert small_server.predict([[1, 2]]) == {"predictions": [[5.0]]}
    assert small_server.invoke("[[1, 2]]" + " " * 1000).status_code == 413


@pytest.fixture(scope="module")
def small_server(model_dir):
    process = start_server(model_dir, "--payload-limit", "1000")
    yield announced(process)
    stop(process)


def nested(depth, leaf="1"):
    return '{"instances": ' + "[" * depth + leaf + "]" * depth + "}"


@pytest.mark.parametrize(
    "body",
    [
        '{"instances": [' + ",".join(["[1]"] * (LIMIT // 4 - 10)) + "]}",
        '{"instances": [' + ",".join(["[1,2]"] * (LIMIT // 6 - 10) + ["[3]"]) + "]}",
        '{"instances": [' + ",".join(["1"] * (LIMIT // 2 - 20) + ['"x"']) + "]}",
        '{"instances": [' + ",".join(["[[1]]"] * (LIMIT // 6 - 10) + ["[[[1]]]"]) + "]}",
        '{"instances": [' + ",".join(["{}"] * (LIMIT // 3 - 10)) + "]}",
        '{"instances": {' + ",".join(f'"{i}":[]' for i in range(400_000)) + "}}",
        nested(90),
        nested(900),
        nested(900, '"x"'),
        nested(50_000),
        '{"inputs": ' + "[" * 900 + '{"x": 1}' + "]" * 900 + "}",
        '{"instances": [[' + "9" * 100_000 + "]]}",
        '{"instances": "' + "x" * (LIMIT - 100) + '"}',
        "[" * (LIMIT - 1),
        " " * (LIMIT - 1),
        "{" * 1000,
        "[\n" * (LIMIT // 2 - 1),
        '"' * (LIMIT - 1),
        "} [" * (LIMIT // 3 - 1),
    ],
    ids=lambda body: body[:30].replace(" ", ""),
)
def test_every_bad_body_is_a_4xx_soon(server, body):
    usage = Path(f"/proc/{server.process.pid}/stat")
    before = sum(map(int, usage.read_text().split()[13:15]))
    response = server.invoke(body)
    spent = (sum(map(int, usage.read_text().split()[13:15])) - before) / os.sysconf("SC_CLK_TCK")
    assert 400 <= response.status_code < 500, response.text[:500]
    assert len(response.content) < 5000
    assert spent < 1, spent


def test_a_header_of_64_kb_takes_nobodys_time(server):
    started = time.monotonic()
    response = server.invoke([[1, 2]], **{"X-Amzn-SageMaker-Custom-Attributes": "tfs-" * 1900})
    assert response.status_code == 200
    assert (
        server.invoke([[1, 2]], **{"X-Amzn-SageMaker-Custom-Attributes": "tfs-" * 15_000}).status_code == 431
    )
    assert time.monotonic() - started < 2


def test_a_hundred_slow_clients_keep_nobody_waiting_and_are_let_go(model_dir):
    process = start_server(model_dir)
    try:
        server = announced(process)
        head = f"POST /invocations HTTP/1.1\r\nHost: localhost:{port_of(server)}\r\n{JSON_HEAD}"
        with ExitStack() as stack:
            slow = [stack.enter_context(connect(server)) for _ in range(100)]
            for index, client in enumerate(slow):
                client.sendall(f"{head}Content-Length: 100\r\n\r\n[[".encode() if index % 2 else b"POST /inv")
            started = time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                assert [*pool.map(lambda _: server.predict([[1, 2]]), range(40))]
            assert time.monotonic() - started < REQUEST_SECONDS / 2
            # A byte a second does not keep a place either.
            while time.monotonic() - started < REQUEST_SECONDS + 2:
                time.sleep(1)
                for client in slow[1::2]:
                    with suppress(OSError):
                        client.sendall(b"1")
            slow[0].settimeout(5)
            slow[1].settimeout(5)
            assert slow[1].recv(1000).startswith(b"HTTP/1.1 408 ")
            assert slow[0].recv(1000) == b""
    finally:
        stop(process)


def test_fails_with_503_beyond_the_most_connections_and_recovers(model_dir):
    process = start_server(model_dir)
    try:
        server = announced(process)
        with ExitStack() as stack:
            for _ in range(MOST_CONNECTIONS):
                stack.enter_context(connect(server)).sendall(b"POST")
            time.sleep(1)
            with connect(server) as late:
                answer = everything(late)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nRetry-After: 1\r\n" in answer
            threads = len([*Path(f"/proc/{process.pid}/task").iterdir()])
            assert threads < MOST_CONNECTIONS + 60
        for _ in range(50):
            if server.invoke([[1, 2]]).status_code == 200:
                return
            time.sleep(0.1)
        pytest.fail("still refusing")
    finally:
        stop(process)


def test_one_who_does_not_read_the_answer_holds_nothing(server):
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        request = f"POST /invocations HTTP/1.1\r\nHost: localhost:{port_of(server)}\r\n{JSON_HEAD}"
        body = json.dumps({"signature_name": "echo_float32", "inputs": [0.1] * 500_000}).encode()
        connection.sendall(f"{request}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert server.predict([[1, 2]]) == {"predictions": [[5.0]]}


@pytest.mark.drill
def test_a_page_of_another_origin_gets_nothing_in_a_real_browser(model_dir):
    process = start_server(model_dir, keep_errors=True)
    try:
        server = announced(process)
        post = {"method": "POST", "body": "[[1, 2]]"}
        json_post = {**post, "headers": {"Content-Type": "application/json"}}
        outcomes = ask_from_another_origin(
            [
                ("ping", f"{server.url}/ping", {}),
                ("form", f"{server.url}/invocations", {**post, "mode": "no-cors"}),
                ("json", f"{server.url}/invocations", json_post),
                ("by name", server.url.replace("127.0.0.1", "localhost") + "/invocations", json_post),
                ("no-cors ping", f"{server.url}/ping", {"mode": "no-cors"}),
            ]
        )
        assert requests.get(f"{server.url}/ping", timeout=10).status_code == 200
    finally:
        process.kill()
        _, log = process.communicate(timeout=30)
    failed = "TypeError: Failed to fetch"
    assert outcomes == {
        "ping": failed,
        "form": "opaque",
        "json": failed,
        "by name": failed,
        "no-cors ping": "opaque",
    }
    # Nothing reached the model: each of the page's requests is a 403, its preflights too.
    lines = [line for line in log.splitlines() if " ms" in line]
    assert len(lines) >= 5
    assert all(" 403 " in line for line in lines), lines
