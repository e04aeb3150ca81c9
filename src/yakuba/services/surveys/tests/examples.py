"""One object of every kind that an address of this room names, and a small survey."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.services.surveys.actions import answers, definitions, incoming, tallies
from yakuba.services.surveys.models import Answers, Asked, Edition, FormImport, Incoming

SMALL = """
survey: {survey}
title: {title}
edition: "{edition}"
as_of: {as_of}
contact: 企画課
bodies: [{bodies}]
deadlines:
  - {{text: 6月中旬, day: 2026-06-15}}
sections:
  - title: 導入
    questions:
      - {{code: ai, label: AIを導入していますか, kind: choice, options: {{yes: はい, no: いいえ}}, required: はい}}
      - {{code: kinds, label: どの機能ですか, kind: choices, options: {{voice: 音声認識, letters: 文字認識}}, when: {{question: ai, is: yes}}}}
      - {{code: cases, label: 件数, kind: number, unit: 件}}
  - title: 課題
    questions:
      - {{code: trouble, label: 課題の重さ, kind: grid, rows: {{money: 予算, staff: 人材}}, options: {{much: 重い, little: 軽い}}}}
      - {{code: people, label: 担当する職員, kind: number, unit: 人, counts_people: はい}}
      - {{code: rate, label: 割合, kind: number, unit: "%", decimals: 1}}
      - {{code: since, label: 始めた日, kind: date}}
      - {{code: words, label: 自由に, kind: text, longest: 200}}
      - {{code: systems, label: 仕組み, kind: table, columns: {{name: 名前, users: 人数（数）}}, most_rows: 3}}
checks:
  - {{left: cases, change: 50}}
"""
OWN, OTHERS = "990019", ("131016", "131024", "011002", "131130")
GIVEN = {"ai": "はい", "kinds": "音声認識", "cases": "１，２００件", "trouble.money": "重い", "people": "12"}


def text(
    edition: str = "2026",
    as_of: str = "2026-04-01",
    survey: str = "small",
    title: str = "見本の調査",
    bodies: str = "",
) -> str:
    """The small survey's definition, which asks the own town and four bodies outside."""
    listed = bodies or ", ".join(f'"{code}"' for code in (current_municipality().code, *OTHERS))
    return SMALL.format(edition=edition, as_of=as_of, survey=survey, title=title, bodies=listed)


def opened(actor: Any = None, **given: str) -> Edition:
    """The small survey, sent out."""
    return definitions.send_out(definitions.load(text(**given), actor=actor), actor=actor)


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A survey that is out, with answers and a question, and an inquiry with a part. The secret word stands in the words of each."""
    word = known["secret_word"]
    edition = opened(clerk, survey="example", title=f"{word}の調査")
    asked: Asked = Asked.objects.select_related("edition__survey").get(edition=edition, code="131016")
    answers.keep(asked, {"ai": "yes", "words": word}, Answers.Way.PROXY, actor=clerk, reason=word)
    tallies.prepare(edition)
    clarification = answers.ask_back(edition, asked, f"{word}の質問")
    department, _ = Department.objects.get_or_create(name="企画課")
    given = {
        "title": f"{word}の照会",
        "sender": word,
        "came_on": timezone.localdate(),
        "deadline": timezone.localdate() + timedelta(days=9),
    }
    inquiry: Incoming = incoming.register(given, "", actor=clerk)
    (part,) = incoming.split(inquiry, [incoming.PartOf(department, (), None)])
    run = FormImport.objects.create(
        edition=edition, name=f"{word}.zip", state=FormImport.State.DONE, created_by=clerk
    )
    return {
        "edition_id": edition.pk, "asked_id": asked.pk, "clarification_id": clarification.pk, "incoming_id": inquiry.pk, "part_id": part.pk,
        "form_import_id": run.pk, "survey_code": "example", "edition_code": edition.code, "what": "tally", "form": "utf-8",
    }  # fmt: skip
