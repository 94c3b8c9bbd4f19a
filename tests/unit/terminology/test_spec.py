"""A specification says what is built; whatever is wrong with it is named by file and key."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from xlink.errors import DataError, SpecError, UnknownNameError
from xlink.terminology import BuildReport, Terminology, fetch
from xlink.terminology.spec import build, build_from_spec, known_specs, load_spec

HEAD = 'name = "toes"\ntitle = "Toes"\nversion = "1"\nlicence = "CC0-1.0"\n'
TABLE = """
[[source]]
kind = "table"
files = "toes.tsv"
id = "id"
name = "name"
synonyms = "syn"
language = "lang"
type = "type"
rows = "aliases"
"""
EXTENSION = """
[[source]]
kind = "table"
label = "ward"
files = "ward.tsv"
extends = true
id = "id"
name = "name"
language_value = "en"
"""
TOES = (
    "id\tname\tsyn\tlang\ttype\n"
    "1\tSore (big) toe, unspecified\taching toe\ten\tpain\n"
    "1\tDolor de dedo, no especificado\t\tes\tpain\n"
    "2\tLost toe\t\ten-GB\tloss\n"
)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    (tmp_path / "toes.tsv").write_text(TOES)
    (tmp_path / "ward.tsv").write_text("id\tname\n1\tbad toe\n9\tnose\n")
    path = tmp_path / "toes.toml"
    path.write_text(HEAD + TABLE)
    return path


def built(toml: Path, content: str) -> BuildReport:
    toml.write_text(content)
    return build_from_spec(load_spec(toml), toml.parent / "out")


def names(terminology: Terminology, concept_id: str) -> set[tuple[str, str, str]]:
    return {(a.text, a.kind, a.source) for a in terminology.concept(concept_id).aliases}


class TestSourcesOfAnother:
    def test_they_stand_in_its_place(self, toml: Path) -> None:
        other = toml.with_name("feet.toml")
        source = '[[source]]\nkind = "spec"\nfiles = "toes.toml"\n'
        other.write_text(HEAD.replace("toes", "feet") + source + EXTENSION)
        built_from = build_from_spec(load_spec(other), toml.parent / "out")
        assert ("bad toe", "preferred", "ward") in names(built_from.terminology, "1")
        assert ("Lost toe", "preferred", "toes") in names(built_from.terminology, "2")
        origin = built_from.terminology.facts["origin"]
        assert isinstance(origin, dict)
        assert json.dumps(origin["sources"]).count('"kind": "table"') == 2

    def test_what_can_not_be_taken_in(self, toml: Path) -> None:
        source = '[[source]]\nkind = "spec"\nfiles = "NAME"\n'
        toml.write_text(HEAD + source.replace("NAME", "toes.toml"))
        with pytest.raises(SpecError, match=r"source 1 \(spec\): toes\.toml takes in itself"):
            load_spec(toml)
        toml.write_text(HEAD + source.replace("NAME", "icd-10"))
        with pytest.raises(UnknownNameError, match="icd10"):
            load_spec(toml)
        toml.with_name("feet.toml").write_text(HEAD + TABLE + '[filter]\nlanguages = ["en"]\n')
        toml.write_text(HEAD + source.replace("NAME", "feet.toml"))
        with pytest.raises(SpecError, match=r"feet\.toml has a view or filter"):
            load_spec(toml)


class TestLoading:
    def test_shipped_ones_are_valid(self) -> None:
        known = known_specs()
        assert {"icd10", "icd10cm", "hpo", "hpo-es", "starter"} <= set(known)
        for name in known:
            spec = load_spec(name)
            assert spec.name == name
            assert spec.path == known[name]

    def test_an_unknown_name_lists_the_known(self) -> None:
        with pytest.raises(UnknownNameError, match=r"'icd10cn'\. Did you mean 'icd10cm'\?.*hpo"):
            load_spec("icd10cn")

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SpecError, match=r"none\.toml can't be read: No such file"):
            load_spec(tmp_path / "none.toml")

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("name = \n", r"toes\.toml is not TOML: .*line 1"),
            (HEAD, "the key `source` is missing"),
            (HEAD + "source = []", "`source`: .*at least 1"),
            (HEAD.replace('title = "Toes"\n', "") + TABLE, "the key `title` is missing"),
            (HEAD + 'licens = "x"\n' + TABLE, r"`licens` is unknown\. Did you mean 'licence'"),
            (HEAD + 'path = "x"\n' + TABLE, "the key `path` is unknown"),
            (HEAD.replace('"1"', "1") + TABLE, "`version`: .*valid string, got 1"),
            (HEAD.replace('"toes"', '"../toes"') + TABLE, "`name`: .*pattern"),
            (HEAD + TABLE + "[filter]\nlanguage = []", r"`filter\.language` is .* 'languages'"),
            (HEAD + TABLE + 'derive = ["drop"]', r"`source\.1\.derive\.1`: .*drop-parentheses"),
            (HEAD + TABLE + 'sha256 = "abc"', r"`source\.1\.sha256`"),
            (HEAD + TABLE + 'delimeter = ";"', r"source 1 \(table\): .*'delimiter'\? Known: "),
            (HEAD + TABLE + "extend = true", "`extend` is unknown. Did you mean 'extends'"),
            (HEAD + TABLE + 'skip_rows = "x"', r"source 1 \(table\): `skip_rows`: .*got 'x'"),
            (HEAD + TABLE + 'encoding = "utf-9"', "There is no encoding 'utf-9'"),
            (HEAD + TABLE.replace('id = "id"\n', ""), "the key `id` is missing"),
        ],
    )
    def test_what_is_wrong_is_named(self, toml: Path, content: str, message: str) -> None:
        toml.write_text(content)
        with pytest.raises(SpecError, match=message) as caught:
            load_spec(toml)
        assert str(toml) in str(caught.value)

    def test_another_encoding_is_placed(self, toml: Path) -> None:
        toml.write_bytes(b'name = "a"\ntitle = "\xe9"')
        with pytest.raises(SpecError, match="line 2: it is not UTF-8"):
            load_spec(toml)

    def test_an_unknown_kind_lists_the_known(self, toml: Path) -> None:
        toml.write_text(HEAD + TABLE.replace('"table"', '"tables"'))
        with pytest.raises(UnknownNameError, match="Did you mean 'table'"):
            load_spec(toml)


class TestBuilding:
    def test_names_carry_the_label(self, toml: Path) -> None:
        terminology = built(toml, HEAD + TABLE).terminology
        assert (terminology.name, terminology.version) == ("toes", "1")
        assert terminology.concept("2").aliases[0].source == "toes"
        labelled = built(toml, HEAD + TABLE + 'label = "foot office"').terminology
        assert labelled.concept("2").aliases[0].source == "foot office"

    def test_derived_names_are_synonyms_of_a_source_of_their_own(self, toml: Path) -> None:
        rules = 'derive = ["drop-parentheses", "drop-unspecified"]'
        assert names(built(toml, HEAD + TABLE + rules).terminology, "1") == {
            ("Sore (big) toe, unspecified", "preferred", "toes"),
            ("Sore toe, unspecified", "synonym", "toes+derived"),
            ("Sore (big) toe", "synonym", "toes+derived"),
            ("Sore toe", "synonym", "toes+derived"),
            ("aching toe", "synonym", "toes"),
            ("Dolor de dedo, no especificado", "preferred", "toes"),
            ("Dolor de dedo", "synonym", "toes+derived"),
        }

    def test_an_extension_adds_names_to_what_is_there(self, toml: Path) -> None:
        report = built(toml, HEAD + TABLE + EXTENSION)
        assert report.terminology.n_concepts == 2
        assert ("bad toe", "preferred", "ward") in names(report.terminology, "1")
        assert report.tally["ward: names skipped, for no concept has this id"] == 1

    def test_an_extension_follows_former_ids(self, toml: Path) -> None:
        obo = "format-version: 1.2\n\n[Term]\nid: 1\nname: Sore toe\nalt_id: 9\n"
        toml.with_name("toes.obo").write_text(obo)
        first = '[[source]]\nkind = "obo"\nfiles = "toes.obo"\n'
        report = built(toml, HEAD + first + EXTENSION)
        assert names(report.terminology, "1") == {
            ("Sore toe", "preferred", "toes"),
            ("bad toe", "preferred", "ward"),
            ("nose", "synonym", "ward"),
        }
        assert report.tally["ward: names moved from a former id"] == 1

    @pytest.mark.parametrize(
        ("where", "concepts", "aliases"),
        [
            ('languages = ["en"]', ["1", "2"], 4),
            ('languages = ["es", "en-GB"]', ["1", "2"], 2),
            ('types = ["pain"]', ["1"], 4),
            ('sources = ["ward"]', ["1", "2"], 1),
        ],
    )
    def test_filters(self, toml: Path, where: str, concepts: list[str], aliases: int) -> None:
        content = f"{HEAD}{TABLE}{EXTENSION}\n[filter]\n{where}\n"
        terminology = built(toml, content).terminology
        assert [each.id for each in terminology.concepts()] == concepts
        assert terminology.n_aliases == aliases

    @pytest.mark.parametrize(
        ("where", "message"),
        [
            ('languages = ["fr"]', "language 'fr'.*Known: en, en-GB, es"),
            ('types = ["pains"]', "semantic type 'pains'. Did you mean 'pain'"),
            ('sources = ["toe"]', "source 'toe'. Did you mean 'toes'"),
        ],
    )
    def test_a_filter_that_matches_nothing_is_misspelt(
        self, toml: Path, where: str, message: str
    ) -> None:
        with pytest.raises(UnknownNameError, match=message):
            built(toml, f"{HEAD}{TABLE}\n[filter]\n{where}\n")
        assert not (toml.parent / "out").exists()

    def test_content_that_is_not_there_stops_before_anything_is_read(self, toml: Path) -> None:
        with pytest.raises(DataError, match=r"ward2\.tsv: there is no such file"):
            built(toml, HEAD + TABLE + EXTENSION.replace("ward.tsv", "ward2.tsv"))

    def test_the_user_of_an_unset_variable_is_told_how(
        self, toml: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("TOES_HOME", raising=False)
        note = 'licence_note = "Ask for it."\nhomepage = "https://toes.org"\n'
        with pytest.raises(
            SpecError, match=r"TOES_HOME is not set\. Ask for it\. See https://toes\.org\."
        ):
            built(toml, HEAD + note + TABLE.replace("toes.tsv", "$TOES_HOME/toes.tsv"))

    def test_equal_content_makes_equal_bytes_wherever_it_lies(
        self, toml: Path, tmp_path: Path
    ) -> None:
        content = HEAD + TABLE + 'derive = ["drop-unspecified"]\n' + EXTENSION
        first = built(toml, content).terminology
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        for name in ("toes.tsv", "ward.tsv"):
            shutil.copy(tmp_path / name, elsewhere / name)
        second = built(elsewhere / "other.toml", content).terminology
        assert first.fingerprint == second.fingerprint
        manifests = [(each.path / "manifest.json").read_bytes() for each in (first, second)]
        assert manifests[0] == manifests[1]
        assert str(tmp_path) not in manifests[0].decode()

    def test_the_short_way(self, toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XLINK_HOME", str(toml.parent / "home"))
        assert build(toml).path == toml.parent / "home" / "toes"
        assert build(load_spec(toml), toml.parent / "out").n_concepts == 2


def test_the_starter_terminology_builds(tmp_path: Path) -> None:
    report = build_from_spec(load_spec("starter"), tmp_path / "starter")
    terminology = report.terminology
    assert not report.tally, list(report.tally.sentences())
    assert {"de", "el", "en", "es", "fr", "ja", "pt", "vi", "zh"} == set(terminology.languages)
    hypertension = terminology.concept("XL:0001")
    assert set(hypertension.xrefs) == {"ICD10:I10", "HP:0000822"}
    assert hypertension.types == ("disorder",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n_concepts", "n_aliases"),
    [
        ("icd10", 14_416, range(120_000, 150_000)),
        # 39 sections share a category's id; 4,643 names are handed down to leaves
        ("icd10cm", 98_505 - 39, range(111_040 + 4_643, 111_040 + 4_644)),
        ("hpo", 19_034, range(41_498, 41_499)),
        ("hpo-es", 19_034, range(60_000, 62_000)),
    ],
)
def test_shipped_specifications_build(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    n_concepts: int,
    n_aliases: range,
) -> None:
    if "$XLINK_DATA" in json.dumps([each.files for each in load_spec(name).sources]) and (
        "XLINK_DATA" not in os.environ
    ):
        pytest.skip(f"{name}: XLINK_DATA is not set")
    monkeypatch.setattr(
        fetch, "_pip_download", lambda wheel, *_: pytest.skip(f"{wheel} is not in the cache")
    )
    terminology = build_from_spec(load_spec(name), tmp_path / name).terminology
    assert terminology.n_concepts == n_concepts
    assert terminology.n_aliases in n_aliases
