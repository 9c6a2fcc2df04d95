use std::time::Duration;

use hikyaku_sim::{ClockMode, Sim, UserMessage};

use crate::http::{get, get_data};

const NOT_FOUND: &str = r#"{"message":"not found"}"#;

fn path(message_id: &str, rest: &str) -> String {
    format!("/v2/bot/message/{message_id}/content{rest}")
}

#[tokio::test]
async fn what_a_person_sent_comes_back_byte_by_byte_until_it_is_taken_back() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let said = sim.user_sends(&user, UserMessage::image(bytes.clone()));
    let answer = get_data(&sim, &path(&said.message_id, "")).await;
    assert_eq!((answer.status, &*answer.headers["content-type"]), (200, "image/jpeg"));
    assert!(answer.body == bytes);
    let preview = get_data(&sim, &path(&said.message_id, "/preview")).await;
    assert!(preview.body == bytes);
    let wrong = r#"{"message":"Transcoding status doesn't support this type of content"}"#;
    get_data(&sim, &path(&said.message_id, "/transcoding")).await.is(400, wrong);

    assert_eq!(get(&sim, &path(&said.message_id, "")).await.status, 404);
    get_data(&sim.add_channel(), &path(&said.message_id, "")).await.is(404, NOT_FOUND);
    sim.unsend(&said);
    for rest in ["", "/preview", "/transcoding"] {
        let gone = r#"{"message":"The content is gone"}"#;
        get_data(&sim, &path(&said.message_id, rest)).await.is(410, gone);
    }
    let text = sim.user_says(&user, "hi");
    get_data(&sim, &path(&text.message_id, "")).await.is(404, NOT_FOUND);
    get_data(&sim, &path("x", "")).await.is(404, NOT_FOUND);
}

#[tokio::test]
async fn a_video_is_prepared_for_a_while() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let user = sim.add_friend();
    let video = UserMessage::video(&b"mp4"[..], 1000).prepared_in(Duration::from_secs(10));
    let id = sim.user_sends(&user, video).message_id;
    get_data(&sim, &path(&id, "")).await.is(202, "{}");
    get_data(&sim, &path(&id, "/transcoding")).await.is(200, r#"{"status":"processing"}"#);
    sim.advance(Duration::from_secs(10));
    let answer = get_data(&sim, &path(&id, "")).await;
    assert_eq!((answer.status, answer.text()), (200, "mp4"));
    assert_eq!(answer.headers["content-type"], "video/mp4");
    get_data(&sim, &path(&id, "/transcoding")).await.is(200, r#"{"status":"succeeded"}"#);
    let preview = get_data(&sim, &path(&id, "/preview")).await;
    assert!(preview.body.starts_with(b"\x89PNG") && preview.body.ends_with(b"IEND\xaeB`\x82"));

    let never = UserMessage::audio(&b"m4a"[..], 1000).never_prepared();
    let id = sim.user_sends(&user, never).message_id;
    get_data(&sim, &path(&id, "/transcoding")).await.is(200, r#"{"status":"failed"}"#);
}

#[tokio::test]
async fn a_file_keeps_its_media_type_and_has_no_preview() {
    let sim = Sim::start().await.unwrap();
    let file = UserMessage::file("a.pdf", &b"%PDF"[..]).media_type("application/pdf");
    let id = sim.user_sends(sim.add_friend(), file).message_id;
    let answer = get_data(&sim, &path(&id, "")).await;
    assert_eq!((answer.text(), &*answer.headers["content-type"]), ("%PDF", "application/pdf"));
    let none = r#"{"message":"The content can not be previewed"}"#;
    get_data(&sim, &path(&id, "/preview")).await.is(400, none);
}
