"""What residents open, without a sign-in: `/apply/<town code>/`."""

from django.urls import path

from yakuba.services.intake.pages import apply, documents, paper, status, who

app_name = "apply"
DRAFT = "<str:town_code>/<slug:apply_code>/<slug:draft_key>/"
urlpatterns = [
    path("<str:town_code>/", apply.index, name="index"),
    path("<str:town_code>/resume/", apply.resume, name="resume"),
    path("<str:town_code>/status/", status.status, name="status"),
    path("<str:town_code>/status/answer/", status.reply, name="reply"),
    path("<str:town_code>/status/paper/", paper.paper_of_status, name="status-paper"),
    path("<str:town_code>/status/withdraw/", status.withdraw, name="withdraw"),
    path("<str:town_code>/<slug:apply_code>/", apply.start, name="start"),
    path(f"{DRAFT}<int:step>/", apply.page, name="page"),
    path(f"{DRAFT}who/", who.who, name="who"),
    path(f"{DRAFT}who/person/", who.person, name="who-person"),
    path(f"{DRAFT}files/", documents.add_files, name="files"),
    path(f"{DRAFT}check/", apply.check, name="check"),
    path(f"{DRAFT}send/", apply.send, name="send"),
    path(f"{DRAFT}done/", apply.done, name="done"),
    path(f"{DRAFT}paper/", paper.paper_of_receipt, name="paper"),
    path(f"{DRAFT}save/", apply.save, name="save"),
    path(f"{DRAFT}forget/", apply.forget, name="forget"),
]
