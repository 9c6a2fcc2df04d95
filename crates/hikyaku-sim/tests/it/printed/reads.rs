use hikyaku_sim::{Sim, UserMessage};

use super::check;
use crate::http::get_data;

const NOT_FOUND: &str = r#"{"message":"Not found"}"#;
const START: &str = r#"{"message":"Invalid start param"}"#;

#[tokio::test]
async fn counts_and_profiles() {
    let sim = Sim::start().await.unwrap();
    let date = r#"{"message":"The value for the 'date' parameter is invalid"}"#;
    for kind in ["reply", "push", "multicast", "broadcast", "pnp"] {
        let path = format!("/v2/bot/message/delivery/{kind}?date=2026-08-01");
        check(&sim, &[("GET", &path, "", 400, date)]).await;
    }
    let stranger = sim.add_user();
    check(
        &sim,
        &[
            ("GET", &format!("/v2/bot/profile/{stranger}"), "", 404, NOT_FOUND),
            (
                "GET",
                "/v2/bot/profile/me",
                "",
                400,
                r#"{"message":"The value for the 'userId' parameter is invalid"}"#,
            ),
            ("GET", "/v2/bot/followers/ids?start=x", "", 400, START),
            ("GET", "/v2/bot/message/aggregation/list?start=x", "", 400, START),
        ],
    )
    .await;
}

#[tokio::test]
async fn groups_and_rooms() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let (group, room) =
        (sim.add_group(std::slice::from_ref(&friend)), sim.add_room(std::slice::from_ref(&friend)));
    let stranger = sim.add_user();
    for (kind, parameter, id, letter) in
        [("group", "groupId", group.as_str(), 'C'), ("room", "roomId", room.as_str(), 'R')]
    {
        let malformed =
            format!(r#"{{"message":"The value for the '{parameter}' parameter is invalid"}}"#);
        let unknown = format!("{letter}{}", "f".repeat(32));
        let member = format!("member/{friend}");
        for (method, what) in [
            ("GET", "summary"),
            ("GET", "members/count"),
            ("GET", "members/ids"),
            ("GET", &member),
            ("POST", "leave"),
        ] {
            if (kind, what) == ("room", "summary") {
                continue;
            }
            check(
                &sim,
                &[
                    (method, &format!("/v2/bot/{kind}/x/{what}"), "", 400, &malformed),
                    (method, &format!("/v2/bot/{kind}/{unknown}/{what}"), "", 404, NOT_FOUND),
                ],
            )
            .await;
        }
        check(
            &sim,
            &[
                ("GET", &format!("/v2/bot/{kind}/{id}/members/ids?start=x"), "", 400, START),
                ("GET", &format!("/v2/bot/{kind}/{id}/member/{stranger}"), "", 404, NOT_FOUND),
            ],
        )
        .await;
    }
    // A room that it is not in can be left, as LINE says.
    let leave = format!("/v2/bot/room/{room}/leave");
    check(&sim, &[("POST", &leave, "", 200, "{}"), ("POST", &leave, "", 200, "{}")]).await;
}

#[tokio::test]
async fn contents() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let file = sim.user_sends(&friend, UserMessage::file("a.txt", &b"a"[..]));
    let image = sim.user_sends(&friend, UserMessage::image(&b"\x89PNG\r\n\x1a\n"[..]));
    let (file, gone) = (file.message_id.clone(), image.message_id.clone());
    sim.unsend(&image);
    let path = |id: &str, what: &str| format!("/v2/bot/message/{id}/content{what}");
    for what in ["", "/preview", "/transcoding"] {
        get_data(&sim, &path("9", what)).await.is(404, r#"{"message":"not found"}"#);
        get_data(&sim, &path(&gone, what)).await.is(410, r#"{"message":"The content is gone"}"#);
    }
    let preview = r#"{"message":"The content can not be previewed"}"#;
    get_data(&sim, &path(&file, "/preview")).await.is(400, preview);
    let transcoding = r#"{"message":"Transcoding status doesn't support this type of content"}"#;
    get_data(&sim, &path(&file, "/transcoding")).await.is(400, transcoding);
}
