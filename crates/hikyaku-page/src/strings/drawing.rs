//! The texts of a drawing.

use super::Lang;

strings! {
    /// On a button that loads a picture.
    load: ["Load", "読み込む", "載入", "โหลด"];
    /// On a button that loads all pictures.
    load_all: ["Load pictures", "画像を読み込む", "載入圖片", "โหลดรูปภาพ"];
    /// Instead of a picture whose URL LINE does not load.
    no_picture: ["No HTTPS URL", "HTTPSのURLではありません", "不是 HTTPS 網址", "ไม่ใช่ URL แบบ HTTPS"];
    /// On a picture that moves.
    animated: ["Animated", "アニメーション", "動畫", "เคลื่อนไหว"];
    /// Instead of what this version cannot draw, before its name.
    unknown: ["Not drawn", "未対応", "無法顯示", "แสดงไม่ได้"];
    /// What the account is called whose messages are shown.
    account: ["Account", "アカウント", "官方帳號", "บัญชี"];
    /// Beside a message that was read.
    read: ["Read", "既読", "已讀", "อ่านแล้ว"];
    /// Beside a message that was changed after it was sent.
    edited: ["Edited", "編集済み", "已編輯", "แก้ไขแล้ว"];
    /// What a screen reader calls a video's mark.
    play: ["Play", "再生", "播放", "เล่น"];
    /// Under a sticker.
    sticker: ["Sticker", "スタンプ", "貼圖", "สติกเกอร์"];
    /// On a coupon.
    coupon: ["Coupon", "クーポン", "優惠券", "คูปอง"];
    /// On a coupon that was closed or has expired.
    coupon_closed: ["No longer available", "終了しました", "已結束", "สิ้นสุดแล้ว"];
    /// On a coupon that the account does not have, before its id.
    coupon_unknown: ["No such coupon", "存在しないクーポン", "沒有此優惠券", "ไม่มีคูปองนี้"];
    /// Under a file's name, before its size.
    file: ["File", "ファイル", "檔案", "ไฟล์"];
    /// Who is mentioned when all are.
    everyone: ["All", "All", "All", "All"];
    /// What a screen reader calls a message's quick replies.
    quick_replies: ["Quick replies", "クイックリプライ", "快速回覆", "ตอบกลับด่วน"];
    /// What a screen reader calls bubbles to scroll.
    carousel: ["Carousel", "カルーセル", "輪播", "แบบเลื่อน"];
    /// Before the text of a quoted message that is not at hand.
    quoted: ["Quoted message", "引用したメッセージ", "引用的訊息", "ข้อความที่อ้างถึง"];
    /// Before what a page has to say about a message.
    notes: ["Notes", "注意", "注意事項", "หมายเหตุ"];
    /// Why a page is not what a phone shows.
    approximate: [
        "LINE draws the same JSON differently by system, version and font. Structure, order and wrapping are what to trust here.",
        "LINEの表示はOS、バージョン、フォントによって異なります。構造、順序、折り返しの確認にお使いください。",
        "LINE 的顯示會因系統、版本與字型而異。請以此確認結構、順序與換行。",
        "LINE แสดงผลต่างกันตามระบบ เวอร์ชัน และฟอนต์ ใช้หน้านี้เพื่อดูโครงสร้าง ลำดับ และการตัดบรรทัด"
    ];
}
