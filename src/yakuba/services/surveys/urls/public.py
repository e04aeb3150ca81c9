"""What everybody opens, without a login: `/survey-results/<town code>/`."""

from django.urls import path

from yakuba.services.surveys.pages import public

app_name = "survey_results"
urlpatterns = [
    path("<str:town_code>/", public.index, name="index"),
    path("<str:town_code>/schema.json", public.schema, name="schema"),
    path("<str:town_code>/<str:survey_code>/<str:edition_code>/", public.edition, name="edition"),
    path("<str:town_code>/<str:survey_code>/<str:edition_code>/question/", public.question, name="question"),
    path("<str:town_code>/<str:survey_code>/<str:edition_code>/card/", public.card, name="card"),
    path("<str:town_code>/<str:survey_code>/<str:edition_code>/result.json", public.document, name="json"),
    path(
        "<str:town_code>/<str:survey_code>/<str:edition_code>/tables/<str:what>/<str:form>/",
        public.table,
        name="table",
    ),
]
