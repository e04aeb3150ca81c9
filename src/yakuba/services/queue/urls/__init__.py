"""Addresses of the queue: of staff here, of whoever waits in `public`."""

from django.urls import path

from yakuba.services.queue.pages import desk, managing, public

app_name = "queue"
TICKET = "tickets/<int:ticket_id>/"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("seat/", desk.seat, name="seat"),
    path("next/", desk.call_next, name="next"),
    path("issue/", desk.issue, name="issue"),
    path("times/", desk.times, name="times"),
    path(f"{TICKET}call/", desk.call_one, name="call"),
    path(f"{TICKET}again/", desk.call_again, name="again"),
    path(f"{TICKET}done/", desk.done, name="done"),
    path(f"{TICKET}absent/", desk.absent, name="absent"),
    path(f"{TICKET}pass/", desk.pass_on, name="pass"),
    path(f"{TICKET}print/<slug:ticket_key>/", public.staff_ticket, name="ticket"),
    path("categories/", managing.categories, name="categories"),
    path("categories/one/", managing.category, name="category"),
    path("machines/add/", managing.machine, name="machine"),
    path("machines/<int:machine_id>/remove/", managing.remove_machine, name="machine-remove"),
]
