//! Literal JSON of every type, read and written again: all of its fields, and none but the required ones.

use hikyaku_model::{
    Message,
    audience::{Filter, Limit, Recipient},
    flex::Container,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::survives;

/// Every type and every field of the JSON is known, and it comes back as it was.
#[track_caller]
fn known<T: Serialize + DeserializeOwned + std::fmt::Debug>(json: Value) {
    let value: T = survives(&json);
    let seen = format!("{value:?}");
    assert!(!seen.contains("Unknown(") && !seen.contains("Extra({\""), "{seen}");
}

#[track_caller]
fn message(json: Value) {
    known::<Message>(json);
}

/// A component in the body of a bubble.
#[track_caller]
fn component(json: Value) {
    let body = json!({"type": "box", "layout": "vertical", "contents": [json]});
    known::<Container>(json!({"type": "bubble", "body": body}));
}

/// An action in a quick reply.
#[track_caller]
fn action(json: Value) {
    let items = json!([{"type": "action", "action": json}]);
    message(json!({"type": "text", "text": "hi", "quickReply": {"items": items}}));
}

#[test]
fn plain_messages_come_back_as_they_were() {
    message(json!({"type": "text", "text": ""}));
    message(json!({
        "type": "text", "text": "hi $", "quoteToken": "q",
        "emojis": [{"index": 3, "productId": "p", "emojiId": "001"}],
        "sender": {"name": "Courier", "iconUrl": "https://example.com/i.png"},
        "quickReply": {"items": [
            {"type": "action", "imageUrl": "https://example.com/i.png", "action": {"type": "camera", "label": "c"}},
        ]},
    }));
    message(json!({"type": "text", "text": "hi", "emojis": []}));
    message(json!({"type": "textV2", "text": "hi"}));
    message(json!({
        "type": "textV2", "text": "{a} {b} {c}", "quoteToken": "q",
        "substitution": {
            "a": {"type": "mention", "mentionee": {"type": "user", "userId": "U1"}},
            "b": {"type": "mention", "mentionee": {"type": "all"}},
            "c": {"type": "emoji", "productId": "p", "emojiId": "e"},
        },
    }));
    message(json!({"type": "sticker", "packageId": "1", "stickerId": "2"}));
    message(json!({"type": "sticker", "packageId": "1", "stickerId": "2", "quoteToken": "q"}));
    message(
        json!({"type": "image", "originalContentUrl": "https://a", "previewImageUrl": "https://b"}),
    );
    message(
        json!({"type": "video", "originalContentUrl": "https://a", "previewImageUrl": "https://b"}),
    );
    message(json!({
        "type": "video", "originalContentUrl": "https://a", "previewImageUrl": "https://b", "trackingId": "t",
    }));
    message(json!({"type": "audio", "originalContentUrl": "https://a", "duration": 60000}));
    message(json!({
        "type": "location", "title": "t", "address": "a", "latitude": 35.687_574, "longitude": 139,
    }));
    message(json!({
        "type": "location", "title": "t", "address": "a", "latitude": -35.0, "longitude": -139,
    }));
    message(json!({"type": "coupon", "couponId": "c"}));
    message(json!({"type": "coupon", "couponId": "c", "deliveryTag": "t"}));
}

#[test]
fn actions_come_back_as_they_were() {
    action(json!({"type": "postback", "data": "d"}));
    action(json!({
        "type": "postback", "label": "l", "data": "d", "displayText": "t", "text": "t",
        "inputOption": "openKeyboard", "fillInText": "f",
    }));
    for option in ["closeRichMenu", "openRichMenu", "openVoice"] {
        action(json!({"type": "postback", "data": "d", "inputOption": option}));
    }
    action(json!({"type": "message", "text": "t"}));
    action(json!({"type": "message", "label": "l", "text": "t"}));
    action(json!({"type": "uri", "uri": "tel:1"}));
    action(json!({"type": "uri", "label": "l", "uri": "tel:1", "altUri": {}}));
    action(
        json!({"type": "uri", "label": "l", "uri": "tel:1", "altUri": {"desktop": "https://a"}}),
    );
    action(json!({"type": "datetimepicker", "data": "d", "mode": "time"}));
    action(json!({
        "type": "datetimepicker", "label": "l", "data": "d", "mode": "datetime",
        "initial": "2026-01-02t03:04", "min": "2026-01-01T00:00", "max": "2026-12-31T23:59",
    }));
    for kind in ["camera", "cameraRoll", "location"] {
        action(json!({"type": kind}));
        action(json!({"type": kind, "label": "l"}));
    }
    action(json!({"type": "richmenuswitch", "richMenuAliasId": "a", "data": "d"}));
    action(json!({"type": "richmenuswitch", "richMenuAliasId": "a", "data": "d", "label": "l"}));
    action(json!({"type": "clipboard", "clipboardText": "c"}));
    action(json!({"type": "clipboard", "clipboardText": "c", "label": "l"}));
}

#[test]
fn imagemaps_come_back_as_they_were() {
    let area = json!({"x": 0, "y": 1, "width": 2, "height": 3});
    message(json!({
        "type": "imagemap", "baseUrl": "https://a", "altText": "a", "baseSize": {"width": 1040, "height": 1},
        "actions": [],
    }));
    message(json!({
        "type": "imagemap", "baseUrl": "https://a", "altText": "a", "baseSize": {"width": 1040, "height": 1},
        "actions": [
            {"type": "uri", "linkUri": "https://a", "area": area},
            {"type": "uri", "label": "l", "linkUri": "https://a", "area": area},
            {"type": "message", "text": "t", "area": area},
            {"type": "message", "label": "l", "text": "t", "area": area},
            {"type": "clipboard", "clipboardText": "t", "area": area},
            {"type": "clipboard", "label": "l", "clipboardText": "t", "area": area},
        ],
        "video": {
            "originalContentUrl": "https://a", "previewImageUrl": "https://b", "area": area,
            "externalLink": {"linkUri": "https://a", "label": "l"},
        },
    }));
}

#[test]
fn templates_come_back_as_they_were() {
    let tap = json!({"type": "message", "label": "l", "text": "t"});
    for template in [
        json!({"type": "buttons", "text": "t", "actions": []}),
        json!({
            "type": "buttons", "text": "t", "actions": [tap], "defaultAction": tap, "title": "t",
            "thumbnailImageUrl": "https://a", "imageAspectRatio": "square", "imageSize": "contain",
            "imageBackgroundColor": "#FFFFFF",
        }),
        json!({"type": "confirm", "text": "t", "actions": [tap, tap]}),
        json!({"type": "carousel", "columns": []}),
        json!({
            "type": "carousel", "imageAspectRatio": "rectangle", "imageSize": "cover",
            "columns": [
                {"text": "t", "actions": []},
                {
                    "text": "t", "actions": [tap], "defaultAction": tap, "title": "t",
                    "thumbnailImageUrl": "https://a", "imageBackgroundColor": "#FFFFFF",
                },
            ],
        }),
        json!({"type": "image_carousel", "columns": []}),
        json!({"type": "image_carousel", "columns": [{"imageUrl": "https://a", "action": tap}]}),
    ] {
        message(json!({"type": "template", "altText": "a", "template": template}));
    }
}

#[test]
fn flex_components_come_back_as_they_were() {
    let tap = json!({"type": "uri", "label": "l", "uri": "https://a", "altUri": {"desktop": "https://b"}});
    component(json!({"type": "box", "layout": "baseline", "contents": []}));
    component(json!({
        "type": "box", "layout": "horizontal", "contents": [], "flex": 0, "spacing": "md", "margin": "23.5px",
        "position": "absolute", "offsetTop": "xxl", "offsetBottom": "10%", "offsetStart": "1px", "offsetEnd": "none",
        "backgroundColor": "#00000000", "borderColor": "#000000", "borderWidth": "semi-bold", "cornerRadius": "5px",
        "width": "10px", "maxWidth": "20%", "height": "30%", "maxHeight": "40px",
        "paddingAll": "lg", "paddingTop": "1px", "paddingBottom": "2%", "paddingStart": "xs", "paddingEnd": "sm",
        "action": tap, "justifyContent": "space-evenly", "alignItems": "flex-end",
        "background": {
            "type": "linearGradient", "angle": "0deg", "startColor": "#000000", "endColor": "#111111",
            "centerColor": "#222222", "centerPosition": "10%",
        },
    }));
    component(json!({"type": "button", "action": tap}));
    component(json!({
        "type": "button", "action": tap, "flex": 1, "color": "#000000", "style": "secondary", "gravity": "bottom",
        "margin": "xl", "position": "relative", "offsetTop": "1px", "offsetBottom": "1px", "offsetStart": "1px",
        "offsetEnd": "1px", "height": "sm", "adjustMode": "shrink-to-fit", "scaling": false,
    }));
    component(json!({"type": "image", "url": "https://a"}));
    component(json!({
        "type": "image", "url": "https://a", "flex": 1, "margin": "xl", "position": "relative", "offsetTop": "1px",
        "offsetBottom": "1px", "offsetStart": "1px", "offsetEnd": "1px", "align": "start", "gravity": "top",
        "size": "full", "aspectRatio": "1.51:1", "aspectMode": "cover", "backgroundColor": "#000000", "action": tap,
        "animated": false,
    }));
    component(json!({"type": "icon", "url": "https://a"}));
    component(json!({
        "type": "icon", "url": "https://a", "size": "5xl", "aspectRatio": "1:1", "margin": "xl", "position": "relative",
        "offsetTop": "1px", "offsetBottom": "1px", "offsetStart": "1px", "offsetEnd": "1px", "scaling": true,
    }));
    component(json!({"type": "text"}));
    component(json!({
        "type": "text", "flex": 1, "text": "t", "size": "xxs", "align": "end", "gravity": "center", "color": "#000000",
        "weight": "bold", "style": "italic", "decoration": "line-through", "wrap": false, "lineSpacing": "20px",
        "margin": "md", "position": "relative", "offsetTop": "1px", "offsetBottom": "1px", "offsetStart": "1px",
        "offsetEnd": "1px", "action": tap, "maxLines": 0, "contents": [], "adjustMode": "shrink-to-fit", "scaling": true,
    }));
    component(json!({"type": "text", "contents": [
        {"type": "span"},
        {
            "type": "span", "text": "t", "size": "12.25px", "color": "#000000", "weight": "regular", "style": "normal",
            "decoration": "none",
        },
    ]}));
    component(json!({"type": "separator"}));
    component(json!({"type": "separator", "margin": "md", "color": "#000000"}));
    component(json!({"type": "filler"}));
    component(json!({"type": "filler", "flex": 2}));
    component(json!({"type": "span", "text": "t"}));
    component(
        json!({"type": "video", "url": "https://a", "previewUrl": "https://b", "altContent": {"type": "filler"}}),
    );
}

#[test]
fn flex_containers_come_back_as_they_were() {
    let block = json!({"type": "box", "layout": "vertical", "contents": []});
    let style =
        json!({"backgroundColor": "#000000", "separator": false, "separatorColor": "#000000"});
    let video = json!({
        "type": "video", "url": "https://a", "previewUrl": "https://b", "altContent": block, "aspectRatio": "16:9",
        "action": {"type": "uri", "uri": "https://a"},
    });
    let bubble = json!({
        "type": "bubble", "size": "hecto", "direction": "rtl", "header": block, "hero": video, "body": block,
        "footer": block, "action": {"type": "message", "text": "t"},
        "styles": {"header": style, "hero": style, "body": style, "footer": {}},
    });
    known::<Container>(json!({"type": "bubble"}));
    known::<Container>(json!({"type": "bubble", "styles": {}}));
    known::<Container>(bubble.clone());
    known::<Container>(json!({"type": "carousel", "contents": []}));
    message(
        json!({"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": [bubble]}}),
    );
}

