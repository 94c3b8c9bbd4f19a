from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from xlink.terminology import Terminology
from xlink.testing import small_terminology

settings.register_profile("xlink", deadline=None)  # a busy machine is no failure
settings.load_profile("xlink")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """The made-up terminology of `xlink.testing`."""
    return small_terminology(tmp_path_factory.mktemp("terminology") / "small")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real corpora that `XLINK_DATA` names; the test is skipped where it is unset."""
    folder = os.environ.get("XLINK_DATA")
    if not folder:
        pytest.skip("needs the real corpora: set XLINK_DATA")
    return Path(folder)
