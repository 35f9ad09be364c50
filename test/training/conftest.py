from pathlib import Path

import pytest
from photograph_pairs import write_channel


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    """A channel of ten pairs, to be spoiled by the test."""
    write_channel(tmp_path / "channel")
    return tmp_path / "channel"
