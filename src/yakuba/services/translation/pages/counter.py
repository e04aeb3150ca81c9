"""The counter page: a language, a talk, phrases found and shown, the end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.translation.actions import talks as actions
from yakuba.services.translation.contracts import Line, Phrase, Speaker, Way
from yakuba.services.translation.engine import guard, saying
from yakuba.services.translation.engine.guest_words import guest_words
from yakuba.services.translation.engine.languages import JAPANESE, LANGUAGES, recognised
from yakuba.services.translation.forms import SlotForm
from yakuba.services.translation.models import Talk
from yakuba.services.translation.queries import talks as queries
from yakuba.services.translation.queries import translating
from yakuba.services.translation.queries.phrases import UNCHECKED, TownBook

MACHINE = "機械の訳です。人は確かめていません。"
SHOWN_LINES = 60  # of a long talk, the last


@permission_required("translation.view")
def index(request: HttpRequest) -> HttpResponse:
    """Choose the guest's language; a press begins."""
    if request.method == "POST":
        talk = actions.begin(Talk.Kind.COUNTER, request.POST.get("language", ""), actor=person_of(request))
        return redirect("translation:talk", talk.pk)
    context = {
        "languages": [*LANGUAGES.values(), JAPANESE],
        "running": queries.running(person_of(request)).filter(kind=Talk.Kind.COUNTER)[:5],
        "kept": queries.kept()[:20] if allowed(request.user, "translation.kept") else [],
        "empty": not TownBook().phrases,
    }
    return render(request, "translation/counter.html", context)


@permission_required("translation.view")
def talk(request: HttpRequest, talk_id: int) -> HttpResponse:
    """The talk, and the phrases to go on with: found by words, by scene, or one whose slots are to be filled."""
    row = _mine(request, talk_id)
    book = TownBook()
    text, group = request.GET.get("text", "").strip(), request.GET.get("group", "")
    chosen = book.phrases.get(request.GET.get("phrase", ""))
    found = book.found(text) if text else book.of_group(group)
    context = {
        **screen(row, book),
        "text": text,
        "group": group if group in book.groups else "",
        "groups": list(book.groups.items()),
        "found": [_offered(one, row, book) for one in found],
        "chosen": chosen,
        "offered": _offered(chosen, row, book) if chosen else None,
        "form": SlotForm(chosen) if chosen else None,
        "languages": [*LANGUAGES.values(), JAPANESE],
    }
    return render(request, "translation/talk.html", context)


@permission_required("translation.view")
@require_POST
def say(request: HttpRequest, talk_id: int) -> HttpResponse:
    """Show a phrase to the guest."""
    row = _mine(request, talk_id)
    book = TownBook()
    phrase = book.phrases.get(request.POST.get("phrase", ""))
    if phrase is None:
        raise Http404
    form = SlotForm(phrase, request.POST)
    if not form.is_valid():
        context = {
            **screen(row, book),
            "chosen": phrase,
            "offered": _offered(phrase, row, book),
            "form": form,
            "groups": list(book.groups.items()),
            "languages": [*LANGUAGES.values(), JAPANESE],
        }
        return render(request, "translation/talk.html", context, status=422)
    actions.say(row, phrase, form.given, book)
    return redirect("translation:talk", row.pk)


@permission_required("translation.view")
@require_POST
def write(request: HttpRequest, talk_id: int) -> HttpResponse:
    """Show what staff type themselves, in Japanese with furigana."""
    row = _mine(request, talk_id)
    text = " ".join(request.POST.get("japanese", "").split())
    actions.add(row.pk, _own_words(text, row.language) if text else Line(Speaker.STAFF, ""))
    return redirect("translation:talk", row.pk)


def _own_words(text: str, language: str) -> Line:
    """What staff typed, with its translation where there is one in which the guard sees nothing to doubt."""
    if language == JAPANESE.code:
        return Line(Speaker.STAFF, text)
    (found,), trouble = translating.translated([translating.normal(text)], language)
    if not found.target:
        return Line(Speaker.STAFF, text, note=trouble or "訳がないので、日本語だけを示しています。")
    if found.doubts:
        return Line(Speaker.STAFF, text, note=f"訳は示していません。{found.doubts[0]}")
    machine = found.way is Way.SERVER
    note = MACHINE if machine else ""
    return Line(
        Speaker.STAFF, text, text=found.target, note=note, checked_by=found.checked_by, machine=machine
    )


