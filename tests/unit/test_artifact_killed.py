"""Builds killed at random moments leave the old or the new artifact, whole.

Run as a script, this module waits for numbers on its input. For each it forks a process that
builds an artifact, a terminology and an index of one version after the other, from that number
on, until the test kills it. Forks save starting the interpreter for every kill.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from xlink.artifact import open_artifact, write_artifact
from xlink.candidates.lookup import AliasLookup
from xlink.errors import StaleIndexError
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept, Query

pytestmark = pytest.mark.slow

N_KILLS = 16
LONGEST_S = 0.2
NAMES = ("plain", "terminology", "index")


def payload(version: int) -> bytes:
    return f"{version},".encode() * 2_000


def concepts(version: int) -> list[Concept]:
    names = [f"disease {n} of version {version}" for n in range(version % 50 + 1)]
    return [
        Concept(f"C{n:02}", name, (Alias(name, "en", "preferred"),)) for n, name in enumerate(names)
    ]


def build_all(home: Path, version: int) -> None:
    with write_artifact(home / "plain", kind="payload", format_version=1) as writer:
        (writer.folder / "data.bin").write_bytes(payload(version))
        (writer.folder / "again.bin").write_bytes(payload(version))
        writer.parameters["version"] = version
    report = build_terminology(
        concepts(version), home / "terminology", name="t", version=str(version)
    )
    AliasLookup.build(report.terminology).save(home / "index")


def whole_version(home: Path) -> int:
    """Check that all three are whole, and return the version of the first."""
    plain = open_artifact(home / "plain", kind="payload", format_version=1, verify=True)
    version = int(str(plain.manifest.parameters["version"]))
    assert (plain.folder / "data.bin").read_bytes() == payload(version)
    assert (plain.folder / "again.bin").read_bytes() == payload(version)
    terminology = Terminology.open(home / "terminology", verify=True)
    assert int(terminology.version) in (version, version - 1)
    assert list(terminology.concepts()) == concepts(int(terminology.version))
    try:
        index = AliasLookup.load(home / "index", terminology)
    except StaleIndexError:  # killed between the terminology and its index
        return version
    name = f"disease 0 of version {terminology.version}"
    assert index.generate([Query("", name, language="en")], 1).scores.tolist() == [1.0]
    return version


def rounds_done(home: Path) -> int:
    log = home / "rounds.txt"
    return max(map(int, log.read_text().split()), default=0) if log.exists() else 0


@contextmanager
def forker(home: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """Start this module as a script; end it and its forks in any case."""
    command = [sys.executable, __file__, str(home)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, bufsize=1, start_new_session=True
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has no pipes")
    try:
        yield process.stdin, process.stdout
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_killed_builds_leave_whole_artifacts(tmp_path: Path) -> None:
    chance = random.Random(20)
    build_all(tmp_path, 0)
    a_round_s = 0.0
    with forker(tmp_path) as (orders, answers):
        for turn in range(N_KILLS):
            done = rounds_done(tmp_path)
            orders.write(f"{done + 1}\n")
            builder, began = int(answers.readline()), time.monotonic()
            if turn == 0:  # how long a round takes shows when to kill the others
                while rounds_done(tmp_path) == done and time.monotonic() - began < 20:
                    time.sleep(0.001)
                a_round_s = time.monotonic() - began
            time.sleep(min(LONGEST_S, chance.uniform(0, 2 * a_round_s)))
            os.kill(builder, signal.SIGKILL)
            assert answers.readline() == "killed\n"
            done = rounds_done(tmp_path)
            assert whole_version(tmp_path) in (done, done + 1), f"after kill {turn}"
    assert done
    leftovers = [entry for name in NAMES for entry in (tmp_path / name).iterdir()]
    assert len(leftovers) <= 2 * len(NAMES) + 2 * N_KILLS
    for entry in leftovers:
        os.utime(entry, (0, 0))
    build_all(tmp_path, done + 1)
    assert whole_version(tmp_path) == done + 1
    assert all(len(list((tmp_path / name).iterdir())) == 2 for name in NAMES)


def build_forever(home: Path, first: int) -> None:
    for version in itertools.count(first):
        build_all(home, version)
        with (home / "rounds.txt").open("a") as log:
            log.write(f"{version}\n")


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            build_forever(Path(sys.argv[1]), int(line))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("killed\n")
        sys.stdout.flush()
