use std::{
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture};
use hikyaku::{
    Client, ErrorKind, RetryPolicy,
    content::MessageContent,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};

use super::check;
use crate::{
    client, react,
    server::{Reaction, Server, answer},
};

fn bytes(content_type: &str, body: &[u8]) -> Reaction {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Reaction::Answer([head.as_bytes(), body].concat())
}

fn preparing() -> Reaction {
    Reaction::Answer(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec())
}

/// A client with an address for the data host and a dead one for the others.
fn data_client(server: &Server) -> Client {
    Client::builder("TOKEN")
        .api_base_url("http://127.0.0.1:1")
        .data_base_url(server.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

#[tokio::test]
async fn contents_come_from_the_data_host_untouched() {
    // What would be text elsewhere is bytes here, whatever the content type says.
    let body: Vec<u8> = (0..=255).collect();
    let server = Server::start([bytes("application/json", &body)]).await;
    let content = data_client(&server).message_content("123").await.unwrap();
    let MessageContent::Ready(content) = content else { panic!("{content:?}") };
    assert_eq!(content.content_type(), Some("application/json"));
    assert_eq!(content.content_length(), Some(256));
    assert_eq!(content.bytes(256).await.unwrap(), body);
    assert!(server.only_request().starts_with("GET /v2/bot/message/123/content HTTP/1.1\n"));
}

#[tokio::test]
async fn a_preview_is_a_stream() {
    let server = Server::start([bytes("image/jpeg", b"\xff\xd8\xff")]).await;
    let preview = data_client(&server).message_content_preview("123").await.unwrap();
    let pieces: Vec<_> = preview.map(|piece| piece.unwrap()).collect().await;
    assert_eq!(pieces.concat(), b"\xff\xd8\xff");
    assert!(server.only_request().starts_with("GET /v2/bot/message/123/content/preview HTTP/1.1"));
}

#[tokio::test]
async fn more_bytes_than_asked_for_are_an_error() {
    let error = react(bytes("image/png", b"12345"), async |client| {
        client.message_content_preview("1").await.unwrap().bytes(4).await.unwrap_err()
    })
    .await;
    assert!(error.to_string().contains("larger than 4 bytes"), "{error}");
    // A second download would not be smaller.
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Invalid, false));
    let unannounced =
        Reaction::AnswerAndClose(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12345".to_vec());
    let error = react(unannounced, async |client| {
        client.message_content_preview("1").await.unwrap().bytes(4).await.unwrap_err()
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_content_that_breaks_off_is_an_error() {
    let cut =
        Reaction::AnswerAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec());
    let error = react(cut, async |client| {
        let MessageContent::Ready(content) = client.message_content("1").await.unwrap() else {
            panic!("it is there")
        };
        content.bytes(100).await.unwrap_err()
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Network);
}

#[tokio::test]
async fn a_content_that_stalls_is_an_error() {
    let stall = Reaction::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec());
    let server = Server::start([stall]).await;
    let client = Client::builder("TOKEN")
        .base_url(server.url())
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let MessageContent::Ready(mut content) = client.message_content("1").await.unwrap() else {
        panic!("it is there")
    };
    assert_eq!(content.chunk().await.unwrap().unwrap(), "half");
    assert_eq!(content.chunk().await.unwrap_err().kind(), ErrorKind::Network);
    assert!(content.chunk().await.unwrap().is_none());
}

#[tokio::test]
async fn missing_contents_are_told_apart() {
    let missing = answer(404, r#"{"message":"not found"}"#);
    let error = react(missing, async |client| client.message_content("1").await.unwrap_err()).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let unsent = answer(410, r#"{"message":"The content is gone"}"#);
    let error = react(unsent, async |client| client.message_content("1").await.unwrap_err()).await;
    assert_eq!((error.kind(), error.message()), (ErrorKind::Gone, "The content is gone"));
}

#[tokio::test]
async fn the_state_of_the_preparation() {
    let transcoding = check(
        r#"{"status":"processing"}"#,
        async |client| client.message_content_transcoding("1").await,
        "GET /v2/bot/message/1/content/transcoding",
    )
    .await;
    assert_eq!(transcoding.status, hikyaku::content::TranscodingStatus::Processing);
}

#[tokio::test]
async fn waiting_ends_with_the_content() {
    let server = Server::start([
        preparing(),
        answer(200, r#"{"status":"processing"}"#),
        answer(200, r#"{"status":"succeeded"}"#),
        bytes("video/mp4", b"film"),
    ])
    .await;
    let client = client(&server);
    let content = client.wait_for_message_content("1").poll(Duration::ZERO).await.unwrap();
    assert_eq!(content.bytes(4).await.unwrap(), "film");
}

#[tokio::test]
async fn waiting_ends_when_the_content_will_never_come() {
    let server = Server::start([preparing(), answer(200, r#"{"status":"failed"}"#)]).await;
    let client = client(&server);
    let error = client.wait_for_message_content("1").poll(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);
}

#[tokio::test]
async fn waiting_ends_at_its_limit() {
    let server = Server::start([preparing()]).await;
    let client = client(&server);
    let error = client.wait_for_message_content("1").limit(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_program_may_take_its_time_with_a_piece() {
    // The next piece is on its way when the program asks for it, long after the last one.
    let body = Trickle::default();
    let transport = OneAnswer(Mutex::new(Some(body)));
    let client = Client::builder("TOKEN").transport(transport).build().unwrap();
    let MessageContent::Ready(mut content) = client.message_content("1").await.unwrap() else {
        panic!("it is there")
    };
    for _ in 0..3 {
        assert_eq!(content.chunk().await.unwrap().unwrap(), "piece");
        tokio::time::sleep(Duration::from_secs(10 * 60)).await;
    }
    assert!(content.chunk().await.unwrap().is_none());
}

/// Three pieces, each of which comes a second after it is asked for.
#[derive(Default)]
struct Trickle {
    pieces: usize,
    wait: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl http_body::Body for Trickle {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<http_body::Frame<Bytes>>>> {
        let wait = || Box::pin(tokio::time::sleep(Duration::from_secs(1)));
        ready!(self.wait.get_or_insert_with(wait).as_mut().poll(context));
        self.wait = None;
        self.pieces += 1;
        Poll::Ready((self.pieces <= 3).then(|| Ok(http_body::Frame::data("piece".into()))))
    }
}

struct OneAnswer(Mutex<Option<Trickle>>);

impl Transport for OneAnswer {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let body = self.0.lock().unwrap().take().unwrap();
        Box::pin(async { Ok(http::Response::new(ResponseBody::new(body))) })
    }
}

fn broken_off() -> Reaction {
    Reaction::AnswerAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec())
}

/// A client that repeats at once.
fn quick_client(server: &Server) -> Client {
    let retry = RetryPolicy::default().max_retries(2).base_delay(Duration::ZERO);
    Client::builder("TOKEN").base_url(server.url()).retry(retry).build().unwrap()
}

fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_whole_content_is_loaded_or_saved_again_where_it_broke_off() {
    let film = || bytes("video/mp4", b"film");
    let answers = [preparing(), answer(200, r#"{"status":"succeeded"}"#), broken_off(), film()];
    let server = Server::start(answers).await;
    let wait = quick_client(&server);
    let loaded = wait.wait_for_message_content("1").poll(Duration::ZERO).bytes(10).await.unwrap();
    assert_eq!((&*loaded.bytes, loaded.content_type.as_deref()), (&b"film"[..], Some("video/mp4")));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    std::fs::write(&path, "an older, longer one").unwrap();
    let server = Server::start([broken_off(), broken_off(), film()]).await;
    let client = quick_client(&server);
    let saved = client.wait_for_message_content("1").save(&path, 10).await.unwrap();
    assert_eq!((saved.bytes, saved.content_type.as_deref()), (4, Some("video/mp4")));
    assert_eq!(std::fs::read(&path).unwrap(), b"film");
    assert_eq!(names(&folder), ["a.mp4"]);
}

#[tokio::test]
async fn nothing_is_left_of_a_content_that_never_comes_or_is_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let server = Server::start([broken_off(), broken_off(), broken_off()]).await;
    let client = quick_client(&server);
    let error = client.wait_for_message_content("1").save(&path, 100).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Network, 3));
    // One that tells its length, and one that does not.
    let endless = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n";
    for large in [bytes("image/png", b"12345"), Reaction::Answer(endless.into())] {
        let server = Server::start([large]).await;
        let client = quick_client(&server);
        let error = client.wait_for_message_content("1").save(&path, 4).await.unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Invalid, 1));
        assert!(error.to_string().contains("content: is larger than 4 bytes"), "{error}");
    }
    assert_eq!(names(&folder), [""; 0]);
    let server = Server::start([bytes("image/png", b"1")]).await;
    let nowhere = folder.path().join("no/such/folder");
    let client = quick_client(&server);
    let error = client.wait_for_message_content("1").save(nowhere, 4).await.unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
}
