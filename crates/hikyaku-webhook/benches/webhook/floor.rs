//! The borrowing floor: all known fields of all events in flat structs, none of them told apart.

use hikyaku_model::event::Str;
use serde::Deserialize;

/// Checks UTF-8 and reads a body.
pub(crate) fn read(body: &[u8]) -> Webhook<'_> {
    serde_json::from_str(std::str::from_utf8(body).expect("UTF-8")).expect("a webhook")
}

#[derive(Deserialize)]
pub(crate) struct Webhook<'a> {
    #[serde(borrow)]
    destination: Option<Str<'a>>,
    events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    timestamp: Option<i64>,
    #[serde(borrow)]
    mode: Option<Str<'a>>,
    #[serde(borrow)]
    source: Option<Source<'a>>,
    #[serde(borrow)]
    webhook_event_id: Option<Str<'a>>,
    delivery_context: Option<DeliveryContext>,
    #[serde(borrow)]
    reply_token: Option<Str<'a>>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
    #[serde(borrow)]
    unsend: Option<Unsend<'a>>,
    follow: Option<Follow>,
    #[serde(borrow)]
    joined: Option<Members<'a>>,
    #[serde(borrow)]
    left: Option<Members<'a>>,
    #[serde(borrow)]
    postback: Option<Postback<'a>>,
    #[serde(borrow)]
    video_play_complete: Option<VideoPlayComplete<'a>>,
    #[serde(borrow)]
    beacon: Option<Beacon<'a>>,
    #[serde(borrow)]
    link: Option<Link<'a>>,
    #[serde(borrow)]
    membership: Option<Membership<'a>>,
    #[serde(borrow)]
    module: Option<Module<'a>>,
    chat_control: Option<ChatControl>,
    #[serde(borrow)]
    delivery: Option<Delivery<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    #[serde(borrow)]
    user_id: Option<Str<'a>>,
    #[serde(borrow)]
    group_id: Option<Str<'a>>,
    #[serde(borrow)]
    room_id: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    #[serde(borrow)]
    id: Option<Str<'a>>,
    #[serde(borrow)]
    text: Option<Str<'a>>,
    #[serde(borrow)]
    quote_token: Option<Str<'a>>,
    #[serde(borrow)]
    quoted_message_id: Option<Str<'a>>,
    #[serde(borrow)]
    mark_as_read_token: Option<Str<'a>>,
    #[serde(borrow)]
    file_name: Option<Str<'a>>,
    #[serde(borrow)]
    title: Option<Str<'a>>,
    #[serde(borrow)]
    address: Option<Str<'a>>,
    #[serde(borrow)]
    package_id: Option<Str<'a>>,
    #[serde(borrow)]
    sticker_id: Option<Str<'a>>,
    #[serde(borrow)]
    sticker_resource_type: Option<Str<'a>>,
    duration: Option<u64>,
    file_size: Option<u64>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    #[serde(borrow)]
    emojis: Option<Vec<Emoji<'a>>>,
    #[serde(borrow)]
    mention: Option<Mention<'a>>,
    #[serde(borrow)]
    content_provider: Option<ContentProvider<'a>>,
    #[serde(borrow)]
    image_set: Option<ImageSet<'a>>,
    #[serde(borrow)]
    keywords: Option<Vec<Str<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Emoji<'a> {
    index: Option<u64>,
    length: Option<u64>,
    #[serde(borrow)]
    product_id: Option<Str<'a>>,
    #[serde(borrow)]
    emoji_id: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mention<'a> {
    #[serde(borrow)]
    mentionees: Option<Vec<Mentionee<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mentionee<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    index: Option<u64>,
    length: Option<u64>,
    #[serde(borrow)]
    user_id: Option<Str<'a>>,
    is_self: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContentProvider<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    #[serde(borrow)]
    original_content_url: Option<Str<'a>>,
    #[serde(borrow)]
    preview_image_url: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageSet<'a> {
    #[serde(borrow)]
    id: Option<Str<'a>>,
    index: Option<u64>,
    total: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unsend<'a> {
    #[serde(borrow)]
    message_id: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow)]
    members: Option<Vec<Source<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Postback<'a> {
    #[serde(borrow)]
    data: Option<Str<'a>>,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params<'a> {
    #[serde(borrow)]
    date: Option<Str<'a>>,
    #[serde(borrow)]
    time: Option<Str<'a>>,
    #[serde(borrow)]
    datetime: Option<Str<'a>>,
    #[serde(borrow)]
    new_rich_menu_alias_id: Option<Str<'a>>,
    #[serde(borrow)]
    status: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VideoPlayComplete<'a> {
    #[serde(borrow)]
    tracking_id: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Beacon<'a> {
    #[serde(borrow)]
    hwid: Option<Str<'a>>,
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    #[serde(borrow)]
    dm: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link<'a> {
    #[serde(borrow)]
    result: Option<Str<'a>>,
    #[serde(borrow)]
    nonce: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Membership<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    membership_id: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Module<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    #[serde(borrow)]
    bot_id: Option<Str<'a>>,
    #[serde(borrow)]
    scopes: Option<Vec<Str<'a>>>,
    #[serde(borrow)]
    reason: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery<'a> {
    #[serde(borrow)]
    data: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryContext {
    is_redelivery: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Follow {
    is_unblocked: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChatControl {
    expire_at: Option<i64>,
}
