"""Addresses of the robots' pages."""

from django.urls import path

from yakuba.services.robots.pages import recordings, rows, runs, scenarios, systems

app_name = "robots"
urlpatterns = [
    path("", scenarios.index, name="index"),
    path("scenarios/load/", scenarios.load, name="load"),
    path("scenarios/<int:scenario_id>/", scenarios.scenario, name="scenario"),
    path("scenarios/<int:scenario_id>/versions/<int:number>/", scenarios.scenario, name="version"),
    path("scenarios/<int:scenario_id>/register/", scenarios.edit_register, name="register"),
    path("scenarios/<int:scenario_id>/start/", runs.start, name="start"),
    path("systems/", systems.systems, name="systems"),
    path("systems/new/", systems.edit, name="system_new"),
    path("systems/<int:system_id>/", systems.edit, name="system"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/pause/", runs.pause, name="pause"),
    path("runs/<int:run_id>/resume/", runs.resume, name="resume"),
    path("runs/<int:run_id>/stop/", runs.stop, name="stop"),
    path("runs/<int:run_id>/retry/", runs.retry, name="retry"),
    path("undecided/", rows.undecided, name="undecided"),
    path("rows/<int:row_id>/", rows.row, name="row"),
    path("rows/<int:row_id>/retry/", rows.retry, name="row_retry"),
    path("rows/<int:row_id>/decide/", rows.decide, name="decide"),
    path("rows/<int:row_id>/look-up/", rows.look_up, name="look_up"),
    path("rows/<int:row_id>/scans/<int:number>/", rows.scan, name="scan"),
    path("recordings/", recordings.recordings, name="recordings"),
    path("recordings/new/", recordings.record, name="record"),
    path("recordings/<int:recording_id>/", recordings.recording, name="recording"),
    path("recordings/<int:recording_id>/live/", recordings.live, name="recording_live"),
    path("recordings/<int:recording_id>/screen/", recordings.screen, name="recording_screen"),
    path("recordings/<int:recording_id>/act/", recordings.act, name="recording_act"),
    path("recordings/<int:recording_id>/again/", recordings.again, name="recording_again"),
    path("recordings/<int:recording_id>/end/", recordings.end, name="recording_end"),
    path("recordings/<int:recording_id>/delete/", recordings.delete, name="recording_delete"),
    path("recordings/<int:recording_id>/edit/", recordings.edit, name="recording_edit"),
    path("recordings/<int:recording_id>/text/", recordings.text, name="recording_text"),
    path("recordings/<int:recording_id>/try/", recordings.try_out, name="recording_try"),
    path("recordings/<int:recording_id>/publish/", recordings.publish, name="recording_publish"),
    path("recordings/pictures/<int:recorded_id>/", recordings.target, name="recording_target"),
    path("pictures/<int:picture_id>/", rows.picture, name="picture"),
]
