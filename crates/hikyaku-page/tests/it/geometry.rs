//! Layouts measured in a real browser: all of them on one page, in one run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::measure::{Found, measure};

/// Something with a name, as an action that says it.
fn named(kind: &str, name: &str, mut more: Value) -> Value {
    more["type"] = kind.into();
    more["action"] = json!({"type": "message", "text": name});
    more
}

fn text(name: &str, more: Value) -> Value {
    let mut text = named("text", name, more);
    if text.get("text").is_none() {
        text["text"] = "ab".into();
    }
    text
}

fn block(name: &str, layout: &str, contents: Vec<Value>, mut more: Value) -> Value {
    more["layout"] = layout.into();
    more["contents"] = contents.into();
    named("box", name, more)
}

fn empty(name: &str, more: Value) -> Value {
    block(name, "vertical", Vec::new(), more)
}

fn image(name: &str, mut more: Value) -> Value {
    more["url"] = "https://example.com/a.png".into();
    named("image", name, more)
}

/// A bubble of 300 pixels without any padding.
fn bubble(contents: impl Into<Value>) -> Value {
    let contents: Value = contents.into();
    json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "paddingAll": "0px", "contents": contents}})
}

#[track_caller]
fn near(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 0.6, "{actual} is not {expected}");
}

fn shares() -> Value {
    let sized = json!({"width": "2px", "height": "10px"});
    let row = |name: &str, contents| block(name, "horizontal", contents, json!({}));
    let flex = |flex: u32| json!({"flex": flex});
    bubble(vec![
        row("row", vec![text("a", json!({})), text("b", flex(2)), text("c", flex(3))]),
        row(
            "long",
            vec![
                text(
                    "long-1",
                    json!({"text": "averyveryveryverylongwordthatdoesnotfit", "wrap": true}),
                ),
                text("long-2", json!({})),
            ],
        ),
        row("none", vec![text("none-0", flex(0)), text("none-1", json!({}))]),
        row("sized", vec![empty("line", sized), text("beside", json!({}))]),
        block(
            "tall",
            "horizontal",
            vec![
                empty("pole", json!({"height": "130px", "width": "10px"})),
                block(
                    "column",
                    "vertical",
                    vec![
                        empty("one", flex(1)),
                        empty("two", flex(2)),
                        empty("fix", json!({"height": "10px"})),
                    ],
                    json!({}),
                ),
            ],
            json!({}),
        ),
    ])
}

fn check_shares(found: &BTreeMap<String, Found>) {
    let outer = |name: &str| found[name].outer;
    near(outer("row").width, 300.0);
    // The innermost one that is tapped acts, and no other.
    assert_eq!(found["a"].taps, ["/body/contents/0/contents/0/action"]);
    assert_eq!(found["high"].taps, ["/body/contents/6/action"]);
    assert_eq!(found["row"].taps, ["/body/contents/0/action"]);
    assert!(found["long"].taps.is_empty());
    for (name, width) in [("a", 50.0), ("b", 100.0), ("c", 150.0)] {
        near(outer(name).width, width);
    }
    near(outer("long-1").width, 150.0);
    assert!(outer("none-0").width < 40.0);
    near(outer("none-0").width + outer("none-1").width, 300.0);
    near(outer("line").width, 2.0);
    near(outer("beside").width, 298.0);
    near(outer("column").height, 130.0);
    near(outer("one").height, 40.0);
    near(outer("two").height, 80.0);
}

