"""Addresses of the room."""

app_name = "outreach"
urlpatterns: list = []
