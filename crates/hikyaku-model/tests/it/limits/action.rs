use hikyaku_model::{Action, Checker, action::ActionPlace};
use serde_json::{Value, json};

use super::{families, letters, tap, url, with};

const PLACES: [ActionPlace; 7] = [
    ActionPlace::QuickReply,
    ActionPlace::Template,
    ActionPlace::TemplateDefault,
    ActionPlace::ImageCarousel,
    ActionPlace::FlexButton,
    ActionPlace::Flex,
    ActionPlace::RichMenu,
];

fn violations(action: Value, place: ActionPlace) -> Vec<String> {
    let action: Action = serde_json::from_value(action).unwrap();
    let mut checker = Checker::strict();
    action.check_in(place, &mut checker);
    match checker.finish() {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

/// What is wrong with an action wherever it stands.
#[track_caller]
fn check(action: Value, expected: &[&str]) {
    for place in PLACES {
        if place == ActionPlace::QuickReply && action.get("text").is_some() {
            continue;
        }
        assert_eq!(violations(action.clone(), place), expected, "{place:?} {action}");
    }
}

/// What is wrong with an action in one place.
#[track_caller]
fn check_in(place: ActionPlace, action: Value, expected: &[&str]) {
    assert_eq!(violations(action.clone(), place), expected, "{place:?} {action}");
}

#[test]
fn a_label_is_as_long_as_its_place_allows() {
    for (place, required, max) in [
        (ActionPlace::QuickReply, true, 20),
        (ActionPlace::Template, true, 20),
        (ActionPlace::TemplateDefault, false, 20),
        (ActionPlace::ImageCarousel, false, 12),
        (ActionPlace::FlexButton, true, 40),
        (ActionPlace::Flex, false, 40),
        (ActionPlace::RichMenu, false, 20),
    ] {
        let label = |label: &str| with(tap(), json!({"label": label}));
        check_in(place, label(&families(max)), &[]);
        let long = format!("label: must have at most {max} characters, has {}", max + 1);
        check_in(place, label(&families(max + 1)), &[&long]);
        let missing: &[&str] = if required { &["label: must not be empty"] } else { &[] };
        check_in(place, label(""), missing);
        check_in(place, json!({"type": "message", "text": "t"}), missing);
    }
}

#[test]
fn some_actions_stand_in_one_place_only() {
    for place in PLACES {
        for kind in ["camera", "cameraRoll", "location"] {
            let expected: &[&str] = match place {
                ActionPlace::QuickReply => &[],
                _ => &["type: must not be set: this action works in quick replies only"],
            };
            check_in(place, json!({"type": kind, "label": "l"}), expected);
        }
        let switch =
            json!({"type": "richmenuswitch", "label": "l", "richMenuAliasId": "a", "data": ""});
        let expected: &[&str] = match place {
            ActionPlace::RichMenu => &[],
            _ => &["type: must not be set: this action works in rich menus only"],
        };
        check_in(place, switch, expected);
    }
    check_in(
        ActionPlace::RichMenu,
        json!({"type": "richmenuswitch", "richMenuAliasId": letters(33), "data": letters(301)}),
        &[
            "richMenuAliasId: must have at most 32 UTF-16 code units, has 33",
            "data: must have at most 300 UTF-16 code units, has 301",
        ],
    );
    check_in(ActionPlace::QuickReply, json!({"type": "camera"}), &["label: must not be empty"]);
}

#[test]
fn a_postback_has_its_limits() {
    let postback = json!({"type": "postback", "label": "l", "data": letters(300)});
    check(with(postback.clone(), json!({"displayText": families(300)})), &[]);
    check(with(postback.clone(), json!({"text": families(300)})), &[]);
    check(
        with(postback.clone(), json!({"inputOption": "openKeyboard", "fillInText": families(300)})),
        &[],
    );
    check(with(postback.clone(), json!({"data": ""})), &[]);
    check(
        with(postback.clone(), json!({"data": letters(301), "displayText": families(301)})),
        &[
            "data: must have at most 300 UTF-16 code units, has 301",
            "displayText: must have at most 300 characters, has 301",
        ],
    );
    check(
        with(postback.clone(), json!({"text": "t", "displayText": "t"})),
        &["text: must not be set: displayText is set too"],
    );
    check(
        with(postback.clone(), json!({"fillInText": "t", "inputOption": "openVoice"})),
        &["fillInText: must not be set: it needs inputOption openKeyboard"],
    );
    check(
        with(postback.clone(), json!({"inputOption": "openDoor"})),
        &["inputOption: must be one of closeRichMenu, openRichMenu, openKeyboard, openVoice"],
    );
    check_in(
        ActionPlace::QuickReply,
        with(postback, json!({"text": "t"})),
        &["text: must not be set: a quick reply takes displayText instead"],
    );
}

#[test]
fn the_other_actions_have_their_limits() {
    let message = |text: String| json!({"type": "message", "label": "l", "text": text});
    check(message(families(300)), &[]);
    check(message(families(301)), &["text: must have at most 300 characters, has 301"]);
    check(message(String::new()), &["text: must not be empty"]);
    let clipboard =
        |text: String| json!({"type": "clipboard", "label": "l", "clipboardText": text});
    check(clipboard(letters(1000)), &[]);
    check(
        clipboard(letters(1001)),
        &["clipboardText: must have at most 1000 UTF-16 code units, has 1001"],
    );
    check(clipboard(String::new()), &["clipboardText: must not be empty"]);
    let uri = |uri: &str| json!({"type": "uri", "label": "l", "uri": uri});
    check(uri(&url(1000)), &[]);
    check(uri(&url(1001)), &["uri: must have at most 1000 UTF-16 code units, has 1001"]);
    check(
        uri("mailto:a@example.com"),
        &["uri: must be a URI that begins with http, https, line, tel"],
    );
    let desktop = with(uri("tel:1"), json!({"altUri": {"desktop": url(1001)}}));
    check_in(
        ActionPlace::Flex,
        desktop.clone(),
        &["altUri.desktop: must have at most 1000 UTF-16 code units, has 1001"],
    );
    check_in(
        ActionPlace::QuickReply,
        with(desktop, json!({"altUri": {}})),
        &["altUri: must not be set: a quick reply has none"],
    );
}

#[test]
fn a_date_picker_has_moments_of_its_mode() {
    let picker = |mode: &str, more: Value| {
        with(json!({"type": "datetimepicker", "label": "l", "data": "d", "mode": mode}), more)
    };
    for (mode, good, bad) in [
        (
            "date",
            &["1900-01-01", "2100-12-31", "2024-02-29", "2000-02-29"][..],
            &[
                "1899-12-31",
                "2101-01-01",
                "2023-02-29",
                "1900-02-29",
                "2026-04-31",
                "2026-13-01",
                "2026-1-1",
                "",
                "+026-01-01",
            ][..],
        ),
        ("time", &["00:00", "23:59"], &["24:00", "23:60", "1:00", "00:00:00", ""]),
        (
            "datetime",
            &["1900-01-01T00:00", "2100-12-31t23:59"],
            &["2026-01-01", "2026-01-01 00:00", "2026-01-01T24:00", "2026-01-01T00:00Z"],
        ),
    ] {
        for moment in good {
            check(picker(mode, json!({"initial": moment, "min": moment})), &[]);
        }
        for moment in bad {
            for field in ["initial", "min", "max"] {
                let said = violations(picker(mode, json!({field: moment})), ActionPlace::Flex);
                assert!(
                    said.len() == 1 && said[0].starts_with(&format!("{field}: must match")),
                    "{moment} {said:?}"
                );
            }
        }
    }
    check(picker("date", json!({"min": "2026-01-01", "max": "2026-01-02"})), &[]);
    check(picker("datetime", json!({"min": "2026-01-01t00:00", "max": "2026-01-01T00:01"})), &[]);
    for max in ["2026-01-01", "2025-12-31"] {
        check(
            picker("date", json!({"min": "2026-01-01", "max": max})),
            &["max: must be later than min"],
        );
    }
    check(picker("year", json!({"min": "2026"})), &["mode: must be one of date, time, datetime"]);
    check(
        picker("date", json!({"data": letters(301)})),
        &["data: must have at most 300 UTF-16 code units, has 301"],
    );
}
