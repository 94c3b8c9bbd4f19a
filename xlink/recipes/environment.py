"""What a run ran on and with: enough to tell why two runs differ."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from xlink import __version__
from xlink.artifact import Json

__all__ = ["PACKAGES", "code_digest", "commit", "device", "environment", "peak_memory_mb"]

PACKAGES = ("numba", "numpy", "pyarrow", "scipy", "snowballstemmer", "stopwordsiso")
"""Packages whose version may change a figure."""


def environment() -> dict[str, Json]:
    """Return versions, device and commit as plain values."""
    packages: dict[str, Json] = {}
    for name in PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue  # one that is not installed has no part in the run
    return {
        "xlink": __version__,
        "commit": commit(),
        "code": code_digest(),
        "python": platform.python_version(),
        "device": device(),
        "packages": packages,
    }


def device() -> str:
    """Name what computes, such as `CPU, x86_64, 2 cores, Linux`."""
    return f"CPU, {platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


@cache
def code_digest() -> str:
    """Return the SHA-256 of the source of xlink, which changes more often than its version."""
    root, total = Path(str(files("xlink"))), hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def commit() -> str:
    """Return the commit that a checkout of xlink stands at; empty where it is installed."""
    git = Path(str(files("xlink"))).parent / ".git"
    try:
        if git.is_file():  # a linked worktree
            git = git.parent / git.read_text(encoding="utf-8").partition(": ")[2].strip()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        shared = git / "commondir"
        common = git / shared.read_text(encoding="utf-8").strip() if shared.is_file() else git
        reference = common / head.removeprefix("ref: ")
        if reference.is_file():
            return reference.read_text(encoding="utf-8").strip()
        packed = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    wanted = head.removeprefix("ref: ")
    return next((line.split()[0] for line in packed if line.endswith(f" {wanted}")), "")


def peak_memory_mb() -> float | None:
    """Return the most memory that this process ever held, in MB; None where nobody counts it."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
