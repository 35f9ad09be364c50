"""JSON to tensors and back, on generated values."""

import base64
import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from serving_container.dense_tensor import dense_tensor
from serving_container.predict_request import find_signature, parse_document, tensors_from_request
from serving_container.predict_response import response_from_tensors, shortest_decimals
from serving_container.signature import Signature, TensorInfo
from serving_container.status import StatusError

SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)
FLOATS = st.floats(width=32, allow_nan=False)
DTYPES = {
    "float32": FLOATS,
    "float64": st.floats(allow_nan=False),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint8": st.integers(0, 255),
    "bool": st.booleans(),
}


@st.composite
def tensors(draw):
    dtype = draw(st.sampled_from([*DTYPES]))
    return draw(hnp.arrays(dtype, draw(SHAPES), elements=DTYPES[dtype]))


@st.composite
def byte_tensors(draw):
    shape = draw(SHAPES)
    values = draw(st.lists(st.binary(max_size=8), min_size=math.prod(shape), max_size=math.prod(shape)))
    tensor = np.empty(len(values), dtype=object)
    tensor[:] = values
    return tensor.reshape(shape)


def assert_same(got, want):
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    assert got.tolist() == want.tolist()


@settings(max_examples=60)
@given(tensor=tensors(), by_row=st.booleans())
def test_tensors_come_back_through_the_server(server, tensor, by_row):
    body = {"signature_name": f"echo_{tensor.dtype}", "instances" if by_row else "inputs": tensor.tolist()}
    answer = server.predict(body)["predictions" if by_row else "outputs"]
    assert_same(np.array(answer, tensor.dtype), tensor)


@settings(max_examples=40)
@given(tensor=byte_tensors(), by_row=st.booleans())
def test_bytes_come_back_through_the_server(server, tensor, by_row):
    def encoded(value):
        return (
            [*map(encoded, value)] if isinstance(value, list) else {"b64": base64.b64encode(value).decode()}
        )

    value = encoded(tensor.tolist())
    answer = server.predict({"signature_name": "echo_string", "instances" if by_row else "inputs": value})
    assert answer == {"predictions" if by_row else "outputs": value}


@given(tensor=tensors() | byte_tensors(), by_row=st.booleans())
def test_what_a_response_says_a_request_reads(tensor, by_row):
    dtype = "string" if tensor.dtype == object else tensor.dtype.name
    signature = Signature("s", {"v": TensorInfo(dtype, "v:0")}, {})
    response = response_from_tensors({"v_bytes": tensor}, by_row)
    document = {"instances" if by_row else "inputs": response["predictions" if by_row else "outputs"]}
    (got,) = tensors_from_request(parse_document(json.dumps(document).encode()), signature).values()
    assert_same(got, tensor)


@given(tensor=tensors(), batch=st.integers(1, 3))
def test_rows_of_several_tensors_agree_with_their_columns(tensor, batch):
    outputs = {"a": np.stack([tensor] * batch), "b": np.arange(batch)}
    rows = response_from_tensors(outputs, by_row=True)["predictions"]
    columns = response_from_tensors(outputs, by_row=False)["outputs"]
    assert [row["a"] for row in rows] == columns["a"]
    assert [row["b"] for row in rows] == columns["b"]
    info = {"a": TensorInfo(tensor.dtype.name, "a:0"), "b": TensorInfo("int64", "b:0")}
    signature = Signature("s", info, {})
    from_rows = tensors_from_request({"instances": rows}, signature)
    from_columns = tensors_from_request({"inputs": columns}, signature)
    for name, tensor_sent in outputs.items():
        assert_same(from_rows[name], tensor_sent)
        assert_same(from_columns[name], tensor_sent)


NESTED = st.recursive(
    st.integers(-300, 2**70)
    | st.floats()
    | st.sampled_from(
        [sign * (2**bits + step) for sign in (1, -1) for bits in (24, 53) for step in (-1, 0, 1)]
    )
    | st.sampled_from([True, False, None, {"b64": "AA"}, {"b64": "AA", "c": 1}, {}])
    | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=8,
)


