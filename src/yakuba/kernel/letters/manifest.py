"""The letters declare themselves."""

from yakuba.kernel.registry import Manifest, PersonalData

MANIFEST = Manifest(
    name="letters",
    label="通知",
    description="通知の紙面を作り、あて先ごとのページであることを読み返して確かめる",
    personal_data=(PersonalData("letters.LetterPart", "作成中の通知の紙面", 1),),
)
