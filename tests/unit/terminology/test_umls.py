"""A UMLS release is read by its columns; what is wrong with it is named by file and line."""

from __future__ import annotations

import gzip
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.errors import DataError, SpecError, UnknownNameError, XlinkError
from xlink.tally import Tally
from xlink.terminology.sources.umls import UmlsSource
from xlink.terminology.sources.umls_labels import LANGUAGES, SEMANTIC_GROUPS
from xlink.terminology.spec import build_from_spec, load_spec
from xlink.testing.synthetic_umls import SyntheticUmls
from xlink.types import Alias, Concept, Filter

# CUI LAT TS STT ISPREF AUI SCUI SAB TTY CODE STR SUPPRESS; the others are filled in.
ATOMS = """\
C0000001 ENG P PF Y A1 10 SNOMEDCT_US PT 10 big_toe N
C0000001 ENG S VO N A2 M1 MSH MH M1 Hallux N
C0000001 ENG S VO N A3 M1 MSH AB M1 BT N
C0000001 SPA P PF Y A4 M1 MSHSPA SY M1 dedo_gordo N
C0000001 SPA S VO N A5 M1 MSHSPA MH M1 hallux N
C0000001 ENG S VO N A6 11 SNOMEDCT_US OP 11 old_toe O
C0000002 ENG P PF Y A7 20 SNOMEDCT_US PT 20 toe N
C0000003 ENG P PF Y A8 30 SNOMEDCT_US PT 30 sore_toe N
C0000003 GER P PF Y A9 M3 MSHGER MH M3 Zehenweh N
C0000003 ENG S VO N A10 31 SNOMEDCT_US PT 31 toe_pain N
"""
TABLES = {
    "MRSTY": """\
C0000001|T023|A1|Body Part, Organ, or Organ Component|AT1||
C0000002|T023|A1|Body Part, Organ, or Organ Component|AT2||
C0000003|T184|A2|Sign or Symptom|AT3||
C0000003|T033|A2|Finding|AT4||
""",
    "MRDEF": """\
C0000001|A1|AT1||NCI|A thick toe.|N||
C0000001|A2|AT2||MSH|The first toe.|N||
C0000001|A4|AT3||MSHSPA|El primer dedo.|N||
C0000003|A8|AT4||NCI|Pain, once.|O||
""",
    "MRREL": """\
C0000001|A1|SCUI|PAR|C0000002|A7|SCUI|inverse_isa|R1||SNOMEDCT_US|SNOMEDCT_US|||N||
C0000002|A7|SCUI|CHD|C0000001|A1|SCUI|isa|R2||SNOMEDCT_US|SNOMEDCT_US|||N||
C0000002|A7|SCUI|RN|C0000003|A8|SCUI|isa|R3||NCI|NCI|||N||
C0000001|A1|SCUI|RO|C0000003|A8|SCUI|site_of|R4||SNOMEDCT_US|SNOMEDCT_US|||N||
C0000002|A7|SCUI|PAR|C0000001|A1|SCUI||R5||MSH|MSH|||Y||
""",
    "MRCUI": """\
C0000101|2001AA|SY|||C0000001|Y|
C0000102|2001AA|DEL|||||
C0000103|2001AA|RO|||C0000001|Y|
C0000104|2001AA|SY|||C0000001|Y|
C0000104|2001AA|SY|||C0000002|Y|
C0000105|2001AA|SY|||C0000009|Y|
""",
    "MRRANK": """\
0009|MSH|MH|N|
0008|SNOMEDCT_US|PT|N|
0007|MSHSPA|MH|N|
0006|MSHSPA|SY|N|
0005|NCI|PT|N|
""",
    "MRSAB": """\
||MTH2099AA|MTH|UMLS|MTH|2099AA|||2099AA||||0|9|3||||ENG|UTF-8|Y|Y|UMLS||
||MSH2098|MSH|MeSH|MSH|2098|||2098||||0|9|3||||ENG|UTF-8|Y|Y|MeSH||
||NCI2098|NCI|NCI|NCI||||2098||||0|9|3||||ENG|UTF-8|Y|Y|NCI||
||MSHSPA2098|MSHSPA|MeSH|MSH|2098|||2098||||0|9|3||||SPA|UTF-8|Y|Y|MeSH||
""",
}


