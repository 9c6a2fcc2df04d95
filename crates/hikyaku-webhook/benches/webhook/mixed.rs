//! Bodies of all that people do, as LINE sends it: messages of every kind, postbacks, friends and groups that come and go.

use std::fmt::Write as _;

/// What the events have of their own.
const KINDS: [&str; 24] = [
    r#""type":"message","message":{"type":"text","id":"444573844083572737","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA1","markAsReadToken":"mrt-1f2e3d4c5b6a79880011","text":"Good morning, おはようございます"}"#,
    r#""type":"message","message":{"type":"text","id":"444573844083572738","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA2","text":"@All @bot good (love)","emojis":[{"index":14,"length":6,"productId":"5ac1bfd5040ab15980c9b435","emojiId":"001"}],"mention":{"mentionees":[{"index":0,"length":4,"type":"all"},{"index":5,"length":4,"type":"user","userId":"Ub1bcdef0123456789abcdef012345678","isSelf":true}]}}"#,
    r#""type":"message","message":{"type":"image","id":"354718705033693859","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA3","contentProvider":{"type":"line"},"imageSet":{"id":"E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855","index":1,"total":2}}"#,
    r#""type":"message","message":{"type":"image","id":"354718705033693860","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA4","contentProvider":{"type":"external","originalContentUrl":"https://cdn.example.com/a/original.jpg","previewImageUrl":"https://cdn.example.com/a/preview.jpg"}}"#,
    r#""type":"message","message":{"type":"video","id":"325708","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA5","duration":60000,"contentProvider":{"type":"line"}}"#,
    r#""type":"message","message":{"type":"audio","id":"325709","duration":6000,"contentProvider":{"type":"line"}}"#,
    r#""type":"message","message":{"type":"file","id":"325710","fileName":"invoice 2026-11.pdf","fileSize":21381}"#,
    r#""type":"message","message":{"type":"location","id":"325711","title":"Nijo castle","address":"541 Nijojocho, Nakagyo Ward, Kyoto","latitude":35.0142,"longitude":135.7481}"#,
    r#""type":"message","message":{"type":"sticker","id":"1501597916","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA6","stickerId":"52002738","packageId":"11537","stickerResourceType":"ANIMATION","keywords":["cony","sally","staring","hi","whatsup","line","howdy","greeting"]}"#,
    r#""type":"message","message":{"type":"text","id":"444573844083572740","quoteToken":"q3Plxr4AgKd3x7dYz8bYzG9r2eJxTn2hA7","quotedMessageId":"444573844083572737","text":"and to you \u2600\nall of you"}"#,
    r#""type":"postback","postback":{"data":"action=buy&item=42"}"#,
    r#""type":"postback","postback":{"data":"action=book","params":{"datetime":"2026-12-25T01:00"}}"#,
    r#""type":"postback","postback":{"data":"menu=b","params":{"newRichMenuAliasId":"richmenu-alias-b","status":"SUCCESS"}}"#,
    r#""type":"follow","follow":{"isUnblocked":false}"#,
    r#""type":"unfollow""#,
    r#""type":"join""#,
    r#""type":"leave""#,
    r#""type":"memberJoined","joined":{"members":[{"type":"user","userId":"U4af4980629e0b1a2c3d4e5f600000001"},{"type":"user","userId":"U91eeaf62d9e0b1a2c3d4e5f600000002"}]}"#,
    r#""type":"memberLeft","left":{"members":[{"type":"user","userId":"U4af4980629e0b1a2c3d4e5f600000001"}]}"#,
    r#""type":"unsend","unsend":{"messageId":"325708"}"#,
    r#""type":"videoPlayComplete","videoPlayComplete":{"trackingId":"track-id"}"#,
    r#""type":"beacon","beacon":{"hwid":"d41d8cd98f","type":"enter"}"#,
    r#""type":"accountLink","link":{"result":"ok","nonce":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#,
    r#""type":"membership","membership":{"type":"joined","membershipId":3189}"#,
];

/// Bodies with so many events each that hold every kind.
pub(crate) fn bodies(events: usize) -> Vec<String> {
    (0..KINDS.len().div_ceil(events))
        .map(|body| {
            let first = body * events;
            let events: Vec<_> = (first..first + events).map(event).collect();
            format!(
                r#"{{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{}]}}"#,
                events.join(",")
            )
        })
        .collect()
}

/// An event, every third of them in a group.
fn event(number: usize) -> String {
    let mut event = format!("{{{}", KINDS[number % KINDS.len()]);
    let source = if number.is_multiple_of(3) {
        r#""type":"group","groupId":"Ca56f94637c0b1a2c3d4e5f6071829304","#
    } else {
        r#""type":"user","#
    };
    write!(
        event,
        r#","webhookEventId":"01HM{number:022}","deliveryContext":{{"isRedelivery":false}},"timestamp":17053{number:08},"source":{{{source}"userId":"U4af4980629e0b1a2c3d4e5f6{number:08x}"}},"replyToken":"757913772c4646b784d4b7ce{number:08x}","mode":"active"}}"#
    )
    .expect("a String takes all");
    event
}
