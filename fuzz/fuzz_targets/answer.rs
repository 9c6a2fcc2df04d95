//! What something on the way answers to a send, a read and a download: two bytes of status, a byte of flags, and a body.
#![no_main]

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use hikyaku::{
    Client, Error, ErrorKind, RetryPolicy,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use http_body::{Body, Frame};
use libfuzzer_sys::fuzz_target;

#[derive(Clone)]
struct Answer {
    status: u16,
    named: bool,
    accepted: bool,
    page: bool,
    cut: bool,
    body: Bytes,
}

/// The body, and then the connection's end before its time.
struct Cut(Option<Bytes>);

impl Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let end = || Err(io::Error::other("reset"));
        Poll::Ready(Some(self.0.take().map_or_else(end, |body| Ok(Frame::data(body)))))
    }
}

impl Transport for Answer {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let mut response = http::Response::builder().status(self.status);
        for (has, name, value) in [
            (self.named, "x-line-request-id", "REQUEST-ID"),
            (self.accepted, "x-line-accepted-request-id", "ACCEPTED"),
            (self.page, "content-type", "text/html"),
        ] {
            if has {
                response = response.header(name, value);
            }
        }
        let body = match self.cut {
            true => ResponseBody::new(Cut(Some(self.body.clone()))),
            false => self.body.clone().into(),
        };
        let response = response.body(body).expect("a status and two headers");
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn check(answer: &Answer, error: &Error) {
    let details = error.details().iter().flat_map(|detail| [&detail.property, &detail.message]);
    for text in details.flatten().map(String::as_str).chain([error.message()]) {
        assert!(text.chars().count() <= 500 && !text.contains(char::is_control), "{text:?}");
    }
    let month = error.kind() == ErrorKind::QuotaExceeded;
    assert!(answer.status == 429 || !month);
    assert!(answer.named || month || error.is_retryable(), "final, and not LINE's: {error:?}");
    assert!(!(answer.named && error.kind() == ErrorKind::Foreign), "LINE's, and foreign: {error:?}");
}

fuzz_target!(|data: &[u8]| {
    let [high, low, flags, body @ ..] = data else { return };
    let flag = |bit: u8| flags & (1 << bit) != 0;
    let answer = Answer {
        status: 100 + u16::from_be_bytes([*high, *low]) % 900,
        named: flag(0),
        accepted: flag(1),
        page: flag(2),
        cut: flag(3),
        body: Bytes::copy_from_slice(body),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let client = Client::builder("T").retry(RetryPolicy::none()).transport(answer.clone()).build().expect("a client");
    runtime.block_on(async {
        match client.push("U1", "hi").await {
            Ok(sent) if sent.deduplicated => assert!(answer.status == 409 && answer.accepted),
            Ok(_) => assert!((200..300).contains(&answer.status)),
            Err(error) => check(&answer, &error),
        }
        if let Err(error) = client.profile("U1").await {
            check(&answer, &error);
        }
        if let Err(error) = client.message_content("1").await {
            check(&answer, &error);
        }
        if let Ok(progress) = client.narrowcast_progress("1").await {
            let told = progress.failed_description.as_deref().unwrap_or_default();
            assert!(told.chars().count() <= 500 && !told.contains(char::is_control), "{told:?}");
        }
    });
});