def conso(atoms: str) -> str:
    lines = []
    for number, atom in enumerate(atoms.splitlines()):
        cui, lat, ts, stt, preferred, aui, scui, sab, tty, code, text, suppress = atom.split()
        lines.append(
            f"{cui}|{lat}|{ts}|L{number}|{stt}|S{number}|{preferred}|{aui}||{scui}|D{code}|{sab}|"
            f"{tty}|{code}|{text.replace('_', ' ')}|0|{suppress}||\n"
        )
    return "".join(lines)


@pytest.fixture
def meta(tmp_path: Path) -> Path:
    folder = tmp_path / "META"
    folder.mkdir()
    for name, content in {"MRCONSO": conso(ATOMS), **TABLES}.items():
        (folder / f"{name}.RRF").write_text(content, encoding="utf-8")
    return folder


def read(*files: Path, tally: Tally | None = None, **options: Any) -> dict[str, Concept]:
    """Return the concepts by id, with their records united as a build does."""
    merged: dict[str, Concept] = {}
    source = UmlsSource(files=files, **options)
    for each in source.concepts(Tally() if tally is None else tally):
        first = merged.get(each.id, Concept(each.id, ""))
        merged[each.id] = Concept(
            each.id,
            first.name or each.name,
            first.aliases + each.aliases,
            tuple(dict.fromkeys(first.types + each.types)),
            first.definition or each.definition,
            first.parents + each.parents,
            first.xrefs + each.xrefs,
            first.former_ids + each.former_ids,
        )
    return merged


def texts(concept: Concept) -> set[str]:
    return {alias.text for alias in concept.aliases}


def append(path: Path, row: str | bytes) -> None:
    with path.open("ab") as stream:
        stream.write(row if isinstance(row, bytes) else row.encode())


