//! The words of the simulator's keyboard: what each key does.

use super::Lang;

strings! {
    /// Above the list of keys, and on the button that opens it.
    keys: ["Keyboard", "キーボード操作", "鍵盤操作", "แป้นพิมพ์"];
    /// What a key does.
    key_send: ["Send the message", "メッセージを送信", "傳送訊息", "ส่งข้อความ"];
    /// What a key does.
    key_line: ["Begin a new line", "改行", "換行", "ขึ้นบรรทัดใหม่"];
    /// What keys do.
    key_chats: ["Previous or next chat", "前／次のトークへ", "上／下一個聊天", "แชตก่อนหน้า/ถัดไป"];
    /// What a key does.
    key_write: ["Write a message", "入力欄へ移動", "輸入訊息", "พิมพ์ข้อความ"];
    /// What a key does.
    key_search: ["Search people and messages", "名前やメッセージを検索", "搜尋姓名與訊息", "ค้นหาชื่อและข้อความ"];
    /// What a key does.
    key_speaker: ["In a group: speak as the next member", "グループで発言者を切り替え", "在群組中切換發言者", "ในกลุ่ม: สลับผู้พูด"];
    /// What a key does.
    key_requests: ["Show requests and webhooks", "リクエストとWebhookを表示", "顯示請求與 Webhook", "แสดงคำขอและ Webhook"];
    /// What keys do.
    key_entries: ["Next or previous entry", "次／前の項目へ", "下／上一筆紀錄", "รายการถัดไป/ก่อนหน้า"];
    /// What a key does.
    key_again: ["Send the open entry again", "開いている項目を再送", "重新傳送開啟的紀錄", "ส่งรายการที่เปิดอยู่อีกครั้ง"];
    /// What a key does.
    key_copy: ["Copy the open request as curl", "開いているリクエストをcurlでコピー", "將開啟的請求複製為 curl", "คัดลอกคำขอที่เปิดอยู่เป็น curl"];
    /// What a key does.
    key_close: ["Close what is open", "閉じる", "關閉", "ปิด"];
    /// What a key does.
    key_help: ["Show this list", "この一覧を表示", "顯示此清單", "แสดงรายการนี้"];
    /// On the switch that turns keys without Ctrl or Alt off.
    single_keys: ["Single keys", "1文字キー", "單鍵操作", "ปุ่มเดี่ยว"];
    /// What that is for.
    single_keys_hint: [
        "They do nothing while you type. Turn them off where they are in the way.",
        "入力中は無効です。不要な場合はオフにできます。",
        "輸入文字時無作用；不需要時可關閉。",
        "ไม่ทำงานขณะพิมพ์ ปิดได้เมื่อไม่ต้องการ",
    ];
    /// On the button that copies the address of a message.
    link: ["Link", "リンク", "連結", "ลิงก์"];
}
