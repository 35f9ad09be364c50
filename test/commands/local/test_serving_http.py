"""The running server against the serving contract, request by request."""

import base64
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests


def b64(data):
    return {"b64": base64.b64encode(data).decode()}


def test_ping_answers_200(server):
    response = requests.get(f"{server.url}/ping", timeout=10)
    assert (response.status_code, response.content) == (200, b"")


def test_instances_give_unnamed_predictions(server):
    assert server.predict({"instances": [[1, 2], [3, 4]]}) == {"predictions": [[5.0], [11.0]]}


def test_instances_may_name_the_input(server):
    assert server.predict({"instances": [{"x": [1, 2]}]}) == {"predictions": [[5.0]]}


def test_inputs_give_unnamed_outputs(server):
    assert server.predict({"inputs": [[1, 2], [3, 4]]}) == {"outputs": [[5.0], [11.0]]}
    assert server.predict({"inputs": {"x": [[1, 2]]}}) == {"outputs": [[5.0]]}


def test_several_tensors_are_named_in_rows_and_in_columns(server):
    rows = {"signature_name": "two", "instances": [{"a": 0.5, "b": 7}, {"a": 1, "b": -1}]}
    columns = {"signature_name": "two", "inputs": {"a": [0.5, 1], "b": [7, -1]}}
    assert server.predict(rows) == {"predictions": [{"sum": 7.5, "text": "7"}, {"sum": 0.0, "text": "-1"}]}
    assert server.predict(columns) == {"outputs": {"sum": [7.5, 0.0], "text": ["7", "-1"]}}


def test_bytes_go_in_and_out_as_base64(server):
    image = bytes(range(256))
    body = {"signature_name": "serving_image", "instances": [b64(image), b64(b"")]}
    assert server.predict(body) == {"predictions": [b64(b"\xff\x00" + image), b64(b"\xff\x00")]}
    body = {"signature_name": "serving_image", "inputs": {"image_bytes": [b64(image)]}}
    assert server.predict(body) == {"outputs": [b64(b"\xff\x00" + image)]}


def test_a_string_output_without_the_suffix_is_text(server):
    body = {"signature_name": "text", "instances": ["käse", b64("\n🧀".encode())]}
    assert server.predict(body) == {"predictions": ["käse", "\n🧀"]}


def test_a_string_output_without_the_suffix_is_not_valid_text_when_the_bytes_are_not(server):
    response = server.invoke({"signature_name": "text", "instances": [b64(b"\xff\xd8")]})
    assert response.content == b'{"predictions":["\xff\xd8"]}'


@pytest.mark.parametrize(
    ("content_type", "body", "predictions"),
    [
        ("application/json", "[[1, 2], [3, 4]]", [[5.0], [11.0]]),
        ("application/json", "[1, 2]", [[5.0]]),
        ("application/json", '{"x": [1, 2]}', [[5.0]]),
        ("application/json", "[1, 2]\n[3, 4]\n", [[5.0], [11.0]]),
        ("application/json", '{"x": [1, 2]}\r\n\r\n{"x": [3, 4]}', [[5.0], [11.0]]),
        ("application/jsonlines", '{"x": [1, 2]}\n{"x": [3, 4]}', [[5.0], [11.0]]),
        ("application/jsons", '{"x": [1, 2]}\n{"x": [3, 4]}', [[5.0], [11.0]]),
        ("application/jsonlines", '{"instances": [[1, 2]]}', [[5.0]]),
        ("text/csv", "1,2\n3.5,-4e0\n", [[5.0], [-4.5]]),
        ("text/csv", "1,2\r\n\r\n3,4", [[5.0], [11.0]]),
    ],
)
def test_other_bodies_become_instances(server, content_type, body, predictions):
    response = server.invoke(body, content_type)
    assert (response.status_code, response.json()) == (200, {"predictions": predictions})


@pytest.mark.parametrize("content_type", ["application/x-npy", "image/jpeg", "application/jsonx"])
def test_fails_with_415_on_other_content_types(server, content_type):
    error = server.error("[[1, 2]]", 415, content_type=content_type)
    assert error == f"Unsupported Media Type: {content_type}"