class TestConcepts:
    def test_all_that_a_release_says(self, meta: Path) -> None:
        tally = Tally()
        concepts = read(meta, tally=tally)
        assert concepts["C0000001"] == Concept(
            id="C0000001",
            name="Hallux",
            aliases=(
                Alias("Hallux", "en", "preferred", "MSH"),
                Alias("big toe", "en", "synonym", "SNOMEDCT_US"),
                Alias("hallux", "es", "preferred", "MSHSPA"),
                Alias("dedo gordo", "es", "synonym", "MSHSPA"),
                Alias("BT", "en", "abbreviation", "MSH"),
            ),
            types=("Body Part, Organ, or Organ Component",),
            definition="The first toe.",
            parents=("C0000002",),
            former_ids=("C0000101",),
        )
        assert set(concepts["C0000003"].types) == {"Sign or Symptom", "Finding"}
        assert concepts["C0000003"].parents == ("C0000002",)
        assert concepts["C0000003"].definition is None
        assert concepts["C0000002"].parents == ()
        assert tally.counts() == {
            "suppressible name skipped": 1,
            "retired CUI skipped: it has no successor": 1,
            "retired CUI skipped: it is only related": 1,
            "retired CUI skipped: it was split": 1,
            "retired CUI skipped: its successor is not kept": 1,
        }

    def test_without_ranks_the_flags_prefer(self, meta: Path) -> None:
        (meta / "MRRANK.RRF").unlink()
        concept = read(meta)["C0000001"]
        assert concept.name == "big toe"
        assert concept.aliases[0] == Alias("big toe", "en", "preferred", "SNOMEDCT_US")

    def test_languages_choose_and_order(self, meta: Path) -> None:
        concepts = read(meta, languages=("es", "ENG"))
        assert concepts["C0000001"].name == "hallux"
        assert concepts["C0000001"].definition == "El primer dedo."
        assert texts(concepts["C0000003"]) == {"sore toe", "toe pain"}
        assert read(meta, languages=("GER",)).keys() == {"C0000003"}

    def test_vocabularies_choose_names(self, meta: Path) -> None:
        concepts = read(meta, sources=("MSH", "MSHGER"))
        assert texts(concepts["C0000001"]) == {"Hallux", "BT"}
        assert concepts.keys() == {"C0000001", "C0000003"}

    @pytest.mark.parametrize(
        "chosen",
        [
            {"types": ("Sign or Symptom",)},
            {"types": ("T184",)},
            {"groups": ("DISO",)},
            {"types": ("Finding",), "groups": ("CHEM",)},
        ],
    )
    def test_types_and_groups_choose_concepts(self, meta: Path, chosen: dict[str, Any]) -> None:
        concepts = read(meta, **chosen)
        assert concepts.keys() == {"C0000003"}
        # Its one parent is left out, which is no fault.
        assert concepts["C0000003"].parents == ()

    def test_a_file_of_groups(self, meta: Path, tmp_path: Path) -> None:
        groups = tmp_path / "SemGroups.txt"
        groups.write_text("TOES|Toes and such|T023|Body Part, Organ, or Organ Component\n")
        for name in ("TOES", "Toes and such"):
            assert read(meta, groups, groups=(name,)).keys() == {"C0000001", "C0000002"}
        with pytest.raises(SpecError, match="semantic group 'DISO'"):
            read(meta, groups, groups=("DISO",))
        assert UmlsSource(files=(meta, groups)).type_groups() == {
            name: {"Body Part, Organ, or Organ Component"} for name in ("TOES", "Toes and such")
        }
        # A specification is checked before its files are located.
        UmlsSource(files=(), groups=("TOES",))
        append(groups, "TOES|T023\n")
        with pytest.raises(DataError, match=r"SemGroups\.txt, line 2: 2 cells"):
            read(meta, groups, groups=("TOES",))

    def test_suppressible_names_on_demand(self, meta: Path) -> None:
        tally = Tally()
        concept = read(meta, suppressible=("O",), tally=tally)["C0000001"]
        assert concept.aliases[-1].text == "old toe"
        assert not tally["suppressible name skipped"]

    def test_hierarchies_choose_relations(self, meta: Path) -> None:
        concepts = read(meta, hierarchies=("NCI",))
        assert [concepts[f"C000000{n}"].parents for n in (1, 3)] == [(), ("C0000002",)]

    def test_definitions_by_vocabulary(self, meta: Path) -> None:
        concepts = read(meta, definition_sources=("NCI", "MSH"))
        assert concepts["C0000001"].definition == "A thick toe."
        (meta / "MRSAB.RRF").unlink()
        # Nothing tells languages any more, so the rank decides: MSH 9, MSHSPA 7, NCI 5.
        assert read(meta, languages=("SPA",))["C0000001"].definition == "The first toe."

    def test_codes_elsewhere(self, meta: Path) -> None:
        concepts = read(meta, sources=("MSH", "MSHGER"), xrefs=("SNOMEDCT_US",))
        assert concepts["C0000003"].xrefs == ("SNOMEDCT_US:30", "SNOMEDCT_US:31")

    def test_versions(self, meta: Path) -> None:
        versions = UmlsSource(files=(meta,)).versions()
        assert versions == {"MTH": "2099AA", "MSH": "2098", "NCI": "NCI2098", "MSHSPA": "2098"}

    def test_concepts_of_the_nci(self, meta: Path) -> None:
        append(meta / "MRCONSO.RRF", conso("CL413906 ENG P PF Y A20 1 NCI PT 1 nail N"))
        append(meta / "MRCONSO.RRF", conso("CL1413906 ENG P PF Y A21 1 NCI PT 1 claw N"))
        assert {"CL413906", "CL1413906"} <= read(meta).keys()


