"""Addresses of fields and their advice."""

from django.urls import path

from yakuba.services.fieldwork.pages import advice, advice_rules

urlpatterns = [
    path("advice/", advice.advice, name="advice"),
    path("advice/paper/", advice.advice_paper, name="advice_paper"),
    path("advice/fields/new/", advice.new_field, name="new_field"),
    path("advice/fields/load/", advice.load_fields, name="load_fields"),
    path("advice/fields/<int:field_id>/", advice.farm_field, name="farm_field"),
    path("advice/fields/<int:field_id>/edit/", advice.edit_field, name="edit_field"),
    path("advice/fields/<int:field_id>/remove/", advice.remove_field, name="remove_field"),
    path("advice/weather/", advice.load_weather, name="load_weather"),
    path("advice/soil/", advice.load_soil, name="load_soil"),
    path("advice/indices/", advice_rules.indices, name="indices"),
    path("advice/links/", advice_rules.farmer_links, name="farmer_links"),
    path("advice/links/<int:farmer_link_id>/revoke/", advice_rules.revoke_link, name="revoke_link"),
    path("advice/rules/", advice_rules.rule_sets, name="advice_rules"),
    path("advice/rules/new/", advice_rules.new_rules, name="new_advice_rules"),
    path("advice/rules/<int:advice_rules_id>/", advice_rules.rule_set, name="advice_rule_set"),
    path("advice/rules/<int:advice_rules_id>/try/", advice_rules.try_rules, name="try_advice_rules"),
    path(
        "advice/rules/<int:advice_rules_id>/publish/", advice_rules.publish_rules, name="publish_advice_rules"
    ),
    path(
        "advice/rules/<int:advice_rules_id>/withdraw/",
        advice_rules.withdraw_rules,
        name="withdraw_advice_rules",
    ),
]
