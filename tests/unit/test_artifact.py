"""Artifacts are swapped in whole, and opened only if they are what was written."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import xlink.artifact
import xlink.manifest
from xlink.artifact import Json, is_artifact, open_artifact, write_artifact
from xlink.errors import ArtifactError

REMEDY = "bake it again"


def write(path: Path, content: bytes, *, kind: str = "cake", version: int = 2) -> None:
    with write_artifact(path, kind=kind, format_version=version) as writer:
        (writer.folder / "data.bin").write_bytes(content)
        (writer.folder / "other.bin").write_bytes(content[::-1])
        writer.parameters["length"] = len(content)


def read(path: Path, *, verify: bool = False) -> bytes:
    artifact = open_artifact(path, kind="cake", format_version=2, remedy=REMEDY, verify=verify)
    content = (artifact.folder / "data.bin").read_bytes()
    assert artifact.manifest.parameters == {"length": len(content)}
    assert (artifact.folder / "other.bin").read_bytes() == content[::-1]
    return content


def entries(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def data_file(path: Path) -> Path:
    return next(path.glob("*/data.bin"))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert not is_artifact(tmp_path / "a")
    write(tmp_path / "a", b"old")
    assert is_artifact(tmp_path / "a")
    assert read(tmp_path / "a") == b"old"
    assert read(tmp_path / "a", verify=True) == b"old"


def test_new_content_replaces_the_old_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path, b"old")
    write(tmp_path, b"newer")
    assert read(tmp_path) == b"newer"
    assert len(entries(tmp_path)) == 2  # the manifest and one generation


def test_an_error_in_the_block_leaves_the_old(tmp_path: Path) -> None:
    write(tmp_path, b"old")
    before = entries(tmp_path)
    with pytest.raises(KeyError), write_artifact(tmp_path, kind="cake", format_version=2) as writer:
        raise KeyError((writer.folder / "data.bin").write_bytes(b"half"))
    assert read(tmp_path) == b"old"
    assert entries(tmp_path) == before


def test_a_first_build_that_fails_can_be_repeated(tmp_path: Path) -> None:
    with pytest.raises(KeyError), write_artifact(tmp_path / "a", kind="cake", format_version=2):
        raise KeyError
    assert not is_artifact(tmp_path / "a")
    write(tmp_path / "a", b"good")
    assert read(tmp_path / "a") == b"good"


class Killed(BaseException):
    """Ends a build at once; the clean-up that a kill would prevent is switched off."""


@pytest.mark.parametrize("has_old", [True, False])
@pytest.mark.parametrize("n_renames", [0, 1])
def test_killed_before_each_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_renames: int, has_old: bool
) -> None:
    if has_old:
        write(tmp_path / "a", b"old")
    left, replace = [n_renames], Path.replace

    def replace_or_die(self: Path, target: Path) -> Path:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return replace(self, target)

    with monkeypatch.context() as patches:
        patches.setattr(Path, "replace", replace_or_die)
        patches.setattr(shutil, "rmtree", lambda *args, **kwargs: None)
        with pytest.raises(Killed):
            write(tmp_path / "a", b"new")
    assert is_artifact(tmp_path / "a") == has_old
    if has_old:
        assert read(tmp_path / "a") == b"old"
    write(tmp_path / "a", b"newest")
    assert read(tmp_path / "a") == b"newest"


def test_killed_before_the_old_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, b"old")
    with monkeypatch.context() as patches:
        patches.setattr(shutil, "rmtree", lambda *args, **kwargs: None)
        write(tmp_path, b"new")
    assert len(entries(tmp_path)) == 3
    assert read(tmp_path) == b"new"


def test_leftovers_go_after_a_day(tmp_path: Path) -> None:
    write(tmp_path, b"old")
    leftovers = [tmp_path / name for name in (".tmp-young", ".tmp-old", f"{'a' * 12}-0")]
    for folder in leftovers:
        folder.mkdir()
        (folder / "data.bin").write_bytes(b"half")
    (tmp_path / ".tmp-file").write_text("half")
    day_ago = time.time() - 24 * 3600 - 60
    for place in (*leftovers[1:], tmp_path / ".tmp-file"):
        os.utime(place, (day_ago, day_ago))
    write(tmp_path, b"new")
    assert len(entries(tmp_path)) == 3
    assert leftovers[0].exists()  # another build may be filling it
    assert read(tmp_path) == b"new"


def test_what_others_put_there_stays(tmp_path: Path) -> None:
    write(tmp_path, b"old")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("kept")
    write(tmp_path, b"new")
    assert (tmp_path / "notes" / "mine.txt").read_text() == "kept"


def test_equal_content_is_byte_identical_and_left_in_place(tmp_path: Path) -> None:
    def snapshot(path: Path) -> dict[str, bytes]:
        files = (place for place in path.rglob("*") if place.is_file())
        return {str(place.relative_to(path)): place.read_bytes() for place in files}

    write(tmp_path / "a", b"same")
    before = snapshot(tmp_path / "a")
    inode = data_file(tmp_path / "a").stat().st_ino
    write(tmp_path / "a", b"same")
    write(tmp_path / "b", b"same")
    assert snapshot(tmp_path / "a") == before == snapshot(tmp_path / "b")
    assert data_file(tmp_path / "a").stat().st_ino == inode


def test_a_damaged_artifact_is_mended_by_a_rebuild(tmp_path: Path) -> None:
    for damage in DAMAGES.values():
        write(tmp_path, b"content" * 100)
        damage(tmp_path)
        write(tmp_path, b"content" * 100)
        assert read(tmp_path) == b"content" * 100


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no modes there")
def test_artifacts_can_be_read_by_those_whom_the_umask_admits(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(tmp_path, b"shared")
    finally:
        os.umask(before)
    assert data_file(tmp_path).parent.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "manifest.json").stat().st_mode & 0o777 == 0o644


def _cut_file(path: Path) -> None:
    place = data_file(path)
    place.write_bytes(place.read_bytes()[:-1])


def _change_byte(path: Path) -> None:
    place = data_file(path)
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)


def _cut_manifest(path: Path) -> None:
    place = path / "manifest.json"
    place.write_bytes(place.read_bytes()[:-20])


def _garble_manifest(path: Path) -> None:
    (path / "manifest.json").write_bytes(b"\xff[]")


def _edit_manifest(path: Path, **values: Json) -> None:
    place = path / "manifest.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | values))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "data.bin has 699 bytes where 700 were written": _cut_file,
    "data.bin was changed": _change_byte,
    "data.bin is missing": lambda path: data_file(path).unlink(),
    "other.bin is missing|data.bin is missing": lambda path: shutil.rmtree(data_file(path).parent),
    "manifest.json was edited": lambda path: _edit_manifest(path, parameters={"length": 3}),
    "manifest.json was edited by": lambda path: _edit_manifest(path, generation="../.."),
    "manifest.json is cut": _cut_manifest,
    "manifest.json is cut or": lambda path: _edit_manifest(path, files=["data.bin"]),
    "manifest.json is cut or not": _garble_manifest,
}


@pytest.mark.parametrize("problem", DAMAGES)
def test_damage_is_refused(tmp_path: Path, problem: str) -> None:
    write(tmp_path, b"content" * 100)
    DAMAGES[problem](tmp_path)
    with pytest.raises(ArtifactError, match=problem) as caught:
        read(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert REMEDY in str(caught.value)


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    for place in (tmp_path / "none", tmp_path, tmp_path / "file"):
        with pytest.raises(ArtifactError, match=f"no artifact at {place}.*{REMEDY}"):
            read(place)


def test_another_kind_and_other_formats(tmp_path: Path) -> None:
    write(tmp_path / "pie", b"x", kind="pie")
    with pytest.raises(ArtifactError, match=r"pie is a pie, not a cake\. Name another"):
        read(tmp_path / "pie")
    write(tmp_path / "new", b"x", version=3)
    with pytest.raises(ArtifactError, match=r"new has format 3, .* up to 2\. Upgrade xlink"):
        read(tmp_path / "new")
    content = json.loads((tmp_path / "new" / "manifest.json").read_text())
    content["files"]["data.bin"] = {"blake3": "…"}
    (tmp_path / "new" / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(ArtifactError, match=r"new has format 3, .* up to 2\. Upgrade xlink"):
        read(tmp_path / "new")
    write(tmp_path / "old", b"x", version=1)
    with pytest.raises(ArtifactError, match=rf"old has the old format 1 \(now 2\).*{REMEDY}"):
        read(tmp_path / "old")


@pytest.mark.parametrize("names", [["thesis.tex"], ["manifest.json", "icons/a.png"]])
def test_a_folder_of_other_things_is_not_built_in(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    with pytest.raises(ArtifactError, match=f"{tmp_path} holds other files.*Name an empty"):
        write(tmp_path, b"x")
    assert all((tmp_path / name).read_text() == "{}" for name in names)
    assert len(entries(tmp_path)) == len(names)


def test_a_file_is_not_built_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ArtifactError, match=r"file is a file\. Name"):
        write(tmp_path / "file", b"x")
    assert (tmp_path / "file").read_text() == "mine"


class TestLargeFiles:
    """Above the limit the size and sixteen blocks are looked at, and all of it on demand."""

    SIZE = 32 * 1024

    @pytest.fixture(autouse=True)
    def low_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xlink.manifest, "_FULL_CHECK_BYTES", 1024)
        monkeypatch.setattr(xlink.manifest, "_PROBE_BYTES", 64)

    def content(self) -> bytes:
        return bytes(n * n % 251 for n in range(self.SIZE))

    def change(self, path: Path, at: int) -> None:
        content = bytearray(data_file(path).read_bytes())
        content[at] ^= 1
        data_file(path).write_bytes(content)

    def test_whole(self, tmp_path: Path) -> None:
        write(tmp_path, self.content())
        assert read(tmp_path) == self.content() == read(tmp_path, verify=True)

    @pytest.mark.parametrize("block", range(16))
    def test_a_change_in_a_probed_block_is_found(self, tmp_path: Path, block: int) -> None:
        write(tmp_path, self.content())
        self.change(tmp_path, (self.SIZE - 64) * block // 15 + 63)
        with pytest.raises(ArtifactError, match=r"data\.bin was changed"):
            read(tmp_path)

    def test_a_change_between_blocks_is_found_on_demand(self, tmp_path: Path) -> None:
        write(tmp_path, self.content())
        self.change(tmp_path, 1000)
        artifact = open_artifact(tmp_path, kind="cake", format_version=2)
        assert artifact.manifest.files["data.bin"].size == self.SIZE
        with pytest.raises(ArtifactError, match=r"data\.bin was changed"):
            read(tmp_path, verify=True)

    def test_a_cut_file_is_found(self, tmp_path: Path) -> None:
        write(tmp_path, self.content())
        _cut_file(tmp_path)
        with pytest.raises(ArtifactError, match="32,767 bytes where 32,768"):
            read(tmp_path)
