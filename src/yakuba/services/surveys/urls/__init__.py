"""Addresses of the surveys room."""

from django.urls import path

from yakuba.services.surveys.pages import asking, bodies, forms, incoming, results

app_name = "surveys"
urlpatterns = [
    path("", asking.index, name="index"),
    path("load/", asking.load, name="load"),
    path("calendar/", asking.calendar, name="calendar"),
    path("calendar/new/", asking.plan, name="plan"),
    path("<int:edition_id>/", asking.edition, name="edition"),
    path("<int:edition_id>/questions/", asking.questions, name="questions"),
    path("<int:edition_id>/texts/", asking.texts, name="texts"),
    path("<int:edition_id>/propose/", asking.propose, name="propose"),
    path("<int:edition_id>/draft/", asking.take_back, name="take_back"),
    path("<int:edition_id>/close/", asking.close, name="close"),
    path("<int:edition_id>/reopen/", asking.reopen, name="reopen"),
    path("<int:edition_id>/ask/", asking.ask_back, name="ask_back"),
    path("clarifications/<int:clarification_id>/", asking.clarify, name="clarify"),
    path("<int:edition_id>/bodies/", bodies.asked, name="asked"),
    path("bodies/<int:asked_id>/", bodies.body, name="body"),
    path("bodies/<int:asked_id>/enter/", bodies.enter, name="enter"),
    path("bodies/<int:asked_id>/remind/", bodies.remind, name="remind"),
    path("bodies/<int:asked_id>/hearing/", bodies.hearing, name="hearing"),
    path("bodies/<int:asked_id>/form/", forms.one_form, name="one_form"),
    path("bodies/<int:asked_id>/card/", results.card, name="card"),
    path("<int:edition_id>/forms/", forms.forms, name="forms"),
    path("<int:edition_id>/forms/made/", forms.make_forms, name="make_forms"),
    path("imports/<int:form_import_id>/", forms.form_import, name="form_import"),
    path("<int:edition_id>/tally/", results.tally, name="tally"),
    path("<int:edition_id>/tally/again/", results.tally_again, name="tally_again"),
    path("<int:edition_id>/tally/question/", results.question, name="question"),
    path("<int:edition_id>/tally/table/", results.table, name="table"),
    path("<int:edition_id>/publish/", results.publish, name="publish"),
    path("<int:edition_id>/withdraw/", results.withdraw, name="withdraw"),
    path("inquiries/", incoming.index, name="incoming"),
    path("inquiries/new/", incoming.new, name="new_incoming"),
    path("inquiries/<int:incoming_id>/", incoming.inquiry, name="inquiry"),
    path("inquiries/<int:incoming_id>/split/", incoming.split, name="split"),
    path("inquiries/<int:incoming_id>/propose/", incoming.propose, name="propose_reply"),
    path("inquiries/<int:incoming_id>/send/", incoming.send, name="send_reply"),
    path("inquiries/<int:incoming_id>/reopen/", incoming.reopen, name="reopen_inquiry"),
    path("inquiries/<int:incoming_id>/ask/", incoming.ask, name="ask_asker"),
    path("inquiries/<int:incoming_id>/reply/", incoming.reply_file, name="reply_file"),
    path("parts/<int:part_id>/", incoming.part, name="part"),
]
