use hikyaku_model::event::{
    ContentKind, EventKind, EventType, MessageContent,
    message::{ContentProviderType, MentioneeType, StickerResourceType},
};
use serde_json::{Value, json};

use super::event;

fn message(content: Value) -> MessageContent {
    let event = event(&json!({"type": "message", "replyToken": "abc", "message": content}));
    assert!(event.extra.is_empty());
    event.message().unwrap().clone()
}

#[test]
fn text() {
    message(json!({"id": "1", "type": "text", "text": "hi"}));
    let content = message(json!({
        "id": "444573844083572737",
        "type": "text",
        "quoteToken": "q3Plxr4AgKd",
        "quotedMessageId": "444573844083572700",
        "markAsReadToken": "30yhdy232",
        "text": "@All @example Good Morning!! (love)",
        "emojis": [{"index": 29, "length": 6, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}],
        "mention": {"mentionees": [
            {"index": 0, "length": 4, "type": "all"},
            {"index": 5, "length": 8, "type": "user", "userId": "U49585cd0d5", "isSelf": false},
        ]},
    }));
    assert_eq!(content.id, "444573844083572737");
    assert_eq!(content.quote_token(), Some("q3Plxr4AgKd"));
    assert_eq!(content.mark_as_read_token.as_deref(), Some("30yhdy232"));
    let ContentKind::Text(text) = content.kind else { panic!("{content:?}") };
    assert_eq!(text.emojis.unwrap()[0].emoji_id, "001");
    let mentionees = text.mention.unwrap().mentionees;
    assert_eq!((&mentionees[0].r#type, mentionees[1].is_self), (&MentioneeType::All, Some(false)));
}

#[test]
fn an_edited_text_has_a_reply_token_of_its_own_and_the_first_ones_id() {
    let event = event(&json!({
        "type": "messageEdited",
        "replyToken": "def",
        "source": {"type": "group", "groupId": "Ca56f94637c", "userId": "U4af4980629"},
        "message": {"id": "444573844083572737", "type": "text", "quoteToken": "new", "text": "good night"},
    }));
    assert_eq!(event.event_type(), EventType::MessageEdited);
    assert_eq!(event.message(), None); // a bot must not answer twice by mistake
    assert_eq!(event.text(), Some("good night"));
    let EventKind::MessageEdited(message) = event.kind else { panic!("{event:?}") };
    assert_eq!((&*message.id, message.quote_token()), ("444573844083572737", Some("new")));
}

#[test]
fn image() {
    message(json!({"id": "1", "type": "image", "contentProvider": {"type": "line"}}));
    let content = message(json!({
        "type": "image",
        "id": "354718705033693859",
        "quoteToken": "yHAz4Ua2wx7",
        "contentProvider": {"type": "line"},
        "imageSet": {"id": "E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855", "index": 1, "total": 2},
    }));
    assert_eq!(content.quote_token(), Some("yHAz4Ua2wx7"));
    let ContentKind::Image(image) = content.kind else { panic!("{content:?}") };
    assert_eq!(image.content_provider.r#type, ContentProviderType::Line);
    assert_eq!(image.image_set.unwrap().total, Some(2));
    message(
        json!({"type": "image", "id": "1", "contentProvider": {"type": "line"}, "imageSet": {"id": "E0"}}),
    );
}

#[test]
fn video_and_audio() {
    let content = message(json!({
        "id": "325708",
        "type": "video",
        "quoteToken": "yHAz4Ua2wx7",
        "duration": 60000,
        "contentProvider": {
            "type": "external",
            "originalContentUrl": "https://example.com/original.mp4",
            "previewImageUrl": "https://example.com/preview.jpg",
        },
    }));
    assert!(matches!(content.kind, ContentKind::Video(video) if video.duration == Some(60000)));
    message(json!({"id": "325708", "type": "video", "contentProvider": {"type": "line"}}));
    let content = message(json!({
        "id": "325708", "type": "audio", "duration": 60000, "contentProvider": {"type": "line"},
    }));
    assert_eq!(content.quote_token(), None);
    message(
        json!({"id": "325708", "type": "audio", "contentProvider": {"type": "line"}, "markAsReadToken": "m"}),
    );
}

#[test]
fn file_and_location() {
    let content =
        message(json!({"id": "325708", "type": "file", "fileName": "file.txt", "fileSize": 2138}));
    assert!(matches!(content.kind, ContentKind::File(file) if file.file_size == 2138));
    message(
        json!({"id": "325708", "type": "location", "latitude": 35.658_910_807_942_15, "longitude": -139.5}),
    );
    let content = message(json!({
        "id": "325708",
        "type": "location",
        "title": "my location",
        "address": "日本、〒102-8282 東京都千代田区紀尾井町1-3",
        "latitude": 35.67966,
        "longitude": 139.73669,
    }));
    assert!(
        matches!(content.kind, ContentKind::Location(place) if (place.latitude - 35.67966).abs() < 1e-9)
    );
}

#[test]
fn sticker() {
    message(json!({"id": "1", "type": "sticker", "packageId": "446", "stickerId": "1988"}));
    let content = message(json!({
        "type": "sticker",
        "id": "1501597916",
        "quoteToken": "q3Plxr4AgKd",
        "quotedMessageId": "1501597900",
        "stickerId": "52002738",
        "packageId": "11537",
        "stickerResourceType": "MESSAGE",
        "keywords": ["cony", "sally"],
        "text": "Let's hang out this weekend!",
    }));
    let ContentKind::Sticker(sticker) = content.kind else { panic!("{content:?}") };
    assert_eq!(sticker.sticker_resource_type, Some(StickerResourceType::Message));
    assert_eq!(sticker.keywords.unwrap(), ["cony", "sally"]);
    let newer = message(json!({
        "id": "1", "type": "sticker", "packageId": "1", "stickerId": "2", "stickerResourceType": "HOLOGRAM",
    }));
    assert!(matches!(
        newer.kind,
        ContentKind::Sticker(sticker) if sticker.sticker_resource_type.as_ref().unwrap().as_str() == "HOLOGRAM"
    ));
}
