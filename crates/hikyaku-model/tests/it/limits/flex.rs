use hikyaku_model::{
    Check, Message,
    flex::{Box, Bubble, Carousel, Container, Text},
    warnings,
};
use serde_json::{Value, json};

use super::{check_as, families, letters, times, violations, with};

#[track_caller]
fn check(container: Value, expected: &[&str]) {
    check_as::<Container>(container, expected);
}

/// What is wrong with a component of a vertical box, or of a baseline box for an icon.
#[track_caller]
fn component(component: Value, expected: &[&str]) {
    let layout = if component["type"] == "icon" { "baseline" } else { "vertical" };
    let body = json!({"type": "box", "layout": layout, "contents": [component]});
    let expected: Vec<_> = expected.iter().map(|line| format!("body.contents[0].{line}")).collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check(json!({"type": "bubble", "body": body}), &expected);
}

fn empty_box() -> Value {
    json!({"type": "box", "layout": "vertical", "contents": []})
}

#[test]
fn boxes_take_the_children_of_their_layout() {
    let children = [
        ("box", empty_box()),
        ("button", json!({"type": "button", "action": super::tap()})),
        ("image", json!({"type": "image", "url": "https://a"})),
        ("icon", json!({"type": "icon", "url": "https://a"})),
        ("text", json!({"type": "text", "text": "t"})),
        ("separator", json!({"type": "separator"})),
        ("filler", json!({"type": "filler"})),
        ("span", json!({"type": "span", "text": "t"})),
        (
            "video",
            json!({"type": "video", "url": "https://a", "previewUrl": "https://a", "altContent": empty_box()}),
        ),
    ];
    for layout in ["horizontal", "vertical", "baseline"] {
        for (kind, child) in &children {
            let expected = match (layout, *kind) {
                (_, "video") => Some("a video stands directly in the hero of a bubble"),
                (_, "span") => Some("a span stands in the contents of a text"),
                ("baseline", "icon" | "text" | "filler") => None,
                ("baseline", _) => Some("a baseline box takes icons, texts and fillers only"),
                (_, "icon") => Some("an icon stands in a baseline box"),
                _ => None,
            };
            let expected: Vec<_> = expected
                .iter()
                .map(|why| format!("body.contents[0].type: must not be set: {why}"))
                .collect();
            let expected: Vec<_> = expected.iter().map(String::as_str).collect();
            let body = json!({"type": "box", "layout": layout, "contents": [child]});
            check(json!({"type": "bubble", "body": body}), &expected);
        }
    }
}

#[test]
fn measures_have_the_units_of_their_place() {
    let spaces = "must be a keyword or a number with px, such as md or 10px";
    let offsets = "must be a keyword or a number with px or %, such as md, 10px or 50%";
    let sides = "must be a number with px or %, such as 10px or 50%";
    for (fields, percent, keyword, said) in [
        (&["spacing", "margin", "borderWidth", "cornerRadius"][..], false, true, spaces),
        (
            &[
                "offsetTop",
                "offsetBottom",
                "offsetStart",
                "offsetEnd",
                "paddingAll",
                "paddingTop",
                "paddingBottom",
                "paddingStart",
                "paddingEnd",
            ],
            true,
            true,
            offsets,
        ),
        (&["width", "maxWidth", "height", "maxHeight"], true, false, sides),
    ] {
        for field in fields {
            let space = |value: &str| with(empty_box(), json!({*field: value}));
            let wrong = format!("{field}: {said}");
            for good in ["0px", "10px", "23.5px"] {
                component(space(good), &[]);
            }
            for bad in ["10", "10em", "1.5.2px", "10 px", ".5px", "px", ""] {
                let container =
                    json!({"type": "bubble", "body": with(empty_box(), json!({*field: bad}))});
                let container: Container = serde_json::from_value(container).unwrap();
                let said = violations(&container);
                assert_eq!(said.len(), 1, "{field} {bad}");
                assert!(said[0].starts_with(&format!("body.{field}: must be ")), "{said:?}");
            }
            component(space("10"), &[&wrong]);
            let percent: &[&str] = if percent { &[] } else { &[&wrong] };
            component(space("50%"), percent);
            if keyword {
                component(space("none"), &[]);
            } else {
                component(space("md"), &[&wrong]);
            }
        }
    }
    let text = |size: &str| json!({"type": "text", "text": "t", "size": size, "contents": [{"type": "span", "size": size}]});
    component(text("5xl"), &[]);
    component(text("11.5px"), &[]);
    for bad in ["full", "50%"] {
        component(text(bad), &[&format!("contents[0].size: {spaces}"), &format!("size: {spaces}")]);
    }
    let icon = |size: &str| json!({"type": "icon", "url": "https://a", "size": size});
    component(icon("5xl"), &[]);
    component(icon("11.5px"), &[]);
    for bad in ["full", "50%"] {
        component(icon(bad), &[&format!("size: {spaces}")]);
    }
    component(
        json!({"type": "text", "text": "t", "lineSpacing": "20%"}),
        &["lineSpacing: must be a number with px, such as 10px"],
    );
    for size in ["full", "50%", "3xl"] {
        component(json!({"type": "image", "url": "https://a", "size": size}), &[]);
    }
    component(
        json!({"type": "image", "url": "https://a", "size": "6xl"}),
        &["size: must be one of xxs, xs, sm, md, lg, xl, xxl, 3xl, 4xl, 5xl, full"],
    );
}