fn spaces() -> Value {
    let box_of = |name: &str, more: Value| {
        let mut size = json!({"width": "20px", "height": "20px"});
        size.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        empty(name, size)
    };
    let mut rows = vec![block(
        "spaces",
        "horizontal",
        vec![
            box_of("first", json!({"margin": "lg"})),
            box_of("spaced", json!({})),
            box_of("margin", json!({"margin": "xxl"})),
            box_of("none-margin", json!({"margin": "none"})),
            json!({"type": "filler"}),
            box_of("last", json!({})),
        ],
        json!({"spacing": "md"}),
    )];
    for word in
        ["center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"]
    {
        let boxes = (1..=3).map(|n| box_of(&format!("{word}-{n}"), json!({}))).collect();
        rows.push(block(word, "horizontal", boxes, json!({"justifyContent": word})));
    }
    rows.push(block(
        "centered",
        "vertical",
        vec![text("centered-text", json!({})), image("centered-image", json!({"size": "50%"}))],
        json!({"alignItems": "center"}),
    ));
    bubble(rows)
}

fn check_spaces(found: &BTreeMap<String, Found>) {
    let start = found["spaces"].outer.x;
    let at = |name: &str| found[name].outer.x - start;
    for (name, x) in [
        ("first", 12.0),
        ("spaced", 40.0),
        ("margin", 80.0),
        ("none-margin", 100.0),
        ("last", 280.0),
    ] {
        near(at(name), x);
    }
    for (word, places) in [
        ("center", [120.0, 140.0, 160.0]),
        ("flex-start", [0.0, 20.0, 40.0]),
        ("flex-end", [240.0, 260.0, 280.0]),
        ("space-between", [0.0, 140.0, 280.0]),
        ("space-around", [40.0, 140.0, 240.0]),
        ("space-evenly", [60.0, 140.0, 220.0]),
    ] {
        for (n, x) in (1..).zip(places) {
            near(at(&format!("{word}-{n}")), x);
        }
    }
    let centered = found["centered-text"].outer;
    near(centered.x - start + centered.width / 2.0, 150.0);
    near(found["centered-image"].inner.width, 150.0);
}

fn places() -> Value {
    let square = |more: Value| {
        let mut size = json!({"width": "40px", "height": "20px"});
        size.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        size
    };
    bubble(vec![
        block(
            "frame",
            "vertical",
            vec![
                empty("still", square(json!({}))),
                empty(
                    "badge",
                    square(
                        json!({"position": "absolute", "offsetTop": "10px", "offsetEnd": "20px"}),
                    ),
                ),
                empty(
                    "percent",
                    square(
                        json!({"position": "absolute", "offsetTop": "50%", "offsetStart": "10%"}),
                    ),
                ),
                empty(
                    "corner",
                    square(
                        json!({"position": "absolute", "offsetBottom": "xs", "offsetStart": "md"}),
                    ),
                ),
                empty("moved", square(json!({"offsetTop": "-4px", "offsetStart": "6px"}))),
                empty("after", square(json!({}))),
            ],
            json!({"height": "100px"}),
        ),
        block(
            "widths",
            "vertical",
            vec![
                empty("half", json!({"width": "50%", "height": "10px"})),
                empty("most", json!({"width": "200px", "maxWidth": "100px", "height": "10px"})),
                block(
                    "padded",
                    "vertical",
                    vec![empty("inside", json!({"height": "10px"}))],
                    json!({"paddingAll": "10%", "paddingTop": "md", "paddingEnd": "0px"}),
                ),
            ],
            json!({}),
        ),
    ])
}

fn check_places(found: &BTreeMap<String, Found>) {
    let frame = found["frame"].outer;
    let at = |name: &str| {
        let it = found[name].outer;
        (it.x - frame.x, it.y - frame.y)
    };
    for (name, (x, y)) in [
        ("still", (0.0, 0.0)),
        ("badge", (240.0, 10.0)),
        ("percent", (30.0, 50.0)),
        ("corner", (8.0, 78.0)),
        ("moved", (6.0, 16.0)),
        ("after", (0.0, 40.0)),
    ] {
        near(at(name).0, x);
        near(at(name).1, y);
    }
    near(found["half"].outer.width, 150.0);
    near(found["most"].outer.width, 100.0);
    let (padded, inside) = (found["padded"].outer, found["inside"].outer);
    near(inside.x - padded.x, 30.0);
    near(inside.y - padded.y, 8.0);
    near(inside.width, 270.0);
    near(padded.bottom() - inside.bottom(), 30.0);
}