def test_fails_with_415_without_a_content_type(server):
    error = server.error(b"[[1, 2]]", 415, content_type=None)
    assert error == "Unsupported Media Type: Unknown"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "No values in 'instances' array"),
        ('{"instances": [[1, 2]]', "at offset: 22"),
        (
            '{"instances": [[1, 2]]} x',
            "JSON Parse error: Extra data at offset: 24",
        ),
        ('{"instances": [[1, two]]}', "at offset: 19"),
        (b'{"instances": ["\xff"]}', "JSON Parse error"),
        ('{"instances": ' + "[" * 50_000 + "]" * 50_000 + "}", "JSON Parse error"),
        ({"instances": [[1, 2]], "inputs": [[1, 2]]}, "only one of 'inputs' or 'instances' keys"),
        ({"examples": [{"x": 1}]}, "Missing 'inputs' or 'instances' key"),
        ({"instances": 3}, "expecting 'instances' to be a list"),
        ({"instances": []}, "No values in 'instances' array"),
        ({"instances": [[1, 2], [3]]}, "Encountered size: 1 at level: 1 expected a list of size: 2 at [1]"),
        ({"instances": [[1, 2], [[3], [4]]]}, "Type: Array is not of expected type: float at [1][0]"),
        ({"instances": [[1, 2], {"x": [1, 2]}]}, "Expecting value/list but got object at item 1"),
        ({"instances": [{"x": [1, 2]}, [1, 2]]}, "Expecting object but got list at item 1"),
        ({"instances": [[1, [2]]]}, "Type: Array is not of expected type: float at [0][1]"),
        ({"inputs": [[1], 2]}, "JSON Value: 2 at level: 1 expected a list of size: 1 at [1]"),
        ({"inputs": [[1, 2], [3]]}, "Encountered size: 1 at level: 1 expected a list of size: 2 at [1]"),
        ({"instances": [[1, "2"]]}, 'JSON Value: "2" Type: String is not of expected type: float'),
        ({"instances": [[1, True]]}, "JSON Value: true Type: True is not of expected type: float"),
        ({"instances": [[1, None]]}, "JSON Value: null Type: Null is not of expected type: float"),
        ({"instances": [[1, 16777217]]}, "Cannot convert JSON value: 16777217 to float without loss"),
        ({"instances": [[1, 1e39]]}, "Cannot convert JSON value: 1e+39 to float without loss"),
        (
            {"instances": [{"z": [1, 2]}]},
            "Failed to process element: 0 of 'instances' list. keys must be equal to: x",
        ),
        ({"inputs": {"z": [[1, 2]]}}, "Missing named input: x in 'inputs' object."),
        # A shape that the graph's operations do not take: nobody looks at the signature's.
        ({"instances": [[1, 2, 3]]}, "Matrix size-incompatible"),
        ({"instances": [1, 2]}, "In[0] ndims must be >= 2"),
        ({"instances": [0] * 900}, "In[0] ndims"),
        (
            {"signature_name": "nope", "instances": [1]},
            'Serving signature name: "nope" not found in signature def',
        ),
        ({"signature_name": 3, "instances": [1]}, "'signature_name' key must be a string value."),
        ({"signature_name": "two", "instances": [{"a": 1}]}, "keys must be equal to: a,b"),
        (
            {"signature_name": "two", "instances": [1]},
            "instances is a plain list, but expecting list of objects",
        ),
        ({"signature_name": "two", "inputs": [1]}, "inputs is a plain value/list, but expecting an object"),
        (
            {"signature_name": "two", "inputs": {"a": [1], "b": [1.5]}},
            "JSON Value: 1.5 Type: Number is not of",
        ),
        (
            {"signature_name": "text", "instances": [3]},
            "JSON Value: 3 Type: Number is not of expected type: string",
        ),
        ({"signature_name": "text", "inputs": [{"b64": 1}]}, "not formatted correctly for base64 data"),
        ({"signature_name": "text", "inputs": [{"b64": "a*b="}]}, "Unable to base64 decode"),
        (
            {"signature_name": "echo_uint8", "inputs": [256]},
            "JSON Value: 256 Type: Number is not of expected type: uint8",
        ),
        ({"signature_name": "total", "instances": [1, 2]}, "Tensor name: sum has no shape information"),
        ({"signature_name": "uneven", "instances": [1, 2]}, "Tensor name: q has inconsistent batch size: 1"),
        ({"signature_name": "pick", "instances": [5]}, "indices[0] = 5 is not in [0, 2)"),
    ],
)
def test_fails_with_400_and_the_reason(server, body, message):
    assert message in server.error(body)


def test_fails_with_501_on_a_dtype_that_json_cannot_give(server):
    assert "to type: half" in server.error({"signature_name": "half", "inputs": [1]}, 501)


def test_a_batch_free_output_is_served_by_column(server):
    assert server.predict({"signature_name": "total", "inputs": [1, 2]}) == {"outputs": 3.0}


def test_custom_attributes_choose_model_version_and_method(server):
    def invoke(attributes):
        headers = {"X-Amzn-SageMaker-Custom-Attributes": attributes}
        return server.invoke({"instances": [[1, 2]]}, **headers)

    assert invoke("tfs-model-name=model,tfs-model-version=1,tfs-method=predict,other=3").status_code == 200
    wrong_version = invoke("tfs-model-version=2")
    assert wrong_version.status_code == 404
    assert wrong_version.json() == {"error": "Servable not found for request: Specific(model, 2)"}
    assert invoke("tfs-model-name=other").json() == {"error": "Servable not found for request: Latest(other)"}
    assert invoke("tfs-method=classify").status_code == 501