#[test]
fn colours_are_hexadecimal() {
    for (kind, fields) in [
        (empty_box(), &["backgroundColor", "borderColor"][..]),
        (json!({"type": "text", "text": "t"}), &["color"]),
        (json!({"type": "separator"}), &["color"]),
        (json!({"type": "button", "action": super::tap()}), &["color"]),
        (json!({"type": "image", "url": "https://a"}), &["backgroundColor"]),
    ] {
        for field in fields {
            for good in ["#000000", "#abcDEF80"] {
                component(with(kind.clone(), json!({*field: good})), &[]);
            }
            for bad in ["red", "#FFF", "#GGGGGG", "000000", ""] {
                component(
                    with(kind.clone(), json!({*field: bad})),
                    &[&format!("{field}: must match #RRGGBB or #RRGGBBAA")],
                );
            }
        }
    }
    let gradient = |more: Value| {
        let gradient = json!({"type": "linearGradient", "angle": "359.9deg", "startColor": "#000000", "endColor": "#FFFFFF"});
        with(empty_box(), json!({"background": with(gradient, more)}))
    };
    component(gradient(json!({"centerColor": "#888888", "centerPosition": "10.5%"})), &[]);
    let angle = "background.angle: must be a number with deg, from 0deg to less than 360deg";
    for bad in ["360deg", "-1deg", "90", "deg"] {
        component(gradient(json!({"angle": bad})), &[angle]);
    }
    component(
        gradient(
            json!({"startColor": "a", "endColor": "b", "centerColor": "c", "centerPosition": "5px"}),
        ),
        &[
            "background.startColor: must match #RRGGBB or #RRGGBBAA",
            "background.endColor: must match #RRGGBB or #RRGGBBAA",
            "background.centerColor: must match #RRGGBB or #RRGGBBAA",
            "background.centerPosition: must be a number with %, such as 50%",
        ],
    );
    let style = json!({"backgroundColor": "a", "separatorColor": "b"});
    check(
        json!({"type": "bubble", "styles": {"hero": style}}),
        &[
            "styles.hero.backgroundColor: must match #RRGGBB or #RRGGBBAA",
            "styles.hero.separatorColor: must match #RRGGBB or #RRGGBBAA",
        ],
    );
}

