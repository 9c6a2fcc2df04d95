//! The content of a line of Markdown: texts, code and links.

/// A stretch of a line.
pub(super) enum Inline<'a> {
    Text(&'a str, Style),
    Code(&'a str, Style),
    /// A label, and an address. A bare URL is its own label.
    Link(Vec<Inline<'a>>, &'a str),
}

/// The emphasis of a stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) struck: bool,
}

/// Reads a line.
pub(super) fn inline(line: &str) -> Vec<Inline<'_>> {
    let mut found = Vec::new();
    read(line, Style::default(), &mut found);
    found
}

/// Returns the text of a line without its marks and addresses.
pub(super) fn text_of(pieces: &[Inline<'_>]) -> String {
    let one = |piece: &Inline<'_>| match piece {
        Inline::Text(text, _) | Inline::Code(text, _) => (*text).to_owned(),
        Inline::Link(label, _) => text_of(label),
    };
    pieces.iter().map(one).collect()
}

fn read<'a>(line: &'a str, style: Style, found: &mut Vec<Inline<'a>>) {
    let (mut start, mut at) = (0, 0);
    while let Some(rest) = line.get(at..).filter(|it| !it.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let run = line.get(start..at).unwrap_or_default();
        let before = run.chars().next_back().or_else(|| found.last().and_then(last_of));
        let taken = match first {
            '`' => code(rest),
            '*' | '_' | '~' => emphasis(rest, before),
            '[' | '!' => link(rest),
            'h' => url(rest, before),
            _ => None,
        };
        let Some((inner, behind)) = taken else {
            at += first.len_utf8();
            continue;
        };
        if !run.is_empty() {
            found.push(Inline::Text(run, style));
        }
        match inner {
            Inner::Code(code) => found.push(Inline::Code(code, style)),
            Inner::Marked(text, mark) => read(text, style.with(mark), found),
            Inner::Link(text, address) => {
                let mut label = Vec::new();
                read(text, style, &mut label);
                found.push(Inline::Link(label, address));
            }
            Inner::Url(url) => found.push(Inline::Link(vec![Inline::Text(url, style)], url)),
        }
        at = line.len() - behind.len();
        start = at;
    }
    if let Some(run) = line.get(start..).filter(|it| !it.is_empty()) {
        found.push(Inline::Text(run, style));
    }
}

fn last_of(piece: &Inline<'_>) -> Option<char> {
    match piece {
        Inline::Text(text, _) | Inline::Code(text, _) => text.chars().next_back(),
        Inline::Link(_, address) => address.chars().next_back(),
    }
}

impl Style {
    fn with(self, mark: &str) -> Self {
        Self {
            bold: self.bold || matches!(mark, "***" | "**" | "__"),
            italic: self.italic || matches!(mark, "***" | "*" | "_"),
            struck: self.struck || mark == "~~",
        }
    }
}

enum Inner<'a> {
    Code(&'a str),
    Marked(&'a str, &'static str),
    Link(&'a str, &'a str),
    Url(&'a str),
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
        // A mark within code closes nothing.
        let cuts_code = inner.matches('`').count() % 2 == 1;
        let close =
            !inner.is_empty() && inner.trim() == inner && !inner.contains('*') && !cuts_code;
        let in_word = mark.starts_with('_') && (is_word(before) || is_word(behind.chars().next()));
        return (close && !in_word).then_some((Inner::Marked(inner, mark), behind));
    }
    None
}

fn link(rest: &str) -> Option<(Inner<'_>, &str)> {
    let (text, behind) =
        rest.strip_prefix('!').unwrap_or(rest).strip_prefix('[')?.split_once("](")?;
    let (address, behind) = behind.split_at_checked(address_end(behind)?)?;
    let is_plain = !text.contains(['[', ']']) && !address.is_empty();
    is_plain.then(|| (Inner::Link(text, address), behind.strip_prefix(')').unwrap_or(behind)))
}

/// Finds the parenthesis behind an address, which may have parentheses itself, but no blanks.
fn address_end(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return Some(at),
            ')' => open -= 1,
            c if c.is_whitespace() => return None,
            _ => {}
        }
    }
    None
}

/// Finds a bare URL. Languages without blanks write on directly behind it, and sentences end with a sign that is not part
/// of it.
fn url(rest: &str, before: Option<char>) -> Option<(Inner<'_>, &str)> {
    let scheme = ["https://", "http://"].into_iter().find(|it| rest.starts_with(it))?;
    if is_word(before) {
        return None;
    }
    let ends = |c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\');
    let mut url = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
    while let Some(last) = url.chars().next_back() {
        let opened = url.matches('(').count();
        let is_part = match last {
            ')' => opened >= url.matches(')').count(),
            _ => !matches!(
                last,
                '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | ']' | '}'
            ),
        };
        if is_part {
            break;
        }
        url = url.get(..url.len() - last.len_utf8())?;
    }
    (url.len() > scheme.len()).then(|| (Inner::Url(url), rest.get(url.len()..).unwrap_or_default()))
}

fn is_word(it: Option<char>) -> bool {
    it.is_some_and(char::is_alphanumeric)
}
