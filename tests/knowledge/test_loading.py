"""Whatever an editor does wrong is told with the file, the line of the wrong field, and the rule."""

from pathlib import Path
from typing import NamedTuple

import pytest

from knowledge.errors import KnowledgeError
from knowledge.loading import load_knowledge, load_questions
from tests.builders import SUBJECTS, KnowledgeFolder

ENTRIES = "entries/sample.yaml"
FIRST = SUBJECTS[0]


@pytest.fixture
def folder(tmp_path: Path) -> KnowledgeFolder:
    return KnowledgeFolder(tmp_path / "knowledge")


def problems(folder: KnowledgeFolder) -> list[str]:
    """What the loader finds, each as "file:line: message" with the file's path inside the folder."""
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder.path)
    return [f"{p.path.relative_to(folder.path)}:{p.line}: {p.message}" for p in caught.value.problems]


def test_a_folder_that_keeps_the_rules_is_read_in_file_order(folder: KnowledgeFolder) -> None:
    knowledge = load_knowledge(folder.path)

    assert [entry.id for entry in knowledge.entries] == ["sample-1", "sample-2"]
    assert knowledge.entry["sample-1"].topic == "sample"
    assert knowledge.entry["sample-1"].sources[0].at == "1ページ"
    assert knowledge.program["sample-loan"].status == "active"
    assert knowledge.offices_of("sample-center", "東京都")[0].tel == "03-1234-5678"
    assert knowledge.prefecture["14"] is knowledge.prefecture["神奈川県"]
    assert knowledge.cities[0].prefectures == ("神奈川県",)


PHRASES = "phrases/sample.yaml"


def test_training_phrases_belong_to_their_entry(folder: KnowledgeFolder) -> None:
    folder.write(PHRASES, "phrases:\n  - entry: sample-2\n    texts: [あれこれ, それどれ]\n")

    knowledge = load_knowledge(folder.path)

    assert knowledge.phrases_of == {"sample-2": ("あれこれ", "それどれ")}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("  - entry: sample-9\n    texts: [あれこれ]\n", ":2: entry の参照先がありません: sample-9"),
        ("  - entry: sample-1\n    texts: [あ]\n", ":3: sample-1: 言い方は2〜100字です: あ"),
        (
            "  - entry: sample-1\n    texts: [あれこれ]\n  - entry: sample-2\n    texts: [あれこれ?]\n",
            ":5: sample-2: 質問・言い換えがsample-1と重複しています: あれこれ?",
        ),
        (
            "  - entry: sample-1\n    texts: [あれこれ]\n  - entry: sample-1\n    texts: [それどれ]\n",
            ":4: sample-1: このQ&Aの言い方は、もう書かれています",
        ),
    ],
)
def test_training_phrases_that_break_a_rule_are_told(folder: KnowledgeFolder, rows: str, told: str) -> None:
    folder.write(PHRASES, "phrases:\n" + rows)

    assert problems(folder) == [PHRASES + told]


class Fault(NamedTuple):
    """What an editor makes of what stands in a file; on which line, by words on it (the nth), what is told."""

    file: str
    stands: str
    made: str
    mark: str
    message: str
    nth: int = 1