class TestCodes:
    def test_codes_are_concepts_with_their_own_names(self, meta: Path) -> None:
        concepts = read(meta, id_sources=("SNOMEDCT_US",))
        assert concepts.keys() == {"10", "20", "30", "31"}
        assert concepts["10"] == Concept(
            id="10",
            name="big toe",
            aliases=(Alias("big toe", "en", "preferred", "SNOMEDCT_US"),),
            types=("Body Part, Organ, or Organ Component",),
            definition="The first toe.",
            parents=("20",),
            xrefs=("UMLS:C0000001",),
        )
        # The relation of 30 is of the NCI, whose hierarchy is not that of the codes.
        assert concepts["30"].parents == concepts["31"].parents == ()
        trusted = read(meta, id_sources=("SNOMEDCT_US",), hierarchies=("NCI",))
        assert (trusted["30"].parents, trusted["31"].parents) == (("20",), ())

    def test_names_of_other_vocabularies_extend_them(self, meta: Path) -> None:
        options: dict[str, Any] = {"id_sources": ("SNOMEDCT_US",), "extend": True}
        concepts = read(meta, **options)
        assert texts(concepts["10"]) == {"big toe", "Hallux", "BT", "dedo gordo", "hallux"}
        assert concepts["10"].aliases[0].kind == "preferred"
        # Two codes of one CUI do not share their own names.
        assert texts(concepts["30"]) == {"sore toe", "Zehenweh"}
        assert texts(concepts["31"]) == {"toe pain", "Zehenweh"}
        # Without `extend`, vocabularies that are chosen as well add nothing.
        own = read(meta, id_sources=("SNOMEDCT_US",), sources=("MSH",))
        assert texts(own["10"]) == {"big toe"}
        german = read(meta, languages=("GER",), **options)
        assert {id_: texts(each) for id_, each in german.items()} == {
            "30": {"Zehenweh"},
            "31": {"Zehenweh"},
        }
        spanish = read(meta, sources=("MSHSPA",), **options)
        assert texts(spanish["10"]) == {"big toe", "dedo gordo", "hallux"}

    def test_a_code_under_two_cuis_has_its_best_name(self, meta: Path) -> None:
        row = "C0000004 ENG P PF Y A30 10 SNOMEDCT_US FN 10 entire_big_toe N"
        append(meta / "MRCONSO.RRF", conso(row))
        concept = read(meta, id_sources=("SNOMEDCT_US",))["10"]
        assert (concept.name, texts(concept)) == ("big toe", {"big toe", "entire big toe"})

    def test_ids_from_other_columns(self, meta: Path) -> None:
        assert "M1" in read(meta, id_sources=("MSH",), id_column="scui")
        assert "DM1" in read(meta, id_sources=("MSH",), id_column="sdui")


