"""The folder of an unfinished job: what it is of, its shards, and a lock."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlink.errors import DataError
from xlink.jobs.shard import ShardRecord, read_record

__all__ = ["JobFolder"]

_RECORD, _LOCK, _SHARDS, _BEGUN = "job.json", "lock", "shards", "output-begun"


class JobFolder:
    """The folder `OUT.unfinished` beside an output, while a process has it for itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shards = path / _SHARDS

    @classmethod
    @contextmanager
    def of(cls, out: Path, settings: Mapping[str, object], *, restart: bool) -> Iterator[JobFolder]:
        """Open or begin the folder of the job that writes `out`, and keep others out of it.

        `settings` are what the shards depend on. With `restart`, those of another job are removed.

        Raises:
            DataError: another process works there, or the shards are those of another job.
        """
        folder = cls(out.with_name(f"{out.name}.unfinished"))
        folder.path.mkdir(parents=True, exist_ok=True)
        with (folder.path / _LOCK).open("a") as lock:
            if not _lock(lock):
                raise DataError(
                    "another process works on this output",
                    path=folder.path,
                    remedy="Wait until it ends, or name another output.",
                )
            folder._begin(json.loads(json.dumps(settings)), restart=restart)
            yield folder
        if not (folder.path / _RECORD).exists():
            shutil.rmtree(folder.path, ignore_errors=True)

    def done(self, number: int) -> ShardRecord | None:
        """Return the record of a shard that is done, or None."""
        return read_record(self.shards, number)

    @property
    def has_begun_output(self) -> bool:
        """Whether the output was begun, so that what is in its place has come from this job."""
        return (self.path / _BEGUN).exists()

    def begin_output(self) -> None:
        """Note that the output is being written."""
        (self.path / _BEGUN).touch()

    def finish(self) -> None:
        """Remove what is in the folder, which goes itself when its lock is released.

        The record goes last: until then, what is missing is made again.
        """
        shutil.rmtree(self.shards)
        (self.path / _RECORD).unlink()

    def _begin(self, settings: dict[str, object], *, restart: bool) -> None:
        known = self._settings()
        differing = [
            key for key in sorted({*known, *settings}) if known.get(key) != settings.get(key)
        ]
        if known and differing and any(self.shards.glob("*.json")) and not restart:
            raise DataError(
                f"an unfinished run is here, and differs from this one in: {', '.join(differing)}",
                path=self.path,
                remedy="Run it with the same inputs and settings to go on, name another output, "
                "or begin anew with --restart.",
            )
        if restart or differing:
            shutil.rmtree(self.shards, ignore_errors=True)
            (self.path / _BEGUN).unlink(missing_ok=True)
        self.shards.mkdir(exist_ok=True)
        for leftover in self.shards.glob("*.tmp"):
            leftover.unlink()
        aside = self.path / f"{_RECORD}.tmp"
        aside.write_text(json.dumps(settings, indent=2), encoding="utf-8")
        aside.replace(self.path / _RECORD)

    def _settings(self) -> dict[str, object]:
        try:
            found = json.loads((self.path / _RECORD).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _lock(stream: IO[str]) -> bool:
    """Lock an open file until it is closed, which the system does when a process is killed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
