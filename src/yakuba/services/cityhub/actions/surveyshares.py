"""Links to a survey file for somebody without an account: a secret in the address, a last day, and a line in the audit record for
each time it is opened. What is kept of the secret is its mark."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.models import SurveyFile, SurveyShare

MOST_DAYS = 90
MOST_LINKS = 50  # of a file that hold
SETTING = "cityhub.survey_links"


@transaction.atomic
def share(
    survey_id: int, for_whom: str, reason: str, days: int, with_file: bool, *, actor: Actor
) -> tuple[SurveyShare, str]:
    """A link, and its secret, which nobody can see again. Raises Invalid, Missing, Conflict."""
    if not value(SETTING):
        raise Conflict(
            "自治体の設定で「測量ファイルを外の人にリンクで見せる」が「いいえ」です。管理の担当へ頼んでください。"
        )
    for place, text in (("見せる相手", for_whom), ("見せるわけ", reason)):
        if not text.strip():
            raise Invalid("空です。書いてください。", place=place)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"1日から{MOST_DAYS}日までにしてください。", place="見せる日数")
    survey = SurveyFile.objects.filter(pk=survey_id, state=SurveyFile.State.DONE).first()
    if survey is None:
        raise Missing(f"{survey_id}番の測量ファイルは、まだ読めていないか、ありません。")
    if standing().filter(survey=survey).count() >= MOST_LINKS:
        raise Conflict(f"一つのファイルのリンクは{MOST_LINKS}までです。使わないものを止めてください。")
    key = secrets.token_urlsafe(24)
    row: SurveyShare = SurveyShare.objects.create(
        survey=survey,
        mark=mark_of(key),
        for_whom=for_whom.strip(),
        reason=reason.strip(),
        with_file=with_file,
        expires_at=timezone.now() + timedelta(days=days),
        created_by=known(actor),
    )
    record(
        "cityhub.survey_shared",
        subject=f"share:{row.pk}",
        actor=actor,
        survey=survey.pk,
        days=days,
        with_file=with_file,
    )
    return row, key


def mark_of(key: str) -> str:
    """What is kept of a secret: bound to the town, and unlike the secret."""
    salt = f"yakuba.cityhub.share.{current_municipality().code}"
    return salted_hmac(salt, key, algorithm="sha256").hexdigest()


def standing() -> QuerySet[SurveyShare]:
    """Links that open something."""
    return SurveyShare.objects.filter(revoked_at=None, expires_at__gt=timezone.now())


@transaction.atomic
def revoke(share_id: int, *, actor: Actor) -> SurveyShare:
    """It opens nothing from now on. Raises Missing."""
    row: SurveyShare | None = (
        SurveyShare.objects.select_for_update(of=("self",))
        .select_related("survey")
        .filter(pk=share_id)
        .first()
    )
    if row is None:
        raise Missing(f"{share_id}番のリンクがありません。番号を確かめてください。")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record("cityhub.survey_share_revoked", subject=f"share:{row.pk}", actor=actor)
    return row


def found(key: str) -> SurveyShare | None:
    """The link that a secret opens now; None where it opens nothing, for whatever reason."""
    if not value(SETTING) or len(key) > 64:
        return None
    rows = standing().filter(mark=mark_of(key), survey__state=SurveyFile.State.DONE)
    row: SurveyShare | None = rows.select_related("survey__file", "survey__picture").first()
    return row


@transaction.atomic
def opened(row: SurveyShare, what: str) -> None:
    """Note that somebody opened it. what: page or file."""
    SurveyShare.objects.filter(pk=row.pk).update(opened=F("opened") + 1, opened_at=timezone.now())
    record("cityhub.survey_share_opened", subject=f"share:{row.pk}", actor=None, what=what)
