//! Long text, split into several messages.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::TEXT;

/// Splits a text into texts that LINE accepts, each of at most 5,000 UTF-16 code units. It cuts between paragraphs
/// where possible, otherwise between lines, sentences or words, and at worst between characters as readers see them.
///
/// The content is preserved: the parts hold the same text in the same order, and only blanks and line breaks at the
/// cuts are dropped. A part is never blank, so a blank text has no parts. Only a single character of more than 5,000
/// units is cut itself, between code points.
///
/// ```
/// use hikyaku_model::message::split_text;
///
/// let (first, second) = ("a".repeat(4000), "b".repeat(4000));
/// assert_eq!(split_text(&format!("{first}\n\n{second}")), [first, second]);
/// assert_eq!(split_text("short"), ["short"]);
/// ```
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message>
pub fn split_text(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = without_blank_end(text);
    while !rest.is_empty() {
        let full = longest(rest);
        let at = if full == rest.len() { full } else { cut(rest, full) };
        let (part, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let part = without_blank_end(part);
        if !part.is_empty() {
            parts.push(part.to_owned());
        }
        let blanks = behind.graphemes(true).take_while(|it| matches!(*it, " " | "\n" | "\r\n"));
        rest = behind.get(blanks.map(str::len).sum()..).unwrap_or_default();
    }
    parts
}

/// Removes the blank characters at the end, without cutting one in half; nothing remains of a blank text.
fn without_blank_end(text: &str) -> &str {
    let blanks = text.graphemes(true).rev().take_while(|it| it.trim().is_empty());
    let blank: usize = blanks.map(str::len).sum();
    text.get(..text.len() - blank).unwrap_or(text)
}

/// Returns the length, in bytes, of the longest beginning of whole characters that fits one text.
fn longest(text: &str) -> usize {
    let (mut units, mut end) = (0, 0);
    for grapheme in text.graphemes(true) {
        units += grapheme.encode_utf16().count();
        if units > TEXT.max {
            break;
        }
        end += grapheme.len();
    }
    // A single character that is longer than a text is cut between code points.
    if end == 0 {
        let mut units = 0;
        let fits = text.chars().take_while(|c| {
            units += c.len_utf16();
            units <= TEXT.max
        });
        end = fits.map(char::len_utf8).sum();
    }
    end
}

/// Returns the best position for a cut in the later half of a text's full beginning.
fn cut(text: &str, full: usize) -> usize {
    let (half, window) = (full / 2, text.get(..full).unwrap_or(text));
    let mut starts: Vec<usize> = window.grapheme_indices(true).map(|(at, _)| at).collect();
    starts.push(full);
    let good = |end: &usize| *end >= half && starts.binary_search(end).is_ok();
    let last = |ends: &mut dyn Iterator<Item = usize>| ends.filter(good).last();
    let behind = |(at, it): (usize, &str)| at + it.len();
    // The next character decides whether a sentence or a word ends with the last one.
    let next = text.get(full..).and_then(|it| it.graphemes(true).next()).map_or(0, str::len);
    let more = text.get(..full + next).unwrap_or(text);
    last(&mut window.match_indices("\n\n").map(behind))
        .or_else(|| last(&mut window.match_indices('\n').map(behind)))
        .or_else(|| last(&mut more.split_sentence_bound_indices().map(|(at, _)| at)))
        .or_else(|| last(&mut more.split_word_bound_indices().map(|(at, _)| at)))
        .unwrap_or(full)
}
