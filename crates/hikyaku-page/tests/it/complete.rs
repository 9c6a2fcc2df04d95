//! Every property of LINE's Flex schemas changes the drawing.

use std::collections::BTreeSet;

use hikyaku_model::flex::Container;
use hikyaku_page::{Look, flex};
use serde_json::{Value, json};

/// A schema of LINE's, the least object of it, and for each property a value that shows.
struct Case {
    schema: &'static str,
    least: Value,
    shows: Value,
    /// Puts the object where it can stand.
    within: fn(&Value) -> Value,
}

fn drawn(container: Value) -> String {
    flex(&serde_json::from_value::<Container>(container).unwrap(), &Look::default(), "").into()
}

fn in_row(component: &Value) -> Value {
    json!({"type": "bubble", "body": {"type": "box", "layout": "horizontal", "contents": [component]}})
}

fn in_baseline(component: &Value) -> Value {
    json!({"type": "bubble", "body": {"type": "box", "layout": "baseline", "contents": [component]}})
}

fn layouts() -> Vec<Case> {
    let tap = json!({"type": "message", "label": "l", "text": "t"});
    let empty = json!({"type": "box", "layout": "vertical", "contents": []});
    let style = json!({"backgroundColor": "#123456"});
    vec![
        Case {
            schema: "FlexBubble",
            least: json!({"type": "bubble", "hero": empty}),
            shows: json!({"direction": "rtl", "styles": {"hero": style}, "header": empty,
                "hero": {"type": "image", "url": "https://example.com/"}, "body": empty, "footer": empty,
                "size": "giga", "action": tap}),
            within: Value::clone,
        },
        Case {
            schema: "FlexBubbleStyles",
            least: json!({}),
            shows: json!({"header": style, "hero": style, "body": style, "footer": style}),
            within: |it| {
                let empty = json!({"type": "box", "layout": "vertical", "contents": []});
                json!({"type": "bubble", "header": empty, "hero": empty, "body": empty, "footer": empty, "styles": it})
            },
        },
        Case {
            schema: "FlexBlockStyle",
            least: json!({"separator": true}),
            shows: json!({"backgroundColor": "#123456", "separator": false, "separatorColor": "#123456"}),
            within: |it| {
                let empty = json!({"type": "box", "layout": "vertical", "contents": []});
                json!({"type": "bubble", "body": empty, "footer": empty, "styles": {"footer": it}})
            },
        },
        Case {
            schema: "FlexCarousel",
            least: json!({"type": "carousel", "contents": []}),
            shows: json!({"contents": [{"type": "bubble"}]}),
            within: Value::clone,
        },
        Case {
            schema: "FlexBox",
            least: json!({"type": "box", "layout": "vertical", "contents": [
                {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
            shows: json!({"layout": "horizontal", "flex": 3, "contents": [], "spacing": "md", "margin": "md",
                "position": "absolute", "offsetTop": "1px", "offsetBottom": "1px", "offsetStart": "1px",
                "offsetEnd": "1px", "backgroundColor": "#123456", "borderColor": "#123456",
                "borderWidth": "bold", "cornerRadius": "md", "width": "50%", "maxWidth": "50%",
                "height": "9px", "maxHeight": "9px", "paddingAll": "md", "paddingTop": "md",
                "paddingBottom": "md", "paddingStart": "md", "paddingEnd": "md", "action": tap,
                "justifyContent": "center", "alignItems": "center",
                "background": {"type": "linearGradient", "angle": "0deg", "startColor": "#000000", "endColor": "#ffffff"}}),
            within: in_row,
        },
        Case {
            schema: "FlexBoxLinearGradient",
            least: json!({"type": "linearGradient", "angle": "0deg", "startColor": "#000000", "endColor": "#ffffff",
                "centerColor": "#888888"}),
            shows: json!({"angle": "9deg", "startColor": "#123456", "endColor": "#123456",
                "centerColor": "#123456", "centerPosition": "9%"}),
            within: |it| {
                in_row(
                    &json!({"type": "box", "layout": "vertical", "contents": [], "background": it}),
                )
            },
        },
    ]
}

fn components() -> Vec<Case> {
    let tap = json!({"type": "message", "label": "l", "text": "t"});
    let empty = json!({"type": "box", "layout": "vertical", "contents": []});
    vec![
        Case {
            schema: "FlexButton",
            least: json!({"type": "button", "action": tap}),
            shows: json!({"flex": 3, "color": "#123456", "style": "primary", "action": {"type": "uri", "label": "u", "uri": "u"},
                "gravity": "center", "margin": "md", "position": "absolute", "offsetTop": "1px",
                "offsetBottom": "1px", "offsetStart": "1px", "offsetEnd": "1px", "height": "sm",
                "adjustMode": "shrink-to-fit", "scaling": true}),
            within: in_row,
        },
        Case {
            schema: "FlexImage",
            least: json!({"type": "image", "url": "https://example.com/"}),
            shows: json!({"url": "https://example.com/other", "flex": 3, "margin": "md", "position": "absolute",
                "offsetTop": "1px", "offsetBottom": "1px", "offsetStart": "1px", "offsetEnd": "1px",
                "align": "end", "gravity": "center", "size": "xl", "aspectRatio": "2:1",
                "aspectMode": "cover", "backgroundColor": "#123456", "action": tap, "animated": true}),
            within: in_row,
        },
        Case {
            schema: "FlexVideo",
            least: json!({"type": "video", "url": "https://example.com/", "previewUrl": "https://example.com/", "altContent": empty}),
            shows: json!({"url": "https://example.com/v", "previewUrl": "https://example.com/p",
                "altContent": {"type": "image", "url": "https://example.com/"}, "aspectRatio": "2:1",
                "action": {"type": "uri", "label": "u", "uri": "https://example.com/"}}),
            within: |it| json!({"type": "bubble", "hero": it}),
        },
        Case {
            schema: "FlexIcon",
            least: json!({"type": "icon", "url": "https://example.com/"}),
            // A baseline box takes no offset from below.
            shows: json!({"url": "https://example.com/other", "size": "xl", "aspectRatio": "2:1", "margin": "md",
                "position": "absolute", "offsetTop": "1px", "offsetStart": "1px", "offsetEnd": "1px", "scaling": true}),
            within: in_baseline,
        },
        Case {
            schema: "FlexText",
            least: json!({"type": "text", "text": "t", "wrap": true}),
            shows: json!({"flex": 3, "text": "other", "size": "xl", "align": "end", "gravity": "center",
                "color": "#123456", "weight": "bold", "style": "italic", "decoration": "underline",
                "wrap": false, "lineSpacing": "9px", "margin": "md", "position": "absolute",
                "offsetTop": "1px", "offsetBottom": "1px", "offsetStart": "1px", "offsetEnd": "1px",
                "action": tap, "maxLines": 2, "contents": [{"type": "span", "text": "s"}],
                "adjustMode": "shrink-to-fit", "scaling": true}),
            within: in_row,
        },
        Case {
            schema: "FlexSpan",
            least: json!({"type": "span", "text": "t"}),
            shows: json!({"text": "other", "size": "xl", "color": "#123456", "weight": "bold", "style": "italic",
                "decoration": "underline"}),
            within: |it| in_row(&json!({"type": "text", "contents": [it]})),
        },
        Case {
            schema: "FlexSeparator",
            least: json!({"type": "separator"}),
            shows: json!({"margin": "md", "color": "#123456"}),
            within: in_row,
        },
        Case {
            schema: "FlexFiller",
            least: json!({"type": "filler"}),
            shows: json!({"flex": 3}),
            within: in_row,
        },
    ]
}

#[test]
fn every_property_changes_the_drawing() {
    for case in layouts().into_iter().chain(components()) {
        let without = drawn((case.within)(&case.least));
        for (property, value) in case.shows.as_object().unwrap() {
            let mut with = case.least.clone();
            with[property] = value.clone();
            let what = format!("{} {property}", case.schema);
            assert_ne!(drawn((case.within)(&with)), without, "{what}");
        }
    }
}

#[test]
fn no_property_of_lines_schemas_is_left_out() {
    let Ok(folder) = std::env::var("LINE_OPENAPI_DIR") else { return };
    let path = std::path::Path::new(&folder).join("messaging-api.yml");
    let options = serde_saphyr::options! { strict_booleans: true };
    let text = std::fs::read_to_string(path).unwrap();
    let root: Value = serde_saphyr::from_str_with_options(&text, options).unwrap();
    let schemas = &root["components"]["schemas"];
    for case in layouts().into_iter().chain(components()) {
        let schema = &schemas[case.schema];
        let parts = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice);
        let lists = parts.iter().chain([schema]).filter_map(|part| part["properties"].as_object());
        let known: BTreeSet<&str> =
            lists.flatten().map(|(name, _)| name.as_str()).filter(|name| *name != "type").collect();
        assert!(!known.is_empty(), "{}", case.schema);
        let mut shown: BTreeSet<&str> =
            case.shows.as_object().unwrap().keys().map(String::as_str).collect();
        if case.schema == "FlexIcon" {
            shown.insert("offsetBottom");
        }
        assert_eq!(shown, known, "{}", case.schema);
    }
}
