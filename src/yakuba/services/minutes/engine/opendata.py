"""The published record as an open file. The names of the fields are those of the API of the National Diet's minutes, as no
scheme for local assemblies is known; `start` and `end` (seconds in the sound) are added."""

from __future__ import annotations

from typing import Any

from yakuba.services.minutes.engine.copies import Matter, Record, Said

FORMAT = "yakuba-minutes-1"
HEADER = "会議録情報"


def written(record: Record) -> dict[str, Any]:
    """The file as plain data. Record 0 of the speeches is the head of the record."""
    head = "\n".join(f"{name}　{'、'.join(lines)}" for name, lines in record.facts)
    return {
        "format": FORMAT,
        **record.names,
        "record": [{"heading": name, "lines": list(lines)} for name, lines in record.facts],
        "matters": [_matter(one) for one in record.matters],
        "decisions": [one.sentence for one in record.points if one.kind == "decision"],
        "summary": [
            {"sentence": one.sentence, "speechOrder": one.number}
            for one in record.points
            if one.kind == "summary"
        ],
        "speechRecord": [
            {"speechOrder": 0, "speaker": HEADER, "speech": head},
            *(_speech(one, record) for one in record.said),
        ],
    }


def _matter(one: Matter) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "title": one.title,
        "proposer": one.proposer,
        "outcome": one.outcome,
        "ayes": one.ayes,
        "noes": one.noes,
        "names": list(one.names),
    }


def _speech(one: Said, record: Record) -> dict[str, Any]:
    issue = record.names.get("issueID", "")
    return {
        "speechID": f"{issue}_{one.number:03d}",
        "speechOrder": one.number,
        "kind": one.kind,
        "speaker": one.name or one.speaker,
        "speakerYomi": one.kana,
        "speakerGroup": one.group,
        "speakerPosition": one.office,
        "speakerRole": one.role,
        "speech": f"○{one.speaker}　{one.text}" if one.kind == "speech" and one.speaker else one.text,
        "startPage": None,
        "start": one.start,
        "end": one.end,
    }
