"""Link a folder of letters that is killed on the way, and compare with a run that is not.

    python benchmarks/letters.py TERMINOLOGY TEXTS... [--letters 10000] [--processes 2]

Letters are paragraphs and sentences of the `.txt` files below TEXTS, shuffled. One run is left
alone; its memory is read four times a second. The other is killed three times at random moments
(SIGKILL, its processes too) and started again. Their outputs are compared byte by byte.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

A_LETTER_CHARS = 2_500
LETTERS_A_FOLDER = 1_000


def make_letters(texts: list[Path], folder: Path, n_letters: int, seed: int) -> float:
    """Write letters made of sentences of `texts`; return their size in MB."""
    chance = random.Random(seed)
    files = sorted(each for path in texts for each in path.rglob("*.txt"))
    sentences = [
        sentence
        for path in files
        for sentence in re.split(
            r"(?<=[.!?])\s+", path.read_text(encoding="utf-8", errors="replace")
        )
        if 20 < len(sentence) < 400
    ]
    size = 0
    for number in range(n_letters):
        below = folder / f"{number // LETTERS_A_FOLDER:03}"
        below.mkdir(parents=True, exist_ok=True)
        letter, n_chars = [], 0
        while n_chars < A_LETTER_CHARS:
            letter.append(chance.choice(sentences))
            n_chars += len(letter[-1]) + 1
        content = "\n".join(letter).encode()
        size += len(content)
        (below / f"letter{number:06}.txt").write_bytes(content)
    return size / 1e6


def start(arguments: argparse.Namespace, letters: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from xlink.cli import main; main()", "link", str(letters)]
    command += ["-t", arguments.terminology, "--language", arguments.language, "-f", "jsonl"]
    command += ["-o", str(out), "--processes", str(arguments.processes)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


def memory_of(process: psutil.Process) -> tuple[float, float]:
    """Return the resident and the anonymous memory of a process and its children, in MB.

    What is mapped from files counts as private or shared by who else maps it, so that it is left
    out: what a run allocates is anonymous.
    """
    resident = anonymous = 0
    for each in (process, *process.children(recursive=True)):
        try:
            told = Path(f"/proc/{each.pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in told.splitlines()[1:]}
        resident += kilobytes["Rss"]
        anonymous += kilobytes["Anonymous"]
    return resident / 1e3, anonymous / 1e3


def uninterrupted(arguments: argparse.Namespace, letters: Path, out: Path) -> str:
    """Run once and print how memory grew; return what the run said."""
    process = start(arguments, letters, out)
    watched = psutil.Process(process.pid)
    seen: list[tuple[float, float, float]] = []
    began = time.monotonic()
    while process.poll() is None:
        try:
            seen.append((time.monotonic() - began, *memory_of(watched)))
        except psutil.Error:
            break
        time.sleep(0.25)
    said = process.communicate()[1]
    times, resident, own = np.array(seen[len(seen) // 4 :]).T
    slope = float(np.polyfit(times / (times[-1] - times[0]), own, 1)[0])
    print(f"resident memory at most {resident.max():.0f} MB, not mapped {own.max():.0f} MB")
    print(f"what is not mapped, over the last three quarters of the run: {slope:+.1f} MB")
    return said


def killed(arguments: argparse.Namespace, letters: Path, out: Path, whole_s: float) -> str:
    """Run with kills at random moments; return what the last run said."""
    chance = random.Random(arguments.seed)
    for number in range(arguments.kills):
        process = start(arguments, letters, out)
        wait_s = chance.uniform(0.05, 1 / arguments.kills) * whole_s
        try:
            process.communicate(timeout=wait_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        shards = len(list(out.with_name(f"{out.name}.unfinished").glob("shards/*.json")))
        print(f"kill {number + 1} after {wait_s:.1f} s: {shards} shards done")
    return start(arguments, letters, out).communicate()[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology")
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--language", default="es")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="letters-") as name:
        folder = Path(name)
        size = make_letters(arguments.texts, folder / "letters", arguments.letters, arguments.seed)
        print(f"{arguments.letters:,} letters, {size:.1f} MB")
        began = time.monotonic()
        print(uninterrupted(arguments, folder / "letters", folder / "whole.jsonl"), end="")
        whole_s = time.monotonic() - began
        print(f"{whole_s:.0f} s in all")
        print(killed(arguments, folder / "letters", folder / "killed.jsonl", whole_s), end="")
        same = filecmp.cmp(folder / "whole.jsonl", folder / "killed.jsonl", shallow=False)
        print("outputs are equal" if same else "OUTPUTS DIFFER")
        shutil.rmtree(folder / "letters")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
