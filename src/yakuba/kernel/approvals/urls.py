"""Addresses under /approvals/."""

from django.urls import path

from yakuba.kernel.approvals import pages

app_name = "approvals"
urlpatterns = [
    path("", pages.waiting, name="waiting"),
    path("<int:approval_id>/", pages.approval, name="approval"),
    path("<int:approval_id>/answer/", pages.answer, name="answer"),
    path("deputies/<int:deputy_id>/dismiss/", pages.dismiss, name="dismiss"),
]