#[test]
fn narrowcast_targets_come_back_as_they_were() {
    known::<Recipient>(json!({"type": "audience", "audienceGroupId": 5_614_991_017_776_i64}));
    known::<Recipient>(json!({"type": "operator"}));
    known::<Recipient>(json!({"type": "operator", "and": [
        {"type": "redelivery", "requestId": "r"},
        {"type": "operator", "or": []},
        {"type": "operator", "not": {"type": "audience", "audienceGroupId": 1}},
    ]}));
    known::<Filter>(json!({}));
    known::<Filter>(json!({"demographic": {"type": "operator", "or": [
        {"type": "gender", "oneOf": ["male", "female"]},
        {"type": "age"},
        {"type": "age", "gte": "age_15", "lt": "age_70"},
        {"type": "appType", "oneOf": ["ios", "android"]},
        {"type": "area", "oneOf": ["jp_01", "tw_22", "th_08", "id_05"]},
        {"type": "subscriptionPeriod", "gte": "day_7", "lt": "day_365"},
        {"type": "operator", "not": {"type": "operator", "and": []}},
    ]}}));
    known::<Limit>(json!({}));
    known::<Limit>(json!({"max": 1, "upToRemainingQuota": false, "forbidPartialDelivery": false}));
}

#[test]
fn what_is_new_comes_back_as_it_was() {
    for json in [
        json!({"type": "hologram", "depth": [1, 2.5, null], "quickReply": {"items": [], "new": 1}, "sender": {"new": true}}),
        json!({"type": "text", "text": "hi", "new": {"deep": [null, -1, 1.0, 18_446_744_073_709_551_615_u64]}}),
        json!({"type": "text", "text": 1, "quickReply": 2, "sender": 3}),
        json!({"type": 1}),
        json!({}),
        json!({"type": "template", "altText": "a", "template": {"type": "wheel", "spokes": 12}}),
        json!({"type": "template", "altText": "a", "template": {"type": "carousel", "columns": [{"new": 1}]}}),
        json!({"type": "flex", "altText": "a", "contents": {"type": "balloon", "contents": 1}}),
        json!({"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": {"type": "orb", "new": 1}}}),
        json!({"type": "flex", "altText": "a", "contents": {"type": "bubble", "size": "tera", "new": 1, "body": {
            "type": "box", "layout": "spiral", "new": 1, "spacing": "6xl", "background": {"type": "stars"},
            "contents": [
                {"type": "chart", "new": 1},
                {"type": "text", "text": "t", "size": "9xl", "weight": "light", "new": 1},
                {"type": "text", "text": 1},
                {"type": "button", "action": {"type": "fly", "label": "l"}, "height": "xl"},
            ],
        }}}),
        json!({"type": "textV2", "text": "{a}{b}", "substitution": {
            "a": {"type": "wave"},
            "b": {"type": "mention", "mentionee": {"type": "admins"}},
        }}),
        json!({"type": "imagemap", "baseUrl": "https://a", "altText": "a", "baseSize": {"width": 1, "height": 1, "new": 1},
            "actions": [{"type": "fly", "area": 1}]}),
    ] {
        survives::<Message>(&json);
    }
    survives::<Recipient>(
        &json!({"type": "operator", "and": [{"type": "tag", "id": 1}], "new": 1}),
    );
    survives::<Filter>(
        &json!({"demographic": {"type": "age", "gte": "age_99", "new": 1}, "new": 1}),
    );
}

#[test]
fn pasted_json_is_taken_or_its_place_is_named() {
    let error = Container::from_json("{\n  \"type\": \"bubble\"\n  \"body\": {}\n}").unwrap_err();
    assert_eq!(error.to_string(), "line 3, column 3: expected `,` or `}`");
    let error = Container::from_json("[]").unwrap_err();
    assert_eq!((error.line, error.column), (1, 0));
    assert_eq!(error.reason, "invalid type: sequence, expected a map");
}
