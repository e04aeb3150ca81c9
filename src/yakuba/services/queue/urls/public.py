"""What whoever waits opens, without a sign-in: `/tickets/<town code>/`."""

from django.urls import path

from yakuba.services.queue.pages import public

app_name = "tickets"
urlpatterns = [
    path("<str:town_code>/display/", public.display, name="display"),
    path("<str:town_code>/machine/<slug:machine_key>/", public.machine, name="machine"),
    path("<str:town_code>/<slug:ticket_key>/", public.ticket, name="ticket"),
]
