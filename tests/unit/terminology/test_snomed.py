"""RF2 releases, written in their exact layout, give concepts; faulty ones are refused by line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlink.errors import DataError, SpecError, UnknownNameError, XlinkError
from xlink.tally import Tally
from xlink.terminology import build_terminology
from xlink.terminology.ecl import evaluate_ecl
from xlink.terminology.sources.sctid import check_digits, is_concept, is_valid, sctids
from xlink.terminology.sources.snomed import SnomedSource
from xlink.terminology.spec import build_from_spec, load_spec
from xlink.testing.synthetic_rf2 import concept_ids, write_release, write_table
from xlink.types import Alias, Concept

CORE, CASE, DEFINED = 900000000000207008, 900000000000448009, 900000000000074008
FSN, SYNONYM, TEXT = 900000000000003001, 900000000000013009, 900000000000550004
IS_A, INFERRED, STATED, SOME = 116680003, 900000000000011006, 900000000000010007, 900000000000451002
US, GB, ES = 900000000000509007, 900000000000508004, 450828004
BEST, ACCEPTABLE = 900000000000548007, 900000000000549004
SAME_AS, REPLACED_BY = 900000000000527005, 900000000000526001
MOVED_TO, POSSIBLY = 900000000000524003, 900000000000523009
ICD10, ICDO = 447562003, 446608001

ROOT, TOE, BIG_TOE, SORE_TOE, OLD, OLDER, SPLIT, GONE, REFSET, NEW = sctids(
    np.arange(1000, 1010), 0
).tolist()
TERMS = sctids(np.arange(1000, 1030), 1).tolist()
LINKS = sctids(np.arange(1000, 1030), 2).tolist()


def cells(*values: object) -> str:
    return "\t".join(map(str, values))


def concept(sctid: int, active: int = 1, time: int = 20240101) -> str:
    return cells(sctid, time, active, CORE, DEFINED)


def term(
    number: int, owner: int, text: str, kind: int = SYNONYM, code: str = "en", active: int = 1,
    time: int = 20240101,
) -> str:  # fmt: skip
    return cells(TERMS[number], time, active, CORE, owner, code, kind, text, CASE)


def link(
    number: int, child: int, parent: int, *, active: int = 1, how: int = INFERRED, kind: int = IS_A
) -> str:
    state = (LINKS[number], 20240101, active, CORE)
    return cells(*state, child, parent, 0, kind, how, SOME)


_numbers = count(1)


def member(refset: int, component: int, *more: object, active: int = 1, uuid: str = "") -> str:
    made = uuid or f"00000000-0000-4000-8000-{next(_numbers):012x}"
    return cells(made, 20240101, active, CORE, refset, component, *more)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Four active concepts about toes, and four retired ones."""
    root = tmp_path / "SnomedCT_Toes_20240101"
    active = [concept(each) for each in (ROOT, TOE, BIG_TOE, SORE_TOE, REFSET)]
    retired = [concept(each, active=0) for each in (OLD, OLDER, SPLIT, GONE)]
    write_table(root, "Concept", active + retired)
    write_table(root, "Description", [
        term(0, ROOT, "All toes (toe root)", FSN),
        term(1, TOE, "Toe structure (body structure)", FSN),
        term(2, TOE, "Toe"),
        term(3, BIG_TOE, "Great toe structure (body structure)", FSN),
        term(4, BIG_TOE, "  Great\u00a0toe "),
        term(5, BIG_TOE, "Hallux \"valgus\""),
        term(6, SORE_TOE, "Sore toe (of foot) (finding)", FSN),
        term(7, SORE_TOE, "Sore toe (of foot)"),
        term(8, SORE_TOE, "Toe aedema"),
        term(9, SORE_TOE, "Dedo dolorido", code="es"),
        term(10, OLD, "Old toe"),
        term(11, TOE, "Digit", active=0),
    ])  # fmt: skip
    write_table(root, "TextDefinition", [term(20, BIG_TOE, "The first of the toes.", TEXT)])
    write_table(root, "Relationship", [
        link(0, TOE, ROOT),
        link(1, BIG_TOE, TOE),
        link(2, SORE_TOE, ROOT),
        link(3, SORE_TOE, TOE, kind=363698007),
        link(4, SORE_TOE, BIG_TOE, how=STATED),
        link(5, SORE_TOE, TOE, active=0),
        link(6, OLD, TOE),
    ])  # fmt: skip
    write_table(root, "Language", [
        *(member(US, TERMS[n], BEST) for n in (0, 1, 2, 3, 4, 6, 7)),
        *(member(GB, TERMS[n], BEST) for n in (0, 1, 2, 3, 5, 6, 8)),
        member(GB, TERMS[4], ACCEPTABLE),
        member(US, TERMS[5], ACCEPTABLE),
    ])  # fmt: skip
    write_table(root, "Language", [member(ES, TERMS[9], BEST)], language="es")
    write_table(root, "Simple", [
        member(REFSET, TOE), member(REFSET, BIG_TOE), member(REFSET, SORE_TOE, active=0),
        member(REFSET, OLD),
    ])  # fmt: skip
    write_table(root, "Association", [
        member(SAME_AS, OLDER, OLD),
        member(REPLACED_BY, OLD, BIG_TOE),
        member(REPLACED_BY, SPLIT, TOE),
        member(REPLACED_BY, SPLIT, BIG_TOE),
        member(MOVED_TO, GONE, ROOT),
        member(POSSIBLY, GONE, TOE),
    ])  # fmt: skip
    extended = ("ALWAYS", "M79.6", 447561005, 447637006)
    write_table(root, "ExtendedMap", [
        member(ICD10, SORE_TOE, 1, 1, "TRUE", *extended),
        member(ICD10, SORE_TOE, 1, 2, "IFA 248152002 | Female |", "IF", "Z00", 1, 1),
        member(ICD10, TOE, 1, 1, "TRUE", "CANNOT BE CLASSIFIED", "", 1, 1),
    ])  # fmt: skip
    write_table(root, "SimpleMap", [member(ICDO, TOE, "C49"), member(900000000000497000, TOE, "X")])
    return root


