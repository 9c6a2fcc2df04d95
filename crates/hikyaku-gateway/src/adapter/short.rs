//! Texts that fit a phone's screen.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// The most characters of a text that this gateway words.
pub(super) const TEXT: usize = 2000;

/// The most characters of a text that people wrote: with a token's name before it, one message of LINE's takes it.
pub(super) const WRITTEN: usize = 4500;

/// The most characters of a line within it.
pub(super) const LINE: usize = 200;

/// The longest address that is shown: longer ones hold a whole query.
const LINK: usize = 300;

/// The first `most` characters, cut between what people see as characters, with `…` where something is left out.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut left) = (String::new(), most.saturating_sub(1));
    for cluster in text.graphemes(true) {
        let length = cluster.chars().take(left + 1).count();
        if length > left {
            break;
        }
        kept.push_str(cluster);
        left -= length;
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    Cow::Owned(kept)
}

/// A text as one line.
pub(super) fn line(text: &str) -> String {
    line_of(text, LINE)
}

/// A text as one line of at most so many characters.
pub(super) fn line_of(text: &str, most: usize) -> String {
    // Enough to fill the line, whatever else follows.
    let start: String = text.trim_start().chars().take(most * 4).collect();
    cut(&start.split_whitespace().collect::<Vec<_>>().join(" "), most).into_owned()
}

/// The first line of a text.
pub(super) fn first_line(text: &str) -> String {
    line(text.trim_start().lines().next().unwrap_or_default())
}

/// An address that people can open.
pub(super) fn link(url: &str) -> Option<&str> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_one = !url.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    (is_web && is_one && url.len() <= LINK).then_some(url)
}

/// Lines that say something, one under another, `most` characters of them.
pub(super) fn lines(lines: &[impl AsRef<str>], most: usize) -> String {
    let lines: Vec<_> =
        lines.iter().map(|it| it.as_ref().trim()).filter(|it| !it.is_empty()).collect();
    cut(&lines.join("\n"), most).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_between_characters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        let family = "👨‍👩‍👧";
        assert_eq!(cut(&family.repeat(3), 7), format!("{family}…"));
        assert_eq!(cut(&"\u{301}".repeat(50), 10), "…");
        assert_eq!(line(" a \n\n b\tc "), "a b c");
        assert_eq!(line(&"x".repeat(5000)).chars().count(), LINE);
        assert_eq!(lines(&["a", " ", "b "], TEXT), "a\nb");
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link("https://a.example/ b"), None);
    }
}
