//! Laws that hold for any message and any JSON.

use hikyaku_model::{
    Action, Check, Checker, Message, Violations,
    action::{DatetimeMode, PostbackAction},
    flex::{
        self, Bubble, Button, Carousel, Component, Icon, Image, Separator, Space, Span, Text, px,
    },
    imagemap::{ImagemapAction, ImagemapArea, ImagemapVideo},
    limits::{Length, Problem},
    message::{
        Emoji, ImagemapMessage, QuickReplyItem, Sender, StickerMessage, Substitution, TextMessage,
        TextV2Message,
    },
    template::{
        ButtonsTemplate, CarouselColumn, CarouselTemplate, ConfirmTemplate, ImageCarouselColumn,
        ImageCarouselTemplate,
    },
    warnings,
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Value, json};

proptest! {
    #[test]
    fn any_message_survives_json(message in any_message()) {
        let json = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Message>(&json).unwrap(), &message);
        // Whatever is wrong with it, the same is wrong with what was read.
        prop_assert_eq!(serde_json::from_str::<Message>(&json).unwrap().validate(), message.validate());
    }

    #[test]
    fn any_json_is_an_error_or_survives(json in any_json()) {
        match serde_json::from_value::<Message>(json.clone()) {
            Ok(message) => {
                let _ = message.validate();
                prop_assert_eq!(without_nulls(serde_json::to_value(&message).unwrap()), without_nulls(json));
            }
            Err(_) => prop_assert!(!json.is_object()),
        }
    }

    #[test]
    fn a_message_that_anything_was_done_to_survives(json in mutated()) {
        let message: Message = serde_json::from_value(json.clone()).unwrap();
        let _ = message.validate();
        prop_assert_eq!(without_nulls(serde_json::to_value(&message).unwrap()), without_nulls(json));
    }

    #[test]
    fn what_a_strict_judge_refuses_beyond_the_usual_is_what_is_warned_of(message in any_message()) {
        let mut strict = Checker::strict();
        message.check(&mut strict);
        let count = |judged: Result<(), Violations>| judged.map_or_else(|all| all.iter().len(), |()| 0);
        let unknown = warnings(&message)
            .into_iter()
            .filter(|warning| matches!(warning.problem, Problem::UnknownWord(_)))
            .count();
        prop_assert_eq!(count(strict.finish()), count(message.validate()) + unknown);
    }

    #[test]
    fn utf16_units_are_counted_as_a_simple_counter_does(text in any::<String>(), max in 0_usize..80) {
        let units: usize = text.chars().map(|c| if u32::from(c) > 0xFFFF { 2 } else { 1 }).sum();
        let expected = (units > max).then_some(units);
        prop_assert_eq!(Length::utf16(max).or_empty().broken_by(&text), expected);
    }

    #[test]
    fn graphemes_are_counted_as_readers_do(
        clusters in vec(prop::sample::select(vec!["a", "あ", "e\u{301}", "👨‍👩‍👧", "🇯🇵", "\r\n", "각", "नि"]), 0..40),
        max in 0_usize..40,
    ) {
        let expected = (clusters.len() > max).then_some(clusters.len());
        prop_assert_eq!(Length::graphemes(max).or_empty().broken_by(&clusters.concat()), expected);
    }
}

/// A field that is `null` counts as absent, and is not written back where it is known.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["text", "flex", "bubble", "box", "md", "uri", "all"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let key = prop_oneof![
            3 => prop::sample::select(vec!["type", "text", "contents", "quickReply", "sender", "action", "items"])
                .prop_map(String::from),
            1 => any::<String>(),
        ];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// A good message in which one value is another, or gone, or has a new neighbour.
fn mutated() -> impl Strategy<Value = Value> {
    (any_message(), any::<prop::sample::Index>(), any_json(), 0..3).prop_map(
        |(message, at, new, how)| {
            let mut json = serde_json::to_value(&message).unwrap();
            let mut pointers = Vec::new();
            collect(&json, String::new(), &mut pointers);
            let pointer = at.get(&pointers);
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let key = key.replace("~1", "/").replace("~0", "~");
            match (json.pointer_mut(parent).unwrap(), how) {
                (Value::Object(object), 0) => drop(object.remove(&key)),
                (Value::Object(object), 1) => drop(object.insert(format!("{key}New"), new)),
                (Value::Object(object), _) => drop(object.insert(key, new)),
                (Value::Array(items), 0) => drop(items.remove(key.parse().unwrap())),
                (Value::Array(items), _) => items.push(new),
                _ => unreachable!("only objects and lists have parts"),
            }
            json
        },
    )
}

/// The pointers of all parts.
fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in parts {
        let pointer = format!("{at}/{key}");
        collect(value, pointer.clone(), pointers);
        pointers.push(pointer);
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("hi".to_owned()), "[a-z{}$あ😀]{0,8}", any::<String>()]
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("https://example.com/a".to_owned()),
        Just("http://a".to_owned()),
        any::<String>()
    ]
}

