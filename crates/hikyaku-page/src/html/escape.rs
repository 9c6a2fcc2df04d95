/// Adds a text that means itself, in an element or in a quoted attribute.
///
/// Control characters that HTML has no place for become U+FFFD, as a browser would make them.
pub(super) fn push(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            // A parser makes a line feed of either.
            b'\r' if text.as_bytes().get(at + 1) == Some(&b'\n') => "",
            b'\r' => "\n",
            0..=8 | 11 | 12 | 14..=31 | 127 => "\u{fffd}",
            _ => continue,
        };
        // These bytes are characters of their own, so both ends are boundaries.
        out.push_str(text.get(done..at).unwrap_or_default());
        out.push_str(escaped);
        done = at + 1;
    }
    out.push_str(text.get(done..).unwrap_or_default());
}