FORM_FAULTS = [
    Fault(ENTRIES, "    as_of: 2026-04\n", "    asof: 2026-04\n", "asof:", "知らない項目です: asof"),
    Fault(ENTRIES, "{doc: sample-guide,", "{dok: sample-guide,", "dok:", "知らない項目です: dok"),
    Fault(ENTRIES, "topic: sample\n", "topic: sample\nauthor: 山田\n", "author:", "知らない項目です: author"),
    Fault(ENTRIES, "    as_of: 2026-04\n", "", "id: sample-1", "必要な項目がありません: as_of"),
    Fault(ENTRIES, ', at: "1ページ"}', "}", "doc: sample-guide", "必要な項目がありません: at"),
    Fault(ENTRIES, "topic: sample\n", "", "id: sample-1", "必要な項目がありません: topic"),
    Fault(ENTRIES, "programs: [sample-loan]", "programs: sample-loan", "programs: sample-loan", "一覧([ ] または - )が必要ですが、文字が書かれています"),
    Fault(ENTRIES, "    as_of: 2026-04\n", "    as_of: [2026-04]\n", "as_of: [", "文字が必要ですが、一覧([ ] または - )が書かれています"),
    Fault("topics.yaml", "  - {id: sample, label: 見本}", "  - {id: sample, label: 見本}\n  - ただの文字", "ただの文字", "項目の組(名前: 値)が必要ですが、文字が書かれています"),
    Fault("programs/sample.yaml", "kind: 融資", "kind: 貸付", "kind: 貸付", "使えない値です: 貸付"),
    Fault("programs/sample.yaml", "    as_of:", "    status: paused\n    as_of:", "status: paused", "使えない値です: paused"),
    Fault("institutions.yaml", "    for: 見本を見せます。\n", "", "id: sample-center", "必要な項目がありません: for"),
    Fault("institutions.yaml", "    for:", "    purpose:", "purpose:", "知らない項目です: purpose"),
    Fault("terms.yaml", "terms:", "word:", "word:", "一覧「terms:」がありません"),
    Fault(ENTRIES, "    as_of: 2026-04\n", "    as_of: 2026-04\n    as_of: 2026-05\n", "as_of: 2026-05", "同じ項目が二度あります: as_of"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FORM_FAULTS, ids=lambda fault: fault.message)
def test_a_wrong_form_is_told_with_its_line(folder: KnowledgeFolder, fault: Fault) -> None:
    folder.replace(fault.file, fault.stands, fault.made)

    assert problems(folder)[0] == f"{fault.file}:{folder.line_of(fault.file, fault.mark)}: {fault.message}"


RULE_FAULTS = [
    Fault(ENTRIES, "id: sample-2", "id: sample-1", "id: sample-1", "idが重複しています: sample-1", nth=2),
    Fault(ENTRIES, "id: sample-1", "id: Sample_1", "id: Sample_1", "idは英小文字・数字・ハイフンで書きます: 'Sample_1'"),
    Fault(ENTRIES, f"{SUBJECTS[1]} やりかた", f"{FIRST} やりかた?", "やりかた?", f"sample-2: 質問・言い換えがsample-1と重複しています: {FIRST} やりかた?"),
    Fault(ENTRIES, "[sample-loan]", "[lost]", "[lost]", "sample-1: programs の参照先がありません: lost"),
    Fault(ENTRIES, "[sample-center]", "[lost]", "[lost]", "sample-1: institutions の参照先がありません: lost"),
    Fault(ENTRIES, "[sample-2]", "[lost]", "[lost]", "sample-1: related の参照先がありません: lost"),
    Fault(ENTRIES, "[sample-2]", "[sample-1]", "related: [sample-1]", "sample-1: 自分自身を関連(related)にしています"),
    Fault(ENTRIES, "doc: sample-guide", "doc: lost", "doc: lost", "sample-1: sources の参照先がありません: lost"),
    Fault(ENTRIES, "topic: sample\n", "topic: lost\n", "id: sample-1", "sample-1: topic の参照先がありません: lost"),
    Fault(ENTRIES, '    sources:\n      - {doc: sample-guide, at: "1ページ"}\n', "    sources: []\n", "sources: []", "sample-1: 出典(sources)がありません"),
    Fault(ENTRIES, "書き出す\n", "書き出す!\n", "answer:", "sample-1: 回答に装飾や感嘆符は使えません: !"),
    Fault(ENTRIES, f"question: {FIRST}について教えてください", "question: 申告は", "question: 申告は", "sample-1: 質問は6〜80字です(現在3字)"),
    Fault(ENTRIES, f"- {FIRST} やりかた", "- 税", "- 税", "sample-1: 言い換えは2〜80字です: 税"),
    Fault(ENTRIES, f"      - {FIRST} やりかた\n", "", "variants:", "sample-1: 言い換えは4〜8個です(現在3個)"),
    Fault(ENTRIES, "as_of: 2026-04", "as_of: 2026年4月", "as_of: 2026年", "sample-1: as_of は 2026-11 のように書きます: '2026年4月'"),
    Fault(ENTRIES, "review_by: 2027-04", "review_by: 2027-13", "2027-13", "sample-1: review_by は 2026-11 のように書きます: '2027-13'"),
    Fault("programs/sample.yaml", "provider: sample-center", "provider: lost", "provider: lost", "sample-loan: provider の参照先がありません: lost"),
    Fault("programs/sample.yaml", "https://example", "htp://example", "htp:", "sample-loan: URLの形が正しくありません: htp://example.jp/loan"),
    Fault("institutions.yaml", "https://example", "https:/example", "https:/e", "sample-center: URLの形が正しくありません: https:/example.jp/center"),
    Fault("sources.yaml", "https://example", "www.example", "www.", "sample-guide: URLの形が正しくありません: www.example.jp/guide"),
    Fault("sources.yaml", "as_of: 2026-04", "as_of: 26-04", "as_of:", "sample-guide: as_of は 2026-11 のように書きます: '26-04'"),
    Fault("regions.yaml", "prefecture: 神奈川県", "prefecture: 神名川県", "横浜", "横浜: prefecture の参照先がありません: 神名川県"),
    Fault("clarifications.yaml", "[shikin]", "[lost]", "[lost]", "terms の参照先がありません: lost"),
    Fault("clarifications.yaml", "sample-2]", "lost]", "lost]", "choices の参照先がありません: lost"),
    Fault("offices.csv", "045-123-4567", "045-123", "center-14", "center-14: 電話番号の形が正しくありません: 045-123"),
    Fault("offices.csv", "100-0001", "1000001", "center-13", "center-13: 郵便番号の形が正しくありません: 1000001"),
    Fault("offices.csv", ",東京見本センター,", ",,", "center-13", "center-13: 名称(name)がありません"),
    Fault("offices.csv", "sample-center,神奈川県", "lost,神奈川県", "center-14", "center-14: institution の参照先がありません: lost"),
    Fault("offices.csv", "center-14", "center-13", "center-13", "idが重複しています: center-13", nth=2),
    Fault("offices.csv", "東京都", "東京", "center-13", "center-13: prefecture の参照先がありません: 東京"),
]  # fmt: skip


@pytest.mark.parametrize("fault", RULE_FAULTS, ids=lambda fault: fault.message)
def test_a_broken_rule_is_told_with_the_line_of_the_field(folder: KnowledgeFolder, fault: Fault) -> None:
    folder.replace(fault.file, fault.stands, fault.made)

    line = folder.line_of(fault.file, fault.mark, fault.nth)
    assert f"{fault.file}:{line}: {fault.message}" in problems(folder)


@pytest.mark.parametrize(("length", "accepted"), [(79, False), (80, True), (400, True), (401, False)])
def test_an_answer_has_between_80_and_400_characters(folder: KnowledgeFolder, length: int, accepted: bool) -> None:
    text = (folder.path / ENTRIES).read_text(encoding="utf-8")
    start, end = text.index("    answer: |"), text.index("    programs:")
    folder.write(ENTRIES, f"{text[:start]}    answer: {'あ' * length}\n{text[end:]}")

    if accepted:
        assert load_knowledge(folder.path).entries[0].answer == "あ" * length
    else:
        line = folder.line_of(ENTRIES, "answer:")
        assert problems(folder) == [f"{ENTRIES}:{line}: sample-1: 回答は80〜400字です(現在{length}字)"]


BREAKS = [
    Fault(ENTRIES, "    as_of: 2026-04\n", "\tas_of: 2026-04\n", "\tas_of", "字下げ"),
    Fault(ENTRIES, "question: ", "question: 問: ", "問: ", "「: 」のあと"),
    Fault(ENTRIES, "programs: [sample-loan]", "programs: [sample-loan", "institutions:", "YAML"),
    Fault("sources.yaml", "title: 見本の手引き", 'title: "見本の手引き', "title:", "引用符"),
]


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.made)
def test_broken_yaml_is_told_near_the_break_with_what_to_look_for(folder: KnowledgeFolder, fault: Fault) -> None:
    folder.replace(fault.file, fault.stands, fault.made)

    (problem,) = problems(folder)

    assert problem.startswith(f"{fault.file}:{folder.line_of(fault.file, fault.mark)}: YAMLとして読めません")
    assert fault.message in problem


