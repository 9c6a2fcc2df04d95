//! What becomes of each kind of failure.

use std::{error::Error as _, time::Duration};

use hikyaku::{
    Client, Error, ErrorKind, RetryPolicy,
    model::{ChannelToken, Check, send::AggregationUnit},
};
use tokio::net::TcpListener;

use crate::{
    react,
    script::{Outcome::Answer, Script},
    server::{Reaction, Server, answer, answer_with},
};

async fn push(client: &Client) -> Result<hikyaku::Accepted, Error> {
    client.push("U1", "hi").await
}

#[tokio::test]
async fn each_status_has_its_kind() {
    let rate = r#"{"message":"The API rate limit has been exceeded. Try again later."}"#;
    let month = r#"{"message":"You have reached your monthly limit."}"#;
    let denied = r#"{"message":"Access to this API is not available for your account"}"#;
    for (status, body, kind, retryable, may_have_landed) in [
        (400, r#"{"message":"Failed to send messages"}"#, ErrorKind::Rejected, false, false),
        (401, r#"{"message":"Authentication failed"}"#, ErrorKind::Unauthorized, false, false),
        (403, denied, ErrorKind::Forbidden, false, false),
        (404, r#"{"message":"Not found"}"#, ErrorKind::NotFound, false, false),
        (408, "", ErrorKind::Transient, true, true),
        (410, r#"{"message":"The content is gone"}"#, ErrorKind::Gone, false, false),
        (413, "", ErrorKind::Rejected, false, false),
        (418, "{}", ErrorKind::Rejected, false, false),
        (429, rate, ErrorKind::RateLimited, true, false),
        (429, month, ErrorKind::QuotaExceeded, false, false),
        (500, r#"{"message":"Internal Server Error"}"#, ErrorKind::Transient, true, true),
        (503, "", ErrorKind::Transient, true, true),
        (599, "{}", ErrorKind::Transient, true, true),
        (777, "{}", ErrorKind::Rejected, false, false),
    ] {
        let error = react(answer(status, body), push).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(
            (error.is_retryable(), error.may_have_landed()),
            (retryable, may_have_landed),
            "{status}"
        );
        assert_eq!(error.request_id(), Some("REQUEST-ID"));
    }
}

#[tokio::test]
async fn the_details_of_a_400_say_what_is_wrong() {
    let body = r#"{"message":"The request body has 2 error(s)","details":[
        {"message":"May not be empty","property":"messages[0].text"},
        {"message":"Must be one of the following values: [text, image]","property":"messages[1].type"}]}"#;
    let error = react(answer(400, body), push).await.unwrap_err();
    let details: Vec<_> = error
        .details()
        .iter()
        .map(|detail| (detail.property.as_deref().unwrap(), detail.message.as_deref().unwrap()))
        .collect();
    assert_eq!(
        details,
        [
            ("messages[0].text", "May not be empty"),
            ("messages[1].type", "Must be one of the following values: [text, image]"),
        ]
    );
    assert_eq!(
        error.to_string(),
        "rejected (400): The request body has 2 error(s); messages[0].text: May not be empty; messages[1].type: \
         Must be one of the following values: [text, image] [request id REQUEST-ID]"
    );
}

#[tokio::test]
async fn a_server_that_never_answers_the_tls_handshake_has_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let accepted = tokio::spawn(async move {
        [listener.accept().await.unwrap(), listener.accept().await.unwrap()]
    });
    let client = Client::builder("TOKEN")
        .api_base_url(url)
        .connect_timeout(Duration::from_millis(100))
        .retry(RetryPolicy::default().max_retries(1).base_delay(Duration::ZERO))
        .build()
        .unwrap();
    let error = client.reply("T", "hi").await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, false), "{error}");
    assert_eq!(error.message(), "no connection within 100ms");
    accepted.await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start([]).await;
    let location = format!("location: {}/elsewhere\r\n", server.url());
    for status in [301, 302, 303, 307, 308] {
        let error = react(answer_with(status, &location, ""), push).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(
            error.message().contains(&format!("a redirect to {}/elsewhere", server.url())),
            "{error}"
        );
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_tells_nobody_the_token_that_stood_in_the_query() {
    let token = ChannelToken::new("SECRET").unwrap();
    let location = "location: https://other.example/verify?access_token=SECRET#SECRET\r\n";
    let verify = async |client: &Client| client.verify_v2_1_token(&token).await;
    let error = react(answer_with(301, location, ""), verify).await.unwrap_err();
    assert!(error.message().contains("a redirect to https://other.example/verify,"), "{error}");
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
}

#[tokio::test]
async fn a_value_that_no_url_has_room_for_is_refused() {
    let server = Server::start([]).await;
    let client = crate::client(&server);
    let long = "U".repeat(100_000);
    for error in [
        client.profile(&long).await.unwrap_err(),
        client.narrowcast_progress(&long).await.unwrap_err(),
        client.followers().start(&long).await.unwrap_err(),
        client.message_content(&long).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().len() < 200, "{error}");
    }
    assert!(server.requests().is_empty());
    let base_url = format!("{}/{long}", server.url());
    assert!(Client::builder("TOKEN").api_base_url(base_url).build().is_err());
}

#[test]
fn what_is_wrong_with_a_whole_value_names_no_property() {
    let broken = AggregationUnit::from("a b").validate().unwrap_err();
    let error = Error::from(broken);
    assert_eq!(error.details()[0].property, None);
    assert!(error.details()[0].message.is_some());
}

#[tokio::test]
async fn a_page_is_quoted_in_short() {
    let page = format!("<html>\n<h1>Bad\tGateway</h1>\u{7}{}</html>", "x".repeat(5000));
    let length = page.len();
    let bytes = format!(
        "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\r\n{page}"
    );
    let error = react(Reaction::Answer(bytes.into()), push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient);
    let message = error.message();
    assert!(
        message.contains("not LINE's JSON but text/html: <html> <h1>Bad Gateway</h1>x"),
        "{message}"
    );
    assert!(message.len() < 400);
    assert_eq!(error.request_id(), None);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_described() {
    let bytes = b"HTTP/1.1 400 Bad\r\ncontent-length: 4\r\n\r\n\xff\xfe\x00\x1b".to_vec();
    let error = react(Reaction::Answer(bytes), push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Foreign);
    assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
}

#[tokio::test]
async fn an_error_of_ten_megabytes_is_read_no_further_than_needed() {
    let length = 10 << 20;
    let mut bytes = format!("HTTP/1.1 400 Bad\r\ncontent-length: {length}\r\n\r\n{{\"message\":\"")
        .into_bytes();
    bytes.resize(bytes.len() + length, b'x');
    let error = react(Reaction::Answer(bytes), push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Foreign);
    assert!(format!("{error:?}").len() < 4096);
}

#[tokio::test]
async fn an_endless_success_is_cut_off() {
    let mut bytes =
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"sentMessages\":[],\"x\":\"".to_vec();
    bytes.resize(bytes.len() + (20 << 20), b'x');
    let error = react(Reaction::AnswerAndClose(bytes), push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.may_have_landed());
}

#[tokio::test]
async fn a_truncated_success_is_in_doubt() {
    let bytes =
        b"HTTP/1.1 200 OK\r\nx-line-request-id: r1\r\ncontent-length: 100\r\n\r\n{\"sentMess"
            .to_vec();
    let error = react(Reaction::AnswerAndClose(bytes), push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.may_have_landed() && error.is_retryable());
    assert!(error.get_ref().is_some());
    // What did come of the answer is told.
    assert_eq!((error.status().map(|s| s.as_u16()), error.request_id()), (Some(200), Some("r1")));
}

/// The error and its sources, as programs print them.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

#[tokio::test]
async fn a_chain_of_errors_gives_each_reason_once() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = Client::builder("TOKEN")
        .base_url(format!("http://{closed}"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let refused = chain(&push(&client).await.unwrap_err());
    assert_eq!(refused.to_lowercase().matches("connection refused").count(), 1, "{refused}");
    let misread = react(answer(200, r#"{"sentMessages":7}"#), push).await.unwrap_err();
    assert_eq!(chain(&misread).matches("invalid type").count(), 1, "{misread}");
    let empty = react(answer(200, "{}"), async |client| client.push("U1", "").await).await;
    let empty = chain(&empty.unwrap_err());
    assert_eq!(empty.matches("must not be empty").count(), 1, "{empty}");
}

#[tokio::test]
async fn debug_shows_the_body_as_a_text() {
    let body = format!(r#"{{"message":"Bad\nrequest","x":"{}"}}"#, "é".repeat(1000));
    let header = "set-cookie: session=secret\r\n";
    let error = react(answer_with(400, header, &body), push).await.unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.starts_with(r#"Error { kind: Rejected, status: Some(400), request_id: Some("REQUEST-ID"), message: "Bad request""#), "{shown}");
    assert!(shown.contains(r#"body: "{\"message\":"#) && shown.contains("ééé"), "{shown}");
    assert!(!shown.contains("secret") && shown.chars().count() < 900, "{shown}");
}

#[tokio::test]
async fn a_truncated_error_is_still_known_by_its_status() {
    let bytes =
        b"HTTP/1.1 401 Unauthorized\r\nx-line-request-id: r1\r\ncontent-length: 100\r\n\r\n{\"mess"
            .to_vec();
    let error = react(Reaction::AnswerAndClose(bytes), push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn what_is_no_http_is_a_failure_in_doubt() {
    let error = react(Reaction::AnswerAndClose(b"SSH-2.0-OpenSSH_9\r\n\r\n".to_vec()), push).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, true));
}

#[tokio::test]
async fn a_connection_cut_after_bytes_left_is_in_doubt() {
    for reaction in [Reaction::CutWhileReading, Reaction::AnswerAndClose(Vec::new())] {
        let error = react(reaction, push).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, true));
        assert_eq!(error.status(), None);
    }
}

#[tokio::test]
async fn a_refused_connection_is_surely_not_sent() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = Client::builder("TOKEN")
        .api_base_url(format!("http://{closed}"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = push(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, false));
    assert!(error.message().starts_with("tcp connect error: Connection refused"), "{error}");
}

#[tokio::test]
async fn silence_ends_at_the_timeout() {
    let server = Server::start([Reaction::Silence]).await;
    let client = Client::builder("TOKEN")
        .api_base_url(server.url())
        .timeout(Duration::from_millis(20))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = push(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, true));
    assert_eq!(error.message(), "no whole answer within 20ms");
}

#[tokio::test]
async fn a_body_that_never_ends_meets_the_timeout_too() {
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec();
    let server = Server::start([Reaction::Answer(bytes)]).await;
    let client = Client::builder("TOKEN")
        .api_base_url(server.url())
        .timeout(Duration::from_millis(50))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    assert_eq!(push(&client).await.unwrap_err().kind(), ErrorKind::Network);
}

#[tokio::test]
async fn a_broken_rule_sends_nothing_and_names_every_place() {
    let server = Server::start([]).await;
    let client = crate::client(&server);
    let error = client.push("", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(
        error.to_string(),
        "invalid: nothing was sent; to: must not be empty; messages[0].text: must not be empty"
    );
    let users: Vec<_> = (0..501).map(|n| format!("U{n}")).collect();
    let error = client.multicast(&users, Vec::<&str>::new()).await.unwrap_err();
    let properties: Vec<_> =
        error.details().iter().map(|d| d.property.as_deref().unwrap()).collect();
    assert_eq!(properties, ["to", "messages"]);
    let group = "C0123456789abcdef0123456789abcdef";
    let error = client.multicast(&[group], "hi").await.unwrap_err();
    assert_eq!(error.details()[0].property.as_deref(), Some("to[0]"));
    for seconds in [0, 4, 7, 61] {
        assert_eq!(
            client.start_loading("U1").seconds(seconds).await.unwrap_err().kind(),
            ErrorKind::Invalid
        );
    }
    assert_eq!(client.reply("", "hi").await.unwrap_err().kind(), ErrorKind::Invalid);
    let none = client.reply(None::<&str>, "hi").await.unwrap_err();
    assert_eq!(
        (none.kind(), none.details()[0].property.as_deref()),
        (ErrorKind::Invalid, Some("replyToken"))
    );
    assert_eq!(client.mark_as_read_by_token("").await.unwrap_err().kind(), ErrorKind::Invalid);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_client_that_cannot_work_is_not_built() {
    let invalid = |builder: hikyaku::ClientBuilder| {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        error.to_string()
    };
    assert!(invalid(Client::builder("")).contains("token: the channel access token is empty"));
    assert!(invalid(Client::builder("SECRET\n")).contains("line break"));
    assert!(!invalid(Client::builder("SECRET\n")).contains("SECRET"));
    for url in [
        "",
        "api.line.me",
        "ftp://api.line.me",
        "https://api.line.me/?x=1",
        "https://a:b@api.line.me",
        "http://127.0.0.1:99999",
    ] {
        assert!(invalid(Client::builder("T").api_base_url(url)).contains("api_base_url"), "{url}");
    }
    assert!(invalid(Client::builder("T").user_agent("a\nb")).contains("user_agent"));
    assert!(
        invalid(Client::builder("T").root_certificates("no PEM")).contains("root_certificates")
    );
}

#[tokio::test]
async fn a_program_that_talks_to_its_own_machine_never_reaches_line_by_a_forgotten_host() {
    for host in
        ["localhost:1", "LOCALHOST:1", "bot.localhost:1", "127.0.0.1:1", "127.8.9.1:1", "[::1]:1"]
    {
        let script = Script::new([]);
        let client = Client::builder("T").api_base_url(format!("http://{host}"));
        let client = client.transport(script.clone()).build().unwrap();
        for error in [
            client.message_content("1").await.unwrap_err(),
            client.call_operation("attachModule").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{host}");
            assert!(error.to_string().contains("set it too, or all hosts by base_url"), "{error}");
        }
        assert!(script.sent().is_empty());
    }
    let script = Script::new([Answer(200, "x"), Answer(200, "{}"), Answer(200, "{}")]);
    let client = Client::builder("T").base_url("http://127.0.0.1:1").transport(script.clone());
    let client = client.build().unwrap();
    client.message_content("1").await.unwrap();
    client.call_operation("attachModule").body("{}").await.unwrap();
    push(&client).await.unwrap();
    assert!(script.sent().iter().all(|sent| sent.uri.starts_with("http://127.0.0.1:1/")));
}

#[tokio::test]
async fn a_mix_of_ones_own_machine_and_lines_hosts_is_refused() {
    let (own, line) = ("http://127.0.0.1:8686", "https://api.line.me");
    for builder in [
        Client::builder("T").api_base_url(own).data_base_url("https://api-data.line.me"),
        Client::builder("T").api_base_url(own).manager_base_url("https://MANAGER.line.biz."),
        Client::builder("T").api_base_url(line).data_base_url(own),
        Client::builder("T").data_base_url(own),
        Client::builder("T").base_url(own).api_base_url(line),
        Client::builder("T")
            .base_url("https://gw.example")
            .data_base_url(own)
            .manager_base_url(line),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("LINE's own"), "{error}");
    }
    for builder in [
        Client::builder("T").base_url(own),
        Client::builder("T").api_base_url("http://sim.example").data_base_url(own),
        Client::builder("T").api_base_url("https://127.0.0.1.example"),
        Client::builder("T").api_base_url("https://online.me"),
        Client::builder("T"),
    ] {
        builder.build().unwrap();
    }
}

#[tokio::test]
async fn a_token_is_never_shown() {
    let server = Server::start([answer(401, r#"{"message":"no"}"#)]).await;
    let client = Client::builder("SECRET-TOKEN").api_base_url(server.url());
    assert!(!format!("{client:?}").contains("SECRET"));
    let client = client.build().unwrap();
    assert!(!format!("{client:?}").contains("SECRET"));
    let error = push(&client).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("SECRET"));
}
