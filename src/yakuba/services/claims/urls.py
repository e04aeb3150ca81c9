"""Addresses of the room."""

from django.urls import path

from yakuba.services.claims.pages import checks, findings, imports, tax

app_name = "claims"
urlpatterns = [
    path("", checks.index, name="index"),
    path("check/", checks.check, name="check"),
    path("runs/", checks.runs, name="runs"),
    path("runs/<int:check_run_id>/", checks.run, name="run"),
    path("rules/", checks.rules, name="rules"),
    path("rules/new/", checks.new_rules, name="new_rules"),
    path("rules/<int:claim_rules_id>/", checks.rule_set, name="rule_set"),
    path("rules/<int:claim_rules_id>/try/", checks.try_rules, name="try_rules"),
    path("rules/<int:claim_rules_id>/publish/", checks.publish, name="publish"),
    path("rules/<int:claim_rules_id>/withdraw/", checks.withdraw, name="withdraw"),
    path("files/", imports.files, name="files"),
    path("files/load/", imports.load, name="load"),
    path("files/<int:claim_file_id>/", imports.file, name="file"),
    path("tables/", imports.table_list, name="tables"),
    path("tables/load/", imports.load_master, name="load_master"),
    path("tables/load/<slug:table_kind>/", imports.load_table, name="load_table"),
    path("tables/<int:check_table_id>/", imports.table, name="table"),
    path("queue/", findings.queue, name="queue"),
    path("findings/", findings.findings, name="findings"),
    path("findings/export/", findings.export, name="export"),
    path("findings/<int:finding_id>/", findings.finding, name="finding"),
    path("findings/<int:finding_id>/judge/", findings.judge, name="judge"),
    path("findings/<int:finding_id>/ask/", findings.ask, name="ask"),
    path("letters/", findings.letters, name="letters"),
    path("letters/<int:inquiry_letter_id>/", findings.letter_pdf, name="letter_pdf"),
    path("declarations/", tax.declarations, name="declarations"),
    path("declarations/load/", tax.load_declarations, name="load_declarations"),
    path("declarations/<int:declaration_id>/", tax.declaration, name="declaration"),
    path("corporate-numbers/load/", tax.load_corporate, name="load_corporate"),
    path("collection-changes/", tax.changes, name="changes"),
]