def read(*roots: Path, **options: Any) -> dict[str, Concept]:
    tally = options.pop("tally", Tally())
    return {each.id: each for each in SnomedSource(files=roots, **options).concepts(tally)}


def edit(root: Path, table: str, change: Callable[[bytes], bytes]) -> Path:
    (path,) = root.rglob(f"*_{table}*.txt")
    path.write_bytes(change(path.read_bytes()))
    return path


class TestIdentifiers:
    def test_published_ones_are_valid(self) -> None:
        published = [ROOT, 138875005, 116680003, FSN, BEST, 6011000124106]
        assert is_valid(np.array(published)).all()
        wrong = [138875006, 183875005, 0, -5, 12345, 10**18]
        assert not is_valid(np.array(wrong)).any()

    def test_a_namespace_makes_the_long_form(self) -> None:
        (long,) = sctids(np.array([601]), 0, namespace=1000124).tolist()
        assert str(long).startswith("601" + "1000124" + "10")
        assert is_valid(np.array([long])).all()

    @settings(deadline=None)
    @given(st.integers(10**4, 10**16), st.integers(0, 9))
    def test_a_changed_digit_is_found(self, stem: int, shift: int) -> None:
        (digit,) = check_digits(np.array([stem])).tolist()
        changed = np.array([stem * 10 + (digit + shift) % 10])
        assert is_valid(changed).all() == (shift == 0)

    def test_partitions(self) -> None:
        assert is_concept(np.array([TOE, TERMS[0], LINKS[0]])).tolist() == [True, False, False]


