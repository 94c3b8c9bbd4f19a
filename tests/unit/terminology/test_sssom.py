"""SSSOM files: the header's prefixes, what a row says, and what is wrong with it by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sssom import Mapping, read_sssom

HEADER = """# curie_map:
#   TOE: https://toes.org/
#   BIG: "https://toes.org/big/"
# license: https://creativecommons.org/publicdomain/zero/1.0/
"""
COLUMNS = "subject_id\tsubject_label\tpredicate_id\tobject_id\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "toes.sssom.tsv"


def read(path: Path, content: str, tally: Tally | None = None) -> list[tuple[str, str, str]]:
    path.write_text(content, encoding="utf-8")
    rows = read_sssom(path, tally if tally is not None else Tally())
    return [(row.subject, row.predicate, row.object) for row in rows]


def test_rows_below_a_header(file: Path) -> None:
    content = HEADER + COLUMNS + "T:1\tsore toe\tskos:exactMatch\tU:9\n\n"
    assert read(file, content) == [("T:1", "skos:exactMatch", "U:9")]
    assert read(file, "\ufeff" + content) == [("T:1", "skos:exactMatch", "U:9")]


def test_a_table_without_a_header(file: Path) -> None:
    assert read(file, COLUMNS + "T:1\t\tskos:exactMatch\tU:9") == [
        ("T:1", "skos:exactMatch", "U:9")
    ]


def test_iris_are_shortened_by_the_longest_prefix(file: Path) -> None:
    rows = (
        "https://toes.org/7\t\thttp://www.w3.org/2004/02/skos/core#exactMatch\t<https://toes.org/big/1>\n"
        "https://else.org/7\t\tskos:exactMatch\tU:1\n"
    )
    assert read(file, HEADER + COLUMNS + rows) == [
        ("TOE:7", "skos:exactMatch", "BIG:1"),
        ("https://else.org/7", "skos:exactMatch", "U:1"),
    ]


def test_a_key_after_the_curie_map_is_no_prefix(file: Path) -> None:
    header = "# curie_map:\n#   A: https://a.org/\n# other:\n#   B: https://b.org/\n"
    rows = "https://a.org/1\t\tskos:exactMatch\thttps://b.org/1\n"
    assert read(file, header + COLUMNS + rows)[0][::2] == ("A:1", "https://b.org/1")


def test_commas_and_quotes(tmp_path: Path) -> None:
    content = 'subject_id,subject_label,predicate_id,object_id\nT:1,"sore, big toe",a:b,U:9\n'
    assert read(tmp_path / "toes.csv", content) == [("T:1", "a:b", "U:9")]


def test_denials_and_searches_without_result_are_counted(file: Path) -> None:
    columns = COLUMNS.replace("\n", "\tpredicate_modifier\n")
    rows = (
        "T:1\t\tskos:exactMatch\tU:9\tNot\n"
        "T:2\t\tskos:exactMatch\tsssom:NoTermFound\t\n"
        "T:3\t\tskos:exactMatch\tU:8\t\n"
    )
    tally = Tally()
    assert read(file, columns + rows, tally) == [("T:3", "skos:exactMatch", "U:8")]
    assert tally["mapping skipped in toes.sssom.tsv: it says Not"] == 1
    assert tally["mapping skipped in toes.sssom.tsv: no term was found"] == 1


@pytest.mark.parametrize(
    ("predicate", "inverse"),
    [
        ("skos:exactMatch", "skos:exactMatch"),
        ("skos:broadMatch", "skos:narrowMatch"),
        ("skos:narrowMatch", "skos:broadMatch"),
        ("rdfs:subClassOf", None),
    ],
)
def test_the_other_direction(predicate: str, inverse: str | None) -> None:
    turned = Mapping("a", predicate, "b").reversed()
    assert turned == (None if inverse is None else Mapping("b", inverse, "a"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"# only: comments\n", "no column 'subject_id'"),
        (b"# a: b\nsubject_id\tobject_id\n", "line 2: there is no column 'predicate_id'"),
        (COLUMNS.encode() + b"T:1\t\tskos:exactMatch\n", "line 2: a row of 3 cells under .* 4"),
        (COLUMNS.encode() + b"\n\nT:1\t\tskos:exactMatch\t \n", "line 4: a row without an id"),
        (b"# a: b\n" + COLUMNS.encode() + b"T:1\t\xe9\ta\tb\n", "line 3: byte 0xe9 is not UTF-8"),
        (COLUMNS.encode() + b"T:\0\t\ta\tb\n", "line 2: it holds a NUL"),
        (b"#\n" + COLUMNS.encode() + b'T:1\t"x\ta\tb\n', "line 3: the row that begins here"),
    ],
)
def test_what_is_wrong_is_named_by_line(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        list(read_sssom(file, Tally()))
    assert caught.value.path == file


def test_a_missing_file(file: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        list(read_sssom(file, Tally()))


def test_the_tolerant_mode_counts_and_goes_on(file: Path) -> None:
    file.write_text(COLUMNS + "T:1\tx\n\t\ta\tb\nT:3\t\ta\tb\n")
    tally = Tally()
    assert list(read_sssom(file, tally, on_error="skip")) == [Mapping("T:3", "a", "b")]
    assert sum(tally.counts().values()) == 2


@settings(max_examples=100, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.text("#:\t\n\"' abC/", max_size=200)))
def test_whatever_comes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.sssom.tsv"
    body = content if isinstance(content, bytes) else COLUMNS.encode() + content.encode()
    path.write_bytes(body)
    try:
        rows = list(read_sssom(path, Tally(), on_error="skip"))
    except DataError:
        return
    assert all(row.subject and row.predicate and row.object for row in rows)
