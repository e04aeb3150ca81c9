"""Addresses of the minutes room."""

from django.urls import path

from yakuba.services.minutes.pages import editor, meetings

app_name = "minutes"
urlpatterns = [
    path("", meetings.index, name="index"),
    path("new/", meetings.new, name="new"),
    path("<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("<int:meeting_id>/edit/", editor.edit, name="edit"),
    path("<int:meeting_id>/speakers/", meetings.speakers, name="speakers"),
    path("<int:meeting_id>/speakers/join/", meetings.join, name="join"),
    path("<int:meeting_id>/changes/", meetings.changes, name="changes"),
    path("<int:meeting_id>/changes/<int:change_id>/undo/", meetings.undo, name="undo"),
    path("<int:meeting_id>/fillers/", meetings.fillers, name="fillers"),
]
