//! The calls of programs without async.

use hikyaku::{Error, ErrorKind, blocking::Client, content::MessageContent, model::UserId};
use tokio::runtime::{Builder, Runtime};

use crate::server::{Reaction, Server, answer};

/// A server on threads of its own, and a client of it.
fn start(reactions: impl IntoIterator<Item = Reaction>) -> (Client, Server, Runtime) {
    let serving = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = serving.block_on(Server::start(reactions));
    (Client::new(crate::client(&server)).unwrap(), server, serving)
}

#[test]
fn the_sends_are_those_of_the_client() {
    let ok = || answer(200, "{}");
    let (client, server, _serving) = start([ok(), ok(), ok(), ok()]);
    let user = UserId::from("U1");
    client.push(&user, "a").unwrap();
    client.reply("T", "b").unwrap();
    client.multicast(&[user], "c").unwrap();
    let accepted = client.broadcast("d").unwrap();
    assert_eq!(accepted.request_id.as_deref(), Some("REQUEST-ID"));
    let bodies: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| String::from_utf8(request.body).unwrap())
        .collect();
    assert_eq!(
        bodies,
        [
            r#"{"to":"U1","messages":[{"type":"text","text":"a"}]}"#,
            r#"{"replyToken":"T","messages":[{"type":"text","text":"b"}]}"#,
            r#"{"to":["U1"],"messages":[{"type":"text","text":"c"}]}"#,
            r#"{"messages":[{"type":"text","text":"d"}]}"#,
        ]
    );
}

#[test]
fn any_call_runs_with_its_options() {
    let (client, server, _serving) = start([answer(200, "{}"), answer(404, "{}")]);
    let key = uuid::Uuid::from_u128(7);
    client.run(|line| line.push("U1", "a").retry_key(key)).unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("x-line-retry-key"), Some(&*key.to_string()));
    let error = client.run(hikyaku::Client::bot_info).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_list_is_an_iterator_over_all_pages() {
    let (client, server, _serving) = start([
        answer(200, r#"{"userIds":["U1","U2"],"next":"n"}"#),
        answer(200, r#"{"userIds":["U3"]}"#),
    ]);
    let users: Result<Vec<UserId>, Error> = client.iter(|line| line.followers().stream()).collect();
    assert_eq!(users.unwrap(), ["U1", "U2", "U3"].map(UserId::from));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_content_is_an_iterator_over_its_pieces() {
    let (client, _server, _serving) = start([answer(200, "picture")]);
    let MessageContent::Ready(content) = client.run(|line| line.message_content("1")).unwrap()
    else {
        panic!("the server said 200")
    };
    let pieces: Result<Vec<_>, Error> = client.iter(|_| content).collect();
    assert_eq!(pieces.unwrap().concat(), b"picture");
}

#[test]
fn threads_share_it() {
    let (client, server, _serving) = start((0..8).map(|_| answer(200, "{}")));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let client = client.clone();
            scope.spawn(move || [client.push("U1", "a").unwrap(), client.push("U1", "b").unwrap()]);
        }
    });
    assert_eq!(server.requests().len(), 8);
}

#[tokio::test]
async fn the_last_clone_may_be_dropped_in_async_code() {
    let client = Client::new(hikyaku::Client::new("TOKEN").unwrap()).unwrap();
    drop(client);
}
