//! The texts of the simulator's page.

use super::Lang;

strings! {
    /// The name of the page.
    page_title: ["LINE, simulated", "LINE シミュレーター", "LINE 模擬器", "LINE จำลอง"];
    /// Above the list of chats.
    chats: ["Chats", "トーク", "聊天", "แชต"];
    /// On a narrow screen, what leads to the chat that is open.
    chat: ["Chat", "トーク画面", "聊天室", "ห้องแชต"];
    /// In the field that searches chats.
    find_chat: ["Search people and messages", "名前やメッセージを検索", "搜尋姓名與訊息", "ค้นหาชื่อและข้อความ"];
    /// On the button that adds a friend.
    add_friend: ["Add friend", "友だち追加", "新增好友", "เพิ่มเพื่อน"];
    /// On the button that makes a group.
    new_group: ["New group", "グループ作成", "建立群組", "สร้างกลุ่ม"];
    /// Where the list of chats would be.
    nobody: [
        "Nobody is here yet. Add a friend, who can then write to your bot.",
        "まだ誰もいません。友だちを追加すると、ボットに話しかけられます。",
        "這裡還沒有人。新增好友後，就能傳訊息給你的機器人。",
        "ยังไม่มีใคร เพิ่มเพื่อนเพื่อเริ่มคุยกับบอตของคุณ",
    ];
    /// Where a search finds nobody.
    nobody_found: ["No name and no message has these words.", "該当する名前やメッセージはありません。", "沒有符合的姓名或訊息。", "ไม่พบชื่อหรือข้อความนี้"];
    /// On a chat with a person who blocked the account.
    blocked: ["Blocked", "ブロック中", "已封鎖", "บล็อกแล้ว"];
    /// On a chat with a person who is no friend.
    stranger: ["Not a friend", "友だちではありません", "不是好友", "ยังไม่เป็นเพื่อน"];
    /// On the button that blocks the account.
    block: ["Block", "ブロック", "封鎖", "บล็อก"];
    /// On the button that takes the account back.
    unblock: ["Unblock", "ブロック解除", "解除封鎖", "เลิกบล็อก"];
    /// On the button that adds the account.
    follow: ["Add account", "アカウントを追加", "加入帳號", "เพิ่มบัญชี"];
    /// In the field to write in; the name takes the place of the braces.
    write_as: ["Write as {}", "{}として入力", "以 {} 的身分輸入", "พิมพ์ในฐานะ {}"];
    /// On the button that sends.
    send: ["Send", "送信", "傳送", "ส่ง"];
    /// On the button that sends a picture.
    attach: ["Send a picture or file", "画像やファイルを送る", "傳送圖片或檔案", "ส่งรูปภาพหรือไฟล์"];
    /// What a screen reader calls the list of members who can speak.
    speak_as: ["Speak as", "発言する人", "發言者", "พูดในฐานะ"];
    /// Where no message is yet.
    quiet: [
        "No messages yet. Write one below: your bot gets it as a webhook, and its answer appears here.",
        "まだメッセージはありません。下に入力すると、Webhookでボットに届き、返事がここに表示されます。",
        "還沒有訊息。在下方輸入，機器人會收到 Webhook，回覆會顯示在這裡。",
        "ยังไม่มีข้อความ พิมพ์ด้านล่าง บอตจะได้รับผ่าน Webhook และคำตอบจะแสดงที่นี่",
    ];
    /// Where no chat is open.
    pick_chat: ["Choose a chat", "トークを選択してください", "請選擇聊天", "เลือกแชต"];
    /// On the button that shows older messages.
    earlier: ["Show earlier messages", "以前のメッセージを表示", "顯示較早的訊息", "แสดงข้อความก่อนหน้า"];
    /// On the button that leads down to new messages.
    newer: ["New messages", "新着メッセージ", "新訊息", "ข้อความใหม่"];
    /// What a screen reader says while the loading animation shows.
    typing: ["The account is preparing an answer", "アカウントが返信を準備しています", "帳號正在準備回覆", "บัญชีกำลังเตรียมคำตอบ"];
    /// Above the field to write in, where the bot is told nothing.
    no_bot: [
        "Your bot hears nothing yet: no webhook URL is set.",
        "Webhook URLが未設定のため、ボットには届きません。",
        "尚未設定 Webhook URL，機器人收不到訊息。",
        "ยังไม่ได้ตั้ง Webhook URL บอตจึงไม่ได้รับข้อความ",
    ];
    /// On the link to where that can be changed.
    connect_it: ["Connect it", "接続する", "連接", "เชื่อมต่อ"];
    /// Above the field to write in, where the person has blocked the account.
    is_blocked: [
        "The account is blocked: nothing it sends arrives here.",
        "ブロック中のため、アカウントからのメッセージは届きません。",
        "已封鎖此帳號，收不到它的訊息。",
        "บล็อกบัญชีนี้อยู่ จะไม่ได้รับข้อความ",
    ];
    /// Above the field to write in, where the account is not in the group.
    has_left: [
        "The account is not in this group.",
        "アカウントはこのグループにいません。",
        "帳號不在此群組。",
        "บัญชีไม่อยู่ในกลุ่มนี้",
    ];
    /// The name of the panel about the bot's connection.
    connect: ["Connect", "接続", "連接", "เชื่อมต่อ"];
    /// The name of the panel about requests.
    requests: ["Requests", "リクエスト", "請求", "คำขอ"];
    /// Above the webhook's settings.
    your_bot: ["Your bot", "ボット", "你的機器人", "บอตของคุณ"];
    /// What the field of the webhook's URL is called.
    webhook_url: ["Webhook URL", "Webhook URL", "Webhook URL", "Webhook URL"];
    /// On the button that saves.
    save: ["Save", "保存", "儲存", "บันทึก"];
    /// On the button that tests the webhook.
    test: ["Test", "テスト", "測試", "ทดสอบ"];
    /// The state of a webhook without a URL.
    webhook_unset: [
        "Not set. Enter where your bot listens on this machine.",
        "未設定です。このマシンでボットが待ち受けるURLを入力してください。",
        "尚未設定。請輸入機器人在本機監聽的網址。",
        "ยังไม่ได้ตั้ง ใส่ URL ที่บอตรอรับบนเครื่องนี้",
    ];
    /// The state of a webhook that was not tried yet.
    webhook_untried: [
        "Set. Test it, or write a message.",
        "設定済みです。テストするか、メッセージを送ってください。",
        "已設定。請測試或傳送訊息。",
        "ตั้งแล้ว ลองทดสอบหรือส่งข้อความ",
    ];
    /// The state of a webhook that works, before the status.
    webhook_good: ["The bot answered", "ボットの応答", "機器人已回應", "บอตตอบแล้ว"];
    /// The state of a webhook that fails, before the reason.
    webhook_bad: ["The last webhook failed", "直近のWebhookが失敗しました", "上次 Webhook 失敗", "Webhook ล่าสุดล้มเหลว"];
    /// Below a message that the bot was not told of, before the reason.
    not_told: ["The bot did not get this", "ボットに届きませんでした", "機器人沒有收到", "บอตไม่ได้รับข้อความนี้"];
    /// Above the channel's credentials.
    credentials: ["Credentials", "認証情報", "憑證", "ข้อมูลรับรอง"];
    /// What there is to know about them.
    credentials_fake: [
        "Fake, and the same in every run. They open nothing but this simulator.",
        "ダミーで、起動のたびに同じ値です。このシミュレーターでしか使えません。",
        "皆為假資料，每次啟動都相同，只能用於此模擬器。",
        "เป็นค่าปลอมและเหมือนเดิมทุกครั้ง ใช้ได้กับตัวจำลองนี้เท่านั้น",
    ];
    /// A channel's id.
    channel_id: ["Channel ID", "チャネルID", "Channel ID", "Channel ID"];
    /// A channel's secret.
    channel_secret: ["Channel secret", "チャネルシークレット", "Channel secret", "Channel secret"];
    /// A channel's token.
    channel_token: ["Access token", "アクセストークン", "Access token", "Access token"];
    /// The id of the person whose chat is open.
    user_id: ["User ID", "ユーザーID", "使用者 ID", "User ID"];
    /// The id of the group or room that is open.
    group_id: ["Group ID", "グループID", "群組 ID", "Group ID"];
    /// What stands for api.line.me.
    api_url: ["API base URL", "API URL", "API 網址", "URL ของ API"];
    /// What stands for api-data.line.me.
    data_url: ["Data base URL", "データAPI URL", "資料 API 網址", "URL ของ Data API"];
    /// Above what to put into one's program.
    point_here: ["Point your program here", "プログラムの接続先を変更", "將程式指向這裡", "ชี้โปรแกรมมาที่นี่"];
    /// On the button that copies.
    copy: ["Copy", "コピー", "複製", "คัดลอก"];
    /// On it, once that is done.
    copied: ["Copied", "コピーしました", "已複製", "คัดลอกแล้ว"];
    /// While the page follows the simulator.
    live: ["Live", "接続中", "已連線", "เชื่อมต่อแล้ว"];
    /// While it cannot.
    offline: [
        "The simulator does not answer. Start it again with “hikyaku sim”; this page goes on by itself.",
        "シミュレーターが応答しません。「hikyaku sim」で再起動すると、自動的に再開します。",
        "模擬器沒有回應。請重新執行「hikyaku sim」，此頁會自動恢復。",
        "ตัวจำลองไม่ตอบสนอง เริ่มใหม่ด้วย “hikyaku sim” แล้วหน้านี้จะทำงานต่อเอง",
    ];
    /// What a screen reader calls the choice of language.
    language: ["Language", "言語", "語言", "ภาษา"];
    /// What a screen reader calls the switch between light and dark.
    theme: ["Light or dark", "ライト／ダーク", "淺色／深色", "สว่าง/มืด"];
    /// What a screen reader calls the choice of channel.
    channel: ["Channel", "チャネル", "Channel", "Channel"];
    /// On the button that shows who is in a group.
    members: ["Members", "メンバー", "成員", "สมาชิก"];
    /// Below a list that is cut, after the numbers.
    more_people: ["shown; search for the others", "件を表示。他は検索してください", "位；其餘請搜尋", "รายการ ค้นหาเพื่อดูเพิ่ม"];
    /// Who has sent a video.
    video: ["Video", "動画", "影片", "วิดีโอ"];
    /// Who has sent a recording.
    audio: ["Voice message", "ボイスメッセージ", "語音訊息", "ข้อความเสียง"];
    /// Where a picture was sent.
    picture: ["Picture", "画像", "圖片", "รูปภาพ"];
    /// Where a place was sent.
    location: ["Location", "位置情報", "位置資訊", "ตำแหน่ง"];
    /// Where a Flex message has no other text.
    message: ["Message", "メッセージ", "訊息", "ข้อความ"];
    /// Who has added the account; after the name.
    added_account: ["added the account", "さんが友だち追加しました", "加入了帳號", "เพิ่มบัญชีแล้ว"];
    /// Who has blocked the account; after the name.
    blocked_account: ["blocked the account", "さんがブロックしました", "封鎖了帳號", "บล็อกบัญชีแล้ว"];
    /// The account has come.
    account_joined: ["The account joined", "アカウントが参加しました", "帳號已加入", "บัญชีเข้าร่วมแล้ว"];
    /// The account has gone.
    account_left: ["The account left", "アカウントが退出しました", "帳號已離開", "บัญชีออกแล้ว"];
    /// Who has come; after the name.
    joined: ["joined", "さんが参加しました", "已加入", "เข้าร่วมแล้ว"];
    /// Who has gone; after the name.
    left: ["left", "さんが退出しました", "已離開", "ออกแล้ว"];
    /// Who has taken a message back; after the name.
    unsent: ["unsent a message", "さんがメッセージの送信を取り消しました", "收回了訊息", "ยกเลิกข้อความ"];
    /// What was sent to the bot by a tap; before the data.
    tapped: ["Postback", "ポストバック", "Postback", "Postback"];
    /// What a tap would open on a phone; before the address.
    opens: ["A phone would open", "スマートフォンでは次を開きます", "手機會開啟", "มือถือจะเปิด"];
    /// On the link that opens it here.
    open: ["Open", "開く", "開啟", "เปิด"];
    /// Above the choice of a date or time.
    pick_date: ["Choose a date or time", "日時を選択", "選擇日期時間", "เลือกวันเวลา"];
    /// On the button that gives up.
    cancel: ["Cancel", "キャンセル", "取消", "ยกเลิก"];
    /// On the button that goes on.
    ok: ["OK", "OK", "確定", "ตกลง"];
    /// Between the messages of yesterday and today.
    today: ["Today", "今日", "今天", "วันนี้"];
    /// Where no request is listed.
    no_requests: [
        "Nothing yet. Point your program at the API base URL, or write a message: each request and webhook is listed here.",
        "まだありません。プログラムをAPIのベースURLに向けるか、メッセージを送ると、ここに一覧されます。",
        "目前沒有紀錄。將程式指向 API 網址，或傳送訊息，請求與 Webhook 就會列在這裡。",
        "ยังไม่มี ชี้โปรแกรมมาที่ URL ของ API หรือส่งข้อความ แล้วคำขอและ Webhook จะแสดงที่นี่",
    ];
    /// Where an entry was that is no longer kept.
    entry_gone: [
        "This entry is no longer kept.",
        "この項目は保存期間を過ぎました。",
        "此紀錄已不再保留。",
        "รายการนี้ไม่ได้เก็บไว้แล้ว",
    ];
    /// On the switch that lists problems alone.
    problems: ["Problems only", "エラーのみ", "僅顯示問題", "เฉพาะปัญหา"];
    /// The direction of a request.
    to_line: ["From your program to LINE", "プログラムからLINEへ", "由程式到 LINE", "จากโปรแกรมไปยัง LINE"];
    /// The direction of a webhook.
    to_bot: ["From LINE to your bot", "LINEからボットへ", "由 LINE 到機器人", "จาก LINE ไปยังบอต"];
    /// When something came.
    time: ["Time", "時刻", "時間", "เวลา"];
    /// How long an answer took.
    took: ["Took", "所要時間", "耗時", "ใช้เวลา"];
    /// The request's id in the answer.
    request_id: ["Request ID", "リクエストID", "請求 ID", "Request ID"];
    /// The retry key.
    retry_key: ["Retry key", "リトライキー", "重試金鑰", "Retry key"];
    /// Other requests with the same retry key.
    same_key: ["Same key", "同じキー", "相同金鑰", "คีย์เดียวกัน"];
    /// The fault that hit a request.
    fault: ["Fault", "障害ルール", "故障規則", "ความผิดพลาดจำลอง"];
    /// The status that LINE would have answered.
    without_fault: ["LINE accepted", "LINEの受理", "LINE 已接受", "LINE รับแล้ว"];
    /// What the caller may have meant.
    hint: ["Hint", "ヒント", "提示", "คำแนะนำ"];
    /// Where a fault has taken the answer away.
    no_answer: [
        "The connection ended without an answer.",
        "応答なしで接続が終了しました。",
        "連線在沒有回應的情況下結束。",
        "การเชื่อมต่อสิ้นสุดโดยไม่มีคำตอบ",
    ];
    /// Above the rules that a request breaks.
    broken_rules: ["Broken rules", "違反したルール", "違反的規則", "กฎที่ผิด"];
    /// On the link to the rule in LINE's reference.
    reference: ["LINE's reference", "LINEのリファレンス", "LINE 參考文件", "เอกสารของ LINE"];
    /// Above LINE's answer.
    line_answer: ["LINE's answer", "LINEの応答", "LINE 的回應", "คำตอบของ LINE"];
    /// Above the body of a request.
    request_body: ["Request body", "リクエストボディ", "請求內容", "เนื้อหาคำขอ"];
    /// Above the body of a webhook.
    webhook_body: ["Webhook body", "Webhookのボディ", "Webhook 內容", "เนื้อหา Webhook"];
    /// Above the request in several languages.
    copy_as: ["Make it again", "再現コード", "重現此請求", "ทำซ้ำด้วยโค้ด"];
    /// Above the headers of a request.
    headers: ["Headers", "ヘッダー", "標頭", "เฮดเดอร์"];
    /// Above the tries to deliver a webhook.
    attempts: ["Attempts", "送信履歴", "嘗試紀錄", "ความพยายามส่ง"];
    /// Above what the bot has answered.
    bot_answer: ["The bot's answer", "ボットの応答", "機器人的回應", "คำตอบของบอต"];
    /// On the button that sends a webhook again.
    send_again: ["Send again", "再送する", "重新傳送", "ส่งอีกครั้ง"];
    /// While the members of a new group are chosen.
    choose_members: [
        "Choose its members in the list.",
        "一覧からメンバーを選択してください。",
        "請在清單中選擇成員。",
        "เลือกสมาชิกจากรายการ",
    ];
    /// On the button that invites the account to a group.
    invite_account: ["Invite account", "アカウントを招待", "邀請帳號", "เชิญบัญชี"];
    /// On the button that quotes a message in the next one.
    quote: ["Quote", "引用", "引用", "อ้างถึง"];
    /// Before the message that the next one quotes.
    quoting: ["Quoting", "引用中", "引用中", "กำลังอ้างถึง"];
    /// On the button that takes a message back.
    unsend: ["Unsend", "送信取消", "收回", "ยกเลิกข้อความ"];
    /// The name of the panel with faults, clock and quota.
    controls: ["Controls", "操作", "控制", "ควบคุม"];
    /// Above the faults.
    faults: ["Faults", "障害", "故障", "ความผิดพลาด"];
    /// What faults are.
    faults_hint: [
        "What goes wrong with your program's next requests, on purpose. The control API has more kinds.",
        "プログラムの次のリクエストに、わざと起こす障害です。制御APIではさらに細かく設定できます。",
        "刻意讓程式接下來的請求出錯。控制 API 提供更多種類。",
        "ความผิดพลาดที่ตั้งใจให้เกิดกับคำขอถัดไปของโปรแกรม ดูแบบอื่นได้ใน Control API",
    ];
    /// Above everything while there are faults, before their number.
    faults_active: ["Faults active", "有効な障害", "啟用中的故障", "ความผิดพลาดที่เปิดอยู่"];
    /// On the button that removes all faults.
    clear_faults: ["Clear all", "すべて解除", "全部清除", "ล้างทั้งหมด"];
    /// On the button that removes one.
    remove: ["Remove", "解除", "移除", "ลบ"];
    /// On the button that lets one request fail.
    fault_500: ["Next request: 500", "次を500に", "下一個請求：500", "คำขอถัดไป: 500"];
    /// On the button that lets three requests meet the rate limit.
    fault_429: ["Next three: 429", "次の3件を429に", "接下來三個：429", "สามคำขอถัดไป: 429"];
    /// On the button that loses one answer.
    fault_lost: ["Accept, lose the answer", "受理して応答を失う", "接受但遺失回應", "รับแล้วแต่คำตอบหาย"];
    /// On the button that makes every answer slow.
    fault_slow: ["All answers 2 s late", "全応答を2秒遅らせる", "所有回應延遲 2 秒", "ทุกคำตอบช้า 2 วินาที"];
    /// Above the clock.
    clock: ["Clock", "時計", "時鐘", "นาฬิกา"];
    /// Where the clock is the machine's.
    clock_wall: ["the machine's time", "マシンの時刻", "本機時間", "เวลาของเครื่อง"];
    /// Where the clock was advanced.
    clock_offset: ["ahead of the machine's time", "マシンの時刻より先", "快於本機時間", "เร็วกว่าเวลาของเครื่อง"];
    /// Where the clock stands still.
    clock_fixed: ["standing still", "停止中", "已停止", "หยุดอยู่"];
    /// On the button that stops it.
    clock_pause: ["Pause", "一時停止", "暫停", "หยุด"];
    /// On the button that sets it forward to where the next day begins for LINE.
    clock_day: ["Midnight in Japan", "日本の翌日0時へ", "到日本明日零時", "ถึงเที่ยงคืนญี่ปุ่น"];
    /// On the button that sets it forward to where the next month, and its quota, begins for LINE.
    clock_month: ["Next month", "翌月1日へ", "到下個月", "ถึงเดือนหน้า"];
    /// On the button that goes back to the machine's time.
    clock_back: ["Machine's time", "マシンの時刻に戻す", "回到本機時間", "กลับเป็นเวลาเครื่อง"];
    /// Above the quota.
    quota: ["Quota of the month", "今月の上限", "本月額度", "โควตาเดือนนี้"];
    /// After the numbers.
    quota_used: ["messages sent", "通送信済み", "則已傳送", "ข้อความที่ส่งแล้ว"];
    /// On the button that uses it up.
    quota_use_up: ["Use it up", "使い切る", "用完額度", "ใช้ให้หมด"];
    /// On the button that sets a limit of 200.
    quota_200: ["Limit 200", "上限200通", "上限 200", "จำกัด 200"];
    /// On the button that takes the limit away.
    quota_none: ["No limit", "上限なし", "無上限", "ไม่จำกัด"];
}
