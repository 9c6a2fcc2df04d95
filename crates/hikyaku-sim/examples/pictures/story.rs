//! What the pictures show: conversations in four languages, between people and a bot that answers its webhooks.

use hikyaku_model::UserId;
use hikyaku_sim::{Person, Sim, UserMessage};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A simulator where something has happened, and the chats to look at.
pub(crate) struct Story {
    pub(crate) sim: Sim,
    pub(crate) japanese: String,
    pub(crate) thai: String,
    pub(crate) english: String,
    pub(crate) group: String,
    /// The place of a request that LINE refused.
    pub(crate) refused: u64,
}

pub(crate) async fn tell() -> Story {
    let bot = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let webhook = format!("http://{}/callback", bot.local_addr().unwrap());
    tokio::spawn(answer_all(bot));
    let builder = Sim::builder().account_name("Hoshi Kitchen").webhook(webhook);
    let sim = match builder.clone().port(8686).data_port(8687).start().await {
        Ok(sim) => sim,
        Err(_) => builder.start().await.unwrap(),
    };
    let person = |name: &str| {
        sim.add_friend_as(Person { display_name: Some(name.to_owned()), ..Person::default() })
    };
    let [mai, kit, mira, lin] = ["桜井 はな", "กิตติ", "Mira Novak", "林怡君"].map(person);
    let group = sim.invite(&[mira.clone(), kit.clone(), lin.clone()]);
    for name in ["Theo", "佐々木", "Ploy"] {
        person(name);
    }
    sim.member_says(&group, &lin, "大家好！星期五晚上七點可以嗎？");
    push(
        &sim,
        group.as_str(),
        json!([{"type": "text", "text": "七位，星期五 19:00。我先幫各位保留包廂。"}]),
    )
    .await;
    sim.member_says(&group, &mira, "Perfect, see you all there.");
    sim.member_says(&group, &kit, "ได้เลยครับ");

    sim.user_says(&kit, "สวัสดีครับ คืนนี้มีโต๊ะว่างสำหรับสองคนไหมครับ");
    push(&sim, kit.as_str(), json!([
        {"type": "text", "text": "สวัสดีครับ คืนนี้ยังมีโต๊ะว่างตอน 18:30 และ 20:00 น. เลือกเวลาที่สะดวกได้เลยครับ"},
        {"type": "template", "altText": "เลือกเวลา", "template": {"type": "confirm", "text": "จองโต๊ะสำหรับ 2 ท่าน เวลาไหนดีครับ",
            "actions": [{"type": "postback", "label": "18:30", "data": "time=18:30", "displayText": "18:30 น. ครับ"},
                        {"type": "postback", "label": "20:00", "data": "time=20:00", "displayText": "20:00 น. ครับ"}]}},
    ])).await;
    sim.user_says(&kit, "ขอเป็น 20:00 น. ครับ ขอบคุณมากครับ");
    push(
        &sim,
        kit.as_str(),
        json!([{"type": "text", "text": "จองเรียบร้อยแล้วครับ แล้วพบกันครับ", "quickReply": {"items": [
        quick("ดูเมนู"), quick("เส้นทางไปร้าน"), quick("ยกเลิกการจอง")]}}]),
    )
    .await;

    sim.user_says(&mira, "Hi! Do you have a table for four tomorrow evening?");
    push(&sim, mira.as_str(), json!([
        {"type": "text", "text": "Good evening, Mira! Tomorrow we have room from 18:30. Shall I hold the table by the window?"},
        {"type": "flex", "altText": "A table for four, tomorrow at 19:00", "contents": booking("Tomorrow, 19:00", "Four people, by the window", "Confirm", "Another time")},
    ])).await;
    sim.user_says(&mira, "The window, please. One of us is allergic to nuts.");
    let told = json!([{"type": "text", "text": "Noted for the kitchen: no nuts. See you tomorrow!", "quickReply": {"items": [
        quick("How do I get there?"), quick("Change the booking"), quick("Cancel it")]}}]);
    push(&sim, mira.as_str(), told).await;

    sim.user_says(&mai, "こんばんは。明日の夜、4名で予約できますか？");
    push(&sim, mai.as_str(), json!([
        {"type": "text", "text": "はなさん、こんばんは！明日は18:30以降でご案内できます。窓側のお席をお取りしましょうか。"},
        {"type": "flex", "altText": "明日 19:00、4名様", "contents": booking("明日 19:00", "4名様・窓側のお席", "予約する", "ほかの時間")},
    ])).await;
    sim.user_says(&mai, "窓側でお願いします。1人ナッツアレルギーがあります。");
    let told = json!([{"type": "text", "text": "承知しました。ナッツ不使用で厨房に伝えます。明日お待ちしております！", "quickReply": {"items": [
        quick("お店への行き方"), quick("予約を変更"), quick("キャンセル")]}}]);
    push(&sim, mai.as_str(), told).await;
    sim.user_sends(&mai, UserMessage::sticker("446", "1988"));
    // LINE refuses this one, as the panel shows.
    let mut wrong = booking("Saturday, 20:00", "Two people, at the bar", "Confirm", "Another time");
    wrong["footer"]["contents"][0]["height"] = "medium".into();
    wrong["body"]["contents"][1]["text"] = "".into();
    push(
        &sim,
        mira.as_str(),
        json!([
            {"type": "text", "text": "One more evening has room for you:"},
            {"type": "flex", "altText": "A table for two, Saturday at 20:00", "contents": wrong},
        ]),
    )
    .await;
    let refused = sim.requests().last().unwrap().seq;
    sim.webhooks().wait_for(10).await.unwrap();
    let id = |user: UserId| user.as_str().to_owned();
    Story {
        japanese: id(mai),
        thai: id(kit),
        english: id(mira),
        group: group.as_str().to_owned(),
        refused,
        sim,
    }
}

fn quick(label: &str) -> Value {
    json!({"type": "action", "action": {"type": "message", "label": label, "text": label}})
}

fn booking(when: &str, what: &str, yes: &str, no: &str) -> Value {
    json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "spacing": "md", "contents": [
        {"type": "text", "text": "Hoshi Kitchen", "size": "xs", "color": "#0B7A43", "weight": "bold"},
        {"type": "text", "text": when, "size": "xl", "weight": "bold", "wrap": true},
        {"type": "text", "text": what, "size": "sm", "color": "#666666", "wrap": true},
    ]}, "footer": {"type": "box", "layout": "vertical", "spacing": "sm", "contents": [
        {"type": "button", "style": "primary", "color": "#0B7A43", "height": "sm",
            "action": {"type": "postback", "label": yes, "data": "book=yes", "displayText": yes}},
        {"type": "button", "style": "link", "height": "sm",
            "action": {"type": "datetimepicker", "label": no, "data": "book", "mode": "datetime"}},
    ]}})
}

/// Pushes messages as a program does.
async fn push(sim: &Sim, to: &str, messages: Value) {
    let body = json!({"to": to, "messages": messages}).to_string();
    let host = sim.api_url().replace("http://", "");
    let request = format!(
        "POST /v2/bot/message/push HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        sim.channel_token().expose(),
        body.len()
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
}

/// A bot that takes every webhook, and says no more.
async fn answer_all(bot: TcpListener) {
    loop {
        let (mut stream, _) = bot.accept().await.unwrap();
        tokio::spawn(async move {
            let mut webhook = [0; 4096];
            let _ = stream.read(&mut webhook).await;
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            let _ = stream.write_all(answer.as_bytes()).await;
        });
    }
}