def test_a_control_character_is_told_with_its_line(folder: KnowledgeFolder) -> None:
    folder.replace(ENTRIES, "期限と窓口", "期限\x08と窓口")

    line = folder.line_of(ENTRIES, "\x08")
    assert problems(folder)[0] == f"{ENTRIES}:{line}: 使えない文字(制御文字)があります"


@pytest.mark.parametrize(("name", "words"), [(ENTRIES, "やりかた"), ("offices.csv", "center-14")])
def test_a_file_in_shift_jis_is_told_with_the_first_line_that_is_not_utf8(
    folder: KnowledgeFolder, name: str, words: str
) -> None:
    path = folder.path / name
    before, found, after = path.read_bytes().partition(words.encode())
    path.write_bytes(before + found + "窓口".encode("cp932") + after)

    line = before.count(b"\n") + 1
    assert problems(folder)[0] == f"{name}:{line}: 文字コードがUTF-8ではありません"


@pytest.mark.parametrize("name", ["institutions.yaml", "regions.yaml", "topics.yaml", "offices.csv", "terms.yaml"])
def test_a_missing_file_is_told_once(folder: KnowledgeFolder, name: str) -> None:
    (folder.path / name).unlink()

    assert problems(folder) == [f"{name}:1: ファイルがありません"]


