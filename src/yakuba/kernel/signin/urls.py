"""Addresses under /signin/."""

from django.urls import path

from yakuba.kernel.signin.pages import directory, keys, own, sessions

app_name = "signin"
urlpatterns = [
    path("", own.own, name="own"),
    path("proof/", own.prove, name="proof"),
    path("phone/", own.phone, name="phone"),
    path("phone/begin/", own.begin_phone, name="phone-begin"),
    path("phone/remove/", own.remove_phone, name="phone-remove"),
    path("passkeys/new/", keys.new, name="passkey-new"),
    path("passkeys/<int:passkey_id>/remove/", keys.remove, name="passkey-remove"),
    path("directory/", directory.rules, name="directory"),
    path("codes/", own.codes, name="codes"),
    path("sessions/", sessions.mine, name="sessions"),
    path("sessions/end/", sessions.end_others, name="sessions-end"),
    path("sessions/<int:session_id>/end/", sessions.end, name="session-end"),
]