def test_the_synthetic_release_has_the_published_layout(tmp_path: Path) -> None:
    write_release(tmp_path, n_concepts=60)
    files = {
        path.relative_to(tmp_path / "Snapshot").as_posix(): path for path in tmp_path.rglob("*.txt")
    }
    assert sorted(files) == [
        "Refset/Content/der2_Refset_SimpleSnapshot_INT_20240101.txt",
        "Refset/Content/der2_cRefset_AssociationSnapshot_INT_20240101.txt",
        "Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_20240101.txt",
        "Refset/Map/der2_iisssccRefset_ExtendedMapSnapshot_INT_20240101.txt",
        "Terminology/sct2_Concept_Snapshot_INT_20240101.txt",
        "Terminology/sct2_Description_Snapshot-en_INT_20240101.txt",
        "Terminology/sct2_Relationship_Snapshot_INT_20240101.txt",
        "Terminology/sct2_TextDefinition_Snapshot-en_INT_20240101.txt",
    ]
    for path in files.values():
        lines = path.read_bytes().split(b"\r\n")
        assert lines.pop() == b""
        assert b"\n" not in b"".join(lines)
        assert len({line.count(b"\t") for line in lines}) == 1
        assert lines[0].startswith(b"id\teffectiveTime\tactive\tmoduleId\t")


class TestContent:
    def test_one_concept_whole(self, release: Path) -> None:
        assert read(release)[str(BIG_TOE)] == Concept(
            id=str(BIG_TOE),
            name="Great toe structure",
            aliases=(
                Alias("Great toe structure", "en", "synonym"),
                Alias("Great toe", "en", "preferred"),
                Alias('Hallux "valgus"', "en", "preferred"),
            ),
            types=("body structure", f"refset:{REFSET}"),
            definition="The first of the toes.",
            parents=(str(TOE),),
            former_ids=(str(OLD), str(OLDER)),
        )

    def test_active_concepts_only(self, release: Path) -> None:
        active = sorted(map(str, (ROOT, TOE, BIG_TOE, SORE_TOE, REFSET)))
        assert sorted(read(release)) == active

    def test_only_the_last_parentheses_are_the_tag(self, release: Path) -> None:
        sore = read(release)[str(SORE_TOE)]
        assert (sore.name, sore.types) == ("Sore toe (of foot)", ("finding",))

    def test_parents_are_active_inferred_is_a(self, release: Path) -> None:
        assert read(release)[str(SORE_TOE)].parents == (str(ROOT),)

    def test_maps_and_what_they_leave_out(self, release: Path) -> None:
        tally = Tally()
        concepts = read(release, tally=tally)
        assert concepts[str(SORE_TOE)].xrefs == ("ICD10:M79.6",)
        assert concepts[str(TOE)].xrefs == ("ICDO:C49",)
        assert tally["map skipped: its rule has a condition"] == 1
        own = read(release, maps={"900000000000497000": "CTV3:"})
        assert own[str(TOE)].xrefs == ("CTV3:X",)

    def test_history_without_a_single_successor_is_counted(self, release: Path) -> None:
        tally = Tally()
        read(release, tally=tally)
        assert tally["retired id left out: it has several successors"] == 1
        assert tally["retired id without a successor: MOVED TO"] == 1
        assert tally["retired id without a successor: POSSIBLY EQUIVALENT TO"] == 1
        assert tally["member skipped: it is no active concept"] == 1
        assert tally["concept without a name"] == 1  # REFSET

    def test_a_circle_of_replacements_ends(self, release: Path) -> None:
        lines = [member(SAME_AS, OLD, OLDER), member(SAME_AS, OLDER, OLD)]
        write_table(release, "Association", lines)
        assert not any(each.former_ids for each in read(release).values())

    def test_older_releases_spell_the_target_otherwise(self, release: Path) -> None:
        edit(
            release,
            "cRefset_Association",
            lambda raw: raw.replace(b"targetComponentId", b"targetComponent"),
        )
        assert read(release)[str(BIG_TOE)].former_ids == (str(OLD), str(OLDER))

    def test_reference_sets_are_chosen(self, release: Path) -> None:
        assert read(release, refsets=())[str(TOE)].types == ("body structure",)
        assert f"refset:{REFSET}" in read(release, refsets=(str(REFSET),))[str(TOE)].types
        with pytest.raises(UnknownNameError, match=rf"simple reference set '{US}'.*{REFSET}"):
            read(release, refsets=(str(US),))

    def test_unknown_tables_are_left_alone(self, release: Path) -> None:
        folder = release / "Snapshot" / "Refset" / "Metadata"
        folder.mkdir()
        (folder / "der2_ciRefset_DescriptionTypeSnapshot_INT_20240101.txt").write_text("id\tx\r\n")
        (release / "Readme_en_20240101.txt").write_bytes(b"\xff")
        assert len(read(release)) == 5


