"""Which tables belong to a municipality and go with it. It is asked of the models, so that a new table goes along by
itself; one that does not say whose it is stops the export until it has a line here."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.unreferenced import references
from yakuba.kernel.refusals import Unavailable
from yakuba.kernel.tenancy.models import Municipality, MunicipalityModel

# Tables that carry no municipality of their own: the path to it.
BY_PATH = {
    "audit.ChainHead": "municipality",
    "accounts.User": "municipality",
    "accounts.User_roles": "role__municipality",
}

# What stays behind, and why.
LEFT_OUT = {
    "tenancy.Municipality": "its code and name stand at the head of the file",
    "privacy.WrappedKey": "the keys of the old installation; the new one makes its own",
    "accounts.User_groups": "the house uses its own roles",
    "accounts.User_user_permissions": "the house uses its own roles",
    "accounts.ApiToken": "programs get new tokens in the new installation",
    "accounts.LoginTally": "tries to log in to the old installation",
    "accounts.SignedIn": "people log in anew",
    "signin.Authenticator": "people set their second factor anew",
    "signin.Challenge": "questions that a browser of the old installation has not answered yet",
    "signin.Passkey": "a passkey is bound to the address of the old installation",
    "signin.RecoveryCode": "people set their second factor anew",
    "signin.Invitation": "invitations lead to the old installation",
    "support.Operator": "who operates the old installation",
    "support.SupportGrant": "what the operator of the old installation was let see",
    "lists.Choice": "how one person last narrowed a list; numbers in it would be others'",
    "search.Shelf": "the index is built anew from the rows",
    "search.Document": "the index is built anew from the rows",
    "search.Posting": "the index is built anew from the rows",
    "search.Waiting": "the index is built anew from the rows",
    "intake.Draft": "what residents are still writing, for a few days, in the old installation",
    "intake.HandOver": "what a card reader of the old installation handed over, for half a day",
    "intake.Visit": "who stands at a counter of the old installation",
    "letters.LetterPart": "pieces of a print under way, which is made anew",
    "reading.Turn": "a picture that a helper has before the eyes",
    "robots.RecordingInput": "keys pressed in a browser that is no more",
    "robots.TownGroup": "with whom it shares is said by who operates the new installation",
    "digest.Entry": "what fails is noticed anew",
    "digest.Mail": "mails that the old installation sent",
    "jobs.Worker": "processes of the old installation",
    "auth.Permission": "Django's own",
    "auth.Group": "Django's own",
    "auth.Group_permissions": "Django's own",
    "contenttypes.ContentType": "Django's own",
    "sessions.Session": "people log in anew",
    "audit.HouseEvent": "the old installation's own record",
}

# Tables without a municipality of their own that stand behind no export, and go when one is erased: the path to it. Those
# that hang on others come first.
ERASED_BY_PATH = {
    "accounts.User_roles": "user__municipality",
    "accounts.User_groups": "user__municipality",
    "accounts.User_user_permissions": "user__municipality",
    "accounts.ApiToken": "user__municipality",
    "accounts.LoginTally": "user__municipality",
    "audit.ChainHead": "municipality",
    "accounts.User": "municipality",
}

# What an erasure leaves, and why.
KEPT = {
    "tenancy.Municipality": "goes last",
    "privacy.WrappedKey": "goes first",
    "audit.HouseEvent": "says that it was erased",
    "sessions.Session": "asked one by one whose they are",
    "signin.Challenge": "nobody's; over in minutes",
    "jobs.Worker": "processes work for all",
    "auth.Permission": "Django's own",
    "auth.Group": "Django's own",
    "auth.Group_permissions": "Django's own",
    "contenttypes.ContentType": "Django's own",
}


def tables() -> dict[str, type[models.Model]]:
    """Label -> model of every table that goes along, in the order of the applications. Raises Unavailable where one does
    not say whose it is."""
    found: dict[str, type[models.Model]] = {}
    unknown = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in LEFT_OUT or model._meta.proxy:
            continue
        if label not in BY_PATH and not issubclass(model, MunicipalityModel):
            unknown.append(label)
        found[label] = model
    if unknown:
        raise Unavailable(f"自治体の書き出しが知らない表があります: {'、'.join(unknown)}")
    return found


def erased() -> list[tuple[type[models.Model], str]]:
    """Every table of which a municipality's rows go when it is erased, and the path to it; in an order in which none is
    asked for by way of one that has gone. Raises Unavailable where a table does not say whose it is."""
    found = [(apps.get_model(label), path) for label, path in list(ERASED_BY_PATH.items())]
    unknown = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in KEPT or label in ERASED_BY_PATH or model._meta.proxy:
            continue
        if not issubclass(model, MunicipalityModel):
            unknown.append(label)
        found.append((model, "municipality"))
    if unknown:
        raise Unavailable(f"自治体の消去が知らない表があります: {'、'.join(unknown)}")
    return found


def rows_of(model: type[models.Model], town: Municipality) -> Any:
    """The municipality's rows in the order of their keys; not those that go with a row that stays behind, nor their files."""
    path = BY_PATH.get(model._meta.label, "municipality")
    rows = _every(model).filter(**{path: town}).order_by("pk")
    if model is StoredFile:
        stays, goes = _named_by(staying=True), _named_by(staying=False)
        return rows.exclude(stays & ~goes)
    for name in hung_on_what_stays(model):
        rows = rows.filter(**{f"{name}__isnull": True})
    return rows


def hung_on_what_stays(model: type[models.Model]) -> list[str]:
    """The names of its foreign keys to a table that is left out, with whose row this one would go: the picture that a
    resident has added to an application while writing it. An import could not tie such a row to anything."""
    found = []
    for field in model._meta.concrete_fields:
        if field.related_model is None or field.related_model._meta.label not in LEFT_OUT:
            continue
        if field.remote_field is not None and field.remote_field.on_delete is models.CASCADE:
            found.append(field.name)
    return found


def _named_by(*, staying: bool) -> models.Q:
    """Files that a row names which stays behind, or one which goes along."""
    found = models.Q(pk__in=())
    for model, field in references():
        rows = _every(model).filter(**{field: models.OuterRef("pk")})
        hung = models.Q(pk__in=())
        for name in hung_on_what_stays(model):
            hung |= models.Q(**{f"{name}__isnull": False})
        if model._meta.label in LEFT_OUT:
            rows = rows if staying else rows.none()
        else:
            rows = rows.filter(hung) if staying else rows.exclude(hung)
        found |= models.Q(models.Exists(rows))
    return found


def _every(model: type[models.Model]) -> Any:
    return getattr(model, "all_municipalities", None) or model._default_manager
