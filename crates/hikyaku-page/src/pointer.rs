/// A JSON pointer that follows a drawing down into its JSON.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc6901>
#[derive(Debug)]
pub(crate) struct Pointer(String);

impl Pointer {
    pub(crate) fn new(start: &str) -> Self {
        Self(start.to_owned())
    }

    /// The pointer of a field of the value at hand.
    pub(crate) fn field(&self, name: &str) -> String {
        format!("{}/{name}", self.0)
    }

    /// The pointer of the value at hand.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Goes into a field; [`leave`](Self::leave) goes back.
    pub(crate) fn enter(&mut self, name: &str) {
        self.0.push('/');
        self.0.push_str(name);
    }

    /// Goes back out of the last field or item.
    pub(crate) fn leave(&mut self) {
        let end = self.0.rfind('/').unwrap_or(0);
        self.0.truncate(end);
    }
}
