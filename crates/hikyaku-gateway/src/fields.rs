//! The fields of a request, in every form that LINE Notify took: urlencoded, multipart, and in the query.

use bytes::Bytes;
use percent_encoding::percent_decode;

/// The most bytes of a boundary. The standard allows 70; a longer one is only there to make each comparison with it long.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1>
const LONGEST_BOUNDARY: usize = 200;

/// What was sent, by name. Of a name that comes twice, the first counts; the body goes before the query.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<(&'static str, Bytes)>,
}

/// The fields that hold a file: LINE Notify's, and that of pictures beside LINE's API.
const FILES: [&str; 2] = ["imageFile", "file"];

impl Fields {
    pub(crate) fn read(query: Option<&str>, content_type: Option<&str>, body: &Bytes) -> Self {
        let mut fields = Self::default();
        let content_type = content_type.unwrap_or_default();
        let is_multipart =
            content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"));
        if is_multipart {
            fields.add_multipart(content_type, body);
        } else {
            fields.add_urlencoded(body);
        }
        fields.add_urlencoded(query.unwrap_or_default().as_bytes());
        fields
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The name of a text that was given more than once.
    pub(crate) fn twice(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.texts.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
            .windows(2)
            .find(|pair| pair.first() == pair.last())
            .and_then(|pair| pair.first().copied())
    }

    /// Whether a NUL is in one of the texts. Databases hold none.
    pub(crate) fn has_nul(&self) -> bool {
        self.texts.iter().any(|(name, value)| name.contains('\0') || value.contains('\0'))
    }

    /// The picture that was uploaded.
    pub(crate) fn image_file(&self) -> Option<&Bytes> {
        self.file("imageFile")
    }

    /// The bytes that were sent under one of the names for files.
    pub(crate) fn file(&self, name: &str) -> Option<&Bytes> {
        self.files.iter().find(|(key, _)| *key == name).map(|(_, file)| file)
    }

    /// Microcontrollers send `message=` and the bare text: a `%` that begins no escape stands for itself.
    fn add_urlencoded(&mut self, pairs: &[u8]) {
        for pair in pairs.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            let value = value.strip_prefix(b"=").unwrap_or(value);
            self.texts.push((decoded(name), decoded(value)));
        }
    }

    fn add_multipart(&mut self, content_type: &str, body: &Bytes) {
        let boundary = parameter(content_type, "boundary").or_else(|| first_line(body));
        let Some(boundary) = boundary.filter(|it| it.len() <= LONGEST_BOUNDARY) else { return };
        let delimiter = format!("--{boundary}").into_bytes();
        let mut rest: &[u8] = body;
        let Some(start) = find(rest, &delimiter) else { return };
        rest = rest.get(start + delimiter.len()..).unwrap_or_default();
        // A delimiter counts at the beginning of a line only: one made of dashes may be in a text, too.
        let at_line = [b"\n".as_slice(), &delimiter].concat();
        while let Some(part) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
            let end = find(part, &at_line).unwrap_or(part.len());
            let content = part.get(..end).unwrap_or_default();
            self.add_part(body, content.strip_suffix(b"\r").unwrap_or(content));
            rest = part.get(end + at_line.len()..).unwrap_or_default();
        }
    }

    fn add_part(&mut self, body: &Bytes, part: &[u8]) {
        let (head, value) = match (find(part, b"\r\n\r\n"), find(part, b"\n\n")) {
            (Some(at), _) => (part.get(..at), part.get(at + 4..)),
            (None, Some(at)) => (part.get(..at), part.get(at + 2..)),
            (None, None) => return,
        };
        let head = String::from_utf8_lossy(head.unwrap_or_default());
        let disposition = head.lines().find(|line| {
            line.get(..20).is_some_and(|name| name.eq_ignore_ascii_case("content-disposition:"))
        });
        let Some(name) = disposition.and_then(|line| parameter(line, "name")) else { return };
        if let Some(name) = FILES.into_iter().find(|it| *it == name) {
            // A part of the body, without a copy.
            self.files.extend(value.map(|value| (name, body.slice_ref(value))));
        } else {
            // Some clients send texts as files.
            let value = String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
            self.texts.push((name, value));
        }
    }
}

/// The value of `name=value` or `name="value"` behind a `;`.
fn parameter(line: &str, name: &str) -> Option<String> {
    let of = |part: &str| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
        key.trim().eq_ignore_ascii_case(name).then(|| value.to_owned())
    };
    line.split(';').skip(1).find_map(of).filter(|value| !value.is_empty())
}

