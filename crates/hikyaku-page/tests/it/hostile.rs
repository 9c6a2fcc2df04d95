//! Whatever a message holds, its drawing has only tags, attributes, addresses and styles that the writer means.

use hikyaku_model::{Message, Object, flex::Container};
use hikyaku_page::{
    Look, Pictures,
    chat::{self, Entry},
    css::Property,
    flex,
    html::{Attribute, Tag},
};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use crate::markup::Markup;

/// Texts that would break out of somewhere, words that mean something, and any text at all.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(
            &[
                "<script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "' onclick='alert(1)",
                "</div></section></style>",
                "<!-- -->",
                "&lt;&#x3c;&amp",
                "javascript:alert(1)",
                "JaVaScRiPt:alert(1)",
                "data:text/html;base64,PHNjcmlwdD4=",
                "https://example.com/a.png",
                "https://example.com/\"onload=alert(1)",
                "https://example.com/a');background:url(//evil.example/x)",
                "http://example.com/",
                "//evil.example/",
                "#123456",
                "#12345678",
                "#123456;background:url(https://evil.example/)",
                "red",
                "10px",
                "-10px",
                "50%",
                "99999999999999999999px",
                "1e9px",
                "10px;position:fixed",
                "calc(1px)",
                "expression(alert(1))",
                "90deg",
                "90deg),url(https://evil.example/",
                "20:13",
                "1:99999",
                "{a}{{b}}{",
                "$\u{1f980}$",
                "\u{0}\r\n\u{202e}\u{feff}",
                "md",
                "xxl",
                "full",
                "none",
                "absolute",
                "center",
                "space-between",
                "primary",
                "rtl",
                "mega",
                "bold",
                "shrink-to-fit",
                "cover",
            ][..]
        )
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<u32>().prop_map(Value::from),
    ]
}

/// The properties of components, so that most of what is made up is understood.
const FIELDS: &[&str] = &[
    "text",
    "size",
    "color",
    "weight",
    "style",
    "decoration",
    "align",
    "gravity",
    "lineSpacing",
    "margin",
    "position",
    "offsetTop",
    "offsetBottom",
    "offsetStart",
    "offsetEnd",
    "adjustMode",
    "url",
    "previewUrl",
    "aspectRatio",
    "aspectMode",
    "backgroundColor",
    "height",
    "width",
    "maxWidth",
    "maxHeight",
    "borderColor",
    "borderWidth",
    "cornerRadius",
    "spacing",
    "paddingAll",
    "paddingTop",
    "paddingBottom",
    "paddingStart",
    "paddingEnd",
    "justifyContent",
    "alignItems",
    "direction",
    "layout",
    "separatorColor",
    "brandNew",
];

fn fields() -> impl Strategy<Value = Object> {
    let known = proptest::collection::vec((select(FIELDS), text()), 0..8);
    let numbers = proptest::collection::vec(
        (select(&["flex", "maxLines"][..]), any::<u32>().prop_map(Value::from)),
        0..2,
    );
    let switches = proptest::collection::vec(
        (
            select(&["wrap", "scaling", "animated", "separator"][..]),
            any::<bool>().prop_map(Value::from),
        ),
        0..3,
    );
    let any_field = proptest::collection::vec((text(), value()), 0..2);
    (known, numbers, switches, any_field).prop_map(|(known, numbers, switches, any_field)| {
        let known = known.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        let plain =
            numbers.into_iter().chain(switches).map(|(name, value)| (name.to_owned(), value));
        any_field.into_iter().chain(known).chain(plain).collect()
    })
}

fn typed(kind: &str, mut object: Object, more: Value) -> Value {
    object.insert("type".to_owned(), kind.into());
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

pub(crate) fn action() -> impl Strategy<Value = Value> {
    let kinds: &[_] = &["message", "postback", "uri", "clipboard", "datetimepicker", "hologram"];
    (select(kinds).prop_map(str::to_owned), proptest::collection::vec(text(), 2)).prop_map(
        |(kind, texts)| {
            json!({"type": kind, "label": texts[0], "text": texts[1], "data": texts[1], "uri": texts[1],
                "clipboardText": texts[1], "mode": "date"})
        },
    )
}

fn component() -> impl Strategy<Value = Value> {
    let span =
        (fields(), text()).prop_map(|(fields, text)| typed("span", fields, json!({"text": text})));
    let leaf = prop_oneof![
        (fields(), text(), proptest::collection::vec(span, 0..3), proptest::option::of(action()))
            .prop_map(|(fields, text, spans, action)| {
                typed("text", fields, json!({"text": text, "contents": spans, "action": action}))
            }),
        (fields(), text(), proptest::option::of(action())).prop_map(|(fields, url, action)| {
            typed("image", fields, json!({"url": url, "action": action}))
        }),
        (fields(), text()).prop_map(|(fields, url)| typed("icon", fields, json!({"url": url}))),
        (fields(), action())
            .prop_map(|(fields, action)| { typed("button", fields, json!({"action": action})) }),
        fields().prop_map(|fields| typed("separator", fields, json!({}))),
        fields().prop_map(|fields| typed("filler", fields, json!({}))),
        fields().prop_map(|fields| typed("spacer", fields, json!({}))),
        (fields(), text()).prop_map(|(fields, kind)| typed(&kind, fields, json!({}))),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let gradient = proptest::collection::vec(text(), 5).prop_map(|texts| {
            json!({"type": "linearGradient", "angle": texts[0], "startColor": texts[1],
                "endColor": texts[2], "centerColor": texts[3], "centerPosition": texts[4]})
        });
        (
            fields(),
            select(&["horizontal", "vertical", "baseline"][..]).prop_map(str::to_owned),
            proptest::collection::vec(inner, 0..4),
            proptest::option::of(gradient),
            proptest::option::of(action()),
        )
            .prop_map(|(fields, layout, contents, background, action)| {
                let more = json!({"layout": layout, "contents": contents, "background": background, "action": action});
                typed("box", fields, more)
            })
    })
}

