/// A style sheet or a script that is a part of the program.
///
/// It is made in constants, of text that is known when the program is compiled; a `</` in it, which could end its
/// element, does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset(&'static str);

impl Asset {
    /// Takes the text of the file.
    ///
    /// # Panics
    /// The text has a `</` in it. In a constant that is an error of the compiler.
    pub const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 1;
        while at < bytes.len() {
            assert!(!(bytes[at - 1] == b'<' && bytes[at] == b'/'), "an asset must not have `</`");
            at += 1;
        }
        Self(text)
    }

    /// The text, as a server sends it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}