/// The boundary of a body whose content type does not name it.
fn first_line(body: &[u8]) -> Option<String> {
    let line = body.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.trim_end();
    line.strip_prefix("--").filter(|it| !it.is_empty()).map(str::to_owned)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn decoded(bytes: &[u8]) -> String {
    let spaced: Vec<u8> =
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn message(query: Option<&str>, content_type: Option<&str>, body: &[u8]) -> Option<String> {
        Fields::read(query, content_type, &Bytes::copy_from_slice(body))
            .get("message")
            .map(str::to_owned)
    }

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    #[test]
    fn urlencoded_as_scripts_and_microcontrollers_send_it() {
        for (body, text) in [
            ("message=hello", "hello"),
            ("title=x&message=a%2Bb+c", "a+b c"),
            ("message=line1%0Aline2", "line1\nline2"),
            ("message=a b 100% ไทย", "a b 100% ไทย"),
            ("message=%e0%b9%84%", "ไ%"),
            ("message=a=b", "a=b"),
            ("message", ""),
        ] {
            assert_eq!(message(None, FORM, body.as_bytes()).as_deref(), Some(text), "{body}");
            assert_eq!(message(None, None, body.as_bytes()).as_deref(), Some(text), "{body}");
            assert_eq!(message(Some(body), FORM, b"").as_deref(), Some(text), "{body}");
        }
        assert_eq!(message(Some("message=query"), FORM, b"message=body").as_deref(), Some("body"));
    }

    #[test]
    fn multipart_as_loose_as_it_comes() {
        let curl = b"--X\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhi\r\nyou\r\n--X--\r\n";
        let typed = Some("multipart/form-data; boundary=X");
        assert_eq!(message(None, typed, curl).as_deref(), Some("hi\r\nyou"));
        assert_eq!(message(None, Some("multipart/form-data"), curl).as_deref(), Some("hi\r\nyou"));
        let script = b"------\r\nContent-Disposition: form-data; name=\"message\"; \r\n\r\na----b\r\n------\r\n\
            content-disposition: form-data; name=\"imageFullsize\"; filename=\"imageFullsize\"\r\n\r\nhttps://a.example/b.jpg\r\n--------\r\n";
        let fields = Fields::read(
            None,
            Some("multipart/form-data; boundary=\"----\""),
            &Bytes::from_static(script),
        );
        assert_eq!(fields.get("message"), Some("a----b"));
        assert_eq!(fields.get("imageFullsize"), Some("https://a.example/b.jpg"));
        assert!(fields.image_file().is_none());
        let file =
            b"--X\nContent-Disposition: form-data; name=imageFile; filename=a\n\n\x89PNG\n--X--";
        let fields = Fields::read(None, typed, &Bytes::from_static(file));
        assert_eq!(fields.image_file().unwrap().as_ref(), b"\x89PNG");
        for broken in [&b""[..], b"--X", b"--X\r\n", b"--X\r\nno end", b"--X--"] {
            assert_eq!(message(None, typed, broken), None);
        }
    }

    /// Half a megabyte of dashes and one letter, at each place of another half of dashes, would be compared for many seconds.
    #[test]
    fn a_boundary_that_takes_long_to_compare_is_none() {
        let part = "\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhi\r\n";
        let body = |boundary: &str| format!("--{boundary}{part}--{boundary}--").into_bytes();
        let multipart = Some("multipart/form-data");
        let fits = "-".repeat(LONGEST_BOUNDARY);
        assert_eq!(message(None, multipart, &body(&fits)).as_deref(), Some("hi"));
        let long = format!("{}x", "-".repeat(500_000));
        let attack =
            [long.as_bytes(), part.as_bytes(), "\n-".repeat(10).as_bytes(), &b"-".repeat(500_000)]
                .concat();
        assert_eq!(message(None, multipart, &attack), None);
        let named = format!("multipart/form-data; boundary={fits}x");
        assert_eq!(message(None, Some(&named), &body(&format!("{fits}x"))), None);
    }

    /// Pieces that forms are made of, and others, in any order.
    fn like_a_body() -> impl Strategy<Value = Vec<u8>> {
        let pieces = [
            "--X",
            "\r\n",
            "\n",
            "--",
            "=",
            "&",
            ";",
            "%",
            "%0",
            "%41",
            "+",
            "name=",
            "\"",
            "message",
            "Content-Disposition: form-data; name=\"message\"\r\n\r\n",
            "boundary=X",
            "imageFile",
        ];
        let piece = prop_oneof![
            prop::sample::select(pieces.to_vec()).prop_map(|it| it.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..8),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn written(pairs: &[(String, String)]) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        pairs.join("&")
    }

    fn multipart(pairs: &[(String, String)]) -> String {
        let part = |(name, value): &(String, String)| {
            format!("--bOuNd\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        format!("{}--bOuNd--\r\n", pairs.iter().map(part).collect::<String>())
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_nothing_is_made_up(
            body in like_a_body(),
            query in prop::option::of("[ -~]{0,40}"),
            content_type in prop::option::of("(multipart/form-data; boundary=X|multipart/[ -~]{0,20}|[ -~]{0,20})"),
        ) {
            let body = Bytes::from(body);
            let fields = Fields::read(query.as_deref(), content_type.as_deref(), &body);
            let texts: usize = fields.texts.iter().map(|(name, value)| name.len() + value.len()).sum();
            let files: usize = fields.files.iter().map(|(_, file)| file.len()).sum();
            // A byte that is no UTF-8 becomes a mark of three.
            prop_assert!(texts <= 3 * (body.len() + query.map_or(0, |it| it.len())));
            prop_assert!(files <= body.len());
            fields.twice();
            fields.has_nul();
        }

        #[test]
        fn what_is_written_is_read(
            pairs in prop::collection::vec(("\\PC{1,8}", any::<String>()), 0..8),
        ) {
            let form = Bytes::from(written(&pairs));
            for fields in [Fields::read(None, FORM, &form), Fields::read(Some(&written(&pairs)), None, &Bytes::new())] {
                prop_assert_eq!(&fields.texts, &pairs);
            }
        }

        #[test]
        fn what_is_written_in_parts_is_read(
            pairs in prop::collection::vec(("[a-z]{1,3}", any::<String>()), 1..8),
        ) {
            let form = Bytes::from(multipart(&pairs));
            for content_type in ["multipart/form-data; boundary=bOuNd", "multipart/form-data"] {
                let fields = Fields::read(None, Some(content_type), &form);
                prop_assert_eq!(&fields.texts, &pairs);
            }
        }
    }
}