#[test]
fn pictures_have_a_url_and_a_shape() {
    for kind in ["image", "icon"] {
        let ratio = |ratio: &str| json!({"type": kind, "url": "https://a", "aspectRatio": ratio});
        for good in ["1:1", "1.51:1", "1:3", "100000:1"] {
            component(ratio(good), &[]);
        }
        for bad in ["1", "0:1", "100001:1", "a:b", "1:1:1", "-1:1", "", "1e2:1", "inf:1"] {
            component(
                ratio(bad),
                &["aspectRatio: must be width:height, each from 1 to 100000, such as 20:13"],
            );
        }
        component(ratio("1:4"), &["aspectRatio: must not be higher than three times its width"]);
        component(
            json!({"type": kind, "url": "http://a"}),
            &["url: must be a URI that begins with https"],
        );
    }
    let image = json!({"type": "image", "url": "https://a", "animated": true});
    let images = |count: usize, moving: bool| {
        let contents = times(count, with(image.clone(), json!({"animated": moving})));
        let body = json!({"type": "box", "layout": "vertical", "contents": contents});
        let contents = json!({"type": "carousel", "contents": [{"type": "bubble", "body": body}, {"type": "bubble", "hero": image}]});
        json!({"type": "flex", "altText": "a", "contents": contents})
    };
    super::check(images(9, true), &[]);
    super::check(images(10, true), &["contents: must not have more than 10 animated images"]);
    super::check(images(30, false), &[]);
}

#[test]
fn texts_and_buttons_say_something() {
    component(json!({"type": "text", "text": ""}), &["text: must not be empty"]);
    component(json!({"type": "text", "contents": []}), &["text: must not be empty"]);
    component(json!({"type": "text", "contents": [{"type": "span", "text": "t"}]}), &[]);
    component(
        json!({"type": "button", "action": {"type": "uri", "uri": "https://a"}}),
        &["action.label: must not be empty"],
    );
    component(
        json!({"type": "button", "action": {"type": "uri", "uri": "https://a", "label": families(41)}}),
        &["action.label: must have at most 40 characters, has 41"],
    );
    component(
        json!({"type": "text", "text": "t", "action": {"type": "uri", "uri": "https://a"}}),
        &[],
    );
    component(
        json!({"type": "text", "text": "t", "action": {"type": "location", "label": "l"}}),
        &["action.type: must not be set: this action works in quick replies only"],
    );
}

#[test]
fn unknown_words_and_types_are_left_to_line_unless_it_is_simulated() {
    let text = json!({"type": "text", "text": "t", "weight": "light", "size": "9xl", "align": "left", "style": "oblique"});
    component(
        text.clone(),
        &[
            "size: must be one of xxs, xs, sm, md, lg, xl, xxl, 3xl, 4xl, 5xl, full",
            "align: must be one of start, end, center",
            "weight: must be one of regular, bold",
            "style: must be one of normal, italic",
        ],
    );
    component(
        json!({"type": "rating", "size": "md"}),
        &["type: must be one of box, button, image, video, icon, text, span, separator, filler"],
    );
    let body = json!({"type": "box", "layout": "spiral", "spacing": "huge", "contents": [text, {"type": ""}]});
    let bubble: Container =
        serde_json::from_value(json!({"type": "bubble", "size": "tera", "body": body})).unwrap();
    assert_eq!(bubble.validate(), Ok(()));
    let warned: Vec<_> = warnings(&bubble).iter().map(hikyaku_model::Violation::property).collect();
    let expected = [
        "size",
        "body.layout",
        "body.contents[0].size",
        "body.contents[0].align",
        "body.contents[0].weight",
        "body.contents[0].style",
        "body.contents[1].type",
        "body.spacing",
    ];
    assert_eq!(warned, expected);
    let said = warnings(&bubble).pop().unwrap().to_string();
    let words = "none, xs, sm, md, lg, xl, xxl";
    assert_eq!(
        said,
        format!("body.spacing: is a word that this version does not know; known are {words}")
    );
}

#[test]
fn a_type_that_line_took_away_is_refused() {
    let why =
        "type: must not be set: LINE took the spacer away; margins, spacing and padding make room";
    component(json!({"type": "spacer", "size": "md"}), &[why]);
    let body = json!({"type": "box", "layout": "vertical", "contents": [{"type": "spacer"}]});
    let bubble: Container =
        serde_json::from_value(json!({"type": "bubble", "body": body})).unwrap();
    assert!(bubble.validate().is_err());
    assert_eq!(warnings(&bubble), []);
}

