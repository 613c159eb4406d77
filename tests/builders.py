"""Builds what tests need on disk: a small knowledge folder that keeps every rule, to be spoilt or used as it is."""

from pathlib import Path

SUBJECTS = (
    "法人税の申告期限", "開業届の出し方", "店舗の賃貸契約", "従業員の雇い入れ", "商標の登録", "輸出の始め方",
    "在庫の数え方", "ホームページの作成", "火災への備え", "値上げの伝え方", "消費税の納付", "領収書の保存",
)  # fmt: skip

_ENTRY = """\
  - id: sample-{number}
    question: {subject}について教えてください
    variants:
      - {subject} やりかた
      - "{subject}って何?"
      - はじめての{subject}で困っている
      - {subject}をだれに聞けばいいか
    answer: |
      {subject}は、まず手元の書類をそろえ、期限と窓口を確かめることから始めます。
      ・必要なものを紙に書き出す
      ・分からない点に印を付ける
      そのうえで、見本センターの窓口に持って行き、順番と費用を尋ねてください。
    programs: [sample-loan]
    institutions: [sample-center]
    related: [sample-{other}]
    sources:
      - {{doc: sample-guide, at: "{number}ページ"}}
    as_of: 2026-04
    review_by: 2027-04
"""

_FILES = {
    "programs/sample.yaml": """\
programs:
  - id: sample-loan
    name: 見本資金
    kind: 融資
    provider: sample-center
    summary: 見本のために用意した資金です
    url: https://example.jp/loan
    sources:
      - {doc: sample-guide, at: 10ページ}
    as_of: 2026-04
""",
    "institutions.yaml": """\
institutions:
  - id: sample-center
    name: 見本センター
    for: 見本を見せます。
    reason: 見本を見せる公的な窓口です
    url: https://example.jp/center
    sources:
      - {doc: sample-guide, at: 11ページ}
    as_of: 2026-04
""",
    "offices.csv": """\
id,institution,prefecture,name,host,postal_code,address,tel,doc,at,as_of
center-13,sample-center,東京都,東京見本センター,,100-0001,千代田区1-1,03-1234-5678,sample-guide,12ページ,2026-04
center-14,sample-center,神奈川県,神奈川見本センター,,231-0001,横浜市1-1,045-123-4567,sample-guide,12ページ,2026-04
""",
    "regions.yaml": """\
prefectures:
  - {code: "13", name: 東京都, short: 東京, region: 関東}
  - {code: "14", name: 神奈川県, short: 神奈川, region: 関東}
cities:
  - {name: 横浜, prefecture: 神奈川県}
""",
    "sources.yaml": """\
sources:
  - id: sample-guide
    title: 見本の手引き
    publisher: 見本センター
    as_of: 2026-04
    url: https://example.jp/guide
""",
    "topics.yaml": """\
topics:
  - {id: sample, label: 見本}
""",
    "terms.yaml": """\
terms:
  - {id: shikin, words: [資金, 元手]}
""",
    "clarifications.yaml": """\
clarifications:
  - terms: [shikin]
    question: 何のための資金ですか。
    choices: [sample-1, sample-2]
""",
}


def entries_yaml(count: int) -> str:
    """A file of `count` (2 to 12) entries; entry n is about `SUBJECTS[n - 1]`."""
    entries = (
        _ENTRY.format(number=number, subject=subject, other=number % count + 1)
        for number, subject in enumerate(SUBJECTS[:count], 1)
    )
    return "topic: sample\nentries:\n" + "".join(entries)


class KnowledgeFolder:
    """A valid knowledge folder on disk, and the ways in which an editor may spoil it."""

    def __init__(self, path: Path, entries: int = 2) -> None:
        self.path = path
        for name, text in {**_FILES, "entries/sample.yaml": entries_yaml(entries)}.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Writes a file whole."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replaces the first `old` in a file; it must be there."""
        before, found, after = (self.path / name).read_text(encoding="utf-8").partition(old)
        assert found, f"{name} does not hold {old!r}"
        self.write(name, before + new + after)

    def line_of(self, name: str, words: str, nth: int = 1) -> int:
        """The line on which `words` stand for the nth time."""
        lines = (self.path / name).read_text(encoding="utf-8").splitlines()
        return [number for number, line in enumerate(lines, 1) if words in line][nth - 1]
