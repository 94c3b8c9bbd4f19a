"""The wheel works for those who install it; `make wheel-test` tries all extras as well."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("check_wheel.py")


@pytest.mark.slow
def test_the_wheel_alone() -> None:
    pytest.importorskip("hatchling")
    if find_spec("pip") is None:
        pytest.skip("needs pip")
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "the wheel alone works" in done.stdout


def test_every_extra_has_a_probe() -> None:
    import tomllib

    project = tomllib.loads((SCRIPT.parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    probes = re.search(r"^PROBES = \{\n(.*?)^\}", SCRIPT.read_text(encoding="utf-8"), re.M | re.S)
    assert probes is not None
    assert re.findall(r'^    "(.+?)": ', probes[1], re.M) == sorted(extras)
