"""A small terminology of a test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.terminology import Terminology
from xlink.testing import small_terminology


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    return small_terminology(tmp_path / "small")
