use hikyaku_sim::{ClockMode, FaultRule, Sim};

use super::check;
use crate::http::{bearer, call, get, post, send};

const PUSH: &str = "/v2/bot/message/push";

#[tokio::test]
async fn what_is_common_to_all() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let two = format!(
        r#"{{"to":"{friend}","messages":[{{"type":"text","text":""}},{{"type":"hologram"}}]}}"#
    );
    check(
        &sim,
        &[
            (
                "POST",
                PUSH,
                &two,
                400,
                r#"{"message":"The request body has 2 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"},{"message":"Must be one of the following values: [text, image, video, audio, location, sticker, template, imagemap]","property":"messages[1].type"}]}"#,
            ),
            (
                "POST",
                PUSH,
                "{\n",
                400,
                r#"{"message":"The request body could not be parsed as JSON (line: 2, column: 0)"}"#,
            ),
            (
                "POST",
                PUSH,
                r#"{"to":"me","messages":[{"type":"text","text":"a"}]}"#,
                400,
                r#"{"message":"The property, 'to', in the request body is invalid (line: -, column: -)"}"#,
            ),
            ("GET", "/v2/bot/nothing", "", 404, r#"{"message":"Not found"}"#),
        ],
    )
    .await;
    let wrong = [("authorization", "Bearer wrong")];
    let answer = send(&sim.api_url(), "GET", "/v2/bot/info", &wrong, b"").await.unwrap();
    answer.is(401, r#"{"message":"Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid."}"#);
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "text/plain")];
    let answer = send(&sim.api_url(), "POST", PUSH, &headers, b"{}").await.unwrap();
    answer.is(400, r#"{"message":"The content type, text/plain, is not supported"}"#);
    sim.set_quota(1, 1);
    let hello = format!(r#"{{"to":"{friend}","messages":[{{"type":"text","text":"a"}}]}}"#);
    let month = r#"{"message":"You have reached your monthly limit."}"#;
    post(&sim, PUSH, &hello).await.is(429, month);
    sim.fault(FaultRule::answer(429)).unwrap();
    let rate = r#"{"message":"The API rate limit has been exceeded. Try again later."}"#;
    post(&sim, PUSH, &hello).await.is(429, rate);
}

#[tokio::test]
async fn sends() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let text = r#""messages":[{"type":"text","text":"a"}]"#;
    let reply = format!(r#"{{"replyToken":"used",{text}}}"#);
    let stranger = format!(r#"{{"to":"U{}",{text}}}"#, "f".repeat(32));
    let two = format!(r#"{{"to":["{friend}","me"],{text}}}"#);
    let audience = format!(r#"{{{text},"recipient":{{"type":"audience","audienceGroupId":7}}}}"#);
    let redelivery = "5b59509c-c57b-11e9-aa8c-2a2ae2dbcce4";
    let again =
        format!(r#"{{{text},"recipient":{{"type":"redelivery","requestId":"{redelivery}"}}}}"#);
    let partial = format!(r#"{{{text},"limit":{{"forbidPartialDelivery":true}}}}"#);
    let women =
        format!(r#"{{{text},"filter":{{"demographic":{{"type":"gender","oneOf":["female"]}}}}}}"#);
    let again_refused = format!(r#"{{"message":"Invalid request id: {redelivery}"}}"#);
    let narrowcast = "/v2/bot/message/narrowcast";
    check(
        &sim,
        &[
            (
                "POST",
                "/v2/bot/message/reply",
                &reply,
                400,
                r#"{"message":"Invalid reply token"}"#,
            ),
            ("POST", PUSH, &stranger, 400, r#"{"message":"Failed to send messages"}"#),
            (
                "POST",
                "/v2/bot/message/multicast",
                &two,
                400,
                r#"{"message":"The property, to[1], in the request body is invalid (line: -, column: -)"}"#,
            ),
            (
                "POST",
                narrowcast,
                &audience,
                400,
                r#"{"message":"Invalid audience group id: 7"}"#,
            ),
            ("POST", narrowcast, &again, 400, &again_refused),
            (
                "POST",
                narrowcast,
                &partial,
                400,
                r#"{"message":"The option forbidPartialDelivery must be used with upToRemainingQuota."}"#,
            ),
            (
                "POST",
                narrowcast,
                &women,
                403,
                r#"{"message":"Your account does not have enough friends"}"#,
            ),
            (
                "GET",
                &format!("/v2/bot/message/progress/narrowcast?requestId={redelivery}"),
                "",
                404,
                r#"{"message":"Not found"}"#,
            ),
            (
                "POST",
                "/v2/bot/message/broadcast",
                r#"{"messages":[{"text":"a"}]}"#,
                400,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].type"}]}"#,
            ),
            (
                "POST",
                "/bot/pnp/push",
                &format!(r#"{{"to":"+818000001234",{text}}}"#),
                400,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"The value must be a valid SHA-256 digest.","property":"to"}]}"#,
            ),
            (
                "POST",
                "/bot/pnp/push",
                &format!(r#"{{"to":"{}",{text}}}"#, "0".repeat(64)),
                422,
                r#"{"message":"Failed to send messages"}"#,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_send_that_was_accepted() {
    let sim = Sim::start().await.unwrap();
    let key = ("X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000");
    let body = r#"{"messages":[{"type":"text","text":"a"}]}"#;
    let path = "/v2/bot/message/broadcast";
    crate::http::post_with(&sim, path, &[key], body).await.is(200, "{}");
    let again = crate::http::post_with(&sim, path, &[key], body).await;
    again.is(409, r#"{"message":"The retry key is already accepted"}"#);
}

#[tokio::test]
async fn validation_of_all_five() {
    let sim = Sim::start().await.unwrap();
    let text = r#"{"type":"text","text":"a"}"#;
    let six = format!(r#"{{"messages":[{}]}}"#, [text; 6].join(","));
    let long = format!(r#"{{"messages":[{{"type":"text","text":"{}"}}]}}"#, "x".repeat(5001));
    for kind in ["reply", "push", "multicast", "narrowcast", "broadcast"] {
        let path = format!("/v2/bot/message/validate/{kind}");
        check(
            &sim,
            &[
                (
                    "POST",
                    &path,
                    &six,
                    400,
                    r#"{"message":"The request body has 1 error(s)","details":[{"message":"Size must be between 1 and 5","property":"messages"}]}"#,
                ),
                (
                    "POST",
                    &path,
                    &long,
                    400,
                    r#"{"message":"The request body has 1 error(s)","details":[{"message":"Length must be between 0 and 5000","property":"messages[0].text"}]}"#,
                ),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn chats() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let group = sim.add_group(std::slice::from_ref(&friend));
    let loading = "/v2/bot/chat/loading/start";
    check(
        &sim,
        &[
            (
                "POST",
                loading,
                &format!(r#"{{"chatId":"{friend}","loadingSeconds":3}}"#),
                400,
                r#"{"message":"The request body has 2 error(s)","details":[{"message":"Must be between 5 and 60","property":"loadingSeconds"},{"message":"must be a multiple of five","property":"loadingSeconds"}]}"#,
            ),
            (
                "POST",
                loading,
                &format!(r#"{{"chatId":"{group}"}}"#),
                400,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.","property":"chatId"}]}"#,
            ),
            (
                "POST",
                "/v2/bot/chat/markAsRead",
                r#"{"markAsReadToken":"x"}"#,
                400,
                r#"{"message":"Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook."}"#,
            ),
            (
                "POST",
                "/v2/bot/message/markAsRead",
                &format!(r#"{{"chat":{{"userId":"{group}"}}}}"#),
                400,
                r#"{"message":"The property, 'chat.chatId', in the request body is invalid (line: -, column: -)"}"#,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_webhook_endpoint() {
    let sim = Sim::start().await.unwrap();
    let invalid = r#"{"message":"Invalid webhook endpoint URL"}"#;
    let none = r#"{"message":"Webhook endpoint not found"}"#;
    let endpoint = "/v2/bot/channel/webhook/endpoint";
    let test = "/v2/bot/channel/webhook/test";
    check(
        &sim,
        &[
            ("PUT", endpoint, r#"{"endpoint":"example.com"}"#, 400, invalid),
            ("GET", endpoint, "", 404, none),
            ("POST", test, r#"{"endpoint":"example.com"}"#, 400, invalid),
            ("POST", test, "", 404, none),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_progress_whose_time_is_over() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let sent = call(
        &sim,
        "POST",
        "/v2/bot/message/narrowcast",
        r#"{"messages":[{"type":"text","text":"a"}]}"#,
    )
    .await;
    let path = format!("/v2/bot/message/progress/narrowcast?requestId={}", sent.request_id());
    assert_eq!(get(&sim, &path).await.status, 200);
    sim.advance(std::time::Duration::from_secs(15 * 24 * 60 * 60));
    get(&sim, &path).await.is(404, r#"{"message":"Not found"}"#);
}
