use bytes::Bytes;
use http::HeaderValue;

use crate::random;

/// The body of a `multipart/form-data` request that fits in memory.
pub(crate) struct Multipart {
    boundary: String,
    body: Vec<u8>,
}

impl Multipart {
    pub(crate) fn new() -> Self {
        // 122 random bits: no file contains them by chance.
        Self { boundary: format!("hikyaku-{}", random::uuid().simple()), body: Vec::new() }
    }

    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), None, value.as_bytes());
        self
    }

    /// `file_name` and `content_type` come from the program, never from a user.
    pub(crate) fn file(
        mut self,
        name: &str,
        file_name: &str,
        content_type: &str,
        bytes: &[u8],
    ) -> Self {
        let disposition = format!("name=\"{name}\"; filename=\"{file_name}\"");
        self.part(&disposition, Some(content_type), bytes);
        self
    }

    pub(crate) fn content_type(&self) -> HeaderValue {
        HeaderValue::from_str(&format!("multipart/form-data; boundary={}", self.boundary))
            .expect("a boundary is hexadecimal digits")
    }

    pub(crate) fn into_bytes(mut self) -> Bytes {
        self.line(&format!("--{}--", self.boundary));
        self.body.into()
    }

    /// Returns the bytes before and after a streamed file.
    pub(crate) fn around_file(
        mut self,
        name: &str,
        file_name: &str,
        content_type: &str,
    ) -> (Bytes, Bytes) {
        let disposition = format!("name=\"{name}\"; filename=\"{file_name}\"");
        self.part_head(&disposition, Some(content_type));
        (self.body.into(), format!("\r\n--{}--\r\n", self.boundary).into())
    }

    fn part(&mut self, disposition: &str, content_type: Option<&str>, content: &[u8]) {
        self.body.reserve(content.len() + 256);
        self.part_head(disposition, content_type);
        self.body.extend_from_slice(content);
        self.line("");
    }

    fn part_head(&mut self, disposition: &str, content_type: Option<&str>) {
        self.line(&format!("--{}", self.boundary));
        self.line(&format!("Content-Disposition: form-data; {disposition}"));
        if let Some(content_type) = content_type {
            self.line(&format!("Content-Type: {content_type}"));
        }
        self.line("");
    }

    fn line(&mut self, text: &str) {
        self.body.extend_from_slice(text.as_bytes());
        self.body.extend_from_slice(b"\r\n");
    }
}
