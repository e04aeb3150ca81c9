"""Addresses of the cityhub room's pages. Those of NGSIv2 are `engine.routes`."""

from django.urls import path

from yakuba.services.cityhub.pages import broker, devices, files, levels, listing, loading, months, opendata

app_name = "cityhub"
urlpatterns = [
    path("", listing.index, name="index"),
    path("series/<int:series_id>/", listing.series, name="series"),
    path("alarms/", listing.alarms, name="alarms"),
    path("alarms/<int:alarm_id>/", listing.alarm, name="alarm"),
    path("subscriptions/", listing.subscriptions, name="subscriptions"),
    path("rules/", listing.rules, name="rules"),
    path("load/", loading.load, name="load"),
    path("load/json/", files.load_json, name="load_json"),
    path("devices/", devices.devices, name="devices"),
    path("devices/new/", devices.new_device, name="new_device"),
    path("devices/load/", devices.load_devices, name="load_devices"),
    path("devices/put-aside/", devices.put_aside, name="put_aside"),
    path("devices/table/<str:table_form>/", devices.device_table, name="device_table"),
    path("devices/<int:device_id>/", devices.device, name="device"),
    path("devices/<int:device_id>/edit/", devices.edit_device, name="edit_device"),
    path("devices/<int:device_id>/key/", devices.device_key, name="device_key"),
    path("devices/<int:device_id>/switch/", devices.switch_device, name="switch_device"),
    path("broker/", broker.broker, name="broker"),
    path("broker/rules/", broker.broker_rules, name="broker_rules"),
    path("files/", files.files, name="files"),
    path("files/folders/", files.add_folder, name="add_folder"),
    path("files/folders/<int:reading_folder_id>/switch/", files.switch_folder, name="switch_folder"),
    path("open-data/", opendata.opendata, name="opendata"),
    path("open-data/new/", opendata.new_opendata, name="new_opendata"),
    path("open-data/<int:dataset_id>/", opendata.dataset, name="dataset"),
    path("open-data/<int:dataset_id>/propose/", opendata.propose_opendata, name="propose_opendata"),
    path("open-data/<int:dataset_id>/withdraw/", opendata.withdraw_opendata, name="withdraw_opendata"),
    path("open-data/<int:dataset_id>/<str:data_form>/", opendata.dataset_file, name="dataset_file"),
    path("levels/", levels.levels, name="levels"),
    path("levels/new/", levels.new_level, name="new_level"),
    path("months/", months.months, name="months"),
    path("months/begin/", months.begin_keeping, name="begin_keeping"),
    path("months/<int:month_id>/", months.month_file, name="month_file"),
]
