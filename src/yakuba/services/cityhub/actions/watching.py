"""The rules at work: looked at by the workers every few seconds, alarms opened and ended, and people told until one of them
acknowledges. A look that dies is done again from where it was committed; nothing is told twice but where a mail server took the
mail and the worker died before noting it."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.client import HTTPException
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.outbound import dialling
from yakuba.kernel.refusals import Conflict, Missing, Refused
from yakuba.services.cityhub import models
from yakuba.services.cityhub.engine import watching
from yakuba.services.cityhub.engine.watchrules import Roster, Rule, WatchFile, read_watch_file
from yakuba.services.cityhub.queries import watched
from yakuba.services.cityhub.queries.space import HOLDS

LOG = logging.getLogger("yakuba.cityhub")
AT_ONCE = 5_000  # readings of a series in one look
TIMEOUT = 10.0
ROUND_AGAIN = 3_600.0  # seconds between two when all of the roster have been told once
AGAIN = timedelta(
    seconds=45
)  # for so long a claim is one process's; then whoever could not be told is tried again


@transaction.atomic
def set_rules(text: str, *, actor: Actor, before: int | None = None) -> models.WatchRules:
    """Let these rules hold from now on. before: the version that was changed. Raises DefinitionRefused, Conflict."""
    now = watched.rules()
    if before is not None and before != now.version:
        raise Conflict(f"その間に第{now.version}版が登録されました。開き直して、直してください。")
    read_watch_file(text)
    made: models.WatchRules = models.WatchRules.objects.create(
        version=now.version + 1, text=text, created_by=known(actor)
    )
    record("cityhub.rules_set", subject=f"watchrules:{made.pk}", actor=actor, version=made.version)
    return made


def look_everywhere() -> None:
    """Look in each town."""
    in_each_town("the watch over sensors", look)


def look() -> None:
    """Look at what is new in the active town, then at who is to be told."""
    now, held = time.time(), watched.rules()
    for rule in held.file.rules:
        states = dict(models.WatchState.objects.filter(rule=rule.name).values_list("series", "state"))
        for series in watched.series_of(rule):
            # Only where there is something: each look is a transaction, and others write too.
            state = watching.State.of(states.get(series.pk, {}))
            if watching.is_due(rule, state, series.last_at / 1e6, now):
                _look_at(rule, series)
    if held.version and not held.fault:
        _let_go({rule.name for rule in held.file.rules})
    tell(held.file)


def _let_go(names: set[str]) -> None:
    """What a rule began that is not there any more does not go on."""
    models.Alarm.objects.filter(ended_at=None).exclude(rule__in=names).update(ended_at=timezone.now())
    models.WatchState.objects.exclude(rule__in=names).delete()


@transaction.atomic
def _look_at(rule: Rule, series: models.Series) -> None:
    # The row is the lock: two workers would open the same alarm twice.
    row, _ = models.WatchState.objects.select_for_update().get_or_create(
        rule=rule.name, series=series, defaults={"municipality": series.municipality}
    )
    state = watching.State.of(row.state)
    before = state.plain()
    if watching.is_ahead(state, time.time()):
        watching.come_back(state, time.time())
    others = watched.last_values(series) if rule.also else {}
    readings = models.Reading.objects.filter(series=series, pk__gt=row.seen_id or 0).order_by("pk")[:AT_ONCE]
    found = sorted(readings.values_list("at", "number", "pk"))
    for at, number, _key in found:
        _note(rule, series, watching.looked(rule, state, at / 1e6, number, others))
    if found:
        row.seen_id = max(key for _, _, key in found)
    now = time.time()
    _note(rule, series, watching.silent(rule, state, series.last_at / 1e6, now))
    _note(rule, series, watching.lasted(rule, state, now))
    if watching.is_to_learn(rule, state, now):
        watching.learn(state, *watched.events_of(series), now)
    _note(rule, series, watching.expected(rule, state, series.last_at / 1e6, now))
    if found or state.plain() != before:
        row.state = state.plain()
        row.save(update_fields=["state", "seen"])


def _note(rule: Rule, series: models.Series, event: watching.Event | None) -> None:
    if event is None:
        return
    moment = datetime.fromtimestamp(event.at, UTC)
    waiting = models.Alarm.objects.filter(rule=rule.name, series=series, ended_at=None)
    if not event.begins:
        waiting.update(ended_at=moment)
        return
    if waiting.exists():
        return
    # What comes back before anybody has seen it is the same alarm: nobody is told at each turn of a value that flaps.
    unseen = (
        models.Alarm.objects.filter(rule=rule.name, series=series, acknowledged_at=None)
        .order_by("-pk")
        .first()
    )
    if unseen is not None:
        models.Alarm.objects.filter(pk=unseen.pk).update(ended_at=None)
        return
    models.Alarm.objects.create(
        rule=rule.name,
        series=series,
        began_at=moment,
        number=event.number,
        sentence=(rule.sentence or f"{rule.name}：{series.entity_id} の {series.attribute}")[:300],
    )


def tell(file: WatchFile) -> None:
    """Tell whoever's turn it is, of every alarm that nobody has acknowledged; when all have been told, from the beginning."""
    rosters = {rule.name: file.roster(rule.roster) for rule in file.rules}
    dead: set[str] = set()
    for alarm in models.Alarm.objects.filter(acknowledged_at=None).order_by("pk"):
        roster = rosters.get(alarm.rule)
        if roster is None or not roster.addresses:
            continue
        wait = _wait(roster, alarm.step)
        if alarm.told_at is not None and timezone.now() - alarm.told_at < wait:
            continue
        _tell(alarm.pk, roster, wait, dead)