fn any_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (text(), text()).prop_map(|(label, data)| Action::postback(label, data)),
        (text(), text(), text()).prop_map(|(data, shown, option)| {
            PostbackAction::new(data).display_text(shown).input_option(option.as_str()).into()
        }),
        (text(), text()).prop_map(|(label, text)| Action::message(label, text)),
        (text(), url()).prop_map(|(label, uri)| Action::uri(label, uri)),
        (text(), text()).prop_map(|(label, data)| Action::datetime_picker(
            label,
            data,
            DatetimeMode::Time
        )),
        (text(), text()).prop_map(|(label, text)| Action::clipboard(label, text)),
        text().prop_map(Action::camera),
        text().prop_map(Action::camera_roll),
        text().prop_map(Action::location),
        (text(), text()).prop_map(|(alias, data)| Action::rich_menu_switch(alias, data)),
        text().prop_map(|word| json!({"type": word, "label": 1})
            .as_object()
            .unwrap()
            .clone()
            .into()),
    ]
}

fn any_component() -> impl Strategy<Value = Component> {
    let leaf = prop_oneof![
        (text(), option::of(0.0..99.0)).prop_map(|(said, size)| {
            let text = Text::new(said).wrap(true).max_lines(2);
            size.map_or(text.clone(), |size| text.size(px(size))).into()
        }),
        vec(text(), 0..3).prop_map(|spans| Text::spans(spans.into_iter().map(Span::new)).into()),
        (url(), text())
            .prop_map(|(url, ratio)| Image::new(url).aspect_ratio(ratio).animated(true).into()),
        url().prop_map(|url| Icon::new(url).margin(Space::Md).into()),
        any_action().prop_map(|action| Button::new(action).into()),
        text().prop_map(|color| Separator::new().color(color).into()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        (text(), vec(inner, 0..4), option::of(any_action())).prop_map(
            |(layout, children, action)| {
                let block = flex::Box::new(layout, children).padding_all(px(4));
                match action {
                    Some(action) => block.action(action).into(),
                    None => block.into(),
                }
            },
        )
    })
}

fn any_bubble() -> impl Strategy<Value = Bubble> {
    (vec(any_component(), 0..3), option::of(any_component())).prop_map(|(children, hero)| {
        let bubble = Bubble::new().body(flex::Box::vertical(children));
        match hero {
            Some(hero) => bubble.hero(hero),
            None => bubble,
        }
    })
}

fn any_kind() -> impl Strategy<Value = Message> {
    let actions = || vec(any_action(), 0..4);
    let area =
        (any::<u32>(), any::<u32>()).prop_map(|(x, width)| ImagemapArea::new(x, 0, width, 1));
    let template = prop_oneof![
        (text(), actions(), option::of(text())).prop_map(|(text, actions, title)| {
            let buttons = ButtonsTemplate::new(text, actions);
            Message::template(match title {
                Some(title) => buttons.title(title),
                None => buttons,
            })
        }),
        (text(), any_action(), any_action())
            .prop_map(|(text, yes, no)| Message::template(ConfirmTemplate::new(text, [yes, no]))),
        vec((text(), actions()), 0..3).prop_map(|columns| {
            let columns =
                columns.into_iter().map(|(text, actions)| CarouselColumn::new(text, actions));
            Message::template(CarouselTemplate::new(columns))
        }),
        vec((url(), any_action()), 0..3).prop_map(|columns| {
            let columns =
                columns.into_iter().map(|(url, action)| ImageCarouselColumn::new(url, action));
            Message::template(ImageCarouselTemplate::new(columns))
        }),
    ];
    let flex = prop_oneof![
        (text(), any_bubble()).prop_map(|(alt, bubble)| Message::flex(alt, bubble)),
        (text(), vec(any_bubble(), 0..3))
            .prop_map(|(alt, bubbles)| Message::flex(alt, Carousel::new(bubbles))),
    ];
    prop_oneof![
        (text(), any::<u32>()).prop_map(|(text, at)| TextMessage::new(text)
            .emojis([Emoji::new(at, "p", "e")])
            .into()),
        text().prop_map(Message::text),
        (text(), text(), text()).prop_map(|(text, key, user)| {
            TextV2Message::new(text)
                .substitute(key, Substitution::mention(user))
                .quote_token("q")
                .into()
        }),
        (text(), text())
            .prop_map(|(package, sticker)| StickerMessage::new(package, sticker).into()),
        url().prop_map(Message::image),
        (url(), url()).prop_map(|(url, preview)| Message::video(url, preview)),
        (url(), any::<u32>())
            .prop_map(|(url, ms)| Message::audio(url, std::time::Duration::from_millis(ms.into()))),
        (text(), text(), -200.0..200.0, -200.0..200.0)
            .prop_map(|(title, address, lat, long)| Message::location(title, address, lat, long)),
        text().prop_map(Message::coupon),
        (url(), text(), vec((text(), area), 0..3)).prop_map(|(url, alt, areas)| {
            let video = ImagemapVideo::new("https://a", "https://b", ImagemapArea::new(0, 0, 1, 1));
            let actions = areas.into_iter().map(|(text, area)| ImagemapAction::message(text, area));
            ImagemapMessage::new(url, alt, 1).actions(actions).video(video).into()
        }),
        template,
        flex,
    ]
}

fn any_message() -> impl Strategy<Value = Message> {
    let items = option::of(vec(any_action().prop_map(QuickReplyItem::new), 0..4));
    (any_kind(), items, option::of(text())).prop_map(|(message, items, name)| {
        let message = match items {
            Some(items) => message.quick_reply(items),
            None => message,
        };
        match name {
            Some(name) => message.sender(Sender::named(name)),
            None => message,
        }
    })
}
