//! The words of the simulator's LINE Login page.

use super::Lang;

strings! {
    /// The name of the page.
    login_title: ["LINE Login, simulated", "LINEログイン シミュレーター", "LINE Login 模擬器", "LINE Login จำลอง"];
    /// Above what a channel asks for; its id takes the place of the braces.
    login_asks: [
        "{} would like to have:",
        "{} が次の許可を求めています。",
        "{} 要求下列權限：",
        "{} ขอสิทธิ์ต่อไปนี้:",
    ];
    /// The scope `profile`.
    scope_profile: [
        "your main profile: name, picture and status message",
        "メインプロフィール情報（名前、画像、ステータスメッセージ）",
        "主要個人檔案：名稱、圖片、狀態消息",
        "โปรไฟล์หลัก: ชื่อ รูปภาพ และข้อความสถานะ",
    ];
    /// The scope `openid`.
    scope_openid: [
        "your internal identifier",
        "内部識別子",
        "您的內部識別碼",
        "ตัวระบุภายในของคุณ",
    ];
    /// The scope `email`.
    scope_email: ["your e-mail address", "メールアドレス", "您的電子郵件地址", "ที่อยู่อีเมลของคุณ"];
    /// The scope `chat_message.write`.
    scope_chat: [
        "sending messages in your name",
        "あなたの名前でメッセージを送信",
        "以您的名義傳送訊息",
        "ส่งข้อความในนามของคุณ",
    ];
    /// Beside the box that adds the linked account.
    login_add: [
        "add the linked account as a friend",
        "公式アカウントを友だち追加",
        "將連結的帳號加為好友",
        "เพิ่มบัญชีที่เชื่อมโยงเป็นเพื่อน",
    ];
    /// Where nobody could log in.
    login_nobody: [
        "Nobody is here who could log in: add people with Sim::add_user or POST /_sim/v1/users, and load this page again.",
        "ログインできる人がいません。Sim::add_user または POST /_sim/v1/users で追加し、再読み込みしてください。",
        "沒有可登入的人。請以 Sim::add_user 或 POST /_sim/v1/users 新增後重新載入。",
        "ไม่มีใครที่เข้าสู่ระบบได้ เพิ่มด้วย Sim::add_user หรือ POST /_sim/v1/users แล้วโหลดหน้านี้ใหม่",
    ];
    /// On the button of a person, whose name takes the place of the braces.
    login_as: ["Continue as {}", "{}として続ける", "以 {} 繼續", "ดำเนินการต่อในฐานะ {}"];
    /// Below a list that is cut; the number takes the place of the braces.
    login_more: [
        "{} more people are not shown.",
        "ほか{}人は表示されていません。",
        "另有 {} 人未顯示。",
        "ยังมีอีก {} คนที่ไม่ได้แสดง",
    ];
    /// On the button that lets LINE fail.
    login_fail: ["Let LINE fail", "LINE側のエラーにする", "讓 LINE 發生錯誤", "ให้ LINE ผิดพลาด"];
}
