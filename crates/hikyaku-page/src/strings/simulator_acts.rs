//! The words of what people do on the simulator's page: write, mention, edit, come and go, search, send again.

use super::Lang;

strings! {
    /// On the button that takes somebody out of a group.
    take_out: ["Remove", "退会させる", "移出", "นำออก"];
    /// On the button that brings somebody into a group.
    add: ["Add", "追加", "加入", "เพิ่ม"];
    /// Above the people who are not in the group.
    not_members: ["Not in the group", "グループにいない人", "不在群組中", "ไม่อยู่ในกลุ่ม"];
    /// In the field that searches people who could come.
    find_member: ["Search people to add", "追加する人を検索", "搜尋要加入的人", "ค้นหาคนที่จะเพิ่ม"];
    /// On the button that closes a sheet.
    close: ["Close", "閉じる", "關閉", "ปิด"];
    /// What a screen reader calls the list of those who can be mentioned.
    mention: ["Mention", "メンション", "提及", "กล่าวถึง"];
    /// Beside the mention of all.
    every_member: ["everyone in the group", "グループ全員", "群組所有成員", "ทุกคนในกลุ่ม"];
    /// On the button that changes a text that was sent.
    edit: ["Edit", "編集", "編輯", "แก้ไข"];
    /// Before the text that is changed.
    editing: ["Editing", "編集中", "編輯中", "กำลังแก้ไข"];
    /// In the field that searches the log.
    find_entry: [
        "Search, such as status:400",
        "検索（例: status:400）",
        "搜尋，例如 status:400",
        "ค้นหา เช่น status:400",
    ];
    /// Where a search of the log finds nothing.
    nothing_found: ["No entry fits.", "該当する項目はありません。", "沒有符合的紀錄。", "ไม่พบรายการ"];
    /// Above the messages of a request, as a phone shows them.
    drawn: ["As a phone shows it", "スマートフォンでの表示", "手機上的顯示", "แสดงบนมือถือ"];
    /// Above a request that can be changed and sent again.
    edit_request: ["Edit and send again", "編集して再送", "編輯後重新傳送", "แก้ไขแล้วส่งอีกครั้ง"];
    /// What that does.
    edit_request_hint: [
        "Sent from this page with the channel's token, without the retry key.",
        "このページからチャネルのトークンで送信します。リトライキーは付けません。",
        "由此頁以 Channel 的 token 傳送，不帶重試金鑰。",
        "ส่งจากหน้านี้ด้วยโทเค็นของ Channel โดยไม่ใส่ retry key",
    ];
    /// On the button that sends it.
    send_request: ["Send request", "リクエストを送信", "傳送請求", "ส่งคำขอ"];
    /// Above an event that can be changed and sent.
    edit_event: ["Edit and send as a new event", "編集して新しいイベントとして送信", "編輯後以新事件傳送", "แก้ไขแล้วส่งเป็นอีเวนต์ใหม่"];
    /// What that does.
    edit_event_hint: [
        "Its id, time, delivery context and reply token are made anew unless you write them.",
        "ID、時刻、配信情報、応答トークンは、書かなければ新しく作られます。",
        "ID、時間、傳送資訊與回覆 token 若未填寫會重新產生。",
        "ID เวลา ข้อมูลการส่ง และ reply token จะสร้างใหม่หากไม่ได้ระบุ",
    ];
    /// On the button that sends it.
    send_event: ["Send event", "イベントを送信", "傳送事件", "ส่งอีเวนต์"];
    /// On the button that opens the sheet with a place and a sticker.
    more_kinds: ["Send a location or sticker", "位置情報やスタンプを送る", "傳送位置或貼圖", "ส่งตำแหน่งหรือสติกเกอร์"];
    /// The name of a place.
    place_title: ["Title", "名称", "名稱", "ชื่อ"];
    /// The address of a place.
    place_address: ["Address", "住所", "地址", "ที่อยู่"];
    /// Degrees to the north.
    latitude: ["Latitude", "緯度", "緯度", "ละติจูด"];
    /// Degrees to the east.
    longitude: ["Longitude", "経度", "經度", "ลองจิจูด"];
    /// On the button that sends a place.
    send_place: ["Send location", "位置情報を送信", "傳送位置", "ส่งตำแหน่ง"];
    /// The package that a sticker is of.
    package_id: ["Package ID", "パッケージID", "Package ID", "Package ID"];
    /// The sticker in it.
    sticker_id: ["Sticker ID", "スタンプID", "Sticker ID", "Sticker ID"];
    /// On the button that sends a sticker.
    send_sticker: ["Send sticker", "スタンプを送信", "傳送貼圖", "ส่งสติกเกอร์"];
    /// Above the button that loads pictures.
    pictures: ["Pictures", "画像", "圖片", "รูปภาพ"];
    /// Why they are not loaded.
    pictures_hint: [
        "Pictures in messages are loaded from their own servers, so only when you ask.",
        "メッセージ内の画像は外部サーバーから読み込むため、操作したときだけ表示します。",
        "訊息中的圖片來自其伺服器，因此只在你要求時載入。",
        "รูปในข้อความโหลดจากเซิร์ฟเวอร์ของรูปนั้น จึงโหลดเมื่อคุณสั่งเท่านั้น",
    ];
    /// What is said of a message that a search led to and that is no longer there.
    message_gone: ["This message is no longer kept.", "このメッセージは保存されていません。", "此訊息已不再保留。", "ข้อความนี้ไม่ได้เก็บไว้แล้ว"];
}
