"""Addresses of the room."""

from django.urls import path

from yakuba.services.outreach.pages import campaigns, care, forecasts, models, pressure, tables

app_name = "outreach"
urlpatterns = [
    path("", campaigns.index, name="index"),
    path("new/", campaigns.new_campaign, name="new_campaign"),
    path("size/", campaigns.size, name="size"),
    path("naha/", campaigns.naha_city, name="naha"),
    path("person/", campaigns.person, name="person"),
    path("<int:campaign_id>/", campaigns.campaign, name="campaign"),
    path("<int:campaign_id>/edit/", campaigns.edit_campaign, name="edit_campaign"),
    path("<int:campaign_id>/text/", campaigns.campaign_text, name="campaign_text"),
    path("<int:campaign_id>/follow/", campaigns.follow, name="follow"),
    path("<int:campaign_id>/propose/", campaigns.propose, name="propose"),
    path("<int:campaign_id>/assign/", campaigns.assign, name="assign"),
    path("<int:campaign_id>/examined/", campaigns.load_examined, name="load_examined"),
    path("<int:campaign_id>/withdraw/", campaigns.withdraw, name="withdraw"),
    path("<int:campaign_id>/print/", campaigns.print_letters, name="print"),
    path("<int:campaign_id>/members/", campaigns.members, name="members"),
    path("<int:campaign_id>/look/", campaigns.look, name="look"),
    path("<int:campaign_id>/report/", campaigns.report, name="report"),
    path("prints/<int:invitation_print_id>/pdf/", campaigns.letters_pdf, name="letters_pdf"),
    path("prints/<int:invitation_print_id>/list/", campaigns.mailing, name="mailing"),
    path("series/", forecasts.series_list, name="series_list"),
    path("series/load/", forecasts.load_series, name="load_series"),
    path("series/<int:number_series_id>/", forecasts.series, name="series"),
    path("pressure/", pressure.notices, name="pressure"),
    path("pressure/load/", pressure.load_pressure, name="load_pressure"),
    path("pressure/<int:pressure_notice_id>/", pressure.notice, name="pressure_notice"),
    path("care/", care.similar, name="similar"),
    path("care/<int:care_look_id>/", care.care_look, name="care_look"),
    path("tables/", tables.table_list, name="tables"),
    path("tables/load/", tables.load_table, name="load_table"),
    path("tables/<int:outreach_table_id>/", tables.table, name="table"),
    path("tables/<int:outreach_table_id>/remove/", tables.remove_table, name="remove_table"),
    path("purposes/", tables.purposes, name="purposes"),
    path("purposes/<int:purpose_id>/end/", tables.end_purpose, name="end_purpose"),
    path("optouts/", tables.opt_outs, name="optouts"),
    path("optouts/<int:optout_id>/remove/", tables.remove_opt_out, name="remove_opt_out"),
    path("models/", models.models, name="models"),
    path("models/new/", models.new_model, name="new_model"),
    path("models/<int:risk_model_id>/", models.model, name="model"),
    path("models/<int:risk_model_id>/propose/", models.propose_model, name="propose_model"),
    path("models/<int:risk_model_id>/end/", models.end_model, name="end_model"),
]
