from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from xlink.corpora.writing import written_whole


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "links.html"
    with written_whole(path) as stream:
        stream.write("ñ\n")
        assert not path.exists()
    assert path.read_bytes() == "ñ\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    with written_whole(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other devices")
def test_a_device_stays_a_device() -> None:
    with written_whole(Path(os.devnull)) as stream:
        stream.write("gone")
    assert Path(os.devnull).is_char_device()
