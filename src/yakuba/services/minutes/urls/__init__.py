"""Addresses of the minutes room: of staff here, of everybody in `public`."""

from django.urls import path

from yakuba.services.minutes.pages import (
    consultation,
    deciding,
    editor,
    meetings,
    publications,
    record,
    sound,
)

app_name = "minutes"
urlpatterns = [
    path("", meetings.index, name="index"),
    path("new/", meetings.new, name="new"),
    path("<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("<int:meeting_id>/edit/", editor.edit, name="edit"),
    path("<int:meeting_id>/read/", sound.read, name="read"),
    path("<int:meeting_id>/sound/", sound.sound, name="sound"),
    path("<int:meeting_id>/sound/file/", sound.sound_file, name="sound_file"),
    path("<int:meeting_id>/sound/drop/", sound.drop, name="sound_drop"),
    path("<int:meeting_id>/speakers/", meetings.speakers, name="speakers"),
    path("<int:meeting_id>/speakers/join/", meetings.join, name="join"),
    path("<int:meeting_id>/changes/", meetings.changes, name="changes"),
    path("<int:meeting_id>/changes/<int:change_id>/undo/", meetings.undo, name="undo"),
    path("<int:meeting_id>/fillers/", meetings.fillers, name="fillers"),
    path("<int:meeting_id>/consultation/", consultation.consultation, name="consultation"),
    path("<int:meeting_id>/record/", record.record, name="record"),
    path("<int:meeting_id>/matters/new/", record.matter, name="matter_new"),
    path("<int:meeting_id>/matters/<int:matter_id>/", record.matter, name="matter"),
    path("<int:meeting_id>/matters/<int:matter_id>/drop/", record.drop_matter, name="matter_drop"),
    path("<int:meeting_id>/documents/", record.documents, name="documents"),
    path("<int:meeting_id>/marks/", deciding.marks, name="marks"),
    path("<int:meeting_id>/marks/find/", deciding.find_marks, name="marks_find"),
    path("<int:meeting_id>/marks/hide/", deciding.hide, name="hide"),
    path("<int:meeting_id>/marks/secret/", deciding.secret, name="secret"),
    path("<int:meeting_id>/marks/<int:mark_id>/", deciding.decide_mark, name="mark"),
    path("<int:meeting_id>/points/", deciding.points, name="points"),
    path("<int:meeting_id>/points/find/", deciding.find_points, name="points_find"),
    path("<int:meeting_id>/points/<int:point_id>/", deciding.decide_point, name="point"),
    path("<int:meeting_id>/propose/", publications.propose, name="propose"),
    path("<int:meeting_id>/withdraw/", publications.withdraw, name="withdraw"),
    path("publications/<int:record_id>/", publications.publication, name="publication"),
    path("publications/<int:record_id>/answer/", publications.answer, name="answer"),
]