def _wait(roster: Roster, step: int) -> timedelta:
    if step == 0:
        return timedelta(0)
    seconds = roster.wait if step < len(roster.addresses) else max(roster.wait, ROUND_AGAIN)
    return timedelta(seconds=seconds)


def _tell(key: int, roster: Roster, wait: timedelta, dead: set[str]) -> None:
    """Tell the one whose turn it is; whoever cannot be reached is passed over. dead: whom this look has found so."""
    alarm = _claimed(key)
    if alarm is None:
        return
    number = len(roster.addresses)
    for step in range(alarm.step, alarm.step + number):
        address = roster.addresses[step % number]
        where = "" if "@" in address else address  # all mail goes by one relay
        if where in dead:
            continue
        try:
            _send(alarm, address)
        except (dialling.RecipientRefused, ValueError) as error:
            LOG.warning("an alarm could not be told to step %d (%s)", step, type(error).__name__)
        except (OSError, HTTPException, Refused) as error:
            dead.add(where)
            LOG.warning("an alarm could not be told to step %d (%s)", step, type(error).__name__)
        else:
            models.Alarm.objects.filter(pk=key, step=alarm.step).update(step=step + 1)
            return
    # Nobody: again in a moment, however long the wait between two of them is.
    models.Alarm.objects.filter(pk=key).update(told_at=timezone.now() - max(wait, AGAIN) + AGAIN)


@transaction.atomic
def _claimed(key: int) -> models.Alarm | None:
    """The alarm, if this process is the one that tells of it now. The network is not waited for within a transaction."""
    now = timezone.now()
    found = models.Alarm.objects.select_for_update().filter(pk=key, acknowledged_at=None).first()
    if found is None or (found.told_at is not None and now - found.told_at < AGAIN):
        return None
    models.Alarm.objects.filter(pk=key).update(told_at=now)
    return found  # type: ignore[no-any-return]


def _send(alarm: models.Alarm, address: str) -> None:
    if "@" in address:
        if not settings.YAKUBA.mail_relay:
            raise OSError("no mail relay")
        with dialling.mail(settings.YAKUBA.mail_relay, TIMEOUT, HOLDS) as relay:
            relay.send_message(_mail(alarm, address))
        return
    line = dialling.http(address, TIMEOUT, HOLDS)
    line.connect()
    ends = Timer(
        2 * TIMEOUT, dialling.shut, [line.sock]
    )  # whoever says a byte now and then holds up the watch over everything
    ends.daemon = True
    ends.start()
    try:
        parts = urlsplit(address)
        line.request(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            json.dumps(watched.told(alarm), ensure_ascii=False).encode(),
            {"Content-Type": "application/json"},
        )
        if line.getresponse().status >= 400:
            raise OSError("the receiver refused")
    finally:
        ends.cancel()
        line.close()


def _mail(alarm: models.Alarm, address: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"Yakuba 警報：{alarm.rule}".replace("\n", " ").replace("\r", " ")
    message["From"] = settings.YAKUBA.mail_from
    message["To"] = address
    message.set_content("\n".join(f"{name}：{value}" for name, value in watched.told(alarm).items()) + "\n")
    return message


@transaction.atomic
def acknowledge(alarm_id: int, remark: str, *, actor: Actor) -> Any:
    """Somebody has seen it and says what is done. Raises Missing, Conflict."""
    alarm = models.Alarm.objects.select_for_update().filter(pk=alarm_id).first()
    if alarm is None:
        raise Missing(f"{alarm_id}番の警報がありません。番号を確かめてください。")
    if alarm.acknowledged_at is not None:
        raise Conflict("この警報は、もう確認されています。")
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.remark = timezone.now(), known(actor), remark
    alarm.save(update_fields=["acknowledged_at", "acknowledged_by", "remark"])
    return alarm