def leaves_and_shape(value):
    """The leaves and the shape of a regular nest of lists; None for an irregular one."""
    if not isinstance(value, list):
        return [value], ()
    parts = [leaves_and_shape(item) for item in value]
    if None in parts or len({shape for _, shape in parts}) > 1:
        return None
    inner = parts[0][1] if parts else ()
    return [leaf for leaves, _ in parts for leaf in leaves], (len(value), *inner)


def is_allowed(leaf, dtype):
    """Whether json_tensor.cc takes the leaf for the dtype."""
    if dtype == "string":
        return isinstance(leaf, str) or leaf == {"b64": "AA"}
    if dtype == "bool":
        return isinstance(leaf, bool)
    if isinstance(leaf, bool) or not isinstance(leaf, (int, float)):
        return False
    if dtype in ("int64", "uint8"):
        return isinstance(leaf, int) and np.iinfo(dtype).min <= leaf <= np.iinfo(dtype).max
    if isinstance(leaf, int) and leaf < 2**64:
        return abs(leaf) < (2**24 if dtype == "float32" else 2**53)
    return not math.isfinite(leaf) or abs(leaf) <= float(np.finfo(dtype).max)


@settings(max_examples=1000)
@given(value=NESTED, dtype=st.sampled_from([*DTYPES, "string"]))
def test_a_value_is_a_tensor_exactly_if_it_is_regular_and_of_the_type(value, dtype):
    expected = leaves_and_shape(value)
    try:
        tensor = dense_tensor(value, dtype)
    except StatusError as error:
        assert error.http_status == 400
        assert expected is None or not all(is_allowed(leaf, dtype) for leaf in expected[0])
    else:
        leaves, shape = expected
        assert tensor.shape == shape
        assert all(is_allowed(leaf, dtype) for leaf in leaves)


@given(numbers=st.lists(st.floats(width=32), min_size=1))
def test_float32_numbers_print_as_tensorflow_serving_prints_them(numbers):
    def expected(number):
        """WriteDecimal of json_tensor.cc, one number at a time."""
        if not math.isfinite(number):
            return number
        short = float(f"{number:.6g}")
        same = abs(short) <= np.finfo(np.float32).max and struct.pack("f", short) == struct.pack("f", number)
        return short if same else float(f"{number:.9g}")

    printed = shortest_decimals(np.array(numbers, np.float32)).tolist()
    for number, got in zip(numbers, printed, strict=True):
        if number and math.isfinite(number) and not 1e-13 < abs(number) < 1e28:
            # Powers of ten beyond the exact ones: any digits that give the number back.
            assert np.float32(got) == np.float32(number)
        else:
            assert repr(got) == repr(expected(number))


@given(body=st.binary(max_size=20) | st.text(alphabet='{}[]",:1e. atru', max_size=20).map(str.encode))
def test_any_body_is_a_document_or_an_invalid_argument(body):
    try:
        assert isinstance(parse_document(body), dict)
    except StatusError as error:
        assert error.http_status == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The document is empty"),
        (b'{"a" 1}', "at offset: 5"),
        (b"{1: 2}", "at offset: 1"),
        (b'{"a": "b', "at offset: 6"),
        ('{"ä": x}'.encode(), "at offset: 7"),
    ],
)
def test_fails_to_parse_with_the_place_in_bytes(body, message):
    with pytest.raises(StatusError) as raised:
        parse_document(body)
    assert raised.value.http_status == 400
    assert raised.value.message.startswith("JSON Parse error: ")
    assert raised.value.message.endswith(message)


def test_fails_on_a_document_that_is_no_object():
    with pytest.raises(StatusError, match="not an object"):
        parse_document(b"[1]")


def test_an_empty_signature_name_is_the_default():
    default = Signature("serving_default", {"v": TensorInfo("float32", "v:0")}, {})
    assert find_signature({"signature_name": ""}, {"serving_default": default}) is default


def test_base64_may_lack_padding_and_hold_white_space():
    assert dense_tensor([{"b64": "aGVs\nbG8"}, {"b64": "aGVsbG8="}], "string").tolist() == [
        b"hello",
        b"hello",
    ]
