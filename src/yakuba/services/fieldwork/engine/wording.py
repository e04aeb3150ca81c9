"""What residents read, in seven languages. Staff write answers in Japanese; those stay as they are."""

from __future__ import annotations

LANGUAGES = {
    "ja": "日本語",
    "easy": "やさしい日本語",
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "pt": "Português",
}
TAGS = {"easy": "ja", "zh": "zh-Hans"}  # as `lang` says them, where that is another word
ORDER = tuple(LANGUAGES)

_TEXTS: dict[str, tuple[str, ...]] = {
    "title": ("困りごとを知らせる", "こまっていることを しらせる", "Report a problem", "报告问题", "문제 신고", "Báo sự cố", "Avisar um problema"),
    "lead": ("道路の穴、消えた街灯、ごみ、動物などを、写真と場所で役場に知らせます。登録は要りません。", "みちの あな、つかない でんき、ごみ、どうぶつを、しゃしんと ばしょで やくばに しらせます。とうろくは いりません。", "Tell the town hall about a hole in the road, a broken street light, rubbish or an animal, with a photo and a place. No account is needed.", "请用照片和地点向市政府报告道路坑洼、路灯不亮、垃圾或动物等情况。无需注册。", "도로 파손, 꺼진 가로등, 쓰레기, 동물 등을 사진과 장소로 알려 주세요. 가입은 필요 없습니다.", "Báo cho tòa thị chính về đường hỏng, đèn đường tắt, rác hoặc động vật bằng ảnh và địa điểm. Không cần đăng ký.", "Avise a prefeitura sobre buracos, luz apagada, lixo ou animais, com foto e local. Não precisa de cadastro."),
    "emergency": ("火事・けが・いま危ないことは、119か110に電話してください。", "かじや けがは 119、あぶないときは 110に でんわしてください。", "Fire or injury: call 119. Danger right now: call 110.", "火灾、受伤请拨打119，紧急危险请拨打110。", "화재·부상은 119, 지금 위험하면 110으로 전화하세요.", "Cháy hoặc bị thương: gọi 119. Nguy hiểm: gọi 110.", "Incêndio ou ferimento: ligue 119. Perigo agora: ligue 110."),
    "step_photo": ("1 写真", "1 しゃしん", "1 Photo", "1 照片", "1 사진", "1 Ảnh", "1 Foto"),
    "step_place": ("2 場所", "2 ばしょ", "2 Place", "2 地点", "2 장소", "2 Địa điểm", "2 Local"),
    "step_what": ("3 何があったか", "3 なにが ありましたか", "3 What is it?", "3 什么情况", "3 내용", "3 Việc gì?", "3 O que é?"),
    "photo": ("写真（3枚まで）", "しゃしん（3まい まで）", "Photos (up to 3)", "照片（最多3张）", "사진 (3장까지)", "Ảnh (tối đa 3)", "Fotos (até 3)"),
    "photo_help": ("なくても送れます。人の顔や車の番号は、写さないでください。写真の中の位置情報は消します。", "なくても いいです。ひとの かおや くるまの ばんごうは とらないでください。", "Optional. Please leave out faces and number plates. Location data inside the photo is removed.", "可不附照片。请勿拍摄人脸和车牌。照片中的位置信息会被删除。", "없어도 됩니다. 얼굴과 차 번호는 찍지 마세요. 사진 속 위치 정보는 지웁니다.", "Không bắt buộc. Xin đừng chụp mặt người và biển số xe. Thông tin vị trí trong ảnh sẽ bị xóa.", "Opcional. Não fotografe rostos nem placas. A localização dentro da foto é apagada."),
    "here": ("今いる場所を使う", "いまいる ばしょを つかう", "Use where I am", "使用当前位置", "현재 위치 사용", "Dùng vị trí hiện tại", "Usar onde estou"),
    "map": ("地図で選ぶ", "ちずで えらぶ", "Choose on the map", "在地图上选择", "지도에서 선택", "Chọn trên bản đồ", "Escolher no mapa"),
    "place_set": ("場所が決まりました", "ばしょが きまりました", "The place is set", "地点已确定", "장소가 정해졌습니다", "Đã chọn địa điểm", "Local definido"),
    "no_gps": ("場所を測れませんでした。地図か、下の欄で伝えてください。", "ばしょが わかりません。ちずか、したの らんに かいてください。", "Your position could not be found. Use the map or the fields below.", "无法获取位置。请使用地图或下方栏目。", "위치를 찾지 못했습니다. 지도나 아래 칸을 이용하세요.", "Không xác định được vị trí. Hãy dùng bản đồ hoặc ô bên dưới.", "Não foi possível achar sua posição. Use o mapa ou os campos abaixo."),
    "landmark": ("近くの目印", "ちかくの めじるし", "Nearest landmark", "附近的标志物", "가까운 표지", "Điểm mốc gần nhất", "Ponto de referência"),
    "landmark_none": ("選ばない", "えらばない", "None", "不选择", "선택 안 함", "Không chọn", "Nenhum"),
    "place": ("住所や場所のことば", "じゅうしょ（どこですか）", "Address or description of the place", "地址或地点说明", "주소 또는 장소 설명", "Địa chỉ hoặc mô tả nơi", "Endereço ou descrição do local"),
    "place_help": ("例：緑町の橋の北側、電柱の番号", "れい：みどりまちの はしの きた", "For example: north end of the bridge, number of the pole", "例：桥的北侧、电线杆编号", "예: 다리 북쪽, 전봇대 번호", "Ví dụ: phía bắc cây cầu, số cột điện", "Ex.: lado norte da ponte, número do poste"),
    "what": ("何があったか", "なにが ありましたか", "What is it?", "什么情况", "무슨 일입니까", "Việc gì?", "O que é?"),
    "description": ("ようす", "ようす", "Details", "详情", "자세한 내용", "Chi tiết", "Detalhes"),
    "description_help": ("ほかの人の名前や、番号（マイナンバーなど）は書かないでください。", "ほかの ひとの なまえや、マイナンバーは かかないでください。", "Please do not write names of other people or personal numbers.", "请勿填写他人姓名或个人号码。", "다른 사람의 이름이나 개인번호는 쓰지 마세요.", "Xin đừng viết tên người khác hoặc số cá nhân.", "Não escreva nomes de outras pessoas nem números pessoais."),
    "name": ("あなたの名前", "あなたの なまえ", "Your name", "您的姓名", "이름", "Tên của bạn", "Seu nome"),
    "contact": ("電話かメール", "でんわか メール", "Phone or e-mail", "电话或邮箱", "전화 또는 이메일", "Điện thoại hoặc email", "Telefone ou e-mail"),
    "optional": ("任意", "なくても いい", "optional", "可选", "선택", "không bắt buộc", "opcional"),
    "required": ("必須", "ひつよう", "required", "必填", "필수", "bắt buộc", "obrigatório"),
    "next": ("次へ", "つぎへ", "Next", "下一步", "다음", "Tiếp", "Próximo"),
    "back": ("前へ", "まえへ", "Back", "上一步", "이전", "Quay lại", "Voltar"),
    "send": ("役場に送る", "やくばに おくる", "Send to the town hall", "发送", "보내기", "Gửi", "Enviar"),
    "sending": ("送っています…", "おくっています…", "Sending…", "正在发送…", "보내는 중…", "Đang gửi…", "Enviando…"),
    "done": ("通報を受け付けました", "うけつけました", "Your report was received", "已受理", "신고가 접수되었습니다", "Đã nhận báo cáo", "Aviso recebido"),
    "number": ("受付番号", "うけつけばんごう", "Receipt number", "受理编号", "접수번호", "Số tiếp nhận", "Número de recibo"),
    "secret": ("照会番号", "しょうかいばんごう", "Secret code", "查询码", "조회번호", "Mã tra cứu", "Código secreto"),
    "keep": ("2つの番号を控えてください。状況を見るとき、両方が要ります。照会番号は、役場にも残りません。", "2つの ばんごうを かいておいてください。あとで みるとき、りょうほう いります。", "Please write down both numbers. You need both to see what happened. The town hall does not keep the secret code.", "请记下两个号码。查询进展时需要两个号码。市政府不保存查询码。", "두 번호를 적어 두세요. 진행 상황을 볼 때 둘 다 필요합니다. 조회번호는 관청에 남지 않습니다.", "Hãy ghi lại hai số. Bạn cần cả hai để xem tiến độ. Tòa thị chính không lưu mã tra cứu.", "Anote os dois números. Os dois são necessários para ver o andamento. A prefeitura não guarda o código."),
    "until": ("対応の目標の日", "いつまでに", "We aim to deal with it by", "预计处理日期", "처리 목표일", "Dự kiến xử lý trước", "Previsão de atendimento"),
    "status": ("状況を見る", "どうなったか みる", "See what happened", "查看进展", "진행 상황 보기", "Xem tiến độ", "Ver o andamento"),
    "another": ("もう1つ知らせる", "もう1つ しらせる", "Report another", "再报告一个", "하나 더 신고", "Báo thêm", "Avisar outro"),
    "unknown": ("受付番号か照会番号が違います。", "ばんごうが ちがいます。", "The receipt number or the secret code is wrong.", "受理编号或查询码有误。", "접수번호 또는 조회번호가 다릅니다.", "Số tiếp nhận hoặc mã tra cứu không đúng.", "O número ou o código está errado."),
    "alike": ("同じ通報が、もうあるかもしれません", "おなじ しらせが あるかもしれません", "This may have been reported already", "可能已有相同报告", "이미 같은 신고가 있을 수 있습니다", "Có thể đã có báo cáo này", "Talvez já tenha sido avisado"),
    "alike_lead": ("近くで届いている通報です。同じものなら、「これと同じ」を押してください。あなたの1件として数えます。", "ちかくの しらせです。おなじなら「これと おなじ」を おしてください。", "Reports from nearby. If one is the same thing, press “Same as this”; you will be counted.", "附近已有的报告。如果相同，请按“与此相同”。", "가까운 곳의 신고입니다. 같으면 '이것과 같음'을 누르세요.", "Các báo cáo gần đó. Nếu giống, hãy bấm “Giống cái này”.", "Avisos próximos. Se for o mesmo, toque em “É este”."),
    "same": ("これと同じ", "これと おなじ", "Same as this", "与此相同", "이것과 같음", "Giống cái này", "É este"),
    "different": ("別のものとして送る", "ちがう。おくる", "It is another thing: send", "不同，继续发送", "다른 것입니다. 보내기", "Khác, vẫn gửi", "É outro: enviar"),
    "joined": ("同じものを見た人として加えました", "くわえました。ありがとうございます", "You have been added to that report", "已将您加入该报告", "해당 신고에 추가했습니다", "Đã thêm bạn vào báo cáo đó", "Você foi somado a esse aviso"),
    "waiting": ("まだ送っていない通報", "まだ おくっていない しらせ", "Not sent yet", "尚未发送", "아직 보내지 않은 신고", "Chưa gửi", "Ainda não enviado"),
    "waiting_lead": ("電波がつながると送ります。送り終えるまで、このページを時々開いてください。", "でんぱが つながると おくります。ときどき このページを ひらいてください。", "They are sent when there is a network. Please open this page now and then until they are sent.", "有网络时会发送。请在发送完成前时常打开本页。", "네트워크가 연결되면 보냅니다. 다 보낼 때까지 가끔 이 페이지를 여세요.", "Sẽ gửi khi có mạng. Thỉnh thoảng hãy mở trang này cho đến khi gửi xong.", "Serão enviados quando houver rede. Abra esta página de vez em quando até lá."),
    "send_now": ("いま送る", "いま おくる", "Send now", "立即发送", "지금 보내기", "Gửi ngay", "Enviar agora"),
    "discard": ("送らずに消す", "けす", "Delete without sending", "不发送并删除", "보내지 않고 삭제", "Xóa, không gửi", "Apagar sem enviar"),
    "wrong": ("直してください", "なおしてください", "Please correct", "请更正", "고쳐 주세요", "Vui lòng sửa", "Corrija"),
    "language": ("ことば", "ことば", "Language", "语言", "언어", "Ngôn ngữ", "Idioma"),
    "public_map": ("みんなの通報", "みんなの しらせ", "Reports in town", "已公开的报告", "공개된 신고", "Các báo cáo", "Avisos publicados"),
    "not_repaired": ("まだ直っていないとき", "まだ なおっていないとき", "If it is not repaired", "如果还没修好", "아직 고쳐지지 않았다면", "Nếu vẫn chưa sửa", "Se não foi resolvido"),
    "reopen": ("もう一度知らせる", "もういちど しらせる", "Tell us again", "再次通知", "다시 알리기", "Báo lại", "Avisar de novo"),
    "history": ("これまで", "いままで", "What happened", "经过", "경과", "Diễn biến", "Histórico"),
    "too_often": ("続けてたくさん押されました。1分ほど待ってから、もう一度押してください。", "1ぷん まってから、もういちど おしてください。", "Too many requests. Please wait a minute and try again.", "操作过于频繁，请稍后再试。", "요청이 너무 많습니다. 1분 후 다시 시도하세요.", "Quá nhiều yêu cầu. Vui lòng chờ một phút.", "Muitos pedidos. Espere um minuto e tente de novo."),
    "state_received": ("受け付けました。担当の課が見ます。", "うけつけました。", "Received. A section will look at it.", "已受理。", "접수했습니다.", "Đã nhận.", "Recebido."),
    "state_working": ("対応しています。", "いま なおしています。", "Being dealt with.", "处理中。", "처리 중입니다.", "Đang xử lý.", "Em andamento."),
    "state_done": ("対応が終わりました。", "おわりました。", "Done.", "已处理。", "처리했습니다.", "Đã xong.", "Resolvido."),
    "state_closed": ("役場では対応しません。理由は下をご覧ください。", "やくばでは できません。したを みてください。", "The town hall will not act; the reason is below.", "市政府不处理，理由见下。", "관청에서 처리하지 않습니다. 이유는 아래를 보세요.", "Tòa thị chính không xử lý; lý do ở dưới.", "A prefeitura não vai agir; veja o motivo abaixo."),
    "state_waiting": ("役場で確かめています。", "やくばで みています。", "The town hall is checking it.", "市政府正在确认。", "관청에서 확인하고 있습니다.", "Tòa thị chính đang kiểm tra.", "A prefeitura está verificando."),
    "on_its_way": ("もう一度の連絡を受け取りました。役場で確かめると、ここの状況が変わります。", "うけとりました。やくばで みると、ここが かわります。", "We have your message. This page changes when the town hall has looked at it.", "已收到您的再次通知。市政府确认后本页会更新。", "다시 보내신 연락을 받았습니다. 관청에서 확인하면 이 페이지가 바뀝니다.", "Đã nhận tin của bạn. Trang này sẽ thay đổi khi tòa thị chính xem xét.", "Recebemos sua mensagem. Esta página muda quando a prefeitura verificar."),
    "new_number": ("受付番号は {number} になりました。前の受付番号でも、このページを開けます。", "ばんごうは {number} に なりました。まえの ばんごうでも みられます。", "Your receipt number is now {number}. The earlier one also opens this page.", "受理编号已改为 {number}。原编号仍可打开本页。", "접수번호가 {number}(으)로 바뀌었습니다. 이전 번호로도 이 페이지를 열 수 있습니다.", "Số tiếp nhận nay là {number}. Số trước vẫn mở được trang này.", "Seu número agora é {number}. O anterior também abre esta página."),
    "fault_category": ("何があったかを選んでください。", "なにが あったか えらんでください。", "Please choose what it is.", "请选择情况类型。", "무슨 일인지 선택하세요.", "Hãy chọn loại sự việc.", "Escolha o que é."),
    "fault_description": ("写真を付けるか、ようすを書いてください。", "しゃしんか、ようすが いります。", "Please add a photo or some details.", "请附照片或填写详情。", "사진을 넣거나 내용을 쓰세요.", "Hãy thêm ảnh hoặc mô tả.", "Adicione uma foto ou detalhes."),
    "fault_place": ("場所を、地図か、ことばで伝えてください。", "ばしょを おしえてください。", "Please give the place on the map or in words.", "请在地图上或用文字说明地点。", "장소를 지도나 글로 알려 주세요.", "Hãy cho biết địa điểm trên bản đồ hoặc bằng chữ.", "Indique o local no mapa ou em palavras."),
    "fault_outside": ("この場所は、この町の外のようです。地図の場所を確かめてください。", "このばしょは この まちでは ありません。", "This place seems to be outside this town. Please check it.", "该地点似乎不在本市范围内，请确认。", "이 장소는 이 지역 밖인 것 같습니다. 확인하세요.", "Địa điểm này có vẻ ngoài thị trấn. Hãy kiểm tra.", "Este local parece fora da cidade. Confira."),
    "fault_zero": ("場所を測れていません（緯度と経度が0です）。地図か、場所のことばで伝えてください。", "ばしょが わかりません。ちずか ことばで おしえてください。", "The position was not measured (0, 0). Use the map or words.", "未测得位置（0,0）。请用地图或文字说明。", "위치가 측정되지 않았습니다(0,0). 지도나 글로 알려 주세요.", "Chưa đo được vị trí (0, 0). Dùng bản đồ hoặc chữ.", "A posição não foi medida (0, 0). Use o mapa ou palavras."),
    "fault_no_number": ("いま受付番号の用意をしているため、まだ送っていません。10分ほどたってから、もう一度送ってください。急ぐときは、電話で役場にお知らせください。", "いま じゅんびを しています。まだ おくっていません。10ぷん まって、もういちど おくってください。いそぐときは でんわしてください。", "Not sent yet: receipt numbers are being prepared. Please send again in about 10 minutes, or call the town hall if it is urgent.", "正在准备受理编号，尚未发送。请约10分钟后再发送；紧急时请致电市政府。", "접수번호를 준비하고 있어 아직 보내지 않았습니다. 10분쯤 뒤에 다시 보내세요. 급하면 전화하세요.", "Chưa gửi: đang chuẩn bị số tiếp nhận. Hãy gửi lại sau khoảng 10 phút, hoặc gọi tòa thị chính nếu gấp.", "Ainda não enviado: os números estão sendo preparados. Envie de novo em uns 10 minutos ou ligue para a prefeitura se for urgente."),
    "fault_not_ready": ("いま通報を受け付ける用意ができていません。急ぐときは、電話で役場にお知らせください。", "いまは うけつけていません。いそぐときは でんわしてください。", "Reports cannot be taken at the moment. Please call the town hall if it is urgent.", "目前暂时无法受理。紧急时请致电市政府。", "지금은 신고를 받을 수 없습니다. 급하면 전화하세요.", "Hiện chưa thể nhận báo cáo. Nếu gấp, hãy gọi tòa thị chính.", "No momento não é possível receber avisos. Se for urgente, ligue para a prefeitura."),
    "fault_over": ("その通報への対応は、もう終わっています。「別のものとして送る」で送ってください。", "それは もう おわっています。「ちがう。おくる」で おくってください。", "That report has been dealt with already. Please send yours as another thing.", "该报告已处理完毕。请按“不同，继续发送”。", "그 신고는 이미 처리되었습니다. '다른 것입니다. 보내기'로 보내세요.", "Báo cáo đó đã xử lý xong. Hãy bấm “Khác, vẫn gửi”.", "Esse aviso já foi resolvido. Envie o seu como outro."),
    "fault_not_over": ("この通報は、まだ終わっていません。もう一度開いて、いまの状況を見てください。", "まだ おわっていません。もういちど ひらいて みてください。", "This report is not closed. Please open it again to see where it stands.", "该报告尚未结束。请重新打开查看进展。", "아직 끝나지 않았습니다. 다시 열어 상황을 보세요.", "Báo cáo này chưa kết thúc. Hãy mở lại để xem tiến độ.", "Este aviso ainda não terminou. Abra de novo para ver o andamento."),
    "fault_too_late": ("終わってから90日がたちました。新しく通報してください。", "おわってから 90にち たちました。あたらしく しらせてください。", "It ended more than 90 days ago. Please send a new report.", "结束已超过90天。请重新报告。", "끝난 지 90일이 지났습니다. 새로 신고하세요.", "Đã kết thúc hơn 90 ngày. Hãy gửi báo cáo mới.", "Terminou há mais de 90 dias. Envie um novo aviso."),
    "fault_not_taken": ("受け付けていない通報なので、もう一度の対応はできません。いまも困っているときは、新しく通報してください。", "うけつけていない しらせです。いまも こまっているときは、あたらしく しらせてください。", "This report was not taken up, so it cannot be opened again. If the problem is still there, please send a new report.", "该报告未被受理，无法再次处理。如问题仍在，请重新报告。", "접수되지 않은 신고라 다시 처리할 수 없습니다. 아직 불편하면 새로 신고하세요.", "Báo cáo này không được tiếp nhận nên không thể mở lại. Nếu vẫn còn, hãy gửi báo cáo mới.", "Este aviso não foi aceito e não pode ser reaberto. Se o problema continua, envie um novo aviso."),
}  # fmt: skip
_BY_JAPANESE = {texts[0]: name for name, texts in _TEXTS.items()}


def texts(language: str) -> dict[str, str]:
    """Every text in that language; in Japanese for one that is not known."""
    index = ORDER.index(language) if language in LANGUAGES else 0
    return {name: found[index] for name, found in _TEXTS.items()}


def told(sentence: str, language: str) -> str:
    """A sentence of the house for residents in that language, or as it is."""
    name = _BY_JAPANESE.get(sentence)
    return texts(language)[name] if name else sentence


def tag(language: str) -> str:
    """For `lang`."""
    return TAGS.get(language, language)
