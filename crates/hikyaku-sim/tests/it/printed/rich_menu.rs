use hikyaku_sim::Sim;
use serde_json::json;

use super::check;
use crate::{
    http::post,
    rich_menu::{make, make_with_image, menu, png, upload},
};

const UNKNOWN: &str = "richmenu-0123456789abcdef0123456789abcdef";
const NOT_FOUND: &str = r#"{"message":"Not found"}"#;
const ID: &str = r#"{"message":"The request body has 1 error(s)","details":[{"message":"invalid richMenuId","property":"richMenuId"}]}"#;
const USER: &str = r#"{"message":"The value for the 'userId' parameter is invalid"}"#;
const USER_0: &str = r#"{"message":"The property, 'userIds[0]', in the request body is invalid (line: -, column: -)"}"#;

#[tokio::test]
async fn menus() {
    let sim = Sim::start().await.unwrap();
    let mut nameless = menu();
    nameless.as_object_mut().unwrap().remove("name");
    let mut ftp = menu();
    ftp["areas"][0]["action"] =
        json!({ "type": "uri", "label": "a", "uri": "ftp://example.com/a" });
    for path in ["/v2/bot/richmenu", "/v2/bot/richmenu/validate"] {
        check(
            &sim,
            &[
                (
                    "POST",
                    path,
                    &nameless.to_string(),
                    400,
                    r#"{"message":"The request body has 1 error(s)","details":[{"message":"must be specified","property":"name"}]}"#,
                ),
                (
                    "POST",
                    path,
                    &ftp.to_string(),
                    400,
                    r#"{"message":"The request body has 1 error(s)","details":[{"message":"invalid uri","property":"areas[0].action.uri"}]}"#,
                ),
            ],
        )
        .await;
    }
    let id = make(&sim).await;
    let size = r#"{"message":"The image size is not allowed for richmenu"}"#;
    upload(&sim, &id, "image/png", &png(1, 1)).await.is(400, size);
    upload(&sim, &id, "image/png", &png(2500, 843)).await.is(200, "{}");
    let again = r#"{"message":"An image has already been uploaded to the richmenu"}"#;
    upload(&sim, &id, "image/png", &png(2500, 843)).await.is(400, again);
    let image = format!("/v2/bot/richmenu/{UNKNOWN}/content");
    crate::http::get_data(&sim, &image).await.is(404, NOT_FOUND);
    let menu = format!("/v2/bot/richmenu/{UNKNOWN}");
    check(&sim, &[("GET", &menu, "", 404, NOT_FOUND), ("DELETE", &menu, "", 404, NOT_FOUND)]).await;
}

