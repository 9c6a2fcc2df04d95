//! What the people who run the gateway read. Words for states, lanes and reasons are those of the command line.

use hikyaku_page::Lang;

words! {
    /// The name of the pages.
    title: ["Gateway", "ゲートウェイ", "閘道", "เกตเวย์"];
    /// The pages.
    overview: ["Overview", "概要", "總覽", "ภาพรวม"];
    lanes: ["Lanes and holds", "レーンと保留", "通道與暫停", "เลนและการพัก"];
    deliveries: ["Deliveries", "配信", "傳送", "การส่ง"];
    delivery: ["Delivery {id}", "配信 {id}", "傳送 {id}", "การส่ง {id}"];
    campaigns: ["Campaigns", "キャンペーン", "活動", "แคมเปญ"];
    keys: ["Keys", "キー", "金鑰", "คีย์"];
    outcomes: ["Outcomes", "結果通知", "結果", "ผลลัพธ์"];
    pictures: ["Pictures", "画像", "圖片", "รูปภาพ"];
    record: ["Record", "操作記録", "紀錄", "บันทึก"];
    /// How to get in.
    sign_in_how: [
        "This page is for the people who run the gateway. On its machine, make a link that signs you in:",
        "このページはゲートウェイの管理者用です。サーバー上で次のコマンドを実行し、ログイン用リンクを発行してください。",
        "此頁面供閘道管理者使用。請在伺服器上建立登入連結：",
        "หน้านี้สำหรับผู้ดูแลเกตเวย์ สร้างลิงก์เข้าสู่ระบบบนเครื่องของเกตเวย์:"
    ];
    read_only: [
        "You see everything and change nothing here.",
        "閲覧専用です。変更はできません。",
        "僅供檢視，無法變更。",
        "ดูได้อย่างเดียว เปลี่ยนแปลงไม่ได้"
    ];
    /// The month.
    quota: ["This month", "今月の配信数", "本月用量", "เดือนนี้"];
    quota_of: ["{used} of {limit} messages", "{limit}通中 {used}通", "{used} / {limit} 則", "{used} จาก {limit} ข้อความ"];
    quota_open: ["{used} messages, no limit", "{used}通（上限なし）", "{used} 則（無上限）", "{used} ข้อความ ไม่จำกัด"];
    forecast_fits: [
        "At this pace {n} by the end of the month.",
        "このペースでは月末までに{n}通の見込みです。",
        "依目前速度，月底約 {n} 則。",
        "ด้วยอัตรานี้ สิ้นเดือนจะถึง {n}"
    ];
    forecast_over: [
        "At this pace {n} by the end of the month: more than there are. Raise the plan, or stop what can wait.",
        "このペースでは月末までに{n}通に達し、上限を超えます。プランを変更するか、急がない配信を保留してください。",
        "依目前速度，月底將達 {n} 則而超出上限。請升級方案，或暫停可延後的傳送。",
        "ด้วยอัตรานี้ สิ้นเดือนจะถึง {n} เกินที่มี โปรดเพิ่มแพ็กเกจหรือพักสิ่งที่รอได้"
    ];
    no_quota: [
        "LINE was not asked about the month yet: that happens with the first push.",
        "今月の配信数はまだ取得されていません。最初のプッシュ時に取得します。",
        "尚未向 LINE 查詢本月用量，首次推播時會查詢。",
        "ยังไม่ได้ถาม LINE เกี่ยวกับเดือนนี้ จะถามเมื่อส่งครั้งแรก"
    ];
    /// What waits.
    waiting: ["Waiting", "待機中", "等待中", "กำลังรอ"];
    /// What needs attention: in `{why}` stands one of the reasons below.
    all_well: [
        "All is well: LINE accepts messages, and nothing is late or failed.",
        "異常はありません。LINEは正常に受け付けており、遅延や失敗はありません。",
        "一切正常：LINE 正常接收，沒有延遲或失敗。",
        "ปกติดี LINE รับข้อความ ไม่มีรายการล่าช้าหรือล้มเหลว"
    ];
    line_held: [
        "{lane} stands still for {n} more minutes: {why}.",
        "{lane} は停止中（あと{n}分）：{why}。",
        "{lane} 停止中（還有 {n} 分鐘）：{why}。",
        "{lane} หยุดอีก {n} นาที: {why}"
    ];
    month_short: [
        "At this pace {channel} will need more messages this month than it has.",
        "このペースでは {channel} の今月の配信数が上限を超えます。",
        "依目前速度，{channel} 本月用量將超出上限。",
        "ด้วยอัตรานี้ {channel} จะใช้ข้อความเดือนนี้เกินที่มี"
    ];
    are_rejected: ["{n} were refused by LINE: look at each, then retry or put away.", "{n}件がLINEに拒否されました。確認して再送するか片付けてください。", "{n} 筆遭 LINE 拒絕：請檢視後重試或收起。", "LINE ปฏิเสธ {n} รายการ โปรดตรวจแล้วลองใหม่หรือเก็บออก"];
    are_unknown: [
        "{n} may or may not have arrived: LINE can no longer tell.",
        "{n}件は届いたかどうか不明です。LINEにも確認できません。",
        "{n} 筆不確定是否送達，LINE 已無法得知。",
        "{n} รายการอาจถึงหรือไม่ถึง LINE บอกไม่ได้แล้ว"
    ];
    are_late: ["{lane}: {n} wait, the first due {since}: {why}.", "{lane}：{n}件が待機中（最初の予定は{since}）：{why}。", "{lane}：{n} 筆等待中，最早到期於{since}：{why}。", "{lane}: รอ {n} รายการ แรกสุดครบกำหนด{since}: {why}"];
    is_held: ["Held ({scope}): {reason}", "保留中（{scope}）：{reason}", "已暫停（{scope}）：{reason}", "พักอยู่ ({scope}): {reason}"];
    budget_gone: ["The budget of {key} is used up.", "{key} の予算を使い切りました。", "{key} 的預算已用完。", "งบของ {key} หมดแล้ว"];
    are_untold: ["{name} has not read {n} outcomes, the oldest from {since}.", "{name} は結果{n}件を未読です（最古は{since}）。", "{name} 尚有 {n} 筆結果未讀，最早為{since}。", "{name} ยังไม่ได้อ่านผลลัพธ์ {n} รายการ เก่าสุด{since}"];
    /// Why something waits, within a sentence.
    why_rate: ["LINE's rate limit", "LINEのレート制限", "LINE 的速率限制", "ขีดจำกัดอัตราของ LINE"];
    why_quota: ["the month's messages are used up", "今月の配信数を使い切りました", "本月用量已用完", "ข้อความของเดือนหมดแล้ว"];
    why_unauthorized: [
        "LINE refuses the channel access token",
        "LINEがチャネルアクセストークンを拒否しています",
        "LINE 拒絕此 channel access token",
        "LINE ปฏิเสธ channel access token"
    ];
    why_line_down: [
        "LINE does not answer, or only with errors",
        "LINEが応答しないか、エラーを返しています",
        "LINE 沒有回應或只回傳錯誤",
        "LINE ไม่ตอบหรือตอบด้วยข้อผิดพลาด"
    ];
    why_hold: ["somebody holds it", "保留されています", "已被暫停", "ถูกพักไว้"];
    why_budget: ["its budget is used up", "予算を使い切りました", "預算已用完", "งบหมดแล้ว"];
    why_else: [
        "its campaign is paused, or no worker has the channel",
        "キャンペーンの一時停止中か、担当ワーカーがありません",
        "活動已暫停，或沒有負責此頻道的工作者",
        "แคมเปญหยุดอยู่ หรือไม่มีผู้ทำงานของช่องนี้"
    ];
    /// The newest dead letters.
    failures: ["Newest failures", "最新の失敗", "最近的失敗", "ความล้มเหลวล่าสุด"];
    all_of: ["All {n}", "{n}件すべて", "全部 {n} 筆", "ทั้งหมด {n}"];
    states: ["Deliveries by state", "状態別の配信", "依狀態", "การส่งตามสถานะ"];
    no_deliveries: [
        "Nothing was sent yet. Issue a token or a key, and send something: it appears here.",
        "まだ配信はありません。トークンまたはキーを発行して送信すると、ここに表示されます。",
        "尚無傳送。發行權杖或金鑰並傳送後，會顯示在這裡。",
        "ยังไม่มีการส่ง ออกโทเค็นหรือคีย์แล้วส่ง จะปรากฏที่นี่"
    ];
    /// Lanes.
    channel: ["Channel", "チャネル", "頻道", "ช่อง"];
    lane: ["Lane", "レーン", "通道", "เลน"];
    rate: ["Rate", "レート", "速率", "อัตรา"];
    waits_for: ["Waits for", "待機理由", "等待原因", "รออะไร"];
    next_due: ["Next due", "次の予定", "下次到期", "ครั้งถัดไป"];
    no_lanes: ["No lane was used yet.", "使用されたレーンはまだありません。", "尚未使用任何通道。", "ยังไม่มีเลนที่ใช้งาน"];
    holds: ["Holds", "保留", "暫停", "การพัก"];
    no_holds: [
        "Nothing is held. A hold keeps sends in the outbox until it is released.",
        "保留はありません。保留すると、解除するまで送信されません。",
        "沒有暫停。暫停後，傳送會保留到解除為止。",
        "ไม่มีการพัก การพักจะเก็บการส่งไว้จนกว่าจะปล่อย"
    ];
    new_hold: ["Hold sends", "送信を保留する", "暫停傳送", "พักการส่ง"];
    everything: ["everything", "すべて", "全部", "ทั้งหมด"];
    key: ["Fairness key", "公平キー", "公平鍵", "คีย์ความเป็นธรรม"];
    reason: ["Reason", "理由", "原因", "เหตุผล"];
    reason_hint: ["The record keeps it.", "操作記録に残ります。", "會留在紀錄中。", "จะถูกเก็บในบันทึก"];
    who: ["Who", "操作者", "操作者", "ใคร"];
    when: ["When", "日時", "時間", "เมื่อ"];
    hold_now: ["Hold", "保留する", "暫停", "พัก"];
    release: ["Release", "解除", "解除", "ปล่อย"];
    told_held: ["It is held. What is on its way at this moment still goes.", "保留しました。送信中のものはそのまま送られます。", "已暫停。傳送中的仍會送出。", "พักแล้ว สิ่งที่กำลังส่งจะไปต่อ"];
    told_released: ["It is released.", "解除しました。", "已解除。", "ปล่อยแล้ว"];
    /// Deliveries.
    search: ["Search", "検索", "搜尋", "ค้นหา"];
    state: ["State", "状態", "狀態", "สถานะ"];
    any: ["any", "すべて", "全部", "ใดก็ได้"];
    recipient: ["Recipient", "宛先", "收件者", "ผู้รับ"];
    recipients: ["Recipients", "宛先数", "收件數", "จำนวนผู้รับ"];
    error: ["Error has", "エラー内容", "錯誤內容", "ข้อผิดพลาดมี"];
    last_error: ["Why", "理由", "原因", "ทำไม"];
    request_id: ["LINE's request id", "LINEのリクエストID", "LINE 請求 ID", "รหัสคำขอของ LINE"];
    idempotency_key: ["Idempotency key", "冪等キー", "冪等鍵", "คีย์ idempotency"];
    campaign: ["Campaign", "キャンペーン", "活動", "แคมเปญ"];
    none_found: [
        "No delivery fits. Leave a field empty to see more.",
        "該当する配信はありません。条件を減らしてください。",
        "沒有符合的傳送。請減少條件。",
        "ไม่พบการส่งที่ตรงกัน ลองลดเงื่อนไข"
    ];
    older: ["Older ones", "さらに古いもの", "更早的", "เก่ากว่า"];
    number: ["Number", "番号", "編號", "หมายเลข"];
    kind: ["Kind", "種類", "種類", "ชนิด"];
    created: ["Created", "作成", "建立", "สร้าง"];
    attempts: ["Attempts", "試行", "嘗試", "ความพยายาม"];
    /// Acts on many.
    act_on_all: ["Act on all that fit", "該当するすべてを操作", "對全部符合者操作", "ทำกับทั้งหมดที่ตรง"];
    act_why: [
        "The next page shows how many that are. Nothing changes before you confirm.",
        "次の画面で件数を確認できます。確定するまで何も変わりません。",
        "下一頁會顯示數量，確認前不會變更。",
        "หน้าถัดไปจะแสดงจำนวน ไม่มีการเปลี่ยนแปลงก่อนคุณยืนยัน"
    ];
    retry: ["Retry", "再送する", "重試", "ลองใหม่"];
    retry_anyway: ["Retry, even if some arrive twice", "再送する（重複の可能性あり）", "重試（可能重複送達）", "ลองใหม่ แม้บางรายการอาจซ้ำ"];
    cancel: ["Cancel", "取り消す", "取消", "ยกเลิก"];
    drop: ["Put away", "片付ける", "收起", "เก็บออก"];
    preview: ["Preview", "確認画面へ", "預覽", "ดูตัวอย่าง"];
    previewed: ["{act}: {n} deliveries", "{act}：{n}件", "{act}：{n} 筆", "{act}: {n} การส่ง"];
    previewed_none: [
        "Nothing that fits can be changed so.",
        "変更できる配信はありません。",
        "沒有可變更的項目。",
        "ไม่มีรายการที่เปลี่ยนได้"
    ];
    stay: ["{n} stay as they are: {reason}", "{n}件は変更されません：{reason}", "{n} 筆維持不變：{reason}", "{n} รายการคงเดิม: {reason}"];
    may_cost: ["This may use {n} messages of the month.", "今月の配信数を最大{n}通使用します。", "可能使用本月 {n} 則用量。", "อาจใช้ {n} ข้อความของเดือน"];
    may_duplicate: ["{n} of them may arrive twice.", "うち{n}件は重複する可能性があります。", "其中 {n} 筆可能重複送達。", "{n} รายการอาจส่งซ้ำ"];
    examples: ["The newest of them", "最新の例", "最新的範例", "รายการล่าสุด"];
    confirm: ["Confirm", "確定する", "確認", "ยืนยัน"];
    back: ["Back", "戻る", "返回", "กลับ"];
    changed: [
        "Meanwhile {n} fit instead of {before}. Nothing was changed: look again.",
        "対象が{before}件から{n}件に変わりました。何も変更していません。再確認してください。",
        "符合數量已由 {before} 變為 {n}，未做任何變更，請再次確認。",
        "จำนวนเปลี่ยนจาก {before} เป็น {n} ยังไม่มีการเปลี่ยนแปลง โปรดตรวจอีกครั้ง"
    ];
    told_acted: ["{n} were changed.", "{n}件を変更しました。", "已變更 {n} 筆。", "เปลี่ยนแล้ว {n} รายการ"];
    told_refused: ["Nothing was changed: {why}", "変更されませんでした：{why}", "未變更：{why}", "ไม่มีการเปลี่ยนแปลง: {why}"];
    reason_missing: [
        "Say why, in 1 to 200 characters.",
        "理由を1〜200文字で入力してください。",
        "請輸入 1 至 200 個字元的原因。",
        "ระบุเหตุผล 1 ถึง 200 ตัวอักษร"
    ];
    wrong_field: ["{field}: {why}", "{field}：{why}", "{field}：{why}", "{field}: {why}"];
    /// A delivery.
    story: ["Story", "経過", "經過", "เรื่องราว"];
    no_attempts: ["Nothing was sent to LINE yet.", "まだLINEに送信していません。", "尚未傳送到 LINE。", "ยังไม่ได้ส่งถึง LINE"];
    took: ["{n} ms", "{n} ms", "{n} ms", "{n} ms"];
    result: ["Result", "結果", "結果", "ผล"];
    answer: ["LINE's answer", "LINEの応答", "LINE 的回應", "คำตอบของ LINE"];
    texts: ["What it says", "内容", "內容", "เนื้อหา"];
    texts_hidden: [
        "Hidden: the configuration's operator.show_texts is false.",
        "非表示（設定 operator.show_texts が false）",
        "已隱藏（設定 operator.show_texts 為 false）",
        "ซ่อนอยู่: operator.show_texts เป็น false"
    ];
    due: ["Due", "送信予定", "到期", "กำหนดส่ง"];
    worker: ["Worker", "ワーカー", "工作者", "ผู้ทำงาน"];
    no_such: ["There is no delivery of this number.", "この番号の配信はありません。", "沒有此編號的傳送。", "ไม่มีการส่งหมายเลขนี้"];
    /// Campaigns.
    no_campaigns: [
        "No campaign was started. `hikyaku campaign start` sends one message to a list of any length.",
        "キャンペーンはありません。`hikyaku campaign start` で任意の長さのリストに送信できます。",
        "尚無活動。`hikyaku campaign start` 可將訊息傳給任意長度的名單。",
        "ยังไม่มีแคมเปญ `hikyaku campaign start` ส่งข้อความถึงรายชื่อยาวเท่าใดก็ได้"
    ];
    progress: ["{done} of {total} recipients", "{total}人中 {done}人", "{done} / {total} 位", "{done} จาก {total} ผู้รับ"];
    counts: [
        "{accepted} accepted, {rejected} refused, {unknown} unknown, {cancelled} cancelled",
        "受付 {accepted}、拒否 {rejected}、不明 {unknown}、取消 {cancelled}",
        "接受 {accepted}、拒絕 {rejected}、不明 {unknown}、取消 {cancelled}",
        "รับ {accepted} ปฏิเสธ {rejected} ไม่ทราบ {unknown} ยกเลิก {cancelled}"
    ];
    pause: ["Pause", "一時停止", "暫停", "หยุดชั่วคราว"];
    resume: ["Resume", "再開", "繼續", "ทำต่อ"];
    told_paused: ["The campaign stands still.", "キャンペーンを一時停止しました。", "活動已暫停。", "หยุดแคมเปญแล้ว"];
    told_resumed: ["The campaign goes on.", "キャンペーンを再開しました。", "活動已繼續。", "แคมเปญทำต่อแล้ว"];
    /// Keys.
    api_keys: ["API keys", "APIキー", "API 金鑰", "คีย์ API"];
    no_keys: [
        "No key was issued. `hikyaku gateway key issue --name shop-bot` makes one for a bot.",
        "キーはありません。`hikyaku gateway key issue --name shop-bot` で発行できます。",
        "尚無金鑰。`hikyaku gateway key issue --name shop-bot` 可建立一個。",
        "ยังไม่มีคีย์ `hikyaku gateway key issue --name shop-bot` สร้างคีย์ให้บอต"
    ];
    name: ["Name", "名前", "名稱", "ชื่อ"];
    may_send: ["Sends", "送信方法", "傳送方式", "วิธีส่ง"];
    may_reach: ["To", "宛先", "對象", "ถึง"];
    may_call: ["Other calls", "その他の呼び出し", "其他呼叫", "การเรียกอื่น"];
    revoked: ["revoked", "解除済み", "已撤銷", "ยกเลิกแล้ว"];
    works: ["works", "有効", "有效", "ใช้งานได้"];
    revoke_sure: [
        "The bot that uses it is refused within five seconds. This cannot be undone.",
        "このキーを使うボットは5秒以内に拒否されます。元に戻せません。",
        "使用它的機器人會在五秒內遭拒，且無法復原。",
        "บอตที่ใช้คีย์นี้จะถูกปฏิเสธภายในห้าวินาที ย้อนกลับไม่ได้"
    ];
    told_revoked: ["The key is revoked.", "キーを解除しました。", "金鑰已撤銷。", "ยกเลิกคีย์แล้ว"];
    budget: ["Budget", "予算", "預算", "งบ"];
    declared: ["in the configuration", "設定ファイル", "位於設定檔", "อยู่ในไฟล์ตั้งค่า"];
    replaced: ["replaced by the configuration", "設定ファイルが優先", "由設定檔取代", "ถูกแทนด้วยไฟล์ตั้งค่า"];
    tokens: ["Tokens with a budget", "予算のあるトークン", "有預算的權杖", "โทเค็นที่มีงบ"];
    no_tokens: [
        "No token has a budget. `hikyaku gateway token set 3 --budget 100` lets token 3 reach 100 recipients a month.",
        "予算のあるトークンはありません。`hikyaku gateway token set 3 --budget 100` で、トークン3の宛先を月100件に制限できます。",
        "沒有設定預算的權杖。`hikyaku gateway token set 3 --budget 100` 可限制權杖 3 每月 100 位收件者。",
        "ยังไม่มีโทเค็นที่มีงบ `hikyaku gateway token set 3 --budget 100` จำกัดโทเค็น 3 ไว้ที่ 100 ผู้รับต่อเดือน"
    ];
    budgets: ["Budgets of fairness keys", "公平キーの予算", "公平鍵的預算", "งบของคีย์ความเป็นธรรม"];
    budgets_why: [
        "With one, all sends of a fairness key reach so many recipients a day or a month, and no more.",
        "公平キーごとに、1日または1か月の宛先数を制限できます。",
        "可限制每個公平鍵每日或每月的收件數。",
        "จำกัดจำนวนผู้รับต่อวันหรือต่อเดือนของแต่ละคีย์ความเป็นธรรม"
    ];
    no_budgets: ["No fairness key has a budget.", "予算は設定されていません。", "尚未設定預算。", "ยังไม่มีงบ"];
    day: ["day", "日", "日", "วัน"];
    month: ["month", "月", "月", "เดือน"];
    beyond_wait: ["it waits", "待機", "等待", "รอ"];
    beyond_cancel: ["it is cancelled", "取り消し", "取消", "ยกเลิก"];
    budget_used: ["{used} of {limit} a {per}", "{limit}件中 {used}件（{per}）", "{used} / {limit}（{per}）", "{used} จาก {limit} ต่อ {per}"];
    beyond: ["Beyond it", "超過時", "超過時", "เมื่อเกิน"];
    limit: ["Recipients", "宛先数", "收件數", "ผู้รับ"];
    per: ["Per", "期間", "期間", "ต่อ"];
    set_budget: ["Set the budget", "予算を設定", "設定預算", "ตั้งงบ"];
    clear: ["Clear", "解除", "清除", "ล้าง"];
    told_budget: ["The budget is set.", "予算を設定しました。", "已設定預算。", "ตั้งงบแล้ว"];
    told_cleared: ["The budget is cleared.", "予算を解除しました。", "已清除預算。", "ล้างงบแล้ว"];
    /// Outcomes.
    readers: ["Who is told", "受け取るプログラム", "接收者", "ผู้รับแจ้ง"];
    no_readers: [
        "No program reads outcomes. `hikyaku worker run --exec` or `--outcomes URL` makes one that does.",
        "結果を受け取るプログラムはありません。",
        "沒有程式讀取結果。",
        "ไม่มีโปรแกรมอ่านผลลัพธ์"
    ];
    behind: ["Still to be told", "未通知", "未通知", "ยังไม่ได้แจ้ง"];
    oldest: ["Since", "最古", "最舊", "ตั้งแต่"];
    reader: ["Reader", "読み手", "讀取者", "ผู้อ่าน"];
    newest_outcomes: ["The newest", "最新", "最新", "ล่าสุด"];
    no_outcomes: ["Nothing came about within the week.", "この1週間の結果はありません。", "一週內沒有結果。", "ไม่มีผลลัพธ์ในสัปดาห์นี้"];
    /// Pictures.
    pictures_kept: ["{n} pictures, {mb} MB", "{n}枚、{mb} MB", "{n} 張，{mb} MB", "{n} รูป, {mb} MB"];
    no_pictures: [
        "No picture is kept. Scripts upload them as imageFile, where a listener serves \"pictures\".",
        "保存された画像はありません。スクリプトは imageFile でアップロードできます。",
        "沒有保存的圖片。程式可用 imageFile 上傳。",
        "ไม่มีรูปที่เก็บไว้ สคริปต์อัปโหลดด้วย imageFile"
    ];
    picture: ["Picture", "画像", "圖片", "รูป"];
    size: ["Size", "サイズ", "大小", "ขนาด"];
    /// The record.
    act: ["Act", "操作", "操作", "การกระทำ"];
    what: ["On what", "対象", "對象", "กับอะไร"];
    count: ["Count", "件数", "數量", "จำนวน"];
    no_record: ["Nobody did anything here yet.", "操作はまだありません。", "尚無操作。", "ยังไม่มีการกระทำ"];
    done_of: ["{done} of {count}", "{count}件中 {done}件", "{done} / {count}", "{done} จาก {count}"];
}