@permission_required("translation.view")
@require_POST
def understand(request: HttpRequest, talk_id: int) -> HttpResponse:
    """Put what the guest wrote last into Japanese, by the town's model server."""
    row = _mine(request, talk_id)
    lines = actions.lines_of(row)
    if lines and lines[-1].speaker is Speaker.GUEST and not lines[-1].japanese:
        language = recognised(lines[-1].text) or row.language
        if language in LANGUAGES and (japanese := translating.into_japanese(lines[-1].text, language)):
            doubts = guard.doubts(japanese, lines[-1].text, language)
            note = " ".join([f"{MACHINE}もとの言葉と見比べてください。", *doubts[:1]])
            actions.correct(row.pk, len(lines) - 1, japanese, was=lines[-1].text, note=note)
    return redirect("translation:talk", row.pk)


@permission_required("translation.view")
@require_POST
def language(request: HttpRequest, talk_id: int) -> HttpResponse:
    """Go on in another language."""
    row = _mine(request, talk_id)
    actions.change_language(row.pk, request.POST.get("language", ""))
    return redirect("translation:talk", row.pk)


@permission_required("translation.view")
@require_POST
def end(request: HttpRequest, talk_id: int) -> HttpResponse:
    """End it: forgotten, or kept with a reason."""
    row, person = mine(request, talk_id, *Talk.Kind), person_of(request)
    if "keep" in request.POST:
        actions.keep(row.pk, request.POST.get("reason", ""), actor=person)
        messages.success(request, "理由を付けて残しました。")
    else:
        actions.end(row.pk, actor=person)
        messages.success(request, "終わりました。やりとりの記録は消えました。")
    return redirect("translation:captions" if row.kind == Talk.Kind.CAPTIONS else "translation:index")


@permission_required("translation.kept")
def kept(request: HttpRequest, kept_talk_id: int) -> HttpResponse:
    """A talk that somebody kept; who opens it stands in the audit record."""
    row = get_object_or_404(queries.kept(), pk=kept_talk_id)
    record("translation.talk_opened", subject=f"talk:{row.pk}", actor=person_of(request))
    context = {"talk": row, "language": queries.language_of(row), "lines": actions.lines_of(row)}
    return render(request, "translation/kept.html", context)


def screen(row: Talk, book: TownBook) -> dict[str, Any]:
    """What both screens of a talk show."""
    language = queries.language_of(row)

    def answers(code: str) -> tuple[str, str]:
        return book.answer(code, row.language), book.answer(code, "ja")

    lines = list(enumerate(actions.lines_of(row)))[-SHOWN_LINES:]
    shown = [queries.shown(number, line, answers) for number, line in lines]
    return {
        "talk": row,
        "town": current_municipality(),
        "language": language,
        "words": guest_words(language.code),
        "unchecked": UNCHECKED,
        "lines": shown[::-1],
        "last": shown[-1] if shown else None,
        "mark": mark_of(row),
        "engine": translating.engine(),
        "speech": {one.code: one.speech for one in (*LANGUAGES.values(), JAPANESE)},
    }


def mark_of(row: Talk) -> str:
    """Another one whenever something was said or put right: a screen that has this one shows nothing new."""
    return f"{row.changed_at.timestamp():.6f}"


def _offered(phrase: Phrase, row: Talk, book: TownBook) -> dict[str, Any]:
    found = None if row.language == JAPANESE.code else book.translated(phrase, row.language)
    note = "" if row.language == JAPANESE.code else book.withheld(phrase, found)
    return {
        "phrase": phrase,
        "japanese": saying.with_labels(phrase.japanese, phrase.slots),
        "text": saying.with_labels(found.text, phrase.slots) if found and not note else "",
        "note": note,
        "checked_by": found.checked_by if found else "",
    }


def _mine(request: HttpRequest, talk_id: int) -> Talk:
    return mine(request, talk_id, Talk.Kind.COUNTER)


def mine(request: HttpRequest, talk_id: int, *kinds: Talk.Kind) -> Talk:
    """A talk of these kinds that this person has begun; there is no other for them."""
    row = queries.mine(talk_id, person_of(request))
    if row is None or row.kind not in kinds:
        raise Http404
    return row