fn bubble() -> impl Strategy<Value = Value> {
    let block = || proptest::option::of(component());
    (fields(), block(), block(), block(), fields(), proptest::option::of(action()), text()).prop_map(
        |(fields, header, hero, body, style, action, url)| {
            let video = json!({"type": "video", "url": url, "previewUrl": url, "aspectRatio": url,
                "altContent": {"type": "box", "layout": "vertical", "contents": []}, "action": action});
            let style = Value::Object(style);
            typed("bubble", fields, json!({"header": header, "hero": hero.unwrap_or(video), "body": body,
                "styles": {"header": style, "hero": style, "body": style}, "action": action}))
        },
    )
}

pub(crate) fn container() -> impl Strategy<Value = Value> {
    prop_oneof![
        bubble(),
        (fields(), proptest::collection::vec(bubble(), 1..4)).prop_map(|(fields, bubbles)| typed(
            "carousel",
            fields,
            json!({"contents": bubbles})
        )),
    ]
}

/// A message of any kind around hostile texts.
fn message() -> impl Strategy<Value = Value> {
    let texts = || proptest::collection::vec(text(), 6);
    let kind = prop_oneof![
        texts().prop_map(|t| json!({"type": "text", "text": t[0], "quoteToken": t[1],
            "emojis": [{"index": 0, "productId": t[2], "emojiId": t[3]}]})),
        texts().prop_map(|t| json!({"type": "textV2", "text": format!("{{a}}{}{{b}}{}", t[0], t[1]), "substitution": {
            "a": {"type": "mention", "mentionee": {"type": "user", "userId": t[2]}},
            "b": {"type": "emoji", "productId": t[3], "emojiId": t[4]}}})),
        texts().prop_map(|t| json!({"type": "sticker", "packageId": t[0], "stickerId": t[1]})),
        texts().prop_map(|t| json!({"type": "image", "originalContentUrl": t[0], "previewImageUrl": t[1]})),
        texts().prop_map(|t| json!({"type": "video", "originalContentUrl": t[0], "previewImageUrl": t[1]})),
        any::<u64>().prop_map(|ms| json!({"type": "audio", "originalContentUrl": "", "duration": ms})),
        (texts(), any::<f64>()).prop_map(|(t, degrees)| json!({"type": "location", "title": t[0], "address": t[1],
            "latitude": degrees, "longitude": 1})),
        texts().prop_map(|t| json!({"type": "coupon", "couponId": t[0]})),
        (texts(), any::<[u32; 6]>(), action()).prop_map(|(t, n, action)| {
            let area = json!({"x": n[0], "y": n[1], "width": n[2], "height": n[3]});
            json!({"type": "imagemap", "baseUrl": t[0], "altText": t[1], "baseSize": {"width": n[4], "height": n[5]},
                "actions": [{"type": "message", "label": t[2], "text": t[3], "area": area}, action],
                "video": {"originalContentUrl": t[4], "previewImageUrl": t[4], "area": area}})
        }),
        (texts(), action(), select(&["buttons", "confirm"][..])).prop_map(|(t, action, kind)| {
            json!({"type": "template", "altText": t[0], "template": {"type": kind, "title": t[1], "text": t[2],
                "thumbnailImageUrl": t[3], "imageBackgroundColor": t[4], "imageSize": t[5],
                "defaultAction": action, "actions": [action, action]}})
        }),
        (texts(), action()).prop_map(|(t, action)| {
            json!({"type": "template", "altText": t[0], "template": {"type": "carousel", "columns": [
                {"title": t[1], "text": t[2], "thumbnailImageUrl": t[3], "imageBackgroundColor": t[4], "actions": [action]}]}})
        }),
        (texts(), action()).prop_map(|(t, action)| {
            json!({"type": "template", "altText": t[0], "template": {"type": "image_carousel", "columns": [
                {"imageUrl": t[1], "action": action}]}})
        }),
        (text(), container()).prop_map(|(alt, contents)| json!({"type": "flex", "altText": alt, "contents": contents})),
        text().prop_map(|kind| json!({"type": kind})),
    ];
    (kind, texts(), action()).prop_map(|(mut message, t, action)| {
        message["sender"] = json!({"name": t[0], "iconUrl": t[1]});
        message["quickReply"] =
            json!({"items": [{"type": "action", "imageUrl": t[2], "action": action}]});
        message
    })
}

