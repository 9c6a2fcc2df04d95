//! The words of the simulator's controls: rates, how the phone looks, the whole state.

use super::Lang;

strings! {
    /// Above the gauges of rates.
    rate_limits: ["Rate limits", "レート制限", "速率限制", "อัตราจำกัด"];
    /// What the gauges show.
    rate_limits_hint: [
        "What is left for each endpoint that your program has called.",
        "プログラムが呼び出したエンドポイントごとの残りです。",
        "程式呼叫過的各端點所剩的次數。",
        "จำนวนที่เหลือของแต่ละ endpoint ที่โปรแกรมเรียก",
    ];
    /// Where there is no gauge yet.
    no_rates: [
        "Your program has called nothing yet.",
        "まだ呼び出しはありません。",
        "程式尚未呼叫任何端點。",
        "โปรแกรมยังไม่ได้เรียกใช้",
    ];
    /// Where rates are not limited.
    rates_off: [
        "Off: no request is refused for its rate.",
        "オフ: 頻度を理由に拒否されることはありません。",
        "已關閉：不會因頻率而被拒絕。",
        "ปิดอยู่: ไม่มีคำขอถูกปฏิเสธเพราะความถี่",
    ];
    /// On the button that ends the limits.
    rates_turn_off: ["Turn off", "オフにする", "關閉", "ปิดใช้"];
    /// On the button that brings them back.
    rates_turn_on: ["Turn on", "オンにする", "開啟", "เปิดใช้"];
    /// Above what changes how the phone looks.
    display: ["Display", "表示", "顯示", "การแสดงผล"];
    /// Before the sizes of letters.
    letters: ["Text size", "文字サイズ", "文字大小", "ขนาดตัวอักษร"];
    /// A size of letters.
    letters_small: ["Small", "小", "小", "เล็ก"];
    /// A size of letters.
    letters_regular: ["Regular", "普通", "普通", "ปกติ"];
    /// A size of letters.
    letters_large: ["Large", "大", "大", "ใหญ่"];
    /// A size of letters.
    letters_extra: ["Extra large", "特大", "特大", "ใหญ่พิเศษ"];
    /// Before the widths of phones.
    phone_width: ["Phone width", "画面の幅", "手機寬度", "ความกว้างมือถือ"];
    /// Before the directions of Flex Messages.
    flex_direction: ["Flex direction", "Flexの方向", "Flex 方向", "ทิศทาง Flex"];
    /// A direction: the one that the message has.
    as_sent: ["As sent", "送信どおり", "依訊息", "ตามที่ส่ง"];
    /// A direction.
    right_to_left: ["Right to left", "右から左", "由右至左", "ขวาไปซ้าย"];
    /// Above the buttons that make a test of the conversation.
    conversation_test: [
        "Conversation as a test",
        "会話をテストにする",
        "將對話存成測試",
        "บทสนทนาเป็นการทดสอบ",
    ];
    /// What that is.
    conversation_test_hint: [
        "What people do and what the bot answers, in a file that hikyaku sim run plays again.",
        "ユーザーの操作とボットの応答をファイルに保存し、hikyaku sim runで再実行できます。",
        "將使用者的操作與機器人的回應存成檔案，可用 hikyaku sim run 重播。",
        "สิ่งที่ผู้ใช้ทำและบอตตอบ ในไฟล์ที่ hikyaku sim run เล่นซ้ำได้",
    ];
    /// On the button that begins to record.
    record: ["Record", "記録する", "開始錄製", "เริ่มบันทึก"];
    /// On the same button while it is recorded.
    record_stop: ["Stop and save", "停止して保存", "停止並儲存", "หยุดและบันทึก"];
    /// On the button that saves what was said before, too.
    record_all: ["Save all so far", "これまでをすべて保存", "儲存目前全部", "บันทึกทั้งหมดถึงตอนนี้"];
    /// Once the file is there, after its name.
    recorded: ["saved", "保存しました", "已儲存", "บันทึกแล้ว"];
    /// Where there is nothing to save.
    nothing_recorded: [
        "Nobody has said anything.",
        "まだ何も話していません。",
        "尚無任何對話。",
        "ยังไม่มีใครพูดอะไร",
    ];
    /// Above the buttons about the whole state.
    whole_state: ["Whole state", "全データ", "全部資料", "ข้อมูลทั้งหมด"];
    /// What that is.
    whole_state_hint: [
        "People, chats, requests, webhooks, faults and the clock in one file, with the credentials.",
        "ユーザー、トーク、リクエスト、Webhook、障害、時計、認証情報を1つのファイルにまとめます。",
        "使用者、聊天、請求、Webhook、故障、時鐘與憑證，都在一個檔案中。",
        "ผู้ใช้ แชต คำขอ Webhook ความผิดพลาด นาฬิกา และข้อมูลรับรองในไฟล์เดียว",
    ];
    /// On the link that takes the state away as a file.
    export_state: ["Export", "エクスポート", "匯出", "ส่งออก"];
    /// On the button that chooses a file to put in its place.
    import_state: ["Import", "インポート", "匯入", "นำเข้า"];
    /// Before the name of the file that was chosen.
    import_sure: [
        "Replace everything here with this file?",
        "このファイルですべて置き換えますか？",
        "要以此檔案取代這裡的全部資料嗎？",
        "แทนที่ข้อมูลทั้งหมดด้วยไฟล์นี้หรือไม่",
    ];
    /// On the button that does so.
    replace: ["Replace", "置き換える", "取代", "แทนที่"];
    /// Once it is done.
    imported: ["Imported", "インポートしました", "已匯入", "นำเข้าแล้ว"];
}
