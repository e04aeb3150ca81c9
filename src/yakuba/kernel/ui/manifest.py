"""The pages of no room declare what is found of them."""

from yakuba.kernel.registry import Manifest, SearchSource

MANIFEST = Manifest(
    name="ui",
    label="手引き",
    description="すべての画面の使い方",
    search_sources=(
        SearchSource(
            "ui.manual",
            "手引き",
            keys="yakuba.kernel.ui.manual_search:keys",
            entries="yakuba.kernel.ui.manual_search:entries",
            version="yakuba.kernel.ui.manual_search:version",
        ),
    ),
)