def test_a_file_with_a_byte_order_mark_is_read(folder: KnowledgeFolder) -> None:
    """Spreadsheets write one when they save CSV as UTF-8."""
    for name in ("offices.csv", ENTRIES):
        path = folder.path / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert len(load_knowledge(folder.path).offices) == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (",tel,", ",phone,", 1, "見出しに必要な列がありません: tel"),
        (",tel,", ",tel,fax,", 1, "見出しに知らない列があります: fax"),
        ("id,institution,", "id,id,institution,", 1, "見出しに同じ列が二度あります: id"),
        ("千代田区1-1,", "千代田区1-1,2階,", 2, "列の数が11ではなく12です"),
        (",045-123-4567", "", 3, "列の数が11ではなく10です"),
        ("千代田区1-1,", '"千代田区1-1,', 2, "CSVとして読めません。引用符を確かめてください: unexpected end of data"),
        ("千代田区1-1,", '"千代田区\n1-1",', 4, "center-14: 電話番号の形が正しくありません: 045"),
    ],
)
def test_a_csv_file_is_told_by_row(folder: KnowledgeFolder, old: str, new: str, line: int, message: str) -> None:
    if "電話番号" in message:
        folder.replace("offices.csv", "045-123-4567", "045")
    folder.replace("offices.csv", old, new)

    assert f"offices.csv:{line}: {message}" in problems(folder)


def test_an_empty_table_is_refused(folder: KnowledgeFolder) -> None:
    folder.write("offices.csv", "")

    assert "offices.csv:1: 見出しに必要な列がありません: id" in problems(folder)


def test_all_faults_are_told_at_once_in_the_order_of_files_and_lines(folder: KnowledgeFolder) -> None:
    folder.replace(ENTRIES, "[sample-loan]", "[lost]")
    folder.replace(ENTRIES, "[sample-center]", "[lost]")
    folder.replace("offices.csv", "045-123-4567", "045")

    found = problems(folder)

    assert [problem.split(":")[0] for problem in found] == [ENTRIES, ENTRIES, "offices.csv"]
    with pytest.raises(KnowledgeError, match=r"programs の参照先がありません: lost \(ほか2件\)$"):
        load_knowledge(folder.path)


def test_values_stay_as_they_are_written(folder: KnowledgeFolder) -> None:
    """YAML 1.1 would make a number of 013, a truth value of no, and a date of 2026-04-01."""
    folder.replace(ENTRIES, f"- {FIRST} やりかた", "- 013")
    folder.replace(ENTRIES, f'- "{FIRST}って何?"', "- no")

    assert load_knowledge(folder.path).entries[0].variants[:2] == ("013", "no")


# Development questions


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "q2", "text": "開業", "entries": ["lost"]}', "q2: ないQ&Aを指しています: lost"),
        ('{"id": "q2", "text": "開業"}', "必要な項目がありません: entries"),
        ('{"id": "q2", "text": 5, "entries": []}', "文字が必要ですが、数が書かれています"),
        ('{"id": "q2", "text": "開業", "entries": [], "note": ""}', "知らない項目です: note"),
        ('{"id": "q2"', "JSONとして読めません"),
        ("q2", "JSONとして読めません"),
    ],
)
def test_a_wrong_development_question_is_told_with_its_line(folder: KnowledgeFolder, line: str, message: str) -> None:
    folder.write("questions.jsonl", f'{{"id": "q1", "text": "法人税", "entries": ["sample-1"]}}\n{line}\n')
    path = folder.path / "questions.jsonl"

    with pytest.raises(KnowledgeError) as caught:
        load_questions(path, load_knowledge(folder.path))

    assert [(p.path, p.line, p.message) for p in caught.value.problems] == [(path, 2, message)]


def test_development_questions_are_read_in_order(folder: KnowledgeFolder) -> None:
    """A line ends at a line feed only: JSON strings may hold other line separators as they are."""
    lines = [
        '{"id": "q1", "text": "法人\u2028税", "entries": []}',
        "",
        '{"id": "q2", "text": "開業", "entries": ["sample-2"]}',
    ]
    folder.write("questions.jsonl", "\n".join(lines))

    questions = load_questions(folder.path / "questions.jsonl", load_knowledge(folder.path))

    assert [(question.id, question.text, question.entries) for question in questions] == [
        ("q1", "法人\u2028税", ()),
        ("q2", "開業", ("sample-2",)),
    ]