class TestPacking:
    def pack(self, meta: Path, n_bytes: int) -> dict[str, bytes]:
        """Return the release with MRCONSO in packed parts that end within rows."""
        content = (meta / "MRCONSO.RRF").read_bytes()
        packed = {
            f"MRCONSO.RRF.a{'abcdefghij'[number]}.gz": gzip.compress(content[begin:][:n_bytes])
            for number, begin in enumerate(range(0, len(content), n_bytes))
        }
        for name in TABLES:
            packed[f"{name}.RRF.gz"] = gzip.compress((meta / f"{name}.RRF").read_bytes())
        return packed

    def test_gzip_and_parts(self, meta: Path, tmp_path: Path) -> None:
        packed = tmp_path / "packed"
        packed.mkdir()
        for name, content in self.pack(meta, 100).items():
            (packed / name).write_bytes(content)
        assert read(packed) == read(meta)
        (packed / "MRCONSO.RRF.ab.gz").unlink()
        with pytest.raises(DataError, match=r"the part MRCONSO\.RRF\.ab is missing before .*ac"):
            read(packed)

    def test_archives_that_share_the_parts(self, meta: Path, tmp_path: Path) -> None:
        archives = [tmp_path / "2099AA-1-meta.nlm", tmp_path / "2099AA-2-meta.nlm"]
        for number, archive in enumerate(archives):
            with zipfile.ZipFile(archive, "w") as stream:
                for name, content in list(self.pack(meta, 300).items())[number::2]:
                    stream.writestr(f"2099AA/META/{name}", content)
        assert read(*archives) == read(meta)

    def test_two_releases_are_refused(self, meta: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "MRCONSO.RRF.gz").write_bytes(gzip.compress(conso(ATOMS).encode()))
        assert read(meta, other) == read(meta)
        (other / "MRCONSO.RRF").write_text(conso(ATOMS), encoding="utf-8")
        with pytest.raises(DataError, match=r"MRCONSO\.RRF is also in .*files of one release"):
            read(meta, other)

    def test_tables_one_by_one_and_windows_ends(self, meta: Path) -> None:
        before = read(meta)
        for path in meta.iterdir():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        assert read(*sorted(meta.iterdir())) == before

    @pytest.mark.parametrize("name", ["MRCONSO.RRF.gz", "meta.nlm"])
    def test_cut_archives(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_bytes(gzip.compress(conso(ATOMS).encode())[:-20])
        with pytest.raises(DataError, match=f"{name}: it can't be read: .*Copy or download"):
            read(path)


class TestFaults:
    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            ("C0000004|ENG|P|L1|PF", "a row of 4 columns, each ended by |, where MRCONSO has 18"),
            ("C0000004" + "|" * 19 + "\n", "a row of 19 columns"),
            ("\n", "a row of 0 columns"),
            ("|" * 18 + "\n", "'' is not a CUI"),
            (conso("D0000004 ENG P PF Y A9 1 NCI PT 1 nail N"), "'D0000004' is not a CUI"),
            (conso("C0000004 ENG P PF Y A9 1 NCI PT 1 pé N").encode("cp1252"), "it is not UTF-8"),
        ],
    )
    def test_bad_rows_are_placed_or_counted(
        self, meta: Path, row: str | bytes, problem: str
    ) -> None:
        before = read(meta)
        append(meta / "MRCONSO.RRF", row)
        with pytest.raises(DataError) as caught:
            read(meta)
        assert caught.value.problem.startswith(problem)
        assert (caught.value.path, caught.value.line) == (meta / "MRCONSO.RRF", 11)
        tally = Tally()
        assert read(meta, tally=tally, on_error="skip") == before
        assert [tally[key] for key in tally.counts() if problem in key] == [1]

    @pytest.mark.parametrize("name", [*TABLES])
    def test_cut_tables(self, meta: Path, name: str) -> None:
        path = meta / f"{name}.RRF"
        path.write_bytes(path.read_bytes()[:-4])
        with pytest.raises(DataError, match=rf"{name}\.RRF, line \d: a row of \d+ columns"):
            read(meta)

    def test_rows_that_the_index_tells_of(self, meta: Path) -> None:
        (meta / "MRFILES.RRF").write_text("MRCONSO.RRF|Names|CUI|18|12|900|\n")
        tally = Tally()
        read(meta, tally=tally)
        assert tally["row of MRCONSO.RRF missing: MRFILES.RRF tells of more"] == 2

    def test_unknown_languages_are_und(self, meta: Path) -> None:
        append(meta / "MRCONSO.RRF", conso("C0000004 XXX P PF Y A40 1 NCI PT 1 unghia N"))
        tally = Tally()
        assert read(meta, tally=tally)["C0000004"].aliases[0].language == "und"
        assert tally["name in a language of unknown code, kept as und"] == 1
        assert "C0000004" not in read(meta, languages=("ENG",))

    def test_repeated_rows_and_concepts(self, meta: Path) -> None:
        before = read(meta)
        append(meta / "MRCONSO.RRF", conso(ATOMS.splitlines()[-1]))
        tally = Tally()
        assert read(meta, tally=tally) == before
        assert tally["row of MRCONSO.RRF repeated"] == 1
        append(meta / "MRCONSO.RRF", conso(ATOMS.splitlines()[0]))
        read(meta, tally=tally)
        assert tally["concept in several places of MRCONSO"] == 1

    def test_dangling_relations(self, meta: Path) -> None:
        append(meta / "MRREL.RRF", "C0000001|A1|AUI|PAR|C0000077|A77|AUI||R9||MSH|MSH|||N||\n")
        append(meta / "MRREL.RRF", "C0000001|A1|AUI|PAR|C0000001|A2|AUI||R9||MSH|MSH|||N||\n")
        tally = Tally()
        assert read(meta, tally=tally)["C0000001"].parents == ("C0000002",)
        assert tally["relation skipped: MRCONSO has no such concept"] == 1
        assert tally["relation within one concept skipped"] == 1

    def test_missing_tables(self, meta: Path) -> None:
        for name in TABLES:
            (meta / f"{name}.RRF").unlink()
        tally = Tally()
        concept = read(meta, tally=tally)["C0000001"]
        assert (concept.types, concept.parents, concept.definition) == ((), (), None)
        assert tally["MRREL.RRF is not there: concepts have no parents"] == 1
        assert len(tally.counts()) == 1 + 5
        with pytest.raises(DataError, match=r"types or groups are chosen, .* no MRSTY\.RRF"):
            read(meta, groups=("DISO",))
        (meta / "MRCONSO.RRF").unlink()
        with pytest.raises(DataError, match=r"META: there is no MRCONSO\.RRF\. Name the folder"):
            read(meta)
        with pytest.raises(DataError, match="it can't be read: No such file"):
            read(meta / "MRCONSO.RRF")

    def test_a_file_without_lines(self, meta: Path) -> None:
        (meta / "MRCONSO.RRF").write_bytes(b"x" * 5_000_000)
        with pytest.raises(DataError, match="line 1: a line of more than 1,048,576 bytes"):
            read(meta, on_error="skip")

    def test_empty_names(self, meta: Path) -> None:
        append(meta / "MRCONSO.RRF", conso("C0000004 ENG P PF Y A50 1 NCI PT 1 _ N"))
        tally = Tally()
        assert "C0000004" not in read(meta, tally=tally)
        assert tally["name skipped: it is empty"] == 1

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(data=st.data())
    def test_damage_is_an_error_of_ours_or_counted(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("META")
        for name, content in {"MRCONSO": conso(ATOMS), **TABLES}.items():
            raw = content.encode()
            begin = data.draw(st.integers(0, len(raw)), label=name)
            length = data.draw(st.sampled_from([0, 0, 1, 7, 90]))
            inserted = data.draw(st.sampled_from([b"", b"|", b"\n", b"\xff", b"\0", b"C9"]))
            (folder / f"{name}.RRF").write_bytes(raw[:begin] + inserted + raw[begin + length :])
        by_code: dict[str, Any] = {"id_sources": ("SNOMEDCT_US",), "extend": True}
        for options in ({}, by_code):
            with suppress(XlinkError):
                read(folder, on_error="skip", **options)
            with suppress(XlinkError):
                read(folder, **options)

    def test_misspelt_options(self, meta: Path) -> None:
        with pytest.raises(SpecError, match=r"language 'GRM'\..*Known: .*GER, "):
            read(meta, languages=("GRM",))
        with pytest.raises(SpecError, match=r"semantic group 'DISOS'\. Did you mean 'DISO'"):
            read(meta, groups=("DISOS",))
        with pytest.raises(SpecError, match="name `id_sources`"):
            read(meta, extend=True)
        with pytest.raises(UnknownNameError, match=r"semantic type 'Findings'.*'Finding'"):
            read(meta, types=("Findings",))
        with pytest.raises(UnknownNameError, match=r"language 'fr'.*ENG, GER, SPA"):
            read(meta, languages=("FRE",))
        for option in ("sources", "xrefs", "id_sources"):
            misspelt: dict[str, Any] = {option: ("MHS",)}
            with pytest.raises(UnknownNameError, match=r"vocabulary 'MHS'.*MSH, "):
                read(meta, **misspelt)


def test_labels() -> None:
    # As the official file has it: 15 groups share out 127 types.
    assert len(SEMANTIC_GROUPS) == 15
    assert sum(map(len, SEMANTIC_GROUPS.values())) == 127
    assert len(frozenset[str]().union(*SEMANTIC_GROUPS.values())) == 127
    assert (LANGUAGES["GRE"], LANGUAGES["BAQ"], LANGUAGES["SCR"]) == ("el", "eu", "hr")


def read_versions(folder: Path) -> dict[str, str]:
    return UmlsSource(files=tuple(sorted(folder.iterdir()))).versions()


def test_a_synthetic_release_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = SyntheticUmls(n_concepts=400)
    release.write(tmp_path / "META")
    SyntheticUmls(n_concepts=400).write(tmp_path / "again")
    for path in (tmp_path / "META").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    monkeypatch.setenv("UMLS_HOME", str(tmp_path))
    report = build_from_spec(load_spec("umls"), tmp_path / "built")
    languages = set(report.terminology.alias_table["language"].to_pylist())
    assert languages == {"en", "fr", "de", "es"}
    origin = report.terminology.facts["origin"]
    assert isinstance(origin, dict)
    assert origin["versions"] == read_versions(tmp_path / "META")
    disorders = report.terminology.select(Filter(types=frozenset({"DISO"})))
    assert disorders.concepts.all()
    # 5 of 20 types are disorders.
    assert report.terminology.n_concepts == 400 * 5 // 20
    assert report.terminology.concept("C0000021").parents == ("C0000001",)
    assert report.terminology.concept("C0000303").former_ids == ("C9999995",)
    assert read(tmp_path / "META")["C0000101"].former_ids == ("C9999999",)
    codes = read(tmp_path / "META", id_sources=("SNOMEDCT_US",), extend=True)
    assert all(code == each.xrefs[0][6:].lstrip("0") for code, each in codes.items())
