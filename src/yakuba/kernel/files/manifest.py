"""The stored files declare themselves."""

from yakuba.kernel.registry import Manifest, PersonalData

MANIFEST = Manifest(
    name="files",
    label="ファイル",
    description="受け取ったファイルと、そこから作った画像",
    audit_events={"files.uploaded": "ファイルを受け取った", "files.viewed": "画像を閲覧した"},
    self_check="yakuba.kernel.files.checking:self_check",
    personal_data=(PersonalData("files.StoredFile", "申請書の読み取りと確認", 365),),
)
