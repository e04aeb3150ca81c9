"""Takes an operator's request into the town that lets them look."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yakuba.kernel.accounts.proof import NotForVisitors
from yakuba.kernel.refusals import Forbidden
from yakuba.kernel.support import visiting
from yakuba.kernel.tenancy import active_municipality


class Beyond(Forbidden):
    """The town has not let the visitor see this page, or it is something to be done."""

    def __init__(self) -> None:
        super().__init__(
            "この画面は、運用者には見えません。運用者は、見ることだけができます。",
            remedy="必要なら、自治体のYakuba管理者に「受付と仕事の画面も見せる」を頼んでください。",
        )


class Visits:
    """Stands behind the one that ends sessions. A grant that has ended leads back, whatever was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated or visiting.GRANT not in request.session:
            return self.get_response(request)
        grant = visiting.grant_of(request)
        if grant is None or request.path == reverse("logout"):
            del request.session[visiting.GRANT]
            if grant is not None:
                return self.get_response(request)
            messages.info(request, "見られる時間が終わりました。")
            return redirect("support:visits")
        with active_municipality(grant.municipality):
            visiting.carry(request.user, grant)
            request.support_grant = grant  # type: ignore[attr-defined]  # for the banner
            visiting.note_look(request, grant)
            answer = self.get_response(request)
            if visiting.is_page(answer):
                return answer
            return render(request, "ui/refused.html", {"refusal": NotForVisitors()}, status=403)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        """Refuse what a visitor may not ask for."""
        grant = getattr(request, "support_grant", None)
        if grant is not None and not visiting.may_look(request, grant):
            return render(request, "ui/refused.html", {"refusal": Beyond()}, status=403)
        return None