fn pictures() -> Value {
    bubble(vec![
        image("full", json!({"size": "full", "aspectRatio": "20:13"})),
        image("usual", json!({})),
        image("end", json!({"size": "40%", "align": "end"})),
        image("tower", json!({"size": "30px", "aspectRatio": "1:3", "align": "start"})),
        block(
            "pair",
            "horizontal",
            vec![
                image("share", json!({"size": "full"})),
                image("third", json!({"size": "full", "flex": 2})),
            ],
            json!({}),
        ),
        block(
            "small",
            "horizontal",
            vec![image("zero", json!({"size": "20%", "flex": 0})), text("rest", json!({}))],
            json!({}),
        ),
        block(
            "cell",
            "horizontal",
            vec![
                empty("cell-pole", json!({"height": "90px", "width": "10px"})),
                text("middle", json!({"gravity": "center"})),
                text("low", json!({"gravity": "bottom"})),
                image("low-image", json!({"size": "20px", "gravity": "bottom"})),
            ],
            json!({}),
        ),
    ])
}

fn check_pictures(found: &BTreeMap<String, Found>) {
    let inner = |name: &str| found[name].inner;
    near(inner("full").height, 195.0);
    near(inner("usual").width, 100.0);
    near(inner("usual").x - found["usual"].outer.x, 100.0);
    near(inner("end").width, 120.0);
    near(inner("end").end(), found["end"].outer.end());
    near(inner("tower").height, 90.0);
    near(inner("tower").x, found["tower"].outer.x);
    near(inner("share").width, 100.0);
    near(inner("third").width, 200.0);
    near(inner("zero").width, 60.0);
    near(found["rest"].outer.width, 240.0);
    let cell = found["cell"].outer;
    near(cell.height, 90.0);
    near(inner("middle").y - cell.y, (90.0 - inner("middle").height) / 2.0);
    near(inner("low").bottom(), cell.bottom());
    near(inner("low-image").bottom(), cell.bottom());
}

fn words() -> Value {
    let long = "many words that go on and on, so that they do not fit into a line or two or three of this width";
    bubble(vec![
        text("cut", json!({"text": long})),
        text("wrapped", json!({"text": long, "wrap": true})),
        text("two-lines", json!({"text": long, "wrap": true, "maxLines": 2})),
        text("breaks", json!({"text": "1\n2\n3", "wrap": true})),
        text("apart", json!({"text": "1\n2\n3", "wrap": true, "lineSpacing": "6px"})),
        text(
            "shrunk",
            json!({"text": "so many letters are too many for one line of such a bubble", "adjustMode": "shrink-to-fit"}),
        ),
        json!({"type": "button", "action": {"type": "message", "label": "b", "text": "high"}}),
        json!({"type": "button", "height": "sm", "action": {"type": "message", "label": "b", "text": "lower"}}),
    ])
}

fn check_words(found: &BTreeMap<String, Found>) {
    let height = |name: &str| found[name].outer.height;
    let line = 16.0 * 1.4;
    near(height("cut"), line);
    assert!(found["cut"].overflows);
    assert!(height("wrapped") > 2.5 * line);
    near(height("two-lines"), 2.0 * line);
    near(height("breaks"), 3.0 * line);
    near(height("apart"), 3.0 * line + 12.0);
    let shrunk = &found["shrunk"];
    assert!(!shrunk.overflows && shrunk.letters < 16.0 && shrunk.letters >= 6.0, "{shrunk:?}");
    near(found["high"].outer.height, 52.0);
    near(found["lower"].outer.height, 40.0);
}

