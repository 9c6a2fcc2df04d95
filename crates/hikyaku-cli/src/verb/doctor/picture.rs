//! Checks whether LINE's app can show an image.

use std::time::Duration;

use hikyaku::transport::{HyperTransport, Transport};
use http::{HeaderMap, Request, Uri, header};
use tokio::time::timeout;

use super::Finding;

const PICTURE: &str = "picture";
const WAIT: Duration = Duration::from_secs(10);
/// The maximum size of an original, in bytes.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#image-message>
const LARGEST: u64 = 10 << 20;
const HTTPS: &str = "serve it over https, with a certificate that a public authority signed; LINE takes no other picture";

/// Checks whether the app can load it.
pub(super) async fn shown(url: &Uri, transport: &HyperTransport) -> Finding {
    if url.scheme_str() != Some("https") {
        return Finding::problem(PICTURE, format!("{url} does not begin with https://"), HTTPS);
    }
    let Ok(request) = Request::get(url).body(bytes::Bytes::new().into()) else {
        return Finding::problem(PICTURE, format!("{url} is no address"), HTTPS);
    };
    let answer = match timeout(WAIT, transport.send(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(why)) => {
            return Finding::problem(PICTURE, format!("{url} gives no answer: {why}"), HTTPS);
        }
        Err(_) => {
            return Finding::problem(
                PICTURE,
                format!("{url} gives no answer within {} s", WAIT.as_secs()),
                "see that the server can be reached from the Internet",
            );
        }
    };
    if !answer.status().is_success() {
        return Finding::problem(
            PICTURE,
            format!("{url} answers {}", answer.status()),
            "give an address that answers 200 without a login or a redirect",
        );
    }
    judge(url, answer.headers())
}

fn judge(url: &Uri, headers: &HeaderMap) -> Finding {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or("none");
    if !matches!(kind.split(';').next(), Some("image/jpeg" | "image/png")) {
        return Finding::problem(
            PICTURE,
            format!("{url} has the content type {kind}"),
            "give a JPEG or PNG, with the content type image/jpeg or image/png",
        );
    }
    match text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length > LARGEST => Finding::problem(
            PICTURE,
            format!("{url} has {length} bytes"),
            "make it smaller: an original has at most 10 MB, a preview 1 MB",
        ),
        _ => Finding::ok(PICTURE, format!("{url} is {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn judged(kind: Option<&'static str>, length: &'static str) -> String {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static(length));
        judge(&Uri::from_static("https://example.com/cat"), &headers).to_string()
    }

    #[test]
    fn a_picture_is_a_jpeg_or_png_of_at_most_10_mb() {
        for kind in ["image/jpeg", "image/png", "image/png; charset=binary"] {
            assert!(judged(Some(kind), "10485760").contains("https://example.com/cat is image/"));
        }
        assert!(judged(Some("image/jpeg"), "10485761").contains("make it smaller"));
        for kind in [Some("image/webp"), Some("text/html; charset=utf-8"), None] {
            assert!(judged(kind, "1").contains("give a JPEG or PNG"), "{kind:?}");
        }
    }
}
