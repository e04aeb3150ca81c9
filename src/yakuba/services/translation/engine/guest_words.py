"""What the screen itself says to a guest, in the guest's language. Drafts, as the phrases are."""

from __future__ import annotations

from collections.abc import Mapping

# prevails: Japanese counts; unchecked: no native speaker has read this; write, send: the guest's own text; ended.
_KEYS = ("prevails", "unchecked", "write", "send", "ended", "listen")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": ("The Japanese text is the official one.", "Not yet checked by a native speaker.", "Write here", "Send", "This conversation has ended.", "Listen"),
    "zh-Hans": ("以日语内容为准。", "尚未经母语者确认。", "请在此输入", "发送", "对话已结束。", "收听"),
    "zh-Hant": ("以日語內容為準。", "尚未經母語者確認。", "請在此輸入", "傳送", "對話已結束。", "收聽"),
    "ko": ("일본어 내용이 우선합니다.", "아직 원어민이 확인하지 않았습니다.", "여기에 쓰세요", "보내기", "대화가 끝났습니다.", "듣기"),
    "vi": ("Bản tiếng Nhật là bản chính thức.", "Chưa được người bản ngữ kiểm tra.", "Viết ở đây", "Gửi", "Cuộc trò chuyện đã kết thúc.", "Nghe"),
    "pt-BR": ("Vale o texto em japonês.", "Ainda não verificado por um falante nativo.", "Escreva aqui", "Enviar", "Esta conversa terminou.", "Ouvir"),
    "es": ("El texto válido es el japonés.", "Aún no revisado por un hablante nativo.", "Escriba aquí", "Enviar", "Esta conversación ha terminado.", "Escuchar"),
    "fr": ("Le texte japonais fait foi.", "Pas encore vérifié par un locuteur natif.", "Écrivez ici", "Envoyer", "Cette conversation est terminée.", "Écouter"),
    "fil": ("Ang tekstong Hapon ang opisyal.", "Hindi pa nasusuri ng katutubong nagsasalita.", "Sumulat dito", "Ipadala", "Tapos na ang usapang ito.", "Pakinggan"),
    "id": ("Teks bahasa Jepang yang berlaku.", "Belum diperiksa oleh penutur asli.", "Tulis di sini", "Kirim", "Percakapan ini sudah selesai.", "Dengarkan"),
    "th": ("ให้ถือข้อความภาษาญี่ปุ่นเป็นหลัก", "ยังไม่ได้ตรวจสอบโดยเจ้าของภาษา", "เขียนที่นี่", "ส่ง", "การสนทนานี้จบแล้ว", "ฟัง"),
    "my": ("ဂျပန်စာသားကို အတည်ယူပါ။", "မိခင်ဘာသာစကားပြောသူ မစစ်ဆေးရသေးပါ။", "ဒီမှာရေးပါ", "ပို့ပါ", "ဤစကားဝိုင်း ပြီးဆုံးပါပြီ။", "နားထောင်ပါ"),
    "ne": ("जापानी पाठलाई आधिकारिक मानिन्छ।", "मातृभाषी व्यक्तिले अझै जाँचेको छैन।", "यहाँ लेख्नुहोस्", "पठाउनुहोस्", "यो कुराकानी सकियो।", "सुन्नुहोस्"),
    "ja": ("", "", "ここに かいて ください", "おくる", "はなしは おわりました。", "きく"),
}  # fmt: skip


def guest_words(language: str) -> dict[str, str]:
    """By name: what the screen says; in English for a language that is not known."""
    return dict(zip(_KEYS, _WORDS.get(language, _WORDS["en"]), strict=True))