fn from_right_to_left() -> Value {
    let mut bubble = bubble(vec![
        block(
            "rtl",
            "horizontal",
            vec![
                empty("right", json!({"width": "40px", "height": "20px"})),
                empty("left", json!({"width": "40px", "height": "20px", "margin": "md"})),
                empty(
                    "rtl-badge",
                    json!({"width": "10px", "height": "10px", "position": "absolute", "offsetStart": "100px", "offsetTop": "0px"}),
                ),
                empty(
                    "rtl-moved",
                    json!({"width": "40px", "height": "20px", "offsetStart": "5px"}),
                ),
            ],
            json!({"paddingStart": "20px"}),
        ),
        image("rtl-image", json!({"size": "50px", "align": "start"})),
    ]);
    bubble["direction"] = "rtl".into();
    bubble
}

fn check_from_right_to_left(found: &BTreeMap<String, Found>) {
    let frame = found["rtl"].outer;
    let from_right = |name: &str| frame.end() - found[name].outer.end();
    near(from_right("right"), 20.0);
    near(from_right("left"), 68.0);
    near(from_right("rtl-badge"), 100.0);
    near(from_right("rtl-moved"), 113.0);
    near(found["rtl-image"].inner.end(), found["rtl-image"].outer.end());
}

const SIZES: [(&str, f64); 7] = [
    ("nano", 120.0),
    ("micro", 160.0),
    ("deca", 220.0),
    ("hecto", 241.0),
    ("kilo", 260.0),
    ("mega", 300.0),
    ("giga", 500.0),
];

fn sizes() -> Vec<Value> {
    let of = |(size, _): (&str, f64)| {
        json!({"type": "bubble", "size": size, "action": {"type": "message", "text": size},
            "body": {"type": "box", "layout": "vertical", "contents": [text(&format!("in-{size}"), json!({}))]}})
    };
    SIZES.into_iter().map(of).collect()
}

fn check_sizes(found: &BTreeMap<String, Found>) {
    for (size, width) in SIZES {
        near(found[size].outer.width, width);
    }
    near(found["in-mega"].outer.x - found["mega"].outer.x, 20.0);
    near(found["in-mega"].outer.y - found["mega"].outer.y, 19.0);
    near(found["in-kilo"].outer.x - found["kilo"].outer.x, 13.0);
    near(found["in-nano"].outer.x - found["nano"].outer.x, 10.0);
}

fn carousel() -> Value {
    let column = |height: &str, footer: &str| {
        json!({"type": "bubble", "size": "kilo",
            "body": {"type": "box", "layout": "vertical", "paddingAll": "0px", "contents": [empty(&format!("body-{height}"), json!({"height": height}))]},
            "footer": block(footer, "vertical", vec![empty(&format!("in-{footer}"), json!({"height": "20px"}))], json!({}))})
    };
    let bodyless =
        json!({"type": "bubble", "size": "kilo", "hero": image("hero", json!({"size": "50px"}))});
    json!({"type": "carousel", "contents": [column("40px", "foot-1"), column("160px", "foot-2"), bodyless]})
}

fn check_carousel(found: &BTreeMap<String, Found>) {
    let [short, tall, bodyless] = [0, 1, 2].map(|index| found[&format!("bubble-{index}")].outer);
    near(tall.height, 200.0);
    near(short.height, tall.height);
    near(bodyless.height, 50.0);
    near(found["foot-1"].outer.bottom(), found["foot-2"].outer.bottom());
    near(tall.x - short.end(), 9.0);
}

#[test]
fn layouts_have_the_measures_that_line_documents() {
    let mut containers =
        vec![shares(), spaces(), places(), pictures(), words(), from_right_to_left(), carousel()];
    containers.extend(sizes());
    let Some(found) = measure(&containers) else { return };
    check_shares(&found);
    check_spaces(&found);
    check_places(&found);
    check_pictures(&found);
    check_words(&found);
    check_from_right_to_left(&found);
    check_carousel(&found);
    check_sizes(&found);
}
