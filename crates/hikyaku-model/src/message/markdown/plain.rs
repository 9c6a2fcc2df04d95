//! Markdown as readable plain text.

use super::inline::{Inline, inline as pieces, text_of};

/// Removes Markdown syntax from a text, because LINE shows it literally. Headings, emphasis, quotes and fences lose
/// their marks, lists get bullets, and a link becomes its text followed by the address. Code keeps its characters.
///
/// It is meant for the output of language models and is not a complete Markdown parser: unknown syntax stays unchanged.
///
/// ```
/// use hikyaku_model::message::plain_text;
///
/// let markdown = "## Hours\n- **Monday**: `9:00`\n- see [the map](https://example.com/map)";
/// assert_eq!(plain_text(markdown), "Hours\n• Monday: 9:00\n• see the map (https://example.com/map)");
/// assert_eq!(plain_text("2 * 3 * 4 = 24, snake_case_name"), "2 * 3 * 4 = 24, snake_case_name");
/// ```
pub fn plain_text(markdown: &str) -> String {
    let mut plain = String::with_capacity(markdown.len());
    let mut in_code = false;
    for line in markdown.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            plain.push_str(line);
        } else {
            block(line, &mut plain);
        }
        plain.push_str(end);
    }
    plain
}

/// Writes a line without the mark that it begins with.
fn block(line: &str, plain: &mut String) {
    let text = line.trim_start();
    let (indent, _) = line.split_at(line.len() - text.len());
    let hashes = text.trim_start_matches('#');
    if (1..=6).contains(&(text.len() - hashes.len()))
        && let Some(heading) = hashes.strip_prefix(' ')
    {
        return inline(heading.trim(), plain);
    }
    plain.push_str(indent);
    for mark in ["- ", "* ", "+ "] {
        if let Some(item) = text.strip_prefix(mark) {
            plain.push_str("• ");
            return inline(item, plain);
        }
    }
    inline(text.strip_prefix("> ").unwrap_or(text), plain);
}

/// Writes the content of a line.
fn inline(line: &str, plain: &mut String) {
    write(&pieces(line), plain);
}

fn write(line: &[Inline<'_>], plain: &mut String) {
    for piece in line {
        match piece {
            Inline::Text(text, _) | Inline::Code(text, _) => plain.push_str(text),
            Inline::Link(label, address) => {
                let text = text_of(label);
                plain.push_str(&text);
                if text != *address {
                    plain.push_str(if text.is_empty() { "(" } else { " (" });
                    plain.push_str(address);
                    plain.push(')');
                }
            }
        }
    }
}
