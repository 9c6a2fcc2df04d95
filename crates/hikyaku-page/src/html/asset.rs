/// A style sheet or script that is part of the program.
///
/// It is created in constants, from text that is known at compile time; text with `</`, which could end its
/// element, does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset(&'static str);

impl Asset {
    /// Creates an asset from the text of a file.
    ///
    /// # Panics
    /// The text contains `</`. In a constant, that is a compile error.
    pub const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 1;
        while at < bytes.len() {
            assert!(!(bytes[at - 1] == b'<' && bytes[at] == b'/'), "an asset must not have `</`");
            at += 1;
        }
        Self(text)
    }

    /// Returns the text, as a server sends it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}
