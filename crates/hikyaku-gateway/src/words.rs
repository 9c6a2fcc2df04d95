//! What people read who connect a service, in every language of the pages. A word in braces stands for a value.

use hikyaku_page::Lang;

/// A function for each text.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $texts:expr;)*) => {
        $($(#[$doc])* pub(crate) fn $name(lang: Lang) -> &'static str {
            lang.pick($texts)
        })*

        /// All of them.
        #[cfg(test)]
        pub(super) const EVERY: &[fn(Lang) -> &'static str] = &[$($name),*];
    };
}

pub(crate) mod my;
pub(crate) mod operator;

/// Puts values instead of their names. A value that holds a name in braces stays as it is.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            filled.push_str(value);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

words! {
    /// The name of the page.
    connect: ["Connect {service}", "{service}と連携", "連結{service}", "เชื่อมต่อ {service}"];
    /// Who asks for what.
    asks: [
        "{service} asks to send you notifications through the LINE account {account}.",
        "{service}が、LINEアカウント「{account}」からあなたに通知を送ることを求めています。",
        "{service} 要求透過 LINE 帳號「{account}」傳送通知給您。",
        "{service} ขอส่งการแจ้งเตือนถึงคุณผ่านบัญชี LINE {account}"
    ];
    /// The first step.
    send_code: [
        "In LINE, send this code to {account}, as a friend of it:",
        "LINEで{account}を友だちに追加し、次のコードを送信してください。",
        "在 LINE 將 {account} 加為好友，並傳送以下代碼：",
        "ใน LINE เพิ่ม {account} เป็นเพื่อน แล้วส่งรหัสนี้:"
    ];
    /// On the link of the first step.
    open_line: ["Open LINE with the code", "コードを入れてLINEを開く", "帶入代碼並開啟 LINE", "เปิด LINE พร้อมรหัส"];
    /// The second step.
    enter_number: [
        "Enter the number that it answers with:",
        "返信された番号を入力してください。",
        "輸入它回覆的數字：",
        "ป้อนตัวเลขที่ได้รับตอบกลับ:"
    ];
    /// When it was another number.
    wrong_number: [
        "That is not the number of its last answer.",
        "最後に返信された番号と一致しません。",
        "與最後一次回覆的數字不符。",
        "ไม่ตรงกับตัวเลขในคำตอบล่าสุด"
    ];
    /// On the button of the second step.
    next: ["Continue", "次へ", "繼續", "ต่อไป"];
    /// On the button that declines.
    cancel: ["Cancel", "キャンセル", "取消", "ยกเลิก"];
    /// Before the chats.
    pick: [
        "Where shall the notifications go?",
        "通知の送信先を選んでください。",
        "要將通知傳送到哪裡？",
        "ต้องการให้ส่งการแจ้งเตือนไปที่ใด?"
    ];
    /// The chat with the account itself.
    one_on_one: ["1-on-1 chat with {account}", "{account}との1対1トーク", "與 {account} 的一對一聊天", "แชทส่วนตัวกับ {account}"];
    /// A group whose name is not known.
    nameless: ["A group ({id})", "グループ（{id}）", "群組（{id}）", "กลุ่ม ({id})"];
    /// How a group gets into the list.
    add_group: [
        "For a group, add {account} to it and send this code there. Then look again:",
        "グループに送るには、グループに{account}を招待して次のコードを送信し、「再読み込み」を押してください。",
        "若要傳送到群組，請邀請 {account} 加入群組並在群組傳送此代碼，然後重新整理：",
        "สำหรับกลุ่ม ให้เชิญ {account} เข้ากลุ่มแล้วส่งรหัสนี้ในกลุ่ม จากนั้นกดรีเฟรช:"
    ];
    /// On the button that looks for new groups.
    look_again: ["Look again", "再読み込み", "重新整理", "รีเฟรช"];
    /// On the button that agrees.
    agree: ["Agree and connect", "同意して連携する", "同意並連結", "ยอมรับและเชื่อมต่อ"];
    /// Where it goes on.
    returns: ["You return to {host}.", "{host}に戻ります。", "您將返回 {host}。", "คุณจะกลับไปที่ {host}"];
    /// On the button of a page that only sends its form.
    go_on: ["Go on to {host}", "{host}へ進む", "前往 {host}", "ไปที่ {host}"];
    /// The name of a page about what is wrong.
    stopped: ["This does not go on here", "続行できません", "無法繼續", "ดำเนินการต่อไม่ได้"];
    /// An unknown client id.
    unknown_service: [
        "The service that sent you here is not registered with this gateway.",
        "このサービスは登録されていません。",
        "此服務尚未註冊。",
        "บริการนี้ยังไม่ได้ลงทะเบียน"
    ];
    /// A redirect URI that is not registered.
    unknown_callback: [
        "The service wants you sent back to an address that is not registered for it.",
        "登録されていないコールバックURLが指定されています。",
        "服務指定的返回網址尚未註冊。",
        "ที่อยู่สำหรับส่งกลับของบริการนี้ยังไม่ได้ลงทะเบียน"
    ];
    /// A page that is over.
    expired: [
        "This page is over, or belongs to another browser. Go back to the service and begin again.",
        "このページは期限切れか、別のブラウザーのものです。サービスに戻ってやり直してください。",
        "此頁面已過期，或屬於其他瀏覽器。請返回服務重新開始。",
        "หน้านี้หมดอายุหรือเป็นของเบราว์เซอร์อื่น กลับไปที่บริการแล้วเริ่มใหม่"
    ];
    /// A caller that asks too often.
    too_often: [
        "Too many requests came from your address. Try again in a few minutes.",
        "リクエストが多すぎます。数分後にもう一度お試しください。",
        "請求過於頻繁，請於幾分鐘後再試。",
        "มีคำขอมากเกินไป โปรดลองอีกครั้งในอีกสักครู่"
    ];
    /// What is the gateway's own fault.
    failed: [
        "The gateway cannot do this now. Try again later.",
        "現在処理できません。後でもう一度お試しください。",
        "目前無法處理，請稍後再試。",
        "ขณะนี้ไม่สามารถดำเนินการได้ โปรดลองอีกครั้งภายหลัง"
    ];
    /// What the account answers to a code.
    answer: [
        "{service} asks to send you notifications here. If you want that, enter this number on its page: {number}\n\nIf you did not ask for it, do nothing and tell nobody the number.",
        "{service}が、ここに通知を送ることを求めています。連携する場合は、ページに次の番号を入力してください：{number}\n\n心当たりがない場合は、番号を誰にも教えず、何もしないでください。",
        "{service} 要求在此傳送通知給您。若您同意，請在頁面輸入此數字：{number}\n\n若非您本人操作，請勿理會，也不要將數字告訴任何人。",
        "{service} ขอส่งการแจ้งเตือนถึงคุณที่นี่ หากต้องการ ให้ป้อนตัวเลขนี้ในหน้าเว็บ: {number}\n\nหากคุณไม่ได้ขอ ไม่ต้องทำอะไร และอย่าบอกตัวเลขนี้กับใคร"
    ];
    /// What it says in a group that can be picked from now on.
    group_is_known: [
        "This chat can be chosen on the page now.",
        "ページでこのトークを選択できるようになりました。",
        "現在可以在頁面上選擇此聊天室。",
        "เลือกแชทนี้ในหน้าเว็บได้แล้ว"
    ];
    /// What it says in a group to somebody who is not known yet.
    first_alone: [
        "Send the code to this account in a 1-on-1 chat first.",
        "先に1対1のトークでコードを送信してください。",
        "請先在一對一聊天中傳送代碼。",
        "โปรดส่งรหัสในแชทส่วนตัวก่อน"
    ];
    /// What it answers a person who asks for the page.
    sign_in_here: [
        "Your tokens are here. The link works once, within 15 minutes; show it to nobody.\n{url}",
        "トークンの管理ページはこちらです。リンクは15分以内に1回だけ使えます。他の人に見せないでください。\n{url}",
        "您的權杖管理頁面如下。此連結在 15 分鐘內可使用一次，請勿給他人看。\n{url}",
        "หน้าโทเค็นของคุณอยู่ที่นี่ ลิงก์ใช้ได้ครั้งเดียวภายใน 15 นาที อย่าให้ผู้อื่นเห็น\n{url}"
    ];
    /// What it says in a chat that a token sends to from now on.
    token_is_linked: [
        "Notifications of \"{service}\" come here from now on.",
        "今後、「{service}」の通知はこのトークに届きます。",
        "今後「{service}」的通知會傳送到此聊天室。",
        "จากนี้การแจ้งเตือนของ \"{service}\" จะส่งมาที่นี่"
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_same_values() {
        for words in [EVERY, my::EVERY, operator::EVERY].concat() {
            let mut names = Lang::ALL.map(|lang| {
                let parts = words(lang).split('{').skip(1);
                let mut names: Vec<_> = parts.filter_map(|it| it.split('}').next()).collect();
                names.sort_unstable();
                names
            });
            names.sort();
            assert_eq!(names.first(), names.last(), "{}", words(Lang::English));
        }
    }

    #[test]
    fn a_value_stays_a_value() {
        let filled = fill("{a} and {b}{c}", &[("a", "{b}"), ("b", "x")]);
        assert_eq!(filled, "{b} and x");
    }
}
