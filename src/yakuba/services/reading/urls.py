"""Addresses of the reading room's pages."""

from django.urls import path

from yakuba.services.reading.pages import (
    batches,
    cases,
    confirm,
    corrections,
    forms,
    held,
    pictures,
    problems,
    promises,
)

app_name = "reading"
urlpatterns = [
    path("", batches.batches, name="batches"),
    path("upload/", batches.upload, name="upload"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("files/<int:file_id>/force/", batches.force, name="force"),
    path("files/<int:file_id>/settle/", batches.settle, name="settle"),
    path("confirm/", confirm.confirm, name="confirm"),
    path("confirm/held/", held.held, name="held"),
    path("confirm/<int:question_id>/", confirm.question, name="question"),
    path("confirm/<int:question_id>/hold/", confirm.hold, name="hold"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("cases/<int:case_id>/<slug:field>.png", pictures.field_picture, name="field_picture"),
    path("cases/<int:case_id>/<slug:field>/again/", cases.ask_again, name="ask_again"),
    path("cases/<int:case_id>/<slug:field>/correct/", corrections.correct, name="correct"),
    path("cases/<int:case_id>/<slug:field>/right/", corrections.found_right, name="found_right"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/<int:correction_id>/", corrections.correction, name="correction"),
    path("corrections/<int:correction_id>/done/", corrections.finish, name="correction_done"),
    path("promises/", promises.promises, name="promises"),
    path("promises/<slug:code>/", promises.promise, name="promise"),
    path("promises/<slug:code>/<slug:field>/set/", promises.set_promise, name="promise_set"),
    path("tightenings/<int:tightening_id>/seen/", promises.seen, name="tightening_seen"),
    path("problems/", problems.problems, name="problems"),
    path("sheets/<int:sheet_id>/", problems.sheet, name="sheet"),
    path("sheets/<int:sheet_id>/page.png", pictures.sheet_picture, name="sheet_picture"),
    path("sheets/<int:sheet_id>/again/", problems.read_again, name="read_again"),
    path("sheets/<int:sheet_id>/aside/", problems.put_aside, name="put_aside"),
    path("sheets/<int:sheet_id>/back/", problems.take_back, name="take_back"),
    path("sheets/<int:sheet_id>/instead/", problems.use_instead, name="use_instead"),
    path("forms/", forms.forms, name="forms"),
    path("forms/<int:form_id>/", forms.form, name="form"),
    path("forms/pages/<int:page_id>.png", pictures.form_picture, name="form_picture"),
]