#[test]
fn only_offsets_are_negative() {
    for field in ["offsetTop", "offsetBottom", "offsetStart", "offsetEnd"] {
        for good in ["-5px", "-12.5%", "-0px"] {
            component(with(empty_box(), json!({field: good})), &[]);
        }
    }
    let bad = |object: Value, field: &str, value: &str| {
        component(
            with(object, json!({field: value})),
            &[&format!("{field}: must not be negative")],
        );
    };
    for field in ["spacing", "margin", "borderWidth", "cornerRadius"] {
        bad(empty_box(), field, "-5px");
    }
    for field in [
        "width",
        "maxWidth",
        "height",
        "maxHeight",
        "paddingAll",
        "paddingTop",
        "paddingBottom",
        "paddingStart",
        "paddingEnd",
    ] {
        bad(empty_box(), field, "-5px");
        bad(empty_box(), field, "-0.5%");
    }
    let text = json!({"type": "text", "text": "t"});
    for field in ["size", "margin", "lineSpacing"] {
        bad(text.clone(), field, "-1px");
    }
    bad(json!({"type": "image", "url": "https://a"}), "size", "-10%");
    bad(json!({"type": "separator"}), "margin", "-1px");
    bad(json!({"type": "button", "action": super::tap()}), "margin", "-1px");
    component(
        json!({"type": "text", "contents": [{"type": "span", "text": "t", "size": "-1px"}]}),
        &["contents[0].size: must not be negative"],
    );
}

#[test]
fn a_gradients_stop_is_between_its_ends() {
    let stop = |stop: &str| {
        let gradient = json!({"type": "linearGradient", "angle": "0deg", "startColor": "#000000", "endColor": "#FFFFFF", "centerPosition": stop});
        with(empty_box(), json!({"background": gradient}))
    };
    for good in ["0%", "50%", "99.9%", "100%", "100.0%"] {
        component(stop(good), &[]);
    }
    for bad in ["100.1%", "101%", "1000%"] {
        component(stop(bad), &["background.centerPosition: must be from 0% to 100%"]);
    }
    component(stop("-1%"), &["background.centerPosition: must not be negative"]);
}

#[test]
fn what_is_no_box_is_told_as_that() {
    let text = json!({"type": "text", "text": "t"});
    let wrong = "does not fit its type: its type is \"text\", \"box\" belongs here";
    for block in ["header", "body", "footer"] {
        check(json!({"type": "bubble", block: text}), &[&format!("{block}: {wrong}")]);
        check(json!({"type": "bubble", block: {}}), &[&format!("{block}.type: must not be empty")]);
        check(json!({"type": "bubble", block: null}), &[]);
        check(
            json!({"type": "bubble", block: {"type": "box"}}),
            &[&format!("{block}.layout: must not be empty")],
        );
    }
    check(
        json!({"type": "carousel", "contents": [{"type": "bubble"}, {"type": "carousel", "contents": []}]}),
        &["contents[1]: does not fit its type: its type is \"carousel\", \"bubble\" belongs here"],
    );
    component(
        json!({"type": "text", "contents": [text]}),
        &["contents[0]: does not fit its type: its type is \"text\", \"span\" belongs here"],
    );
    super::check(
        json!({"type": "text", "text": "t", "quickReply": {"items": [{"type": "message", "label": "a", "text": "b"}]}}),
        &[
            "quickReply.items[0]: does not fit its type: its type is \"message\", \"action\" belongs here",
        ],
    );
}

