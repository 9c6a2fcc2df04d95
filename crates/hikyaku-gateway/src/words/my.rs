//! What people read who look after their tokens.

use hikyaku_page::Lang;

words! {
    /// The name of the pages.
    title: ["My notifications", "マイ通知", "我的通知", "การแจ้งเตือนของฉัน"];
    /// On the page that lets a person in.
    sign_in: ["Sign in", "ログイン", "登入", "เข้าสู่ระบบ"];
    /// What it is for.
    sign_in_why: [
        "Make tokens for scripts that send notifications to your LINE chats, and end them.",
        "LINEに通知を送るスクリプト用のトークンを発行・解除できます。",
        "為傳送通知到 LINE 聊天室的程式建立或撤銷權杖。",
        "สร้างและยกเลิกโทเค็นสำหรับสคริปต์ที่ส่งการแจ้งเตือนไปยังแชท LINE ของคุณ"
    ];
    /// On the button that leads to LINE Login.
    with_line: ["Sign in with LINE", "LINEでログイン", "使用 LINE 登入", "เข้าสู่ระบบด้วย LINE"];
    /// How the account sends a link.
    by_command: [
        "Send {command} to {account} in LINE, as a friend of it. It answers with a link that signs you in.",
        "LINEで{account}を友だちに追加し、{command} と送信してください。ログイン用のリンクが届きます。",
        "在 LINE 將 {account} 加為好友並傳送 {command}，它會回覆登入連結。",
        "ใน LINE เพิ่ม {account} เป็นเพื่อน แล้วส่ง {command} จะได้รับลิงก์สำหรับเข้าสู่ระบบ"
    ];
    /// On the link to the account's chat.
    open_line: ["Open LINE", "LINEを開く", "開啟 LINE", "เปิด LINE"];
    /// Where there is no other way.
    ask_operator: [
        "The person who runs this gateway can give you a link that signs you in.",
        "ログイン用のリンクは、このゲートウェイの管理者が発行します。",
        "請向此閘道的管理者索取登入連結。",
        "ขอลิงก์เข้าสู่ระบบได้จากผู้ดูแลเกตเวย์นี้"
    ];
    /// On the page that a link leads to.
    enter_as: ["Sign in as {name}?", "{name} としてログインしますか？", "要以 {name} 的身分登入嗎？", "เข้าสู่ระบบในชื่อ {name} หรือไม่?"];
    /// What is to be said before.
    enter_why: [
        "The link works once. Go on only if you asked for it yourself.",
        "リンクは1回だけ使えます。ご自身で依頼した場合のみ続けてください。",
        "此連結僅能使用一次。若非您本人要求，請勿繼續。",
        "ลิงก์ใช้ได้ครั้งเดียว ดำเนินการต่อเฉพาะเมื่อคุณเป็นผู้ขอเอง"
    ];
    /// A link that is over.
    link_over: [
        "This link is over, or was used already. Ask for a new one.",
        "このリンクは期限切れか、使用済みです。新しいリンクを取得してください。",
        "此連結已過期或已使用，請重新取得。",
        "ลิงก์นี้หมดอายุหรือถูกใช้ไปแล้ว โปรดขอลิงก์ใหม่"
    ];
    /// A login that came to nothing.
    login_failed: [
        "LINE did not confirm who you are. Begin again.",
        "LINEで本人確認ができませんでした。もう一度お試しください。",
        "LINE 未能確認您的身分，請重新開始。",
        "LINE ไม่ยืนยันตัวตนของคุณ โปรดเริ่มใหม่"
    ];
    /// A person whom the account cannot reach.
    not_friend: [
        "Add {account} as a friend in LINE first. Then sign in again.",
        "先にLINEで{account}を友だちに追加してから、もう一度ログインしてください。",
        "請先在 LINE 將 {account} 加為好友，再重新登入。",
        "โปรดเพิ่ม {account} เป็นเพื่อนใน LINE ก่อน แล้วเข้าสู่ระบบใหม่"
    ];
    /// A form that is not of this session.
    form_over: [
        "This page is over, or belongs to another session. Nothing was changed. Go back, load it again, and repeat.",
        "このページは期限切れか、別のセッションのものです。何も変更されていません。戻って再読み込みしてください。",
        "此頁面已過期或屬於其他工作階段，未做任何變更。請返回並重新載入。",
        "หน้านี้หมดอายุหรือเป็นของเซสชันอื่น ไม่มีการเปลี่ยนแปลง โปรดย้อนกลับและโหลดใหม่"
    ];
    /// What a visitor may not do.
    forbidden: [
        "You may not do this here. Nothing was changed.",
        "この操作は許可されていません。何も変更されていません。",
        "您沒有此操作的權限，未做任何變更。",
        "คุณไม่มีสิทธิ์ทำสิ่งนี้ ไม่มีการเปลี่ยนแปลง"
    ];
    /// A page that does not exist.
    not_found: ["There is no such page.", "ページが見つかりません。", "找不到此頁面。", "ไม่พบหน้านี้"];
    /// The name of a page about what does not exist.
    nothing_here: ["Nothing is here", "見つかりません", "找不到", "ไม่พบ"];
    /// On the button that ends a session.
    sign_out: ["Sign out", "ログアウト", "登出", "ออกจากระบบ"];
    /// The pages.
    tokens: ["Tokens", "トークン", "權杖", "โทเค็น"];
    services: ["Services", "サービス", "服務", "บริการ"];
    /// Above the form of a token.
    new_token: ["New token", "トークンを発行", "建立權杖", "สร้างโทเค็น"];
    name: ["Name", "名前", "名稱", "ชื่อ"];
    name_hint: [
        "Stands in front of each message, such as \"backup\".",
        "各メッセージの先頭に表示されます（例：backup）。",
        "顯示在每則訊息前面，例如「backup」。",
        "แสดงหน้าข้อความแต่ละข้อความ เช่น \"backup\""
    ];
    /// Before the chats.
    place: ["Where its messages go", "送信先", "傳送到", "ส่งไปที่"];
    /// The choice of a group that is not listed.
    other_group: [
        "Another group: you send a code there",
        "その他のグループ（コードを送信して連携）",
        "其他群組（在群組傳送代碼）",
        "กลุ่มอื่น: ส่งรหัสในกลุ่มนั้น"
    ];
    create: ["Create the token", "発行する", "建立", "สร้าง"];
    /// Above a token that was made.
    made: [
        "Your token. It is shown this once: copy it now.",
        "トークンを発行しました。再表示できないため、今すぐコピーしてください。",
        "權杖已建立，僅顯示這一次，請立即複製。",
        "โทเค็นของคุณ แสดงเพียงครั้งเดียว โปรดคัดลอกตอนนี้"
    ];
    /// Beside what is selected as a whole.
    copy_hint: [
        "One click selects all of it.",
        "クリックすると全体が選択されます。",
        "點一下即可全選。",
        "คลิกหนึ่งครั้งเพื่อเลือกทั้งหมด"
    ];
    /// Above a command.
    try_it: ["Try it", "試してみる", "試試看", "ลองใช้"];
    /// Above a code.
    send_code: [
        "Send this code in the group within 15 minutes. The account must be in the group. The token works from then on.",
        "アカウントが参加しているグループで、15分以内に次のコードを送信してください。その時点からトークンが有効になります。",
        "請在 15 分鐘內於帳號所在的群組傳送此代碼，權杖隨即生效。",
        "ส่งรหัสนี้ในกลุ่มที่มีบัญชีอยู่ภายใน 15 นาที จากนั้นโทเค็นจะใช้งานได้"
    ];
    move_code: [
        "Send this code in the chat that is to get the messages, within 15 minutes. Until then they go where they went.",
        "新しい送信先のトークで、15分以内に次のコードを送信してください。それまでは現在の送信先に届きます。",
        "請在 15 分鐘內於新的聊天室傳送此代碼。在此之前仍傳送到原處。",
        "ส่งรหัสนี้ในแชทใหม่ภายใน 15 นาที จนกว่าจะส่ง ข้อความจะไปที่เดิม"
    ];
    back: ["Back to the list", "一覧に戻る", "返回清單", "กลับไปที่รายการ"];
    /// What is known of a token.
    last_use: ["Last use", "最終利用", "最後使用", "ใช้ล่าสุด"];
    never: ["never", "なし", "從未", "ยังไม่เคย"];
    calls: ["Calls this month", "今月の呼び出し", "本月呼叫", "การเรียกเดือนนี้"];
    cost: ["Cost this month", "今月の消費通数", "本月用量", "ใช้โควตาเดือนนี้"];
    /// What it costs: messages of the account's quota.
    cost_is: ["{n} of the quota", "{n}通", "{n} 則", "{n} ข้อความ"];
    cost_at_least: ["at least {n} messages", "{n}通以上", "至少 {n} 則", "อย่างน้อย {n} ข้อความ"];
    /// How many recipients it may reach in a month, and has reached.
    budget: ["Budget this month", "今月の予算", "本月預算", "งบเดือนนี้"];
    budget_used: ["{used} of {limit} recipients", "{limit}件中 {used}件", "{used} / {limit} 位", "{used} จาก {limit} ผู้รับ"];
    /// A group and its members.
    members: ["{name}, {n} members", "{name}（{n}人）", "{name}（{n} 人）", "{name}, {n} คน"];
    by_service: ["given to a service", "サービス連携", "由服務使用", "มอบให้บริการ"];
    target_gone: [
        "The account is not there any more, so this token's messages are refused.",
        "アカウントが送信先にいないため、通知は届きません。",
        "帳號已不在該處，此權杖的訊息會被拒絕。",
        "บัญชีไม่ได้อยู่ที่นั่นแล้ว ข้อความของโทเค็นนี้จะถูกปฏิเสธ"
    ];
    test: ["Send a test", "テスト送信", "傳送測試", "ส่งทดสอบ"];
    test_text: [
        "This is a test. Notifications of this token come here.",
        "テスト送信です。このトークンの通知はここに届きます。",
        "這是測試。此權杖的通知會傳送到這裡。",
        "นี่คือการทดสอบ การแจ้งเตือนของโทเค็นนี้จะมาที่นี่"
    ];
    move_it: ["Send elsewhere", "送信先を変更", "變更傳送位置", "เปลี่ยนปลายทาง"];
    move_now: ["Change", "変更する", "變更", "เปลี่ยน"];
    revoke: ["Revoke", "解除", "撤銷", "ยกเลิก"];
    revoke_sure: [
        "Scripts that use it stop working at once. This cannot be undone.",
        "このトークンを使うスクリプトはすぐに動作しなくなります。元に戻せません。",
        "使用它的程式會立即停止運作，且無法復原。",
        "สคริปต์ที่ใช้โทเค็นนี้จะหยุดทำงานทันทีและย้อนกลับไม่ได้"
    ];
    revoke_now: ["Revoke it now", "今すぐ解除する", "立即撤銷", "ยกเลิกทันที"];
    /// What was done.
    told_sent: ["The test has arrived in LINE.", "テストを送信しました。", "測試已送達 LINE。", "ส่งการทดสอบถึง LINE แล้ว"];
    told_queued: [
        "The test waits and will be sent as soon as LINE takes it.",
        "テストは待機中で、LINEが受け付け次第送信されます。",
        "測試正在等待，LINE 接受後即送出。",
        "การทดสอบรออยู่ และจะส่งทันทีที่ LINE รับ"
    ];
    told_refused: [
        "The test was refused. Check that the account is in the chat, or choose another one.",
        "テストは拒否されました。アカウントが参加しているか確認するか、送信先を変更してください。",
        "測試遭拒。請確認帳號在聊天室中，或變更傳送位置。",
        "การทดสอบถูกปฏิเสธ ตรวจสอบว่าบัญชีอยู่ในแชท หรือเลือกที่อื่น"
    ];
    told_quota: [
        "The month's messages, or those of this token, are used up. Nothing was sent.",
        "今月の配信数、またはこのトークンの予算を使い切りました。送信されていません。",
        "本月用量或此權杖的預算已用完，未傳送。",
        "โควตาของเดือนหรือของโทเค็นนี้หมดแล้ว ยังไม่ได้ส่ง"
    ];
    told_fault: [
        "LINE refuses the gateway's own token. Tell the person who runs it.",
        "LINEがゲートウェイのトークンを拒否しました。管理者に連絡してください。",
        "LINE 拒絕了閘道的權杖，請聯絡管理者。",
        "LINE ปฏิเสธโทเค็นของเกตเวย์ โปรดแจ้งผู้ดูแล"
    ];
    told_revoked: ["The token is revoked.", "トークンを解除しました。", "權杖已撤銷。", "ยกเลิกโทเค็นแล้ว"];
    told_moved: [
        "Its messages go to the other chat from now on.",
        "送信先を変更しました。",
        "已變更傳送位置。",
        "เปลี่ยนปลายทางแล้ว"
    ];
    told_removed: [
        "The service and the tokens that people gave it are ended.",
        "サービスと、そのトークンを解除しました。",
        "服務及其權杖已移除。",
        "ลบบริการและโทเค็นของบริการแล้ว"
    ];
    told_gone: [
        "That is not there any more.",
        "対象が見つかりません。",
        "該項目已不存在。",
        "ไม่มีรายการนั้นแล้ว"
    ];
    not_there: [
        "This chat cannot be chosen: the account has left it, or you have not linked it.",
        "このトークは選択できません。アカウントが退出したか、連携されていません。",
        "無法選擇此聊天室：帳號已離開，或您尚未連結。",
        "เลือกแชทนี้ไม่ได้: บัญชีออกไปแล้ว หรือคุณยังไม่ได้เชื่อมต่อ"
    ];
    too_many: [
        "You have 100 tokens, which is the most. Revoke one first.",
        "トークンは100個までです。先に1つ解除してください。",
        "最多 100 個權杖，請先撤銷一個。",
        "มีโทเค็นครบ 100 รายการแล้ว โปรดยกเลิกก่อน"
    ];
    bad_name: [
        "The name needs 1 to 100 characters, without line breaks.",
        "名前は改行を含まない1〜100文字で入力してください。",
        "名稱須為 1 至 100 個字元，不可換行。",
        "ชื่อต้องมี 1 ถึง 100 ตัวอักษร และไม่มีการขึ้นบรรทัดใหม่"
    ];
    /// Where a person has no token.
    no_tokens: [
        "You have no token yet. Create one below, and put it into your script.",
        "トークンはまだありません。下で発行し、スクリプトに設定してください。",
        "尚無權杖。請在下方建立，並放入您的程式。",
        "ยังไม่มีโทเค็น สร้างด้านล่างแล้วใส่ในสคริปต์ของคุณ"
    ];
    /// About services.
    services_why: [
        "A service asks other people for tokens, as LINE Notify's OAuth did.",
        "サービスは、LINE NotifyのOAuthと同じ方法で他の人にトークンを求めます。",
        "服務會以 LINE Notify 的 OAuth 方式向他人要求權杖。",
        "บริการขอโทเค็นจากผู้อื่นแบบ OAuth ของ LINE Notify"
    ];
    no_services: [
        "You have registered no service. If your program notifies other people, register it below.",
        "登録済みのサービスはありません。他の人に通知するプログラムは下で登録してください。",
        "尚未註冊服務。若您的程式要通知他人，請在下方註冊。",
        "ยังไม่มีบริการ หากโปรแกรมของคุณแจ้งเตือนผู้อื่น ให้ลงทะเบียนด้านล่าง"
    ];
    new_service: ["New service", "サービスを登録", "註冊服務", "ลงทะเบียนบริการ"];
    service_hint: [
        "People see it when they are asked, and in front of its messages.",
        "連携画面とメッセージの先頭に表示されます。",
        "顯示在同意頁面及訊息前面。",
        "แสดงในหน้าขออนุญาตและหน้าข้อความ"
    ];
    callbacks: ["Callback URLs, one a line", "コールバックURL（1行に1つ）", "回呼網址（每行一個）", "URL เรียกกลับ บรรทัดละหนึ่งรายการ"];
    register: ["Register the service", "登録する", "註冊", "ลงทะเบียน"];
    client_id: ["Client ID", "Client ID", "Client ID", "Client ID"];
    client_secret: ["Client secret", "Client Secret", "Client Secret", "Client secret"];
    service_made: [
        "The service is registered. Its secret is shown this once: copy it now.",
        "サービスを登録しました。シークレットは再表示できないため、今すぐコピーしてください。",
        "服務已註冊。密鑰僅顯示這一次，請立即複製。",
        "ลงทะเบียนบริการแล้ว รหัสลับแสดงเพียงครั้งเดียว โปรดคัดลอกตอนนี้"
    ];
    remove: ["Remove", "削除", "移除", "ลบ"];
    remove_sure: [
        "Every token that people gave it ends at once. This cannot be undone.",
        "このサービスに発行されたトークンはすべてすぐに無効になります。元に戻せません。",
        "他人給予它的權杖會立即失效，且無法復原。",
        "โทเค็นทั้งหมดที่ผู้คนมอบให้จะสิ้นสุดทันทีและย้อนกลับไม่ได้"
    ];
    remove_now: ["Remove it now", "今すぐ削除する", "立即移除", "ลบทันที"];
    /// How long ago something was.
    just_now: ["just now", "たった今", "剛才", "เมื่อสักครู่"];
    soon: ["in a moment", "まもなく", "即將", "อีกสักครู่"];
    in_minutes: ["in {n} min", "{n}分後", "{n} 分鐘後", "อีก {n} นาที"];
    in_hours: ["in {n} h", "{n}時間後", "{n} 小時後", "อีก {n} ชม."];
    in_days: ["in {n} d", "{n}日後", "{n} 天後", "อีก {n} วัน"];
    minutes_ago: ["{n} min ago", "{n}分前", "{n} 分鐘前", "{n} นาทีที่แล้ว"];
    hours_ago: ["{n} h ago", "{n}時間前", "{n} 小時前", "{n} ชม.ที่แล้ว"];
    days_ago: ["{n} d ago", "{n}日前", "{n} 天前", "{n} วันที่แล้ว"];
}
