use std::time::Duration;

use hikyaku_sim::{ClockMode, Sim};
use serde_json::{Value, json};

use crate::http::{Answer, bearer, call, control, get, get_data, post, send};

const MENUS: &str = "/v2/bot/richmenu";
const ALIAS: &str = "/v2/bot/richmenu/alias";
const DEFAULT: &str = "/v2/bot/user/all/richmenu";

pub(crate) fn menu() -> Value {
    json!({
        "size": { "width": 2500, "height": 843 },
        "selected": false,
        "name": "shop",
        "chatBarText": "Menu",
        "areas": [{
            "bounds": { "x": 0, "y": 0, "width": 2500, "height": 843 },
            "action": { "type": "message", "label": "Buy", "text": "buy" },
        }],
    })
}

/// The first bytes of a PNG of this size.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0");
    bytes
}

pub(crate) async fn upload(sim: &Sim, id: &str, media_type: &str, bytes: &[u8]) -> Answer {
    let headers = [("authorization", &*bearer(sim)), ("content-type", media_type)];
    let path = format!("{MENUS}/{id}/content");
    send(&sim.data_url(), "POST", &path, &headers, bytes).await.unwrap()
}

pub(crate) async fn make(sim: &Sim) -> String {
    let made = post(sim, MENUS, &menu().to_string()).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()["richMenuId"].as_str().unwrap().to_owned()
}

pub(crate) async fn make_with_image(sim: &Sim) -> String {
    let id = make(sim).await;
    upload(sim, &id, "image/png", &png(2500, 843)).await.is(200, "{}");
    id
}

#[tokio::test]
async fn a_menu_is_made_listed_read_and_deleted() {
    let sim = Sim::start().await.unwrap();
    let id = make(&sim).await;
    assert_eq!(id.len(), "richmenu-".len() + 32);
    let mut expected = menu();
    expected["richMenuId"] = id.as_str().into();
    assert_eq!(get(&sim, &format!("{MENUS}/{id}")).await.json(), expected);
    assert_eq!(
        get(&sim, &format!("{MENUS}/list")).await.json(),
        json!({ "richmenus": [expected] })
    );
    call(&sim, "DELETE", &format!("{MENUS}/{id}"), "").await.is(200, "{}");
    let none = r#"{"message":"Not found"}"#;
    get(&sim, &format!("{MENUS}/{id}")).await.is(404, none);
    call(&sim, "DELETE", &format!("{MENUS}/{id}"), "").await.is(404, none);
}

