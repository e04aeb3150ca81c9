"""Which trained models are at work here: whose they are, under which licence, and whether their files are the ones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required, unused_rooms
from yakuba.kernel.administration import model_list


@permission_required("administration.view")
def models(request: HttpRequest) -> HttpResponse:
    """The models of every room that the town uses, looked at now, and what does the tasks of a model server; and what the rooms look for on this
    machine beside their models."""
    unused = unused_rooms(request.user)
    found = model_list.found(unused)
    wrong = sum(bool(one.fault) for _, several in found for one in several)
    context = {"found": found, "wrong": wrong, "servers": model_list.servers()}
    context["optional"] = model_list.optional(unused)
    return render(request, "administration/models.html", context)
