"""Addresses of the room."""

from django.urls import path

from yakuba.services.sharing.pages import bills, costs

app_name = "sharing"
urlpatterns = [
    path("", costs.index, name="index"),
    path("usage/", costs.usage, name="usage"),
    path("groups/new/", costs.new_group, name="new_group"),
    path("groups/<int:cost_group_id>/", costs.group, name="group"),
    path("groups/<int:cost_group_id>/edit/", costs.edit_group, name="edit_group"),
    path("groups/<int:cost_group_id>/body/", costs.body, name="body"),
    path("groups/<int:cost_group_id>/items/new/", costs.new_item, name="new_item"),
    path("groups/<int:cost_group_id>/populations/", costs.load_headcounts, name="load_headcounts"),
    path("groups/<int:cost_group_id>/uses/", costs.load_uses, name="load_uses"),
    path("groups/<int:cost_group_id>/amounts/", costs.load_amounts, name="load_amounts"),
    path("groups/<int:cost_group_id>/meter/", costs.take_meter, name="take_meter"),
    path("groups/<int:cost_group_id>/month/", costs.month, name="month"),
    path("groups/<int:cost_group_id>/close/", bills.propose, name="propose"),
    path("items/<int:cost_item_id>/", costs.item, name="item"),
    path("items/<int:cost_item_id>/key/", costs.key, name="key"),
    path("items/<int:cost_item_id>/cap/", costs.cap, name="cap"),
    path("items/<int:cost_item_id>/amount/", costs.amount, name="amount"),
    path("items/<int:cost_item_id>/what-if/", costs.try_key, name="what_if"),
    path("amounts/<int:amount_id>/remove/", costs.remove_amount, name="remove_amount"),
    path("closings/<int:closing_id>/", bills.closing, name="closing"),
    path("closings/<int:closing_id>/again/", bills.again, name="again"),
    path("closings/<int:closing_id>/table/", bills.closing_table, name="closing_table"),
    path("bills/", bills.bills, name="bills"),
    path("bills/<int:bill_id>/", bills.bill, name="bill"),
    path("bills/<int:bill_id>/pdf/", bills.bill_pdf, name="bill_pdf"),
    path("bills/<int:bill_id>/csv/", bills.bill_csv, name="bill_csv"),
    path("received/", bills.received, name="received"),
    path("received/<int:received_bill_id>/", bills.received_bill, name="received_bill"),
    path("received/<int:received_bill_id>/pdf/", bills.received_pdf, name="received_pdf"),
    path("received/<int:received_bill_id>/csv/", bills.received_csv, name="received_csv"),
]
