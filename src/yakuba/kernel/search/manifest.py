"""The index declares itself."""

from yakuba.kernel.registry import Manifest, PersonalData

MANIFEST = Manifest(
    name="search",
    label="全文検索",
    description="受付、手引き、業務の文章の索引",
    personal_data=(PersonalData("search.Document", "受付を探す（語の番号だけ。文章は持たない）", None),),
    self_check="yakuba.kernel.search.checking:self_check",
)
