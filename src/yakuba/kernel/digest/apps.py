from django.apps import AppConfig


class DigestConfig(AppConfig):
    name = "yakuba.kernel.digest"
    label = "digest"
    verbose_name = "失敗のまとめ"

    def ready(self) -> None:
        from yakuba.kernel.digest import jobs  # noqa: F401  (registers the chores)
