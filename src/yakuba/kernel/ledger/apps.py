from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "yakuba.kernel.ledger"
    label = "ledger"
    verbose_name = "受付簿"

    def ready(self) -> None:
        from yakuba.kernel.ledger.models import Case, CaseValue
        from yakuba.kernel.search.noting import watch

        watch("ledger.cases", Case, lambda case: case.pk)
        watch("ledger.cases", CaseValue, lambda value: value.case_id)
