"""Where the time goes, as expressions of Ibis: plain groupings over one part, which every back end calculates alike.

Time at an event is the time until the next one on the same PC, where that comes before the pause that ends a session;
behind the last event of a session nobody knows, and nothing is counted.
"""

from __future__ import annotations

from typing import Any

from yakuba.services.worklogs.contracts import DAY, HOUR

THURSDAY = 3  # 1970-01-01, from Monday 0


def timed(events: Any, pause: int) -> Any:
    """The events with what is measured of each. pause: milliseconds without an event that end a session.

    dwell: time at it; starts: 1 where a session begins; idle: the pause behind it on the same day; switched: 1 where the
    next event of the session is in another application.
    """
    import ibis

    goes_on = (events.gap_after <= pause).fill_null(False)
    same_day = ((events.at + events.gap_after) // DAY == events.at // DAY).fill_null(False)

    def when(condition: Any, value: Any) -> Any:
        return ibis.ifelse(condition, value, ibis.literal(0)).cast("int64")

    return events.mutate(
        dwell=when(goes_on, events.gap_after),
        starts=when((events.gap_before > pause) | events.gap_before.isnull(), 1),
        idle=when(~goes_on & same_day, events.gap_after),
        switched=when(goes_on & (events.application_after != events.application), 1),
        day=(events.at // DAY).cast("int64"),
        hour=((events.at // HOUR) % 24).cast("int64"),
        weekday=((events.at // DAY + THURSDAY) % 7).cast("int64"),
    )


def by_hour(rows: Any) -> Any:
    """section, weekday (Monday 0), hour → dwell, events."""
    return rows.group_by(["section", "weekday", "hour"]).agg(dwell=rows.dwell.sum(), events=rows.count())


def by_person(rows: Any) -> Any:
    """section, person, machine → dwell, idle, events, sessions, switches."""
    return rows.group_by(["section", "person", "machine"]).agg(
        dwell=rows.dwell.sum(),
        idle=rows.idle.sum(),
        events=rows.count(),
        sessions=rows.starts.sum(),
        switches=rows.switched.sum(),
    )


def by_day(rows: Any) -> Any:
    """section, person, machine, day (since 1970) → events: on which days somebody was there."""
    return rows.group_by(["section", "person", "machine", "day"]).agg(events=rows.count())


def by_application(rows: Any) -> Any:
    """application → dwell, events."""
    return rows.group_by(["application"]).agg(dwell=rows.dwell.sum(), events=rows.count())


def by_screen(rows: Any) -> Any:
    """application, screen → dwell, events."""
    return rows.group_by(["application", "screen"]).agg(dwell=rows.dwell.sum(), events=rows.count())


def by_switch(rows: Any) -> Any:
    """application, application_after → how often a person changed from one to the other."""
    found = rows.filter(rows.switched == 1)
    return found.group_by(["application", "application_after"]).agg(events=found.count())


def by_step(rows: Any) -> Any:
    """step, section → dwell, events, and its words."""
    return rows.group_by(["step", "section"]).agg(
        dwell=rows.dwell.sum(),
        events=rows.count(),
        application=rows.application.min(),
        screen=rows.screen.min(),
        action=rows.action.min(),
        object=rows.object.min(),
    )


MEASURES = {
    "hours": by_hour,
    "people": by_person,
    "days": by_day,
    "applications": by_application,
    "screens": by_screen,
    "switches": by_switch,
    "steps": by_step,
}


def measured(rows: Any, name: str) -> list[dict[str, Any]]:
    """One of `MEASURES` of timed events, as rows."""
    return list(MEASURES[name](rows).to_pyarrow().to_pylist())
