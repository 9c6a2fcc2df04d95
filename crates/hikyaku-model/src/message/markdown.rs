//! Markdown as readable plain text.

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
fn inline(mut rest: &str, plain: &mut String) {
    while let Some(first) = rest.chars().next() {
        let before = plain.chars().next_back();
        let taken = match first {
            '`' => code(rest),
            '*' | '_' | '~' => emphasis(rest, before),
            '[' | '!' => link(rest),
            _ => None,
        };
        match taken {
            Some((Inner::Code(code), behind)) => {
                plain.push_str(code);
                rest = behind;
            }
            Some((Inner::Text(text), behind)) => {
                inline(text, plain);
                rest = behind;
            }
            Some((Inner::Link(text, address), behind)) => {
                inline(text, plain);
                if text != address {
                    if !text.is_empty() {
                        plain.push(' ');
                    }
                    plain.push('(');
                    plain.push_str(address);
                    plain.push(')');
                }
                rest = behind;
            }
            None => {
                plain.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
}

enum Inner<'a> {
    Code(&'a str),
    Text(&'a str),
    Link(&'a str, &'a str),
}

fn code(rest: &str) -> Option<(Inner<'_>, &str)> {
    let (code, behind) = rest.strip_prefix('`')?.split_once('`')?;
    (!code.is_empty()).then_some((Inner::Code(code), behind))
}

/// Finds marks that directly enclose a text and are not part of a word such as `snake_case`.
fn emphasis(rest: &str, before: Option<char>) -> Option<(Inner<'_>, &str)> {
    for mark in ["***", "**", "__", "~~", "*", "_"] {
        let Some(opened) = rest.strip_prefix(mark) else { continue };
        let (inner, behind) = opened.split_once(mark)?;
        let close = !inner.is_empty() && inner.trim() == inner && !inner.contains(['*', '`']);
        let word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
        let in_word = mark.starts_with('_') && (word(before) || word(behind.chars().next()));
        return (close && !in_word).then_some((Inner::Text(inner), behind));
    }
    None
}

fn link(rest: &str) -> Option<(Inner<'_>, &str)> {
    let (text, behind) =
        rest.strip_prefix('!').unwrap_or(rest).strip_prefix('[')?.split_once("](")?;
    let (address, behind) = behind.split_once(')')?;
    let is_plain =
        !text.contains(['[', ']']) && !address.is_empty() && !address.contains(char::is_whitespace);
    is_plain.then_some((Inner::Link(text, address), behind))
}