#[tokio::test]
async fn menus_of_people() {
    let sim = Sim::start().await.unwrap();
    let (friend, bare, shown) = (sim.add_friend(), make(&sim).await, make_with_image(&sim).await);
    let all = "/v2/bot/user/all/richmenu";
    let own = format!("/v2/bot/user/{friend}/richmenu");
    let link = "/v2/bot/richmenu/bulk/link";
    let of = |id: &str, user: &str| format!(r#"{{"richMenuId":"{id}","userIds":["{user}"]}}"#);
    check(
        &sim,
        &[
            (
                "POST",
                &format!("{all}/{bare}"),
                "",
                400,
                r#"{"message":"must upload richmenu image before applying it to user","details":[]}"#,
            ),
            ("POST", &format!("{all}/{UNKNOWN}"), "", 404, NOT_FOUND),
            ("GET", all, "", 404, r#"{"message":"no default richmenu","details":[]}"#),
            ("POST", &format!("/v2/bot/user/me/richmenu/{shown}"), "", 400, USER),
            ("POST", &format!("{own}/{UNKNOWN}"), "", 404, NOT_FOUND),
            ("POST", link, &of(&shown, "me"), 400, USER_0),
            ("POST", link, &of("richmenu-x", friend.as_str()), 400, ID),
            (
                "POST",
                link,
                &of(UNKNOWN, friend.as_str()),
                404,
                r#"{"message":"richmenu not found","details":[]}"#,
            ),
            ("GET", "/v2/bot/user/me/richmenu", "", 400, USER),
            ("GET", &own, "", 404, r#"{"message":"the user has no richmenu","details":[]}"#),
            ("DELETE", "/v2/bot/user/me/richmenu", "", 400, USER),
            ("POST", "/v2/bot/richmenu/bulk/unlink", r#"{"userIds":["me"]}"#, 400, USER_0),
        ],
    )
    .await;
}

#[tokio::test]
async fn batches() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let (bare, shown) = (make(&sim).await, make_with_image(&sim).await);
    let batch = |operations: &str| format!(r#"{{"operations":[{operations}]}}"#);
    let unlink = |id: &str| format!(r#"{{"type":"unlink","from":"{id}"}}"#);
    let link =
        |from: &str, to: &str| batch(&format!(r#"{{"type":"link","from":"{from}","to":"{to}"}}"#));
    let twice = format!(
        r#"{{"message":"The request body has 1 error(s)","details":[{{"message":"from richmenu ({shown}) is duplicated","property":"operations[].from"}}]}}"#
    );
    let no_image = format!(
        r#"{{"message":"The request body has 1 error(s)","details":[{{"message":"'to' richmenu ({bare}) must have image but it doesn't","property":"operations[0].to"}}]}}"#
    );
    let missing = format!(
        r#"{{"message":"The request body has 1 error(s)","details":[{{"message":"Richmenu ({UNKNOWN}) is not found","property":"operations[0].to"}}]}}"#
    );
    for path in ["/v2/bot/richmenu/batch", "/v2/bot/richmenu/validate/batch"] {
        check(
            &sim,
            &[
                (
                    "POST",
                    path,
                    &batch(&unlink("richmenu-x")),
                    400,
                    r#"{"message":"The request body has 1 error(s)","details":[{"message":"invalid richMenuId","property":"operations[0].from"}]}"#,
                ),
                (
                    "POST",
                    path,
                    &batch(&[unlink(&shown), unlink(&shown)].join(",")),
                    400,
                    &twice,
                ),
                (
                    "POST",
                    path,
                    &batch(&format!(r#"{},{{"type":"unlinkAll"}}"#, unlink(&shown))),
                    400,
                    r#"{"message":"The request body has 1 error(s)","details":[{"message":"'unlinkAll' type can't be combined with other type","property":"operations[].type"}]}"#,
                ),
                ("POST", path, &link(&shown, &bare), 400, &no_image),
                ("POST", path, &link(&shown, UNKNOWN), 404, &missing),
            ],
        )
        .await;
    }
    let progress = "/v2/bot/richmenu/progress/batch?requestId=bb9744f9-47fa-4a29-941e-1234567890ab";
    check(&sim, &[("GET", progress, "", 404, NOT_FOUND)]).await;
}

#[tokio::test]
async fn aliases() {
    let sim = Sim::start().await.unwrap();
    let (bare, shown) = (make(&sim).await, make_with_image(&sim).await);
    let alias = |id: &str| format!(r#"{{"richMenuAliasId":"a","richMenuId":"{id}"}}"#);
    let menu = |id: &str| format!(r#"{{"richMenuId":"{id}"}}"#);
    let none = r#"{"message":"richmenu not found","details":[]}"#;
    let no_alias = r#"{"message":"richmenu alias not found","details":[]}"#;
    post(&sim, "/v2/bot/richmenu/alias", &alias(&shown)).await.is(200, "{}");
    check(
        &sim,
        &[
            ("POST", "/v2/bot/richmenu/alias", &alias(UNKNOWN), 400, none),
            ("POST", "/v2/bot/richmenu/alias", &alias(&bare), 400, none),
            ("POST", "/v2/bot/richmenu/alias", &alias("x"), 400, ID),
            (
                "POST",
                "/v2/bot/richmenu/alias",
                &alias(&shown),
                400,
                r#"{"message":"conflict richmenu alias id","details":[]}"#,
            ),
            ("POST", "/v2/bot/richmenu/alias/a", &menu(UNKNOWN), 400, none),
            ("POST", "/v2/bot/richmenu/alias/a", &menu("x"), 400, ID),
            ("POST", "/v2/bot/richmenu/alias/b", &menu(&shown), 404, no_alias),
            ("GET", "/v2/bot/richmenu/alias/b", "", 404, no_alias),
            ("DELETE", "/v2/bot/richmenu/alias/b", "", 404, no_alias),
        ],
    )
    .await;
}
