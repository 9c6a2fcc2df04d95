//! The blocks of a Markdown text.

use super::inline::{Inline, Style, inline, text_of};

/// How deep a list is indented at most: a bubble is narrow.
const DEEPEST: usize = 5;

/// A block, with its lines as they were written, but for the marks before them.
pub(super) enum Block<'a> {
    /// A heading of level 1 to 6.
    Heading(usize, &'a str),
    Paragraph(Vec<&'a str>),
    /// An item of a list: how deep it lies, its bullet or number, and its lines.
    Item(usize, &'a str, Vec<&'a str>),
    Quote(Vec<&'a str>),
    Code(Vec<&'a str>),
    /// Rows of cells; the first is the head.
    Table(Vec<Vec<&'a str>>),
    Rule,
}

impl Block<'_> {
    /// Returns whether it looks the same as a text.
    pub(super) fn is_plain(&self) -> bool {
        let is_plain = |piece: &Inline<'_>| match piece {
            Inline::Text(_, style) => *style == Style::default(),
            // LINE makes a bare URL tappable itself.
            Inline::Link(label, address) => text_of(label) == *address,
            Inline::Code(..) => false,
        };
        match self {
            Self::Paragraph(lines) => lines.iter().all(|line| inline(line).iter().all(is_plain)),
            _ => false,
        }
    }
}

/// Reads a text; returns each block with its part of the text.
pub(super) fn blocks(markdown: &str) -> Vec<(Block<'_>, &str)> {
    let lines: Vec<&str> = markdown.lines().collect();
    let mut rest = lines.as_slice();
    let (mut blocks, mut first_lines): (Vec<Block<'_>>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut goes_on = false;
    while let Some((&line, behind)) = rest.split_first() {
        let text = line.trim_start();
        let number = lines.len() - rest.len();
        rest = behind;
        if text.starts_with("```") {
            let inside = rest.iter().take_while(|it| !it.trim_start().starts_with("```"));
            let code: Vec<&str> = inside.copied().collect();
            // The fence at the end, if the text does not end without one.
            rest = rest.get(code.len() + 1..).unwrap_or_default();
            blocks.push(Block::Code(code));
        } else if text.is_empty() {
            goes_on = false;
            continue;
        } else if let Some((level, heading)) = heading(text) {
            blocks.push(Block::Heading(level, heading));
        } else if is_rule(text) {
            blocks.push(Block::Rule);
        } else if let Some(rows) = table(line, rest) {
            // The line below the head has no text.
            rest = rest.get(rows.len()..).unwrap_or_default();
            blocks.push(Block::Table(rows));
        } else if text.starts_with('>') {
            match blocks.last_mut() {
                Some(Block::Quote(lines)) if goes_on => lines.push(unquoted(text)),
                _ => blocks.push(Block::Quote(vec![unquoted(text)])),
            }
        } else if let Some((mark, item)) = item(text) {
            blocks.push(Block::Item(depth(line), mark, vec![item]));
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(lines)) if goes_on => lines.push(line),
                Some(Block::Item(.., lines)) if goes_on && line.starts_with([' ', '\t']) => {
                    lines.push(text);
                }
                _ => blocks.push(Block::Paragraph(vec![line])),
            }
        }
        goes_on = true;
        first_lines.resize(blocks.len(), number);
    }
    let sources = cut(markdown, &first_lines);
    blocks.into_iter().zip(sources).collect()
}

/// Cuts a text into parts that begin with these lines.
fn cut<'a>(text: &'a str, first_lines: &[usize]) -> Vec<&'a str> {
    let (mut lengths, mut before): (Vec<usize>, usize) = (Vec::new(), 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if first_lines.binary_search(&number).is_ok() {
            lengths.push(0);
        }
        match lengths.last_mut() {
            Some(length) => *length += line.len(),
            None => before += line.len(),
        }
    }
    let mut rest = text.get(before..).unwrap_or_default();
    let part = |length: usize| {
        let (part, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = behind;
        part
    };
    lengths.into_iter().map(part).collect()
}

fn heading(text: &str) -> Option<(usize, &str)> {
    let behind = text.trim_start_matches('#');
    let level = text.len() - behind.len();
    let heading = behind.strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, heading.trim()))
}

/// Three or more of one sign, and nothing else.
fn is_rule(text: &str) -> bool {
    let signs = || text.chars().filter(|c| !c.is_whitespace());
    ['-', '*', '_'].iter().any(|sign| signs().all(|c| c == *sign)) && signs().count() >= 3
}

fn unquoted(mut text: &str) -> &str {
    while let Some(inner) = text.strip_prefix('>') {
        text = inner.trim_start();
    }
    text
}

fn item(text: &str) -> Option<(&str, &str)> {
    let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| text.strip_prefix(mark));
    if let Some(item) = bullet {
        return Some(("•", item));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (mark, item) = text.split_at_checked(digits + 1)?;
    let is_number = (1..=9).contains(&digits) && mark.ends_with(['.', ')']);
    Some((mark, item.strip_prefix(' ')?)).filter(|_| is_number)
}

fn depth(line: &str) -> usize {
    let indent = line.chars().take_while(|c| c.is_whitespace());
    let width: usize = indent.map(|c| if c == '\t' { 4 } else { 1 }).sum();
    (width / 2).min(DEEPEST)
}

/// Reads the rows of a table that begins with this line: below its head there is a line of dashes.
fn table<'a>(head: &'a str, below: &[&'a str]) -> Option<Vec<Vec<&'a str>>> {
    let (dashes, rows) = below.split_first()?;
    let is_dashes = |cell: &&str| {
        let cell = cell.strip_prefix(':').unwrap_or(cell);
        let cell = cell.strip_suffix(':').unwrap_or(cell);
        !cell.is_empty() && cell.chars().all(|c| c == '-')
    };
    let (head_cells, dash_cells) = (cells(head), cells(dashes));
    let is_table = head.contains('|')
        && dashes.contains('|')
        && head_cells.len() == dash_cells.len()
        && dash_cells.iter().all(is_dashes);
    let rows = rows.iter().take_while(|row| row.contains('|')).map(|row| cells(row));
    is_table.then(|| std::iter::once(head_cells).chain(rows).collect())
}

fn cells(row: &str) -> Vec<&str> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').unwrap_or(row);
    row.split('|').map(str::trim).collect()
}