#[tokio::test]
async fn a_menu_that_breaks_rules_is_refused_with_all_of_them() {
    let sim = Sim::start().await.unwrap();
    for path in [MENUS, "/v2/bot/richmenu/validate"] {
        let mut wrong = menu();
        wrong["areas"][0]["action"] = json!({ "type": "uri", "label": "a", "uri": "no uri" });
        wrong["size"]["width"] = 100.into();
        let refused = post(&sim, path, &wrong.to_string()).await;
        assert_eq!(refused.status, 400);
        let details = refused.json()["details"].clone();
        assert!(
            details
                .as_array()
                .unwrap()
                .contains(&json!({ "message": "invalid uri", "property": "areas[0].action.uri" })),
            "{details}"
        );
        let missing = json!({ "size": { "width": 2500, "height": 843 } }).to_string();
        let refused = post(&sim, path, &missing).await;
        assert_eq!(refused.json()["message"], "The request body has 4 error(s)");
        assert_eq!(
            refused.json()["details"][0],
            json!({ "message": "must be specified", "property": "selected" })
        );
    }
    post(&sim, "/v2/bot/richmenu/validate", &menu().to_string()).await.is(200, "{}");
    get(&sim, &format!("{MENUS}/list")).await.is(200, r#"{"richmenus":[]}"#);
}

#[tokio::test]
async fn a_property_that_is_null_is_missing() {
    let sim = Sim::start().await.unwrap();
    let mut menu = menu();
    menu["size"] = json!(null);
    post(&sim, MENUS, &menu.to_string()).await.is(
        400,
        r#"{"message":"The request body has 1 error(s)","details":[{"message":"must be specified","property":"size"}]}"#,
    );
}

#[tokio::test]
async fn a_picture_is_uploaded_once_and_comes_back() {
    let sim = Sim::start().await.unwrap();
    let id = make(&sim).await;
    let path = format!("{MENUS}/{id}/content");
    assert_eq!(get_data(&sim, &path).await.status, 404);
    assert_eq!(upload(&sim, &id, "image/gif", b"GIF89a").await.status, 415);
    assert_eq!(upload(&sim, &id, "image/png", b"GIF89a").await.status, 415);
    let size = r#"{"message":"The image size is not allowed for richmenu"}"#;
    upload(&sim, &id, "image/png", &png(100, 100)).await.is(400, size);
    let mut large = png(2500, 843);
    large.resize((1 << 20) + 1, 0);
    upload(&sim, &id, "image/png", &large).await.is(400, size);
    assert_eq!(upload(&sim, "richmenu-x", "image/png", &png(2500, 843)).await.status, 404);

    upload(&sim, &id, "image/png", &png(2500, 843)).await.is(200, "{}");
    let again = r#"{"message":"An image has already been uploaded to the richmenu"}"#;
    upload(&sim, &id, "image/png", &png(2500, 843)).await.is(400, again);
    let image = get_data(&sim, &path).await;
    assert_eq!((image.status, &*image.headers["content-type"]), (200, "image/png"));
    assert_eq!(image.body, png(2500, 843));
}

#[tokio::test]
async fn a_person_sees_their_own_menu_before_the_default_one() {
    let sim = Sim::start().await.unwrap();
    let (user, stranger) = (sim.add_friend(), sim.add_user());
    let (bare, usual, own) =
        (make(&sim).await, make_with_image(&sim).await, make_with_image(&sim).await);
    get(&sim, DEFAULT).await.is(404, r#"{"message":"no default richmenu","details":[]}"#);
    let no_image =
        r#"{"message":"must upload richmenu image before applying it to user","details":[]}"#;
    post(&sim, &format!("{DEFAULT}/{bare}"), "").await.is(400, no_image);
    post(&sim, &format!("{DEFAULT}/richmenu-x"), "").await.is(404, r#"{"message":"Not found"}"#);
    post(&sim, &format!("{DEFAULT}/{usual}"), "").await.is(200, "{}");
    get(&sim, DEFAULT).await.is(200, &format!(r#"{{"richMenuId":"{usual}"}}"#));
    assert_eq!(sim.rich_menu_of(&user), Some(usual.clone()));

    let of_user = format!("/v2/bot/user/{user}/richmenu");
    get(&sim, &of_user).await.is(404, r#"{"message":"the user has no richmenu","details":[]}"#);
    post(&sim, &format!("{of_user}/{own}"), "").await.is(200, "{}");
    post(&sim, &format!("/v2/bot/user/{stranger}/richmenu/{own}"), "").await.is(200, "{}");
    get(&sim, &of_user).await.is(200, &format!(r#"{{"richMenuId":"{own}"}}"#));
    assert_eq!(sim.rich_menu_of(&user), Some(own.clone()));
    assert_eq!(get(&sim, &format!("/v2/bot/user/{stranger}/richmenu")).await.status, 404);
    call(&sim, "DELETE", &of_user, "").await.is(200, "{}");
    assert_eq!(sim.rich_menu_of(&user), Some(usual.clone()));
    call(&sim, "DELETE", &format!("{MENUS}/{usual}"), "").await.is(200, "{}");
    assert_eq!(sim.rich_menu_of(&user), None);
    call(&sim, "DELETE", DEFAULT, "").await.is(200, "{}");
    let invalid = r#"{"message":"The value for the 'userId' parameter is invalid"}"#;
    get(&sim, "/v2/bot/user/me/richmenu").await.is(400, invalid);
}

#[tokio::test]
async fn many_people_are_linked_and_unlinked_at_once() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(2);
    let id = make_with_image(&sim).await;
    let link = json!({ "richMenuId": id, "userIds": friends }).to_string();
    post(&sim, "/v2/bot/richmenu/bulk/link", &link).await.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&friends[1]), Some(id));
    let unlink = json!({ "userIds": [friends[0]] }).to_string();
    post(&sim, "/v2/bot/richmenu/bulk/unlink", &unlink).await.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&friends[0]), None);
    let unknown = format!("richmenu-{}", "0".repeat(32));
    let unknown = json!({ "richMenuId": unknown, "userIds": friends }).to_string();
    let missing = r#"{"message":"richmenu not found","details":[]}"#;
    post(&sim, "/v2/bot/richmenu/bulk/link", &unknown).await.is(404, missing);
    post(&sim, "/v2/bot/richmenu/bulk/unlink", r#"{"userIds":["me"]}"#).await.is(
        400,
        r#"{"message":"The property, 'userIds[0]', in the request body is invalid (line: -, column: -)"}"#,
    );
    assert_eq!(post(&sim, "/v2/bot/richmenu/bulk/unlink", r#"{"userIds":[]}"#).await.status, 400);
}

#[tokio::test]
async fn an_alias_stands_for_a_menu_with_a_picture() {
    let sim = Sim::start().await.unwrap();
    let (bare, first, second) =
        (make(&sim).await, make_with_image(&sim).await, make_with_image(&sim).await);
    let alias =
        |name: &str, id: &str| json!({ "richMenuAliasId": name, "richMenuId": id }).to_string();
    let missing = r#"{"message":"richmenu not found","details":[]}"#;
    post(&sim, ALIAS, &alias("a", &bare)).await.is(400, missing);
    post(&sim, ALIAS, &alias("a", &first)).await.is(200, "{}");
    let conflict = r#"{"message":"conflict richmenu alias id","details":[]}"#;
    post(&sim, ALIAS, &alias("a", &second)).await.is(400, conflict);
    assert_eq!(post(&sim, ALIAS, &alias("A!", &second)).await.status, 400);
    let update = json!({ "richMenuId": second }).to_string();
    post(&sim, &format!("{ALIAS}/a"), &update).await.is(200, "{}");
    get(&sim, &format!("{ALIAS}/a")).await.is(200, &alias("a", &second));
    get(&sim, &format!("{ALIAS}/list"))
        .await
        .is(200, &format!(r#"{{"aliases":[{}]}}"#, alias("a", &second)));
    call(&sim, "DELETE", &format!("{ALIAS}/a"), "").await.is(200, "{}");
    let none = r#"{"message":"richmenu alias not found","details":[]}"#;
    get(&sim, &format!("{ALIAS}/a")).await.is(404, none);
    post(&sim, &format!("{ALIAS}/a"), &update).await.is(404, none);
}

#[tokio::test]
async fn a_batch_is_judged_by_what_people_had_before() {
    let sim = Sim::start().await.unwrap();
    sim.set_rate_limits(false);
    let friends = sim.add_friends(2);
    let (bare, a, b) = (make(&sim).await, make_with_image(&sim).await, make_with_image(&sim).await);
    for (user, id) in [(&friends[0], &a), (&friends[1], &b)] {
        post(&sim, &format!("/v2/bot/user/{user}/richmenu/{id}"), "").await.is(200, "{}");
    }
    let swap = json!({ "operations": [
        { "type": "link", "from": a, "to": b }, { "type": "link", "from": b, "to": a },
    ] });
    post(&sim, "/v2/bot/richmenu/validate/batch", &swap.to_string()).await.is(200, "{}");
    assert_eq!(sim.rich_menu_of(&friends[0]), Some(a.clone()));
    let accepted = post(&sim, "/v2/bot/richmenu/batch", &swap.to_string()).await;
    accepted.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&friends[0]), Some(b.clone()));
    assert_eq!(sim.rich_menu_of(&friends[1]), Some(a.clone()));
    let progress = "/v2/bot/richmenu/progress/batch?requestId=";
    let done = get(&sim, &format!("{progress}{}", accepted.request_id())).await.json();
    assert_eq!(done["phase"], "succeeded");
    let other = uuid::Uuid::new_v4();
    assert_eq!(get(&sim, &format!("{progress}{other}")).await.status, 404);

    let wrong = json!({ "operations": [{ "type": "link", "from": a, "to": bare }] });
    for path in ["/v2/bot/richmenu/batch", "/v2/bot/richmenu/validate/batch"] {
        let refused = post(&sim, path, &wrong.to_string()).await;
        assert_eq!(
            refused.json()["details"],
            json!([
                {
                    "message": format!("'to' richmenu ({bare}) must have image but it doesn't"),
                    "property": "operations[0].to",
                },
            ])
        );
    }
    let all = json!({ "operations": [{ "type": "unlinkAll" }] }).to_string();
    post(&sim, "/v2/bot/richmenu/batch", &all).await.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&friends[0]), None);
}

#[tokio::test]
async fn only_friends_have_menus_of_their_own() {
    let sim = Sim::start().await.unwrap();
    let (friend, stranger) = (sim.add_friend(), sim.add_user());
    sim.user_says(&stranger, "hi");
    let id = make_with_image(&sim).await;
    let none = r#"{"message":"the user has no richmenu","details":[]}"#;
    let of = |user: &hikyaku_model::UserId| format!("/v2/bot/user/{user}/richmenu");
    for user in [&friend, &stranger] {
        post(&sim, &format!("{}/{id}", of(user)), "").await.is(200, "{}");
    }
    get(&sim, &of(&stranger)).await.is(404, none);
    assert_eq!(sim.rich_menu_of(&stranger), None);
    // What was linked comes back with the friend, and is not taken away meanwhile.
    sim.block(&friend);
    get(&sim, &of(&friend)).await.is(404, none);
    call(&sim, "DELETE", &of(&friend), "").await.is(200, "{}");
    let unlink = json!({ "userIds": [friend] }).to_string();
    post(&sim, "/v2/bot/richmenu/bulk/unlink", &unlink).await.is(202, "{}");
    sim.follow(&friend);
    get(&sim, &of(&friend)).await.is(200, &json!({ "richMenuId": id }).to_string());
}

#[tokio::test]
async fn a_batch_with_a_key_is_done_once_in_fourteen_days() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    sim.set_rate_limits(false);
    let user = sim.add_friend();
    let (a, b) = (make_with_image(&sim).await, make_with_image(&sim).await);
    let link = async || {
        post(&sim, &format!("/v2/bot/user/{user}/richmenu/{a}"), "").await.is(200, "{}");
    };
    let batch = |key: &str| {
        let body = json!({
            "operations": [{ "type": "link", "from": a, "to": b }], "resumeRequestKey": key,
        });
        let sim = sim.clone();
        async move { post(&sim, "/v2/bot/richmenu/batch", &body.to_string()).await }
    };
    link().await;
    batch("first").await.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&user), Some(b.clone()));
    link().await;
    let again = batch("first").await;
    again.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&user), Some(a.clone()));
    let progress = format!("/v2/bot/richmenu/progress/batch?requestId={}", again.request_id());
    assert_eq!(get(&sim, &progress).await.json()["phase"], "succeeded");
    batch("second").await.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&user), Some(b.clone()));
    link().await;
    sim.advance(Duration::from_secs(14 * 24 * 60 * 60));
    batch("first").await.is(202, "{}");
    assert_eq!(sim.rich_menu_of(&user), Some(b));
}

