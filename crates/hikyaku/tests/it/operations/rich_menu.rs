use hikyaku::{
    Client, ErrorKind, RetryPolicy,
    model::{
        Action, UserId,
        rich_menu::{RichMenu, RichMenuArea, RichMenuBatch, RichMenuBatchOperation, RichMenuSize},
    },
    rich_menu::RichMenuBatchPhase,
};

use super::check;
use crate::{
    react,
    server::{Reaction, Server, answer},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x09\xc4\0\0\x03\x4b\x08\x06\0\0\0";

fn menu() -> RichMenu {
    RichMenu::new(RichMenuSize::new(2500, 843), "shop", "Menu").area(RichMenuArea::new(
        0,
        0,
        2500,
        843,
        Action::message("Buy", "buy"),
    ))
}

const MENU: &str = r#"{"size":{"width":2500,"height":843},"selected":false,"name":"shop","chatBarText":"Menu","areas":[{"bounds":{"x":0,"y":0,"width":2500,"height":843},"action":{"type":"message","label":"Buy","text":"buy"}}]}"#;

#[tokio::test]
async fn a_menu_from_making_to_deleting() {
    let made = check(
        r#"{"richMenuId":"richmenu-1"}"#,
        async |client| client.create_rich_menu(&menu()).await,
        &format!("POST /v2/bot/richmenu\n{MENU}"),
    )
    .await;
    assert_eq!(made.rich_menu_id, "richmenu-1");
    check(
        "{}",
        async |client| client.validate_rich_menu(&menu()).await,
        &format!("POST /v2/bot/richmenu/validate\n{MENU}"),
    )
    .await;
    let detail = format!(r#"{{"richMenuId":"richmenu-1",{}"#, &MENU[1..]);
    let got = check(
        &detail,
        async |client| client.rich_menu("richmenu-1").await,
        "GET /v2/bot/richmenu/richmenu-1",
    )
    .await;
    assert_eq!((got.rich_menu_id.as_str(), &got.menu), ("richmenu-1", &menu()));
    let list = check(
        &format!(r#"{{"richmenus":[{detail}]}}"#),
        async |client| client.rich_menus().await,
        "GET /v2/bot/richmenu/list",
    )
    .await;
    assert_eq!(list.richmenus.len(), 1);
    check(
        "{}",
        async |client| client.delete_rich_menu("richmenu-1").await,
        "DELETE /v2/bot/richmenu/richmenu-1",
    )
    .await;
}

#[tokio::test]
async fn a_menu_that_line_would_refuse_is_not_sent() {
    let mut wrong = menu();
    wrong.size = RichMenuSize::new(2500, 2000);
    wrong.chat_bar_text = "fifteen letters".to_owned();
    let error = react(answer(200, "{}"), async |client| client.create_rich_menu(&wrong).await);
    let error = error.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let properties: Vec<_> =
        error.details().iter().map(|detail| detail.property.as_deref().unwrap()).collect();
    assert_eq!(properties, ["size.height", "chatBarText"]);
}

#[tokio::test]
async fn an_image_says_itself_what_it_is() {
    let server = Server::start([answer(200, "{}")]).await;
    crate::client(&server).upload_rich_menu_image("richmenu-1", PNG).await.unwrap();
    let request = &server.requests()[0];
    assert!(request.head.starts_with("POST /v2/bot/richmenu/richmenu-1/content HTTP/1.1\r\n"));
    assert_eq!(request.header("content-type"), Some("image/png"));
    assert_eq!(request.body, PNG);
}

#[tokio::test]
async fn an_image_that_line_would_refuse_is_not_sent() {
    for (image, why) in [
        (vec![0; 1024 * 1024 + 1], "1 MB"),
        (b"GIF89a".to_vec(), "JPEG or PNG"),
        ([&PNG[..20], b"\0\0\x09\xc4"].concat(), "is 2500x2500"),
    ] {
        let error = react(answer(200, "{}"), async |client| {
            client.upload_rich_menu_image("richmenu-1", image).await.unwrap_err()
        })
        .await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn the_default_menu() {
    check(
        "{}",
        async |client| client.set_default_rich_menu("richmenu-1").await,
        "POST /v2/bot/user/all/richmenu/richmenu-1",
    )
    .await;
    let get = "GET /v2/bot/user/all/richmenu";
    let menu = r#"{"richMenuId":"richmenu-1"}"#;
    let default = check(menu, async |client| client.default_rich_menu().await, get).await;
    assert_eq!(default.into_inner().unwrap().rich_menu_id, "richmenu-1");
    check(
        "{}",
        async |client| client.cancel_default_rich_menu().await,
        "DELETE /v2/bot/user/all/richmenu",
    )
    .await;
}

#[tokio::test]
async fn no_menu_is_told_from_nothing_to_ask_about() {
    let none = answer(404, r#"{"message":"no default richmenu"}"#);
    assert!(react(none, async |client| client.default_rich_menu().await.unwrap()).await.is_none());
    let none = answer(404, r#"{"message":"the user has no richmenu"}"#);
    assert!(react(none, async |client| client.rich_menu_of("U1").await.unwrap()).await.is_none());
    let unknown = answer(404, r#"{"message":"Not found"}"#);
    let error = react(unknown, async |client| client.rich_menu_of("U1").await.unwrap_err()).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let foreign = answer(403, r#"{"message":"the richmenu is owned by another channel"}"#);
    let error = react(foreign, async |client| client.default_rich_menu().await.unwrap_err()).await;
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

#[tokio::test]
async fn menus_of_users() {
    let users = [UserId::from("U1"), UserId::from("U2")];
    check(
        "{}",
        async |client| client.link_rich_menu("U1", "richmenu-1").await,
        "POST /v2/bot/user/U1/richmenu/richmenu-1",
    )
    .await;
    check(
        "{}",
        async |client| client.unlink_rich_menu("U1").await,
        "DELETE /v2/bot/user/U1/richmenu",
    )
    .await;
    check(
        "{}",
        async |client| client.link_rich_menu_to_users("richmenu-1", &users).await,
        "POST /v2/bot/richmenu/bulk/link\n{\"richMenuId\":\"richmenu-1\",\"userIds\":[\"U1\",\"U2\"]}",
    )
    .await;
    check(
        "{}",
        async |client| {
            client.link_rich_menu_to_users("richmenu-1", &["U1".to_owned(), "U2".to_owned()]).await
        },
        "POST /v2/bot/richmenu/bulk/link\n{\"richMenuId\":\"richmenu-1\",\"userIds\":[\"U1\",\"U2\"]}",
    )
    .await;
    check(
        "{}",
        async |client| client.unlink_rich_menu_from_users(&["U1", "U2"]).await,
        "POST /v2/bot/richmenu/bulk/unlink\n{\"userIds\":[\"U1\",\"U2\"]}",
    )
    .await;
}

#[tokio::test]
async fn a_batch_and_its_progress() {
    let batch = RichMenuBatch::new([
        RichMenuBatchOperation::link("richmenu-1", "richmenu-2"),
        RichMenuBatchOperation::unlink("richmenu-3"),
    ])
    .resume_request_key("key-1");
    let json = r#"{"operations":[{"type":"link","from":"richmenu-1","to":"richmenu-2"},{"type":"unlink","from":"richmenu-3"}],"resumeRequestKey":"key-1"}"#;
    let answered = check(
        "{}",
        async |client| client.rich_menu_batch(&batch).await,
        &format!("POST /v2/bot/richmenu/batch\n{json}"),
    )
    .await;
    assert_eq!(answered.request_id(), Some("REQUEST-ID"));
    check(
        "{}",
        async |client| client.validate_rich_menu_batch(&batch).await,
        &format!("POST /v2/bot/richmenu/validate/batch\n{json}"),
    )
    .await;
    let progress = check(
        r#"{"phase":"succeeded","acceptedTime":"2026-01-02T03:04:05.678Z","completedTime":"2026-01-02T03:04:06.678Z"}"#,
        async |client| client.rich_menu_batch_progress("REQUEST-ID").await,
        "GET /v2/bot/richmenu/progress/batch?requestId=REQUEST-ID",
    )
    .await;
    assert_eq!(progress.phase, RichMenuBatchPhase::Succeeded);
}

#[tokio::test]
async fn a_batch_that_contradicts_itself_is_not_sent() {
    for operations in [
        vec![],
        vec![RichMenuBatchOperation::unlink("a"), RichMenuBatchOperation::link("a", "b")],
        vec![RichMenuBatchOperation::unlink_all(), RichMenuBatchOperation::unlink("a")],
    ] {
        let batch = RichMenuBatch::new(operations);
        let result = react(answer(200, "{}"), async |client| client.rich_menu_batch(&batch).await);
        assert_eq!(result.await.unwrap_err().kind(), ErrorKind::Invalid);
    }
}

#[tokio::test]
async fn aliases() {
    let alias = r#"{"richMenuAliasId":"tab-a","richMenuId":"richmenu-1"}"#;
    check(
        "{}",
        async |client| client.create_rich_menu_alias("tab-a", "richmenu-1").await,
        &format!("POST /v2/bot/richmenu/alias\n{alias}"),
    )
    .await;
    let got = check(
        alias,
        async |client| client.rich_menu_alias("tab-a").await,
        "GET /v2/bot/richmenu/alias/tab-a",
    )
    .await;
    assert_eq!(got.rich_menu_id, "richmenu-1");
    let list = check(
        &format!(r#"{{"aliases":[{alias}]}}"#),
        async |client| client.rich_menu_aliases().await,
        "GET /v2/bot/richmenu/alias/list",
    )
    .await;
    assert_eq!(list.aliases.len(), 1);
    check(
        "{}",
        async |client| client.update_rich_menu_alias("tab-a", "richmenu-2").await,
        "POST /v2/bot/richmenu/alias/tab-a\n{\"richMenuId\":\"richmenu-2\"}",
    )
    .await;
    check(
        "{}",
        async |client| client.delete_rich_menu_alias("tab-a").await,
        "DELETE /v2/bot/richmenu/alias/tab-a",
    )
    .await;
    let error = react(answer(200, "{}"), async |client| {
        client.create_rich_menu_alias("Tab A", "richmenu-1").await.unwrap_err()
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_repeated_removal_that_finds_nothing_says_that_it_may_have_landed() {
    let server = Server::start([
        Reaction::CutWhileReading,
        answer(404, r#"{"message":"richmenu not found"}"#),
    ])
    .await;
    let policy = RetryPolicy::default().base_delay(std::time::Duration::ZERO);
    let client = Client::builder("TOKEN").api_base_url(server.url()).retry(policy).build().unwrap();
    let error = client.delete_rich_menu("richmenu-1").await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::NotFound, true));
}
