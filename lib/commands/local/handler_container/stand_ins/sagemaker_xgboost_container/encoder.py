"""Requests as the matrices of XGBoost."""

from typing import Any

import xgboost
from handler_container import xgboost_data


def csv_to_dmatrix(string_like: str | bytes, dtype: Any = None) -> xgboost.DMatrix:  # noqa: ARG001 as there
    """Rows of numbers."""
    return xgboost_data.decode(string_like, "text/csv")


def libsvm_to_dmatrix(string_like: str | bytes) -> xgboost.DMatrix:
    """Rows of `index:value`."""
    return xgboost_data.decode(string_like, "text/libsvm")


def decode(obj: str | bytes, content_type: str) -> xgboost.DMatrix:
    """By the content type."""
    return xgboost_data.decode(obj, content_type)