#[tokio::test]
async fn an_area_switches_the_menu_however_it_is_tapped() {
    let sim = Sim::start().await.unwrap();
    sim.set_webhook("http://127.0.0.1:9/").unwrap();
    let user = sim.add_friend();
    let second = make_with_image(&sim).await;
    let mut tabs = menu();
    tabs["areas"] = json!(["second", "nothing"].map(|alias| json!({
        "bounds": { "x": 0, "y": 0, "width": 2500, "height": 843 },
        "action": { "type": "richmenuswitch", "richMenuAliasId": alias, "data": "to" },
    })));
    let made = post(&sim, MENUS, &tabs.to_string()).await.json();
    let first = made["richMenuId"].as_str().unwrap().to_owned();
    upload(&sim, &first, "image/png", &png(2500, 843)).await.is(200, "{}");
    let alias = json!({ "richMenuAliasId": "second", "richMenuId": second }).to_string();
    post(&sim, ALIAS, &alias).await.is(200, "{}");
    let link = async || {
        post(&sim, &format!("/v2/bot/user/{user}/richmenu/{first}"), "").await.is(200, "{}");
    };
    link().await;
    assert!(sim.tap_rich_menu(&user, 0));
    assert_eq!(sim.rich_menu_of(&user), Some(second.clone()));
    link().await;
    control(&sim, "POST", &format!("/users/{user}/rich-menu/0"), "").await.is(204, "");
    assert_eq!(sim.rich_menu_of(&user), Some(second));
    link().await;
    assert!(sim.tap_rich_menu(&user, 1));
    assert_eq!(sim.rich_menu_of(&user), Some(first));
    let webhooks = sim.webhooks().all();
    let told: Vec<_> = webhooks.iter().map(|webhook| json!(webhook.events[0])).collect();
    let told: Vec<_> = told.iter().map(|event| event["postback"]["params"].clone()).collect();
    let switched = json!({ "newRichMenuAliasId": "second", "status": "SUCCESS" });
    let failed = json!({ "status": "RICHMENU_ALIAS_ID_NOTFOUND" });
    assert_eq!(told, [switched.clone(), switched, failed]);
}
