from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.formats.columns import ColumnsReader
from xlink.corpora.published.smm4h import Smm4hReader
from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.types import Document, Mention


def write(folder: Path, content: str, name: str = "gold.tsv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_without_a_text_each_mention_is_a_document(tmp_path: Path) -> None:
    path = write(tmp_path, "mention\tconcept\nfever\tR50\n\t\ncough\tNIL\nlump\t\n")
    tally = Tally()
    documents = list(ColumnsReader(language="en").read([path], tally))
    assert documents == [
        Document(
            "gold#2", "fever", "en", (Mention("T1", ((0, 5),), "fever", "", frozenset({"R50"})),)
        ),
        Document("gold#4", "cough", "en", (Mention("T1", ((0, 5),), "cough", "", frozenset()),)),
        Document("gold#5", "lump", "en", (Mention("T1", ((0, 4),), "lump", "", None),)),
    ]
    assert not tally


def test_ids_are_alternatives_or_a_composite_by_what_stands_between(tmp_path: Path) -> None:
    path = write(tmp_path, "mention\tconcept\na\tX|Y\nb\tX+Y\nc\tX+X\n")
    golds = [
        (document.mentions[0].gold, document.mentions[0].composite)
        for document in ColumnsReader().read([path], Tally())
    ]
    both = frozenset({"X", "Y"})
    assert golds == [(both, False), (both, True), (frozenset({"X"}), False)]
    (document, *_) = ColumnsReader(alternatives="", composite="").read([path], Tally())
    assert document.mentions[0].gold == frozenset({"X|Y"})


def test_documents_are_put_together_from_lines_with_offsets(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'note,from,to,said,code,kind,body\n7,0,5,Fever,R50,S,"Fever, ""no"" cough"\n'
        '8,,,,,,Nothing\n7,12,17,cough,R05,S,"Fever, ""no"" cough"\n',
    )
    reader = ColumnsReader(
        delimiter="comma",
        document="note",
        start="from",
        end="to",
        mention="said",
        concept="code",
        label="kind",
        text="body",
    )
    tally = Tally()
    documents = list(reader.read([path], tally))
    assert documents == [
        Document(
            "7",
            'Fever, "no" cough',
            "und",
            (
                Mention("T1", ((0, 5),), "Fever", "S", frozenset({"R50"})),
                Mention("T2", ((12, 17),), "cough", "S", frozenset({"R05"})),
            ),
        ),
        Document("8", "Nothing"),
    ]
    assert tally.counts() == {"line without a mention": 1}


def test_mentions_without_offsets_are_looked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "mention\tconcept\ttext\nlump\tX\tlump, lump\nlimp\tY\tlump, lump\n")
    tally = Tally()
    (document,) = ColumnsReader(text="text").read([path], tally)
    assert document.id == "gold#2"
    assert [mention.spans for mention in document.mentions] == [((0, 4),)]
    assert tally.counts() == {
        "mention with several places: the first taken": 1,
        "mention left out: its text does not have it": 1,
    }


def test_texts_may_lie_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    write(tmp_path / "notes", "A lump.", "n1.txt")
    reader = ColumnsReader(document="doc", texts="notes", start="start", end="end", header=HEADER)
    (document,) = reader.read([write(tmp_path, "n1\t2\t6\tlump\tX\n")], Tally())
    assert (document.id, document.mentions[0].text) == ("n1", "lump")
    with pytest.raises(DataError, match=r"n2\.txt: it can't be read"):
        list(reader.read([write(tmp_path, "n2\t2\t6\tlump\tX\n")], Tally()))


HEADER = ("doc", "start", "end", "mention", "concept")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1: there is no column 'mention'"),
        ("mention\tcode\tdoc\ttext\n", "no column 'concept'. Its columns are: mention, code"),
        ("mention\tconcept\tdoc\ttext\na\tb\n", "line 2: 2 columns where the header has 4"),
        ("mention\tconcept\tdoc\ttext\na\tX\t1\tab\nb\tX\t1\tabc\n", "line 3: document '1' has"),
    ],
)
def test_a_bad_table_is_refused_by_place(tmp_path: Path, content: str, problem: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(DataError, match=problem):
        list(ColumnsReader(document="doc", text="text").read([path], Tally()))


def test_cut_csv_and_another_encoding_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'mention,concept\n"fever,R50\n')
    with pytest.raises(DataError, match="line 2: it is not CSV"):
        list(ColumnsReader(delimiter="comma").read([path], Tally()))
    path.write_bytes("mention\tconcept\ntos\tR05\nmañana\tX\n".encode("latin-1"))
    with pytest.raises(DataError, match="line 3: byte 0xf1"):
        list(ColumnsReader().read([path], Tally()))
    documents = list(ColumnsReader(encoding="latin-1").read([path], Tally()))
    assert documents[1].text == "mañana"


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "pipe"},
        {"start": "a", "text": "t"},
        {"start": "a", "end": "b"},
        {"text": "t", "texts": "folder", "document": "d"},
        {"texts": "folder"},
        {"encoding": "utf-9"},
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(SpecError):
        ColumnsReader(**options)  # type: ignore[arg-type]


POSTS = """tweet_id\tbegin\tend\ttype\textraction\tdrug\ttweet\tmeddra_code\tmeddra_term
1\t9\t15\tADR\tsleepy\tx\tIt makes sleepy and "sick"\t10041014\tsleepy
1\t20\t26\tADR\t"sick"\tx\tIt makes sleepy and "sick"\t10025482\tmalaise
2\t\t\t\t\tx\tNothing to say\t\t
"""


def test_posts_of_smm4h(tmp_path: Path) -> None:
    path = write(tmp_path, POSTS)
    first, second = Smm4hReader().read([path], Tally())
    assert [mention.text for mention in first.mentions] == ["sleepy", '"sick"']
    assert first.mentions[0].gold == frozenset({"10041014"})
    assert (second.id, second.language, second.mentions) == ("2", "en", ())


def test_mentions_of_smm4h_2017(tmp_path: Path) -> None:
    path = write(tmp_path, "44675\tso sleepy\t10041014\n", "train.txt")
    (document,) = Smm4hReader(task="2017").read([path], Tally())
    assert (document.id, document.text) == ("44675#1", "so sleepy")
    assert document.mentions[0].gold == frozenset({"10041014"})
    with pytest.raises(SpecError, match="SMM4H has no task '2018'"):
        Smm4hReader(task="2018")  # type: ignore[arg-type]
