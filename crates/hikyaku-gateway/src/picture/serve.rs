//! A picture as HTTP has it: the whole, a part of it, or word that it is still the same.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc9110#name-range-requests>

use std::ops::Range;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::draw::Kind;

/// The head of the answer to a request with these headers for a picture of so many bytes, and which of them are its body. `name`
/// is that of its file, and no other picture's.
pub(super) fn serve(
    headers: &HeaderMap,
    name: &str,
    kind: Kind,
    whole: u64,
) -> (Response<()>, Range<u64>) {
    let tag = format!("\"{name}\"");
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_known = text(header::IF_NONE_MATCH).is_some_and(|tags| {
        let mut tags = tags.split(',').map(|it| it.trim().trim_start_matches("W/"));
        tags.any(|it| it == tag || it == "*")
    });
    let is_same = text(header::IF_RANGE).is_none_or(|it| it == tag);
    let part = text(header::RANGE).filter(|_| is_same).and_then(|range| part(range, whole));
    let (status, part, range) = match part {
        _ if is_known => (StatusCode::NOT_MODIFIED, 0..0, None),
        None => (StatusCode::OK, 0..whole, None),
        Some(part) if part.is_empty() => {
            let range = format!("bytes */{whole}");
            (StatusCode::RANGE_NOT_SATISFIABLE, 0..0, Some(range))
        }
        Some(part) => {
            let range = format!("bytes {}-{}/{whole}", part.start, part.end.saturating_sub(1));
            (StatusCode::PARTIAL_CONTENT, part, Some(range))
        }
    };
    let mut answer = Response::new(());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    if !matches!(status, StatusCode::NOT_MODIFIED | StatusCode::RANGE_NOT_SATISFIABLE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [(header::ETAG, Some(tag)), (header::CONTENT_RANGE, range)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    (answer, part)
}

/// The part of so many bytes that one range asks for: `0..0` where it has none of them, and nothing where it is no range, or
/// several.
fn part(range: &str, whole: u64) -> Option<Range<u64>> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // One that is too large for a number is larger than any picture, too.
        is_number.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let part = match (first, last) {
        ("", last) => whole.saturating_sub(number(last)?)..whole,
        (first, "") => number(first)?..whole,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(whole)
        }
    };
    Some(if part.is_empty() { 0..0 } else { part })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read() {
        for (range, of) in [
            ("bytes=0-0", Some(0..1)),
            ("bytes=2-", Some(2..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-99", Some(0..10)),
            ("bytes=8-99999999999999999999999", Some(8..10)),
            ("bytes=10-", Some(0..0)),
            ("bytes=10-12", Some(0..0)),
            ("bytes=-0", Some(0..0)),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("bytes=-", None),
            ("lines=0-1", None),
            ("", None),
        ] {
            assert_eq!(part(range, 10), of, "{range}");
        }
    }

    proptest! {
        #[test]
        fn no_range_leaves_the_picture(range in "bytes=[0-9]{0,25}-[0-9]{0,25}", whole in 0_u64..50) {
            if let Some(part) = part(&range, whole) {
                prop_assert!(part == (0..0) || part.start < part.end && part.end <= whole);
            }
        }
    }
}
