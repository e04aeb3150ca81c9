"""Addresses under /transfers/."""

from django.urls import path

from yakuba.kernel.transfers import pages

app_name = "transfers"
urlpatterns = [
    path("", pages.all_transfers, name="all"),
    path("<int:transfers_id>/", pages.one, name="one"),
    path("<int:transfers_id>/plan/", pages.plan, name="plan"),
    path("<int:transfers_id>/take-over/", pages.take_over, name="take-over"),
    path("<int:transfers_id>/withdraw/", pages.withdraw, name="withdraw"),
]
