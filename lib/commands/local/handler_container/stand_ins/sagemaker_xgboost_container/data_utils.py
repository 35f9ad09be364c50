"""Channels as the matrices of XGBoost."""

from pathlib import Path

import xgboost
from handler_container import xgboost_data


def get_dmatrix(data_path: str, content_type: str, csv_weights: int = 0) -> xgboost.DMatrix:
    """The rows of a folder's files, the label first."""
    return xgboost_data.read_channel(Path(data_path), content_type, csv_weights == 1)