#[test]
fn a_hero_is_a_box_an_image_or_a_video_where_it_can_play() {
    let video = |more: Value| {
        with(
            json!({"type": "video", "url": "https://a", "previewUrl": "https://a", "altContent": empty_box()}),
            more,
        )
    };
    let hero = |size: &str, hero: Value| json!({"type": "bubble", "size": size, "hero": hero});
    for size in ["kilo", "mega", "giga"] {
        check(hero(size, video(json!({}))), &[]);
    }
    check(json!({"type": "bubble", "hero": video(json!({}))}), &[]);
    for size in ["nano", "micro", "deca", "hecto"] {
        check(
            hero(size, video(json!({}))),
            &["hero.type: must not be set: a video needs a bubble of size kilo, mega or giga"],
        );
    }
    check(
        json!({"type": "carousel", "contents": [hero("mega", video(json!({})))]}),
        &["contents[0].hero.type: must not be set: a carousel takes no videos"],
    );
    check(
        hero("mega", json!({"type": "text", "text": "t"})),
        &["hero.type: must not be set: a hero is a box, an image or a video"],
    );
    check(
        hero(
            "mega",
            video(
                json!({"url": "", "previewUrl": "", "altContent": {"type": "separator"}, "action": super::tap()}),
            ),
        ),
        &[
            "hero.url: must not be empty",
            "hero.previewUrl: must not be empty",
            "hero.altContent.type: must not be set: a box or an image goes here",
            "hero.action: must not be set: a video takes a URI action only",
        ],
    );
    check(
        hero(
            "mega",
            video(
                json!({"action": {"type": "uri", "uri": "https://a"}, "altContent": {"type": "image", "url": "https://a"}}),
            ),
        ),
        &[],
    );
}

#[test]
fn an_absolute_first_component_of_a_block_is_warned_of() {
    let badge = json!({"type": "text", "text": "t", "position": "absolute"});
    let body = |contents: Value| json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": contents}});
    let warned = |contents: Value, expected: &[&str]| {
        check(body(contents.clone()), &[]);
        let bubble: Container = serde_json::from_value(body(contents)).unwrap();
        let said: Vec<_> = warnings(&bubble).iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
    };
    warned(
        json!([badge]),
        &["body.contents[0].position: should not be absolute on the first component of a block"],
    );
    warned(json!([empty_box(), badge]), &[]);
    let inner = json!({"type": "box", "layout": "vertical", "contents": [badge]});
    warned(json!([inner]), &[]);
}

#[test]
fn the_bubbles_of_a_carousel_are_of_one_size() {
    let carousel = |bubbles: Value| json!({"type": "carousel", "contents": bubbles});
    check(carousel(times(12, json!({"type": "bubble"}))), &[]);
    check(
        carousel(times(13, json!({"type": "bubble"}))),
        &["contents: must have 1 to 12 items, has 13"],
    );
    check(carousel(json!([])), &["contents: must have 1 to 12 items, has 0"]);
    check(carousel(json!([{"type": "bubble"}, {"type": "bubble", "size": "mega"}])), &[]);
    check(
        carousel(json!([{"type": "bubble"}, {"type": "bubble", "size": "kilo"}])),
        &["contents[1].size: must be the size of the first bubble"],
    );
}

#[test]
fn a_bubble_has_30_kb_and_a_carousel_50() {
    let bubble = |bytes: usize| {
        let bubble = |text: String| Bubble::new().body(Box::vertical([Text::new(text)]));
        let frame = serde_json::to_vec(&bubble(String::new())).unwrap().len();
        bubble(letters(bytes - frame))
    };
    let said = |container: Container| violations(&container);
    assert_eq!(said(bubble(30_720).into()), Vec::<String>::new());
    assert_eq!(said(bubble(30_721).into()), ["must be at most 30720 bytes of JSON, has 30721"]);
    let frame = r#"{"type":"carousel","contents":[,]}"#.len();
    let carousel =
        |more| Carousel::new([bubble(25_000), bubble(51_200 - 25_000 - frame + more)]).into();
    assert_eq!(said(carousel(0)), Vec::<String>::new());
    assert_eq!(said(carousel(1)), ["must be at most 51200 bytes of JSON, has 51201"]);
    assert_eq!(
        said(Carousel::new([bubble(30_721)]).into()),
        ["contents[0]: must be at most 30720 bytes of JSON, has 30721"]
    );
    let message = Message::flex("", bubble(30_721));
    assert_eq!(
        violations(&message),
        ["altText: must not be empty", "contents: must be at most 30720 bytes of JSON, has 30721",]
    );
}
