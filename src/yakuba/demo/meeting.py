"""The demo town's meeting: a committee's transcript, half mended, and a consultation. Whoever speaks is named by the office
alone."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yakuba.demo import town
from yakuba.kernel.definitions.given import content
from yakuba.services.minutes import facade as minutes

COMMITTEE = "建設委員会（見本）"
CHECKED = 4  # speeches that a clerk has looked at already


def load() -> int:
    """Take both in, unless the town has a meeting already. やくば市 must be active. How many were taken in."""
    if not minutes.is_empty():
        return 0
    clerk = town.user("madoguchi")
    folder = Path(settings.YAKUBA.samples_dir) / "minutes"
    committee = minutes.NewMeeting(
        COMMITTEE, minutes.MeetingKind.COMMITTEE, "やくば市議会", "2026-11-20", "第1委員会室"
    )
    number = minutes.take_in(committee, "committee.vtt", content(folder / "committee.vtt"), actor=clerk)
    minutes.begin(number, CHECKED, actor=clerk)
    consultation = minutes.NewMeeting(
        "バス乗車券の相談（見本）", minutes.MeetingKind.CONSULTATION, held_on="2026-11-24"
    )
    minutes.take_in(consultation, "consultation.txt", content(folder / "consultation.txt"), actor=clerk)
    return 2