@pytest.mark.parametrize(
    "attribute",
    ["tfs-model-name=../x", "tfs-model-version=one", "tfs-model-version=1=1", "tfs-method=delete"],
)
def test_fails_with_400_on_custom_attributes_that_the_image_refuses(server, attribute):
    headers = {"X-Amzn-SageMaker-Custom-Attributes": attribute}
    assert server.error([[1, 2]], **headers) == f"invalid {attribute.split('=')[0]}"


def test_an_image_before_2_20_compares_content_types_whole_and_looks_at_no_attribute(old_server):
    json_with_charset = "application/json; charset=utf-8"
    error = old_server.error("[[1, 2]]", 415, content_type=json_with_charset)
    assert error == f"Unsupported Media Type: {json_with_charset}"
    assert old_server.invoke("[[1, 2]]", "text/CSV").status_code == 415
    headers = {"X-Amzn-SageMaker-Custom-Attributes": "tfs-method=delete"}
    assert old_server.invoke([[1, 2]], **headers).status_code == 501


@pytest.mark.parametrize("content_type", ["Application/JSON; charset=utf-8", "application/json;"])
def test_the_2_20_image_compares_content_types_without_case_and_parameters(server, content_type):
    assert server.invoke("[[1, 2]]", content_type).json() == {"predictions": [[5.0]]}


def test_nobody_looks_at_a_signatures_shape_but_the_graph(server):
    flat = {"signature_name": "double", "instances": [0.5, 1.5]}
    assert server.predict(flat) == {"predictions": [1.0, 3.0]}
    assert server.invoke("[[1], [2]]", **{"X-Amzn-SageMaker-Custom-Attributes": ""}).status_code == 400
    body = {"signature_name": "text", "instances": [["good", "bad"]]}
    assert server.predict(body) == {"predictions": [["good", "bad"]]}


def test_the_first_accepted_type_is_the_answers_if_json_is_accepted(server):
    def answered(accept):
        return server.invoke([[1, 2]], Accept=accept).headers["Content-Type"]

    assert answered("application/jsonlines, application/json") == "application/jsonlines"
    assert answered("image/png") == "application/json"


def test_tensorflow_servings_own_api_is_there_for_scripts(server):
    status = requests.get(f"{server.url}/v1/models/model", timeout=10).json()
    assert [v["state"] for v in status["model_version_status"]] == ["AVAILABLE"]
    call = requests.post(
        f"{server.url}/v1/models/model/versions/1:predict", data='{"instances": [[1, 2]]}', timeout=10
    )
    assert call.json() == {"predictions": [[5.0]]}


def test_fails_with_404_on_other_paths(server):
    response = requests.get(f"{server.url}/v2", timeout=10)
    assert (response.status_code, response.json()) == (404, {"error": "Not Found"})


def test_one_connection_serves_many_requests(server):
    with requests.Session() as session:
        for body in (b"[[1, 2]]", b"[[3, 4]]"):
            response = session.post(
                f"{server.url}/invocations",
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=10,
            )
            assert response.headers.get("Connection") != "close"
            assert len(response.json()["predictions"]) == 1
        assert response.json() == {"predictions": [[11.0]]}


def test_a_client_that_waits_to_be_told_to_go_on_is_told(server):
    port = int(server.url.rsplit(":", 1)[1])
    head = f"POST /invocations HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
    head += "Content-Length: 8\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall((head + "Expect: 100-continue\r\n\r\n").encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"[[1, 2]]")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_concurrent_requests_get_their_own_answers(server):
    def ask(number):
        if number % 2:
            return server.predict({"instances": [[number, 0]] * (number % 7 + 1)})
        return server.predict({"signature_name": "serving_image", "instances": [b64(b"%d" % number)]})

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(200)))
    for number, answer in enumerate(answers):
        row = [[float(number)]] * (number % 7 + 1) if number % 2 else [b64(b"\xff\x00%d" % number)]
        assert answer == {"predictions": row}


def test_a_client_that_leaves_does_no_harm(server):
    port = int(server.url.rsplit(":", 1)[1])
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            head = f"POST /invocations HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 100\r\n"
            connection.sendall(f"{head}\r\n[[".encode())
    assert server.predict([[1, 2]]) == {"predictions": [[5.0]]}


def test_numbers_are_written_with_the_digits_that_they_need(server):
    body = {"signature_name": "echo_float32", "inputs": [0.1, 1 / 3, 3, 1e-7]}
    assert server.invoke(body).content == b'{"outputs":[0.1,0.333333343,3.0,1e-07]}'


def test_nan_and_infinities_pass_as_tensorflow_serving_writes_them(server):
    response = server.invoke('{"signature_name": "echo_float32", "inputs": [NaN, Infinity, -Infinity]}')
    assert response.content == b'{"outputs":[NaN,Infinity,-Infinity]}'
    assert json.loads(response.content)["outputs"][1] == float("inf")
