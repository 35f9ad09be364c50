"""How bodies become TensorFlow Serving's JSON, case by case of the container's tensorflowServing.js."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving_container.request_body import UnsupportedMediaTypeError, to_tfs_json

NUMBERS = st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False)
RECORDS = st.lists(st.dictionaries(st.sampled_from("abc"), NUMBERS, min_size=1), min_size=2)
ROWS = st.lists(st.lists(NUMBERS, min_size=1, max_size=4), min_size=2)


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b'{"instances": [1]}', b'{"instances": [1]}'),
        ("application/json", b'{"signature_name":"s","inputs" : 1}', b'{"signature_name":"s","inputs" : 1}'),
        ("application/jsonlines", b'{"examples":[]}', b'{"examples":[]}'),
        ("application/json", b" [ [1,2] ]", b'{"instances": [ [1,2] ]}'),
        ("application/json", b"[1,2]", b'{"instances":[[1,2]]}'),
        ("application/json", b'{"b64":"AA=="}', b'{"instances":[{"b64":"AA=="}]}'),
        ("application/json", b"5", b'{"instances":[5]}'),
        ("application/json", b"", b'{"instances":[]}'),
        ("application/json", b"[1]\n\n[2]\r\n", b'{"instances":[[1],[2]]}'),
        # Two values on one line are wrapped as they are: TensorFlow Serving refuses them.
        ("application/jsonlines", b'{"a":1} {"a":2}', b'{"instances":{"a":1} {"a":2}}'),
        ("text/csv", b"1,2\n3,4", b'{"instances":[[1,2],[3,4]]}'),
        ("text/csv", b"1.0\n-2e3\n", b'{"instances":[1.0,-2e3]}'),
        ("text/csv", b'"abc","d"', b'{"instances":[["abc","d"]]}'),
        ("text/csv", b"abc\nd", b'{"instances":["abc","d"]}'),
        ("text/csv", b"abc,d", b'{"instances":[["abc","d"]]}'),
        # The container splits unquoted text at its first comma only.
        ("text/csv", b"abc,d,f", b'{"instances":[["abc","d,f"]]}'),
        # A first field that begins like a number (an e will do) is taken for one.
        ("text/csv", b"elk,d", b'{"instances":[[elk,d]]}'),
    ],
)
def test_becomes(content_type, body, expected):
    assert to_tfs_json(content_type, body) == expected


@given(records=RECORDS, newline=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_json_lines_are_the_instances_of_their_lines(records, newline):
    body = newline.join(map(json.dumps, records)).encode()
    assert json.loads(to_tfs_json("application/jsonlines", body)) == {"instances": records}


@given(rows=ROWS)
def test_csv_of_numbers_is_the_instances_of_its_rows(rows):
    body = "\n".join(",".join(map(json.dumps, row)) for row in rows).encode()
    instances = [row if len(row) > 1 else row[0] for row in rows]
    assert json.loads(to_tfs_json("text/csv", body)) == {"instances": instances}


TAKEN = ("application/json", "application/jsonlines", "application/jsons", "text/csv")


@given(content_type=st.text(min_size=1, max_size=20).filter(lambda text: text not in TAKEN))
def test_fails_on_another_content_type_naming_it(content_type):
    with pytest.raises(UnsupportedMediaTypeError, match="Unsupported Media Type: ") as raised:
        to_tfs_json(content_type, b"[[1]]")
    assert str(raised.value).endswith(content_type)