/// Fails if a drawing has anything that the writer did not mean.
pub(crate) fn check(html: &str) {
    let markup = Markup::read(html);
    let tags: Vec<&str> = Tag::ALL.iter().map(|tag| tag.as_str()).collect();
    let mut attributes: Vec<&str> = Attribute::ALL.iter().map(|name| name.as_str()).collect();
    attributes.extend(["class", "style", "type", "data-src", "src", "alt", "referrerpolicy"]);
    attributes.extend(["href", "target", "rel"]);
    for element in &markup.elements {
        assert!(tags.contains(&element.tag.as_str()), "{element:?}");
        assert!(!["form", "input"].contains(&element.tag.as_str()), "{element:?}");
        for (name, value) in &element.attributes {
            assert!(attributes.contains(&name.as_str()), "{element:?}");
            match name.as_str() {
                "src" | "data-src" | "href" => {
                    assert!(value.to_ascii_lowercase().starts_with("https://"), "{value}");
                }
                "style" => check_style(value),
                "class" => assert!(value.split(' ').all(is_class), "{value}"),
                "dir" => assert!(["ltr", "rtl"].contains(&value.as_str()), "{value}"),
                "type" => assert_eq!(value, "button"),
                "tabindex" => assert_eq!(value, "0"),
                "target" => assert_eq!(value, "_blank"),
                "role" => {
                    assert!(["button", "group", "img", "log"].contains(&value.as_str()), "{value}");
                }
                _ => {}
            }
        }
    }
}

fn is_class(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Declarations of known properties whose values are numbers with units, colours, and the three functions that are
/// written.
fn check_style(style: &str) {
    for declaration in style.strip_suffix(';').unwrap().split(';') {
        let (property, value) = declaration.split_once(':').unwrap();
        assert!(Property::ALL.iter().any(|known| known.as_str() == property), "{declaration}");
        let value = value
            .strip_prefix("linear-gradient(")
            .or(value.strip_prefix("calc("))
            .map_or(value, |inner| inner.strip_suffix(')').unwrap());
        let value = value.strip_suffix("*var(--scale)").unwrap_or(value);
        for part in value.split([' ', ',', '/']) {
            let unit =
                part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
            let is_color = part.strip_prefix('#').is_some_and(|digits| {
                matches!(digits.len(), 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            let known = ["", "px", "%", "deg", "auto", "solid"];
            assert!(is_color || (part.len() <= 24 && known.contains(&unit)), "{declaration}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_layout_yields_markup_of_its_own(json in container()) {
        let container: Container = serde_json::from_value(json).unwrap();
        check(flex(&container, &Look::default(), "/messages/0").as_str());
        check(flex(&container, &Look::default().pictures(Pictures::Loaded), "").as_str());
        check(flex(&container, &Look::default().with_places(), "").as_str());
    }

    #[test]
    fn no_message_yields_markup_of_its_own(
        json in message(),
        texts in proptest::collection::vec(text(), 4),
        places in any::<[(u8, u64); 3]>(),
    ) {
        let mentions = places.map(|(index, length)| (index.into(), length >> (length % 64)));
        let message: Message = serde_json::from_value(json).unwrap();
        let look = Look::default().name(texts[0].as_str(), texts[1].as_str());
        let entries = [
            Entry::notice(&texts[0]),
            Entry::file(&texts[1], 7).mine(),
            Entry::message(&message, "/0").by(&texts[2]).quoting(&texts[3], &texts[0]).edited(),
            Entry::message(&message, "/0").mine().mentioning(&mentions).problem(&texts[1]).problem_act("entry", &texts[2]),
        ];
        check(chat::draw(&entries, &look).as_str());
        check(chat::draw(&entries, &look.pictures(Pictures::Loaded)).as_str());
    }

    #[test]
    fn a_text_is_read_as_it_was_written(text in text()) {
        let bubble = json!({"type": "bubble", "body": {"type": "box", "layout": "vertical",
            "contents": [{"type": "text", "text": text}]}});
        let container: Container = serde_json::from_value(bubble).unwrap();
        let expected: String = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .chars()
            .map(|c| if c.is_control() && c < '\u{80}' && !"\t\n".contains(c) { '\u{fffd}' } else { c })
            .collect();
        prop_assert_eq!(Markup::read(flex(&container, &Look::default(), "").as_str()).text, expected);
    }
}