class TestLanguages:
    def test_named_sets_file_their_terms_under_a_dialect(self, release: Path) -> None:
        dialects = {str(US): "en-US", str(GB): "en-GB"}
        concepts = read(release, language_refsets=dialects)
        assert concepts[str(BIG_TOE)].aliases[2:] == (
            Alias("Great toe", "en-GB", "synonym"),
            Alias("Great toe", "en-US", "preferred"),
            Alias('Hallux "valgus"', "en-GB", "preferred"),
            Alias('Hallux "valgus"', "en-US", "synonym"),
        )
        # No named set is of Spanish, so its names stay.
        assert Alias("Dedo dolorido", "es", "preferred") in concepts[str(SORE_TOE)].aliases

    def test_what_no_named_set_takes_is_counted(self, release: Path) -> None:
        tally = Tally()
        concepts = read(release, language_refsets={str(US): "en"}, tally=tally)
        assert "Toe aedema" not in {each.text for each in concepts[str(SORE_TOE)].aliases}
        assert tally["description skipped: no language reference set takes it"] == 1

    def test_a_set_without_full_names_leaves_name_and_tag(self, release: Path) -> None:
        write_table(release, "Language", [member(US, TERMS[7], BEST)])
        sore = read(release, language_refsets={str(US): "en"})[str(SORE_TOE)]
        assert (sore.name, sore.types) == ("Sore toe (of foot)", ("finding",))
        assert Alias("Sore toe (of foot)", "en", "preferred") in sore.aliases

    def test_an_unknown_set_is_refused(self, release: Path) -> None:
        with pytest.raises(UnknownNameError, match=rf"'{MOVED_TO}'.*Known: .*{US}"):
            read(release, language_refsets={str(MOVED_TO): "en"})


