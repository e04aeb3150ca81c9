"""Addresses of the cityhub room."""

app_name = "cityhub"
urlpatterns: list = []  # type: ignore[type-arg]
