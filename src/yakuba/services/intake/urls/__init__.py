"""Addresses of the intake room: of staff here, of residents in `apply`."""

from django.urls import path

from yakuba.services.intake.pages import case_part, forms, paper
from yakuba.services.intake.urls import counter, fees, navigator

app_name = "intake"
urlpatterns = [
    path("", forms.index, name="index"),
    path("forms/<slug:apply_code>/", forms.form, name="form"),
    path("forms/<slug:apply_code>/open/", forms.open_form, name="open"),
    path("forms/<slug:apply_code>/close/", forms.close, name="close"),
    path("forms/<slug:apply_code>/propose/", forms.propose, name="propose"),
    path("forms/<slug:apply_code>/load/", forms.load, name="load"),
    path("cases/<int:case_id>/accept/", case_part.accept, name="accept"),
    path("cases/<int:case_id>/correction/", case_part.correction, name="correction"),
    path("cases/<int:case_id>/paper/", paper.paper_of_case, name="paper"),
    path("files/<int:attached_id>/<int:page_number>/", case_part.picture, name="picture"),
    *navigator.STAFF,
    *counter.STAFF,
    *fees.STAFF,
]
