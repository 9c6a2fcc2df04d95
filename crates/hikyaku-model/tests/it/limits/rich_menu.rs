use hikyaku_model::rich_menu::RichMenu;
use serde_json::{Value, json};

use super::{families, tap, times, with};

/// What is wrong with a rich menu.
#[track_caller]
fn check(menu: Value, expected: &[&str]) {
    super::check_as::<RichMenu>(menu, expected);
}

fn menu() -> Value {
    let area = json!({"bounds": {"x": 0, "y": 0, "width": 9, "height": 9}, "action": tap()});
    json!({
        "size": {"width": 2500, "height": 1724}, "selected": false, "name": families(300),
        "chatBarText": families(14), "areas": times(20, area),
    })
}

#[test]
fn a_rich_menu_has_its_limits() {
    check(menu(), &[]);
    check(
        with(menu(), json!({"name": families(301), "chatBarText": families(15)})),
        &[
            "name: must have at most 300 characters, has 301",
            "chatBarText: must have at most 14 characters, has 15",
        ],
    );
    check(
        with(menu(), json!({"name": "", "chatBarText": "", "areas": []})),
        &["name: must not be empty", "chatBarText: must not be empty"],
    );
}

#[test]
fn a_rich_menus_size_has_its_limits() {
    for (width, height, expected) in [
        (800, 250, &[][..]),
        (799, 250, &["size.width: must be between 800 and 2500"]),
        (2501, 250, &["size.width: must be between 800 and 2500"]),
        (800, 249, &["size.height: must be between 250 and 1724"]),
        (2500, 1725, &["size.height: must be at most the width divided by 1.45"]),
    ] {
        let size = json!({"width": width, "height": height});
        check(with(menu(), json!({ "size": size })), expected);
    }
}
