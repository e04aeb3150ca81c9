"""Addresses of the kernel's own pages."""

from django.conf import settings
from django.urls import path

from yakuba.kernel.ui import components, pages, work

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.find, name="search"),
    path("password/", pages.OwnPasswordView.as_view(), name="own-password"),
    path("work/<int:job_id>/cancel/", work.cancel_work, name="work-cancel"),
    path("work/<int:job_id>/retry/", work.retry_work, name="work-retry"),
    path("manual/", pages.manual, name="manual"),
    path("manual/pictures/<str:name>", pages.manual_picture, name="manual-picture"),
    path("manual/<path:page>/", pages.manual, name="manual-page"),
]

if settings.DEBUG:
    urlpatterns.append(path("ui/components/", components.show, name="ui-components"))
