"""Free text: translated sentence by sentence beside the Japanese, corrected, kept, taken along in Word; the town's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.lists import Bulk, Column, Filter, Listing, Nothing, Search, shortened
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.ui.refusals import form_page, told_in
from yakuba.services.translation import operations
from yakuba.services.translation.actions import memory as actions
from yakuba.services.translation.contracts import Sentence, Way
from yakuba.services.translation.engine import papers
from yakuba.services.translation.engine.guest_words import guest_words
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.forms import TermForm, TextsForm
from yakuba.services.translation.models import Segment, Term
from yakuba.services.translation.queries import translating
from yakuba.services.translation.queries.phrases import UNCHECKED

WAYS = {
    Way.MEMORY: ("success", "前に訳した文"),
    Way.PHRASE: ("success", "窓口の言い方"),
    Way.SERVER: ("warning", "機械の訳"),
    Way.NONE: ("error", "訳がない"),
}
MACHINE = "機械の訳"
KEPT = Listing(
    "translation.segments",
    "前に訳した文",
    "文",
    columns=(
        Column("source", "日本語", lambda row: shortened(row.source, 200), ("source",)),
        Column("language", "言語", lambda row: LANGUAGES[row.language].name, ("language", "source")),
        Column("target", "訳", lambda row: shortened(row.target, 200)),
        Column("checked", "確認した人", lambda row: row.checked_by, ("checked_by",)),
        Column("at", "書いた日", lambda row: timezone.localdate(row.at), ("at",)),
    ),
    rows=Segment.objects.all,
    nothing=Nothing("前に訳した文はありません", "「文の翻訳」で直して残すと、次から先に使います。"),
    search=Search(lambda rows, text: rows.filter(source__icontains=text), label="日本語"),
    filters=(Filter("language", "言語", lambda: [(one.code, one.name) for one in LANGUAGES.values()]),),
    bulk=(Bulk("消す", operations.forget_segment, "segment_id"),),
    sort="-at",
)


@permission_required("translation.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """A text, and its translation beside it; or the same as a Word file."""
    form = TextsForm(request.POST, request.FILES) if request.method == "POST" else TextsForm()
    context: dict[str, Any] = {"form": form, "engine": translating.engine()}
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            file = form.cleaned_data["file"]
            content = file.read(papers.LARGEST + 1) if file else b""
            text = form.cleaned_data["text"]
            lines = papers.paragraphs(content, file.name) if file else text.splitlines()
            language = form.cleaned_data["language"]
            found, trouble = _translated(lines, language)
            if "same" in request.POST:
                return _same_layout(content, lines, found, language)
            if "side" in request.POST:
                return _side_by_side(found, language)
            context |= _beside(found, trouble, language, "\n".join(lines))
    context["may_edit"] = allowed(request.user, "translation.edit")
    return render(request, "translation/texts.html", context, status=422 if form.errors else 200)


@permission_required("translation.edit")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what was corrected, and what is marked as right."""
    given = request.POST
    pairs = []
    for at in range(translating.MOST):
        if f"source-{at}" not in given:
            break
        source, target = given[f"source-{at}"], given.get(f"target-{at}", "")
        if target.strip() != given.get(f"was-{at}", "").strip() or f"right-{at}" in given:
            pairs.append((source, target))
    if not pairs:
        raise Invalid("直すか「この訳でよい」に印を付けてから押してください。")
    number = actions.keep(
        given.get("language", ""), pairs, given.get("checked_by", ""), actor=person_of(request)
    )
    messages.success(request, f"{number}文を残しました。次から、この訳を先に使います。")
    return redirect("translation:text-kept")


@permission_required("translation.view")
def kept(request: HttpRequest) -> HttpResponseBase:
    """What was translated before."""
    return respond(request, KEPT)


@permission_required("translation.edit")
def terms(request: HttpRequest) -> HttpResponse:
    """The town's words, and a form for one."""
    form = TermForm(request.POST or None)

    def set_one() -> HttpResponse:
        given = form.cleaned_data
        actions.set_term(given["japanese"], given["language"], given["text"], actor=person_of(request))
        messages.success(request, "残しました。")
        return redirect("translation:terms")

    rows = [(row, LANGUAGES[row.language]) for row in Term.objects.order_by("japanese", "language")]
    return form_page(request, form, set_one, "translation/terms.html", {"terms": rows})


def _translated(lines: Sequence[str], language: str) -> tuple[list[Sentence], str]:
    sources = [one for line in lines for one in translating.sentences_of(line)]
    if len(sources) > translating.MOST:
        raise Invalid(
            f"一度に訳せるのは{translating.MOST}文までです。分けてください（今は{len(sources)}文）。"
        )
    return translating.translated(sources, language)


def _beside(found: Sequence[Sentence], trouble: str, language: str, text: str) -> dict[str, Any]:
    return {
        "rows": [(one, *WAYS[one.way]) for one in found],
        "none": sum(one.way is Way.NONE for one in found),
        "trouble": trouble,
        "language": LANGUAGES[language],
        "unchecked": UNCHECKED,
        "form": TextsForm(initial={"text": text[:20_000], "language": language}),
    }


def _side_by_side(found: Sequence[Sentence], language: str) -> HttpResponseBase:
    told = LANGUAGES[language]
    note = f"正しいのは日本語です。{guest_words(language)['prevails']}"
    rows = [(one.source, one.target, _remark(one)) for one in found]
    content = papers.side_by_side(rows, ("日本語", f"{told.name}　{told.own}"), note)
    return Download("side-by-side.docx", papers.WORD, content).answer()


def _remark(one: Sentence) -> str:
    """Whoever reads the file alone sees what the page says of a sentence, too."""
    if one.doubts:
        return f"（確かめる：{'　'.join(one.doubts)}　{MACHINE}。{UNCHECKED}）"
    if not one.target:
        return "（訳がありません）"
    if one.checked_by:
        return f"（確認した人：{one.checked_by}）"
    return f"（{MACHINE}。{UNCHECKED}）" if one.way is Way.SERVER else f"（{UNCHECKED}）"


def _same_layout(
    content: bytes, lines: Sequence[str], found: Sequence[Sentence], language: str
) -> HttpResponseBase:
    """A paragraph of which a sentence has no translation stays in Japanese as a whole; so does one that the guard doubts."""
    if not content.startswith(b"PK"):
        raise Invalid("同じ体裁で受け取れるのは、Wordのファイル（.docx）を選んだときです。")
    fine = {one.source: one.target for one in found if one.target and not one.doubts}
    between = "" if language.startswith("zh") or language == "th" else " "
    said = {}
    for line in lines:
        sources = translating.sentences_of(line)
        if sources and all(one in fine for one in sources):
            said[line] = between.join(fine[one] for one in sources)
    return Download("translated.docx", papers.WORD, papers.same_layout(content, said)).answer()
