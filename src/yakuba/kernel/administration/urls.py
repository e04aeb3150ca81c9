"""Addresses of the administrator's pages."""

from django.urls import path

from yakuba.kernel.administration.pages import house, leaving, models, people, record, roles, tokens, work

app_name = "administration"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person-new"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/active/", people.active, name="person-active"),
    path("people/<int:user_id>/password/", people.password, name="person-password"),
    path("people/<int:user_id>/unlock/", people.unlock, name="person-unlock"),
    path("people/<int:user_id>/second-factor/", people.forget_factor, name="person-second-factor"),
    path("people/<int:user_id>/invite/", people.invite, name="person-invite"),
    path("people/<int:user_id>/leave/", leaving.leave, name="person-leave"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.new, name="role-new"),
    path("roles/<int:role_id>/", roles.role, name="role"),
    path("roles/<int:role_id>/remove/", roles.remove, name="role-remove"),
    path("town/", roles.town, name="town"),
    path("town/departments/<int:department_id>/", roles.department, name="department"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("rooms/", house.rooms, name="rooms"),
    path("jobs/", work.jobs, name="jobs"),
    path("storage/", house.storage, name="storage"),
    path("checks/", house.checks, name="checks"),
    path("models/", models.models, name="models"),
    path("audit/", record.events, name="audit"),
    path("audit/verify/", record.verify_chain, name="audit-verify"),
    path("audit/digest/", record.digest, name="audit-digest"),
    path("settings/", house.settings_shown, name="settings"),
]
