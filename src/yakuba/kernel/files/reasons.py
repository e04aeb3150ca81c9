"""Why a file or page is not taken, in sentences for the clerk: what it is, and what to do."""

from __future__ import annotations

_SAVE_AS_PDF = "もとのソフトで開き、「印刷」から「PDFとして保存」したものを取り込んでください。"
_AS_JPEG = "JPEGかPNGで保存し直すか、印刷してスキャンしたものを取り込んでください。"

REASONS = {
    "empty": "ファイルが空です（0バイト）。スキャンし直してください。",
    "too_big": "ファイルが大きすぎます。いくつかに分けてください。",
    "unknown_type": "PDF・TIFF・JPEG・PNGのどれでもありません。名前の末尾ではなく中身で判断しています。"
    "スキャナーの保存形式を確かめてください。",
    "heic": "HEIC（iPhoneなどの写真）です。写真を「互換性優先」（JPEG）で撮り直すか、JPEGで保存し直して"
    "取り込んでください。",
    "avif": f"AVIF画像です。{_AS_JPEG}",
    "webp": f"WebP画像です。{_AS_JPEG}",
    "gif": f"GIF画像です。{_AS_JPEG}",
    "bmp": f"BMP画像です。{_AS_JPEG}",
    "svg": f"SVGの図です。{_SAVE_AS_PDF}",
    "other_picture": f"ここでは開けない種類の画像です。{_AS_JPEG}",
    "video": "動画です。申請書の写真（JPEG）を撮り直してもらってください。",
    "sound": "音声です。取り込むファイルを確かめてください。",
    "word": f"Wordなどの文書です。{_SAVE_AS_PDF}",
    "excel": f"Excelなどの表です。{_SAVE_AS_PDF}",
    "slides": f"PowerPointなどの資料です。{_SAVE_AS_PDF}",
    "office": f"Officeの文書です。{_SAVE_AS_PDF}",
    "ichitaro": f"一太郎の文書です。{_SAVE_AS_PDF}",
    "docuworks": f"DocuWorksの文書です。{_SAVE_AS_PDF}",
    "zip": "ZIPなどにまとめて圧縮したファイルです。展開して、中のPDFや画像を取り込んでください。",
    "mail": "電子メールです。メールを開き、添付のPDFや画像を保存して取り込んでください。",
    "web_page": f"Webページです。{_SAVE_AS_PDF}",
    "xml": "XMLのデータです。紙の様式ではないので、ここでは読めません。送り主の手続の画面で扱ってください。",
    "text": f"文字だけのファイル（テキスト・CSVなど）です。申請書なら、{_SAVE_AS_PDF}",
    "encrypted": "パスワード付きのPDFです。パスワードを外して保存し直してください。",
    "xfa": "XFAという形式の入力用PDFで、入力した値をここでは表示できません。Adobe Acrobat Readerで開き、"
    "「印刷」から「PDFとして保存」したものを取り込んでください。",
    "damaged": "ファイルが壊れているか、ここでは開けない保存のしかたです。途中で切れていないか確かめ、"
    "もう一度（できればPDFで）保存してください。",
    "no_pages": "ページが1つもないファイルです。もとのソフトで保存し直すか、スキャンし直してください。",
    "joined": "2つ以上のPDFを、そのままつないだファイルです。ここでは一部のページしか見えないため止めました。"
    "つなぐ前のPDFを、1つずつ取り込んでください。",
    "too_many_pages": "ページ数が多すぎます。いくつかに分けてください。",
    "page_too_large": "画像が大きすぎます（A3・400dpiまで）。解像度を下げてスキャンし直してください。",
    "damaged_page": "このページは壊れていて表示できません。このページだけスキャンし直してください。",
    "undrawn_text": "このページの入力欄に、正しく表示できない文字（{detail}）があります。表示されないまま読まないよう"
    f"止めました。{_SAVE_AS_PDF}",
    "overflowing_value": "このページの入力欄に、枠に収まらない長さの値があります（{detail}…）。途中で切れたまま読まないよう"
    "止めました。もとのファイルで全文を確かめ、欄の幅に収めるか別の紙に書いて、取り込み直してください。",
    "undrawn_note": f"このページに、表示できない書き込み（注釈）があります。見ないまま読まないよう止めました。{_SAVE_AS_PDF}",
    "undrawn_tick": "このページのチェック欄に、記録された選択と表示が食い違うところがあります。見ないまま読まないよう"
    f"止めました。{_SAVE_AS_PDF}",
    "rest_damaged": "このページから先は壊れていて、あと何ページあるかも分かりません。"
    "ここから後を、もう一度スキャンしてください。",
    "too_heavy": "開くのに時間またはメモリがかかりすぎるため止めました。"
    "ふつうの解像度（200〜300dpi）でスキャンし直してください。",
    "grown": "開くのに時間またはメモリがかかりすぎるため止めました。中身を減らすか、いくつかのファイルに分けてください。",
    "file_too_heavy": "開くのに時間がかかりすぎるため、このページから{detail}ページ目までを開かずに止めました。"
    "この範囲をふつうの解像度（200〜300dpi）でスキャンし直すか、ファイルをいくつかに分けてください。",
    "too_many_attachments": "PDFに添付されたファイルが多すぎるか大きすぎるため、{detail}個目から先は取り出していません。"
    "添付を取り出して、別に取り込んでください。",
    "busy": "機械が混み合っていて、ファイルを開く準備ができませんでした。しばらくしてから、もう一度取り込んでください。",
    "attachments_unseen": "このPDFに添付ファイルがあるかどうかを、確かめられませんでした。PDFを開いて確かめ、"
    "あれば取り出して別に取り込んでください。",
}


def sentence(code: str, detail: str = "") -> str:
    """The sentence for a code; an unknown code is told as damage. `detail` is cut to 60 characters."""
    return REASONS.get(code, REASONS["damaged"]).format(detail=detail[:60])
