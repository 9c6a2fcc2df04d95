use hikyaku_model::{
    Action, Message, MessageKind,
    template::{
        ButtonsTemplate, CarouselColumn, CarouselTemplate, ConfirmTemplate, ImageCarouselColumn,
        ImageCarouselTemplate,
    },
};
use serde_json::{Value, json};

use super::{families, letters, tap, times, with};

/// What is wrong with a template.
#[track_caller]
fn check(template: Value, expected: &[&str]) {
    let expected: Vec<_> = expected.iter().map(|line| format!("template.{line}")).collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    super::check(json!({"type": "template", "altText": "a", "template": template}), &expected);
}

#[test]
fn buttons_have_their_limits() {
    let buttons = json!({"type": "buttons", "text": families(160), "actions": times(4, tap())});
    check(buttons.clone(), &[]);
    check(
        with(buttons.clone(), json!({"text": families(161), "actions": times(5, tap())})),
        &[
            "text: must have at most 160 characters, has 161",
            "actions: must have 1 to 4 items, has 5",
        ],
    );
    check(
        with(buttons.clone(), json!({"text": "", "actions": []})),
        &["text: must not be empty", "actions: must have 1 to 4 items, has 0"],
    );
    for beside in [json!({"title": families(40)}), json!({"thumbnailImageUrl": "https://a"})] {
        let short = with(with(buttons.clone(), beside), json!({"text": families(60)}));
        check(short.clone(), &[]);
        check(
            with(short, json!({"text": families(61)})),
            &["text: must have at most 60 characters, has 61"],
        );
    }
    check(
        with(
            buttons,
            json!({
                "text": "t", "title": families(41), "thumbnailImageUrl": "http://a", "imageBackgroundColor": "#FFFFFFFF",
                "imageAspectRatio": "round", "imageSize": "huge",
                "defaultAction": {"type": "message", "label": families(21), "text": "t"},
                "actions": [{"type": "message", "text": "t"}],
            }),
        ),
        &[
            "thumbnailImageUrl: must be a URI that begins with https",
            "imageAspectRatio: must be one of rectangle, square",
            "imageSize: must be one of cover, contain",
            "imageBackgroundColor: must match #RRGGBB",
            "title: must have at most 40 characters, has 41",
            "defaultAction.label: must have at most 20 characters, has 21",
            "actions[0].label: must not be empty",
        ],
    );
}

#[test]
fn a_confirm_template_has_exactly_two_buttons() {
    let confirm =
        |count| json!({"type": "confirm", "text": families(240), "actions": times(count, tap())});
    check(confirm(2), &[]);
    check(confirm(1), &["actions: must have exactly 2 items, has 1"]);
    check(confirm(3), &["actions: must have exactly 2 items, has 3"]);
    check(
        with(confirm(2), json!({"text": families(241)})),
        &["text: must have at most 240 characters, has 241"],
    );
}

#[test]
fn the_columns_of_a_carousel_are_alike() {
    let column = json!({"text": families(120), "actions": times(3, tap())});
    let carousel = |columns: Value| json!({"type": "carousel", "columns": columns});
    check(carousel(times(10, column.clone())), &[]);
    check(carousel(times(11, column.clone())), &["columns: must have 1 to 10 items, has 11"]);
    check(carousel(json!([])), &["columns: must have 1 to 10 items, has 0"]);
    check(
        carousel(json!([with(column.clone(), json!({"actions": times(4, tap())}))])),
        &["columns[0].actions: must have 1 to 3 items, has 4"],
    );
    check(
        carousel(json!([with(column.clone(), json!({"text": families(121)}))])),
        &["columns[0].text: must have at most 120 characters, has 121"],
    );
    check(
        carousel(json!([with(
            column.clone(),
            json!({"title": families(41), "text": families(61), "imageBackgroundColor": "red"})
        )])),
        &[
            "columns[0].imageBackgroundColor: must match #RRGGBB",
            "columns[0].title: must have at most 40 characters, has 41",
            "columns[0].text: must have at most 60 characters, has 61",
        ],
    );
    let other =
        json!({"text": "t", "title": "t", "thumbnailImageUrl": "https://a", "actions": [tap()]});
    check(
        carousel(json!([column, other])),
        &[
            "columns[1].actions: must have as many actions as the first column",
            "columns[1].thumbnailImageUrl: must be set in all columns or in none",
            "columns[1].title: must be set in all columns or in none",
        ],
    );
}

#[test]
fn an_image_carousel_has_its_limits() {
    let column = json!({"imageUrl": "https://a", "action": {"type": "message", "text": "t", "label": families(12)}});
    let carousel = |columns: Value| json!({"type": "image_carousel", "columns": columns});
    check(carousel(times(10, column.clone())), &[]);
    check(carousel(times(11, column)), &["columns: must have 1 to 10 items, has 11"]);
    check(
        carousel(
            json!([{"imageUrl": "", "action": {"type": "message", "text": "t", "label": families(13)}}]),
        ),
        &[
            "columns[0].imageUrl: must not be empty",
            "columns[0].action.label: must have at most 12 characters, has 13",
        ],
    );
}

#[test]
fn the_alt_text_is_the_templates_own_text_unless_set() {
    let tap = || Action::message("label", "text");
    let alt_text = |message: Message| match message.kind {
        MessageKind::Template(template) => template.alt_text,
        kind => panic!("{kind:?}"),
    };
    let buttons = ButtonsTemplate::new("a text", [tap()]).title("a title");
    assert_eq!(alt_text(Message::template(buttons)), "a text");
    assert_eq!(alt_text(Message::template(ConfirmTemplate::new("sure?", [tap(), tap()]))), "sure?");
    let column = CarouselColumn::new("a text", [tap()]);
    assert_eq!(alt_text(Message::template(CarouselTemplate::new([column.clone()]))), "a text");
    let column = column.title("a title");
    assert_eq!(alt_text(Message::template(CarouselTemplate::new([column]))), "a title");
    let picture = ImageCarouselColumn::new("https://a", tap());
    assert_eq!(alt_text(Message::template(ImageCarouselTemplate::new([picture]))), "label");

    let template = json!({"type": "confirm", "text": "t", "actions": [super::tap(), super::tap()]});
    let message = |alt: String| json!({"type": "template", "altText": alt, "template": template});
    super::check(message(letters(1500)), &[]);
    super::check(
        message(letters(1501)),
        &["altText: must have at most 1500 UTF-16 code units, has 1501"],
    );
    super::check(message(String::new()), &["altText: must not be empty"]);
}
