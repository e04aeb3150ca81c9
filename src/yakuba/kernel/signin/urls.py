"""Addresses under /signin/."""

from django.urls import path

from yakuba.kernel.signin.pages import own

app_name = "signin"
urlpatterns = [
    path("", own.own, name="own"),
    path("proof/", own.prove, name="proof"),
    path("phone/", own.phone, name="phone"),
    path("phone/begin/", own.begin_phone, name="phone-begin"),
    path("phone/remove/", own.remove_phone, name="phone-remove"),
    path("codes/", own.codes, name="codes"),
]