class TestSeveralFolders:
    @pytest.fixture
    def extension(self, tmp_path: Path) -> Path:
        root = tmp_path / "SnomedCT_Extension_20240301"
        place: dict[str, Any] = {"namespace": "ES1000001", "date": "20240301"}
        write_table(root, "Concept", [concept(NEW, time=20240301)], **place)
        write_table(root, "Description", [
            term(2, TOE, "Toe", active=0, time=20240301),
            term(12, NEW, "Little toe (body structure)", FSN, time=20240301),
            term(13, TOE, "Dedo del pie", code="es", time=20240301),
            term(14, TOE, "Dedo del pie (estructura corporal)", FSN, code="es", time=20240301),
        ], **place)  # fmt: skip
        write_table(root, "Relationship", [link(10, NEW, TOE)], **place)
        return root

    def test_an_extension_adds_and_retires(self, release: Path, extension: Path) -> None:
        for roots in ((release, extension), (extension, release)):
            concepts = read(*roots)
            assert concepts[str(NEW)].parents == (str(TOE),)
            texts = [alias.text for alias in concepts[str(TOE)].aliases]
            assert texts == ["Toe structure", "Dedo del pie"]
            assert concepts[str(TOE)].types[0] == "body structure"

    def test_the_later_folder_counts_on_a_draw(self, release: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        write_table(other, "Description", [term(2, TOE, "Toe of ours")], namespace="XX1")
        texts = [alias.text for alias in read(release, other)[str(TOE)].aliases]
        assert texts == ["Toe structure", "Toe of ours"]
        assert "Toe" in [alias.text for alias in read(other, release)[str(TOE)].aliases]

    def test_two_releases_of_one_product_are_refused(self, release: Path, tmp_path: Path) -> None:
        other = tmp_path / "older"
        write_table(other, "Concept", [concept(TOE, time=20230101)], date="20230101")
        with pytest.raises(DataError, match=r"two releases of INT are mixed: 20240101 .* 20230101"):
            read(release, other)


class TestFullReleases:
    def test_snapshot_is_the_latest_state_of_full(self, tmp_path: Path) -> None:
        for kind in ("Snapshot", "Full"):
            write_release(tmp_path, n_concepts=200, release=kind)
        assert read(tmp_path, release="full") == read(tmp_path)
        assert len(read(tmp_path)) == 180

    def test_the_past(self, tmp_path: Path) -> None:
        write_release(tmp_path, n_concepts=200, release="Full")
        past = read(tmp_path, release="full", until=20200131)
        # Each fifth row has an earlier state, then active.
        assert len(past) == 200 // 5

    def test_only_full_releases_have_one(self) -> None:
        with pytest.raises(SpecError, match='release = "full"'):
            SnomedSource(files=(), until=20200131)
        with pytest.raises(SpecError, match="YYYYMMDD"):
            SnomedSource(files=(), release="full", until=2020)

    def test_ids_of_options_are_numbers(self) -> None:
        with pytest.raises(SpecError, match="'US' is not the id of a reference set"):
            SnomedSource(files=(), language_refsets={"US": "en-US"})


class TestFaults:
    @pytest.mark.parametrize(
        ("table", "change", "problem"),
        [
            ("Concept", lambda raw: raw[:-9], r"line 10: a row of 4|line 10: the file is cut"),
            ("Description", lambda raw: raw[:-1], "line 13: the file is cut in this line"),
            ("Description", lambda raw: raw.replace(b"Hallux", b"Hall\xfc"), "line 7: .* UTF-8"),
            ("Description", lambda raw: raw.replace(b"Hallux", b"Hall\tux"), "a row of 10 cells"),
            ("Description", lambda raw: raw.replace(b"Hallux", b"Hall\rux"), "line 7: .*'term'"),
            ("Relationship", lambda raw: raw.replace(b"20240101\t1", b"20240101\tyes", 1),
             "line 2: the column 'active' has no flag, got 'yes'"),
            ("Relationship", lambda raw: raw.replace(b"20240101\t1", b"20240101\t2", 1),
             "line 2: the column 'active' has no flag, got '2'"),
            ("Relationship", lambda raw: raw.replace(b"20240101\t1", b"20240101\t-1", 1),
             "line 2: the column 'active' has no flag, got '-1'"),
            ("Relationship", lambda raw: raw.replace(b"20240101", b"2024-01-01", 1), "no time"),
            ("Concept", lambda raw: raw.replace(b"\r\n10", b"\r\n11", 1), "wrong check digit"),
            ("Language", lambda raw: raw.replace(b"-4000-", b"-400-", 1), "'id' has no uuid"),
        ],
    )  # fmt: skip
    def test_the_line_is_named(
        self, release: Path, table: str, change: Callable[[bytes], bytes], problem: str
    ) -> None:
        (path, *_) = sorted(release.rglob(f"*_{table}*Snapshot*.txt"))
        raw = path.read_bytes()
        path.write_bytes(change(raw))
        with pytest.raises(DataError, match=problem) as caught:
            read(release)
        assert caught.value.path == path
        tally = Tally()
        assert read(release, on_error="skip", tally=tally)
        assert any("row skipped in" in reason for reason in tally.counts())

    def test_a_missing_table(self, release: Path) -> None:
        for table in ("Concept", "Description", "Relationship"):
            (path, *_) = release.rglob(f"sct2_{table}_*")
            kept = path.read_bytes()
            path.unlink()
            with pytest.raises(DataError, match=rf"no snapshot table of {table.lower()}s.*sct2_"):
                read(release)
            path.write_bytes(kept)
        with pytest.raises(DataError, match="no full table of concepts"):
            read(release, release="full")

    def test_what_is_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="there is no such file"):
            read(tmp_path / "nowhere")
        archive = tmp_path / "SnomedCT.zip"
        archive.write_bytes(b"PK")
        with pytest.raises(DataError, match=r"it is packed.*Unpack it"):
            read(archive)

    def test_empty_and_foreign_headers(self, release: Path) -> None:
        edit(release, "Concept", lambda raw: raw.replace(b"effectiveTime", b"time", 1))
        with pytest.raises(DataError, match=r"line 1: there is no single column 'effectiveTime'"):
            read(release)
        edit(release, "Concept", lambda raw: raw.replace(b"\t", b"\r\t", 1))
        with pytest.raises(DataError, match="line 1: it is no header"):
            read(release)
        edit(release, "Concept", lambda raw: b"")
        with pytest.raises(DataError, match="it is empty"):
            read(release)

    def test_tables_without_rows(self, release: Path) -> None:
        for path in release.rglob("*.txt"):
            path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n")
        assert read(release) == {}

    def test_duplicate_rows_are_counted(self, release: Path) -> None:
        tally = Tally()
        before = read(release)
        edit(release, "Description", lambda raw: raw + raw.splitlines(keepends=True)[-2])
        assert read(release, tally=tally) == before
        assert tally["row of a description table repeated: the last one counts"] == 1

    def test_dangling_rows_are_counted(self, release: Path) -> None:
        tally = Tally()
        edit(release, "Description", lambda raw: raw + f"{term(15, NEW, 'x')}\r\n".encode())
        edit(release, "Relationship", lambda raw: raw + f"{link(15, NEW, TOE)}\r\n".encode()
             + f"{link(16, TOE, NEW)}\r\n".encode())  # fmt: skip
        concepts = read(release, tally=tally)
        assert tally["description skipped: no such concept"] == 1
        assert tally["is-a skipped: no such concept has it"] == 1
        built = build_terminology(concepts.values(), release / "built", name="toes")
        assert built.tally["parent skipped: no such concept"] == 1
        assert built.terminology.current_id(str(OLDER)) == str(BIG_TOE)

    def test_cycles_are_counted(self, release: Path) -> None:
        edit(release, "Relationship", lambda raw: raw + f"{link(15, TOE, BIG_TOE)}\r\n".encode())
        built = build_terminology(read(release).values(), release / "built", name="toes")
        assert built.tally["concept on a cycle of parents"] == 2

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
    )
    @given(st.data())
    def test_damage_never_escapes_as_another_error(
        self, release: Path, data: st.DataObject
    ) -> None:
        path = data.draw(st.sampled_from(sorted(release.rglob("*_20240101.txt"))))
        raw = path.read_bytes()
        at = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(at, min(len(raw), at + 40)))
        path.write_bytes(raw[:at] + data.draw(st.binary(max_size=20)) + raw[end:])
        for on_error in ("raise", "skip"):
            with suppress(XlinkError):
                read(release, on_error=on_error)
        path.write_bytes(raw)


def test_the_specification_builds_from_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SNOMED_HOME", raising=False)
    spec = load_spec("snomed")
    with pytest.raises(SpecError, match=r"SNOMED_HOME is not set.*affiliate licence"):
        build_from_spec(spec, tmp_path / "built")
    write_release(tmp_path / "release", n_concepts=100)
    monkeypatch.setenv("SNOMED_HOME", str(tmp_path / "release"))
    built = build_from_spec(spec, tmp_path / "built").terminology
    root, refset, *_ = map(str, concept_ids(100))
    assert np.count_nonzero(evaluate_ecl(built, f"<<{root}")) == built.n_concepts == 90
    # Every twentieth concept is a member: 0, 20, 40, 60 and 80.
    assert np.count_nonzero(evaluate_ecl(built, f"^{refset}")) == 5
