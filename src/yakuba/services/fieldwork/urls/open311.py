"""GeoReport v2 (Open311): `/open311/<town code>/v2/`."""

from django.urls import path

from yakuba.services.fieldwork.pages import open311

app_name = "open311"
urlpatterns = [
    path("<str:town_code>/v2/discovery.<slug:form>", open311.discovery, name="discovery"),
    path("<str:town_code>/v2/services.<slug:form>", open311.services, name="services"),
    path("<str:town_code>/v2/services/<slug:service_code>.<slug:form>", open311.service, name="service"),
    path("<str:town_code>/v2/requests.<slug:form>", open311.requests, name="requests"),
    path(
        "<str:town_code>/v2/requests/<slug:request_number>.<slug:form>", open311.one_request, name="request"
    ),
    path("<str:town_code>/v2/tokens/<slug:request_number>.<slug:form>", open311.token, name="token"),
]
