"""Requests to XGBoost's container: facts of a comparison with the source of the container's version 3."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

nan = np.nan


class _Booster:
    """Predicts the sum of each row, and knows three features."""

    def load_model(self, _: bytearray) -> None:
        pass

    def num_features(self) -> int:
        return 3

    def predict(self, data: "_Matrix", validate_features: bool) -> np.ndarray:
        assert not validate_features
        return np.nansum(data.rows, axis=1)


class _Matrix:
    def __init__(self, rows: object, **_: object) -> None:
        self.rows = rows
        if scipy.sparse.issparse(rows):
            # What is not there is missing.
            self.rows = np.full(rows.shape, nan)
            self.rows[rows.nonzero()] = rows.data

    def num_col(self) -> int:
        return self.rows.shape[1]


@pytest.fixture(autouse=True)
def xgboost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library in miniature: it is in an environment of its own alone."""
    library = SimpleNamespace(
        Booster=_Booster, DMatrix=_Matrix, core=SimpleNamespace(XGBoostError=RuntimeError)
    )
    monkeypatch.setitem(sys.modules, "xgboost", library)
    for name in ("xgboost_data", "xgboost_service"):
        monkeypatch.delitem(sys.modules, f"handler_container.{name}", raising=False)


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/csv", ".2,.7\n.9,.1", [[0.2, 0.7], [0.9, 0.1]]),
        ("text/csv; label_size=2", b"1,,3\r\n4,5,6", [[1, nan, 3], [4, 5, 6]]),
        ("text/csv", "0.25", [[0.25]]),
        ("text/csv", "1;2", [[1, 2]]),
        ("text/csv", "1,2\n", None),
        ("text/csv", "", None),
        ("text/csv", '"1","2"', None),
        ("csv", "1,2", None),
        ("TEXT/CSV", "1,2", None),
        (None, "1:1", None),
        ("text/libsvm", "1:.5 3:2\n\n9 2:7\n", [[0.5, 0, 2], [0, 0, 0], [0, 7, 0]]),
        ("text/x-libsvm", b"0:1 2:2", [[1, 0, 2]]),
        ("text/libsvm", "a,b", []),
        ("text/libsvm", "1:x", None),
    ],
)
def test_a_script_gets_rows_as_the_container_reads_them(
    content_type: str | None, body: str | bytes, expected: list | None
) -> None:
    from handler_container.xgboost_data import decode

    if expected is None:
        with pytest.raises(Exception):  # noqa: B017 the container does not tell one from another
            decode(body, content_type)
    else:
        assert repr(decode(body, content_type).rows.tolist()) == repr(np.array(expected, float).tolist())


@pytest.mark.parametrize(
    ("content_type", "body", "accept", "status", "answer"),
    [
        ("text/csv", b"\n1,,3\n4,5,6\r\n", None, 200, b"4.0\n15.0\n"),
        ("csv; label_size=1", b"1,2,3", "*/*", 200, b"6.0\n"),
        ("TEXT/CSV", b"1,2", "Application/JSON", 200, b'{"predictions": [{"score": 3.0}]}'),
        ("text/csv;label_size=2", b"1,2,3", None, 415, None),
        ("text/csv", b" ", None, 415, None),
        ("text/csv", b"", None, 204, b""),
        (None, b"1 1:2 3:4\n0 1:1", "text/csv; q=1", 200, b"6.0\n1.0\n"),
        ("text/libsvm ;charset=utf8", b"1:1:2", None, 200, b"1.0\n"),
        ("text/libsvm", b"1,2,3", None, 415, None),
        ("application/json", b"[[1,2,3]]", None, 415, None),
        ("text/csv", b"1,2,3,4", None, 400, None),
        ("text/csv", b"1,2,3", "application/jsonlines", 500, None),
        ("text/csv", b"1,2,3", "application/x-recordio-protobuf", 500, None),
        ("text/csv", b"1,2,3", "text/html", 406, None),
    ],
)
def test_the_algorithm_answers_as_the_container_does(
    tmp_path: Path, content_type: str | None, body: bytes, accept: str | None, status: int, answer: bytes
) -> None:
    from handler_container.xgboost_service import XGBoostService

    (tmp_path / "xgboost-model.ubj").write_bytes(b"{L")
    headers = {"Content-Type": content_type, "Accept": accept}
    given = {name: value for name, value in headers.items() if value is not None}
    answered = XGBoostService(tmp_path).answer("POST", "/invocations", given, body)
    assert answered.status == status, answered.body
    assert answer is None or answered.body == answer
