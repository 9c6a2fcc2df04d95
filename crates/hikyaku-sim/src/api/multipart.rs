use bytes::Bytes;
use http::{StatusCode, header};

use super::{Answer, Request};

/// The parts of a multipart body.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc7578>
#[derive(Debug)]
pub(crate) struct Multipart(Vec<Part>);

/// One part, with the head's values that matter.
#[derive(Debug)]
pub(crate) struct Part {
    name: String,
    pub(crate) media_type: String,
    pub(crate) content: Bytes,
}

/// The most parts that are read. Our choice.
const MOST_PARTS: usize = 20;

impl Multipart {
    /// Reads the body of a request.
    pub(crate) fn read(request: &Request) -> Result<Self, Answer> {
        let content_type = request.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("");
        let media_type = content_type.split(';').next().unwrap_or("").trim();
        if !media_type.eq_ignore_ascii_case("multipart/form-data") {
            let message = format!("The content type, {media_type}, is not supported");
            return Err(Answer::error(StatusCode::BAD_REQUEST, &message));
        }
        let parts = parameter(content_type, "boundary")
            .and_then(|boundary| split(&request.body, &boundary))
            // LINE's words for it are not known.
            .ok_or_else(|| Answer::error(StatusCode::BAD_REQUEST, "Bad Request"))?;
        Ok(Self(parts))
    }

    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.0.iter().find(|part| part.name == name)
    }

    /// The text of a part.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.part(name).map(|part| String::from_utf8_lossy(&part.content).into_owned())
    }
}

/// The parts between the lines of a boundary; nothing where the body has another form.
fn split(body: &Bytes, boundary: &str) -> Option<Vec<Part>> {
    let line = format!("--{boundary}");
    let mut at = 0;
    if body.starts_with(line.as_bytes()) {
        at = line.len();
    } else {
        at += find(body, 0, &line)?.1;
    }
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let start = at + rest.starts_with(b"\r\n").then_some(2)?;
        let (end, next) = find(body, start.checked_sub(2)?, &line)?;
        if parts.len() == MOST_PARTS {
            return None;
        }
        parts.push(part(&body.slice(start.min(end)..end))?);
        at = next;
    }
}

/// Where the next line of a boundary begins, with the end of the line before it, and where it ends.
fn find(body: &Bytes, mut at: usize, line: &str) -> Option<(usize, usize)> {
    loop {
        at += body.get(at..)?.iter().position(|byte| *byte == b'\r')?;
        let end = at + 2 + line.len();
        let is_line = body.get(at + 1) == Some(&b'\n')
            && body.get(at + 2..end)? == line.as_bytes()
            && matches!(body.get(end..end + 2), Some(b"\r\n" | b"--"));
        if is_line {
            return Some((at, end));
        }
        at += 1;
    }
}

fn part(bytes: &Bytes) -> Option<Part> {
    let head = bytes.windows(4).take(16 << 10).position(|four| four == b"\r\n\r\n")?;
    let text = str::from_utf8(bytes.get(..head)?).ok()?;
    let mut part =
        Part { name: String::new(), media_type: String::new(), content: bytes.slice(head + 4..) };
    for line in text.split("\r\n") {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-disposition") {
            part.name = parameter(value, "name")?;
        } else if name.eq_ignore_ascii_case("content-type") {
            let media_type = value.split(';').next().unwrap_or("");
            part.media_type = media_type.trim().to_ascii_lowercase();
        }
    }
    Some(part)
}

/// A parameter of a header's value, in quotation marks or not.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        key.trim().eq_ignore_ascii_case(name).then(|| bare.unwrap_or(value).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_what_stands_between_the_boundaries() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n\r\n--xy\r\n\
                    --x\r\ncontent-type: text/plain; charset=utf-8\r\n\
                    content-disposition: form-data; name=file; filename=\"b\"\r\n\r\n\r\n--x--\r\n";
        let parts = split(&Bytes::from(body), "x").unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((&*parts[0].name, &*parts[0].content), ("a", &b"one\r\n\r\n--xy"[..]));
        assert_eq!((&*parts[1].name, &*parts[1].media_type), ("file", "text/plain"));
        assert_eq!(&*parts[1].content, b"");
    }

    #[test]
    fn what_is_no_multipart_is_refused() {
        for body in
            ["", "--x", "--x\r\n", "--x\r\n--x--", "--x\r\na\r\n\r\nb", "--y--", "\r\n--x\r\n\r\n"]
        {
            assert!(split(&Bytes::from(body), "x").is_none(), "{body:?}");
        }
        assert!(split(&Bytes::from("--x--"), "x").unwrap().is_empty());
        assert!(split(&Bytes::from("before\r\n--x--"), "x").unwrap().is_empty());
    }
}
