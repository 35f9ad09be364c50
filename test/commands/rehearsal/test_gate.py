"""Who is let in, by raw HTTP: what an SDK would never send, and what a web page would."""

import http.client
import socket
import time

import pytest
import requests
from botocore.exceptions import ClientError


def ask(emulator, method="GET", path="/", body=None, **headers) -> tuple[int, str, dict]:
    """One request with nothing but these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.putheader("Content-Length", str(len(body or "")))
    connection.endheaders((body or "").encode())
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), dict(answer.getheaders())


def signed(key_id: str, service: str) -> str:
    scope = f"{key_id}/20260101/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost", "localhost:1", "localhost.evil.example:{port}", ""]
)
def test_another_host_is_refused(emulator, host):
    host = host.format(port=emulator.port)
    status, text, _ = ask(emulator, Host=host, Authorization=signed(emulator.key_id, "s3"))
    assert status == 403 and f"the rehearsal is localhost:{emulator.port}" in text


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "bucket-of-mine.localhost"])
def test_its_own_names_are_answered(emulator, name):
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="bucket-of-mine")
    status, text, headers = ask(
        emulator, Host=f"{name}:{emulator.port}", Authorization=signed(emulator.key_id, "s3")
    )
    s3.delete_bucket(Bucket="bucket-of-mine")
    assert status == 200 and "bucket-of-mine" in text
    assert not [header for header in headers if header.lower().startswith("access-control")]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8080"])
@pytest.mark.parametrize("path", ["/", "/_rehearsal/inventory", "/_rehearsal/callback/x", "/moto-api/reset"])
def test_a_web_page_is_refused_whatever_it_asks(emulator, method, origin, path):
    status, text, headers = ask(
        emulator,
        method,
        path,
        Host=f"localhost:{emulator.port}",
        Origin=origin,
        Authorization=signed(emulator.key_id, "cloudformation"),
        Access_Control_Request_Method="POST",
    )
    assert status == 403 and "web page" in text
    assert not [header for header in headers if header.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/", "/_rehearsal/inventory", "/moto-api/reset", "/latest/meta-data/", "/b/k"]
)
@pytest.mark.parametrize("key", [None, "", "rehearsal", "ASIAAAAAAAAAAAAAAAAA"])
def test_who_has_no_key_of_the_run_is_refused(emulator, path, key):
    headers = {} if key is None else {"Authorization": signed(key, "s3")}
    status, text, _ = ask(emulator, "POST", path, Host=f"localhost:{emulator.port}", **headers)
    assert status == 403 and "<Code>AccessDenied</Code>" in text


def test_no_two_runs_have_the_same_key():
    from aws.identities import Identities

    assert len({Identities().person.id for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "service, operation, parameters, code",
    [
        ("s3", "list_buckets", {}, "AccessDenied"),
        ("cloudformation", "describe_stacks", {}, "AccessDenied"),
        ("iam", "list_roles", {}, "AccessDenied"),
        ("sns", "list_topics", {}, "AuthorizationError"),
        ("sagemaker", "list_models", {}, "AccessDeniedException"),
        ("ssm", "get_parameter", {"Name": "n"}, "AccessDeniedException"),
        ("lambda", "list_functions", {}, "AccessDeniedException"),
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation"),
        (
            "s3",
            "put_object",
            {"Bucket": "bytes", "Key": "of-no-text", "Body": b"\x8b" * 1_000_000},
            "AccessDenied",
        ),
        (
            "sagemaker-runtime",
            "invoke_endpoint",
            {"EndpointName": "e", "Body": b"{}"},
            "AccessDeniedException",
        ),
    ],
)
def test_a_refusal_has_the_form_of_the_service(emulator, monkeypatch, service, operation, parameters, code):
    monkeypatch.setattr(emulator, "key_id", "ASIAAAAAAAAAAAAAAAAA")
    with pytest.raises(ClientError) as refused:
        getattr(emulator.client(service), operation)(**parameters)
    assert refused.value.response["Error"]["Code"] == code
    assert "no access key of this rehearsal" in refused.value.response["Error"]["Message"]


def test_a_presigned_address_is_answered_and_one_of_another_key_is_not(emulator, monkeypatch):
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="key", Body=b"content")
    asked = {"Bucket": "presigned", "Key": "key"}
    assert requests.get(s3.generate_presigned_url("get_object", asked)).text == "content"
    monkeypatch.setattr(emulator, "key_id", "ASIAAAAAAAAAAAAAAAAA")
    other = emulator.client("s3")
    assert requests.get(other.generate_presigned_url("get_object", asked)).status_code == 403
    s3.delete_object(**asked)
    s3.delete_bucket(Bucket="presigned")


@pytest.mark.drill
def test_three_hundred_stalled_clients_hold_nobody_up_for_long(emulator):
    stalled = [socket.create_connection(("127.0.0.1", emulator.port)) for _ in range(300)]
    for client in stalled:
        client.send(b"GET / HTTP/1.1\r\nHost: loc")
    status = emulator.wait(lambda: answered(emulator), 20)
    assert status == 200
    ended = time.monotonic() + 20
    for client in stalled:
        client.settimeout(max(0.1, ended - time.monotonic()))
        try:
            said = client.recv(100)
        except ConnectionResetError:
            said = b""
        assert said == b"" or said.startswith(b"HTTP/1.1 503")
        client.close()


def answered(emulator) -> int | None:
    try:
        status, _, _ = ask(
            emulator, Host=f"localhost:{emulator.port}", Authorization=signed(emulator.key_id, "s3")
        )
    except (ConnectionError, http.client.HTTPException):
        return None
    return status if status == 200 else None
