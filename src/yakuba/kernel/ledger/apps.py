from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "yakuba.kernel.ledger"
    label = "ledger"
    verbose_name = "受付簿"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
        from yakuba.kernel.ledger.protecting import watch_values
        from yakuba.kernel.search.noting import watch

        post_save.connect(watch_values, sender=CaseValue, dispatch_uid="ledger protects")
        watch("ledger.cases", Case, lambda case: case.pk)
        watch("ledger.cases", CaseValue, lambda value: value.case_id)
        watch("ledger.procedures", Procedure, lambda procedure: procedure.pk)
