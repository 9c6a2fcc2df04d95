//! Markdown as Flex Messages.

use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    block::{Block, blocks},
    inline::{Inline, Style, inline, text_of},
    plain::plain_text,
};
use crate::{
    Checker, Message,
    action::UriAction,
    flex::{
        BUBBLE_BYTES, Box, Bubble, Component, Decoration, Separator, Size, Space, Span, Text,
        TextStyle, Weight, px,
    },
    limits::LINK,
    message::{ALT_TEXT, split_text},
};

/// How much of a bubble its content may take, in bytes of JSON; the rest is for what encloses it.
const ROOM: usize = BUBBLE_BYTES - 256;

const LINK_COLOR: &str = "#1a5fb4";
const CODE_COLOR: &str = "#a51d2d";
const QUOTE_COLOR: &str = "#666666";
const LINE_COLOR: &str = "#d0d0d0";
const CODE_GROUND: &str = "#f2f2f2";

/// Converts Markdown, as language models write it, into Flex Messages: headings, emphasis, code, lists, quotes, tables and
/// rules look like what they are, and links can be tapped.
///
/// A text without any of these becomes text messages, as does a block that is too large for a bubble; what follows a full
/// bubble is in the next one. The content is preserved, and the alternative text of each message is its [`plain_text`],
/// at most 1,500 UTF-16 code units of it. LINE's readers cannot copy text from a Flex Message, and it cannot quote.
///
/// A link is tapped if its scheme is `http`, `https`, `tel` or `line`; for any other, the address is shown. Flex allows no
/// action on a part of a text: the only link of a block makes the whole block tappable, and several are repeated below it.
///
/// ```
/// use hikyaku_model::message::{MessageKind, from_markdown};
///
/// let messages = from_markdown("## Hours\n- **Monday**: `9:00`\n- see [the map](https://example.com/map)");
/// assert!(matches!(&messages[..], [message] if matches!(message.kind, MessageKind::Flex(_))));
/// ```
pub fn from_markdown(markdown: &str) -> Vec<Message> {
    let blocks = blocks(markdown);
    let has_text = blocks.iter().any(|(block, _)| !matches!(block, Block::Rule));
    if !has_text || blocks.iter().all(|(block, _)| block.is_plain()) {
        return texts(markdown).collect();
    }
    let (mut messages, mut open) = (Vec::new(), Open::default());
    for (block, source) in blocks {
        let shown = show(&block);
        let bytes: usize = shown.iter().map(bytes).sum();
        if bytes > ROOM {
            messages.extend(open.close());
            messages.extend(texts(source));
            continue;
        }
        if open.bytes + bytes > ROOM {
            messages.extend(open.close());
        }
        open.add(shown, bytes, source);
    }
    messages.extend(open.close());
    messages
}

fn texts(markdown: &str) -> impl Iterator<Item = Message> {
    split_text(&plain_text(markdown)).into_iter().map(Message::from)
}

/// A bubble that is being filled.
#[derive(Default)]
struct Open {
    contents: Vec<Component>,
    bytes: usize,
    source: String,
}

impl Open {
    fn add(&mut self, mut shown: Vec<Component>, bytes: usize, source: &str) {
        if let Some(first) = shown.first_mut().filter(|_| !self.contents.is_empty()) {
            set_margin(first);
        }
        self.contents.append(&mut shown);
        self.bytes += bytes;
        self.source.push_str(source);
    }

    /// Returns the message, and begins the next one.
    fn close(&mut self) -> Option<Message> {
        let Self { contents, source, .. } = std::mem::take(self);
        let alt = alt_text(&plain_text(&source));
        let has_text = !alt.is_empty() && !contents.is_empty();
        has_text.then(|| Message::flex(alt, Bubble::new().body(Box::vertical(contents))))
    }
}

fn set_margin(component: &mut Component) {
    let margin = match component {
        Component::Box(it) => &mut it.margin,
        Component::Text(it) => &mut it.margin,
        Component::Separator(it) => &mut it.margin,
        _ => return,
    };
    margin.get_or_insert(Space::Md);
}

/// Cuts a text to the length of an alternative text.
fn alt_text(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || ALT_TEXT.broken_by(text).is_none() {
        return text.to_owned();
    }
    let (mut cut, mut units) = (String::new(), 1);
    for grapheme in text.graphemes(true) {
        units += grapheme.encode_utf16().count();
        if units > ALT_TEXT.max {
            break;
        }
        cut.push_str(grapheme);
    }
    cut + "…"
}

/// Returns the length of its JSON, with the comma behind it and room for a margin.
fn bytes(component: &Component) -> usize {
    // Components have string keys, so they always serialise.
    serde_json::to_vec(component).map_or(ROOM, |json| json.len() + 20)
}

/// Returns the components that show a block.
fn show(block: &Block<'_>) -> Vec<Component> {
    match block {
        Block::Heading(level, text) => {
            let size = match level {
                1 => Size::Xl,
                2 => Size::Lg,
                _ => Size::Md,
            };
            let heading = Shown::of(&[*text]);
            heading.map(|it| it.weight(Weight::Bold).size(size).margin(Space::Lg)).with_links()
        }
        Block::Paragraph(lines) => Shown::of(lines).with_links(),
        Block::Item(depth, mark, lines) => {
            let shown = Shown::of(lines).with_action();
            let mut row = vec![Component::from(Text::new(*mark).flex(0))];
            row.extend(shown.text.map(|it| it.flex(1).margin(Space::Sm).into()));
            let item = Box::horizontal(row).margin(Space::Sm);
            let indent = u32::try_from(16 * depth).unwrap_or_default();
            below(if indent > 0 { item.padding_start(px(indent)) } else { item }, shown.links)
        }
        Block::Quote(lines) => {
            let shown = Shown::of(lines).map(|it| it.color(QUOTE_COLOR)).with_action();
            let bar = Box::vertical(()).width(px(4)).flex(0).background_color(LINE_COLOR);
            let mut row = vec![Component::from(bar)];
            row.extend(shown.text.map(|it| it.flex(1).margin(Space::Md).into()));
            below(Box::horizontal(row), shown.links)
        }
        Block::Code(lines) => {
            let code = lines.iter().map(|it| with_blanks(it)).collect::<Vec<_>>().join("\n");
            let text = Text::new(code.as_str()).wrap(true).size(Size::Sm);
            let ground =
                Box::vertical(if code.trim().is_empty() { Vec::new() } else { vec![text] });
            vec![
                ground
                    .background_color(CODE_GROUND)
                    .corner_radius(Space::Md)
                    .padding_all(Space::Md)
                    .into(),
            ]
        }
        Block::Table(rows) => table(rows),
        Block::Rule => vec![Separator::new().color(LINE_COLOR).into()],
    }
}

/// A line of code in which Flex keeps the blanks: it draws several as one, and none at the beginning of a line.
fn with_blanks(line: &str) -> String {
    let (mut kept, mut is_begun) = (String::with_capacity(line.len()), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let is_one = is_begun && !matches!(chars.peek(), Some(' ' | '\t'));
        kept.push(match c {
            ' ' if !is_one => '\u{a0}',
            '\t' => '\u{2003}',
            c => c,
        });
        is_begun |= !matches!(c, ' ' | '\t');
    }
    kept
}

fn table(rows: &[Vec<&str>]) -> Vec<Component> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let (mut shown, mut links) = (Vec::new(), Vec::new());
    for (number, row) in rows.iter().enumerate() {
        let mut cells = Vec::new();
        for column in 0..columns {
            let cell = Shown::of(row.get(column..=column).unwrap_or_default()).with_action();
            links.extend(cell.links);
            let text = cell.text.map(|it| it.size(Size::Sm).flex(1));
            cells.push(match text {
                Some(text) if number == 0 => Component::from(text.weight(Weight::Bold)),
                Some(text) => text.into(),
                None => Box::vertical(()).flex(1).into(),
            });
        }
        if number == 1 {
            shown.push(Component::from(Separator::new().color(LINE_COLOR)));
        }
        shown.push(Box::horizontal(cells).spacing(Space::Md).into());
    }
    below(Box::vertical(shown).spacing(Space::Sm), links)
}

fn below(block: Box, links: Vec<Link>) -> Vec<Component> {
    std::iter::once(block.into()).chain(links.into_iter().map(Link::shown)).collect()
}

/// Lines of text as a component, and the links in them.
struct Shown {
    /// `None` if it would be blank.
    text: Option<Text>,
    links: Vec<Link>,
}

struct Link {
    label: String,
    uri: String,
}

impl Link {
    fn shown(self) -> Component {
        Text::new(self.label)
            .wrap(true)
            .size(Size::Sm)
            .color(LINK_COLOR)
            .decoration(Decoration::Underline)
            .margin(Space::Sm)
            .action(UriAction::new(self.uri))
            .into()
    }
}

impl Shown {
    fn of(text: &[&str]) -> Self {
        let (mut spans, mut links) = (Vec::new(), Vec::new());
        for (number, line) in text.iter().enumerate() {
            if number > 0 {
                spans.push(Span::new("\n"));
            }
            for piece in inline(line) {
                add(&piece, &mut spans, &mut links);
            }
        }
        let is_blank = |span: &Span| span.text.as_deref().is_none_or(|it| it.trim().is_empty());
        let text = (!spans.iter().all(is_blank)).then(|| Text::spans(spans).wrap(true));
        Self { text, links }
    }

    fn map(mut self, change: impl FnOnce(Text) -> Text) -> Self {
        self.text = self.text.map(change);
        self
    }

    /// Makes the text tappable if it has one link only.
    fn with_action(mut self) -> Self {
        if let (Some(text), [only]) = (&mut self.text, self.links.as_slice()) {
            text.action = Some(UriAction::new(only.uri.as_str()).into());
            self.links.clear();
        }
        self
    }

    /// Returns the text, and below it the links that it cannot have itself.
    fn with_links(self) -> Vec<Component> {
        let Self { text, links } = self.with_action();
        text.map(Component::from).into_iter().chain(links.into_iter().map(Link::shown)).collect()
    }
}

fn add(piece: &Inline<'_>, spans: &mut Vec<Span>, links: &mut Vec<Link>) {
    match piece {
        Inline::Text(text, style) => spans.push(styled(text, *style)),
        Inline::Code(code, style) => spans.push(styled(code, *style).color(CODE_COLOR)),
        Inline::Link(label, address) => {
            let text = text_of(label);
            let uri = encoded(address);
            let label = if text.trim().is_empty() { (*address).to_owned() } else { text };
            if is_allowed(&uri) {
                let span =
                    Span::new(label.as_str()).color(LINK_COLOR).decoration(Decoration::Underline);
                spans.push(span);
                links.push(Link { label, uri });
            } else if label == *address {
                spans.push(Span::new(label));
            } else {
                spans.push(Span::new(format!("{label} ({address})")));
            }
        }
    }
}

fn styled(text: &str, style: Style) -> Span {
    let mut span = Span::new(text);
    if style.bold {
        span = span.weight(Weight::Bold);
    }
    if style.italic {
        span = span.style(TextStyle::Italic);
    }
    if style.struck {
        span = span.decoration(Decoration::LineThrough);
    }
    span
}

fn is_allowed(uri: &str) -> bool {
    let mut checker = Checker::default();
    LINK.check(uri, &mut checker);
    checker.finish().is_ok()
}

/// Percent-encodes the characters of an address that LINE does not accept as they are.
fn encoded(address: &str) -> String {
    let mut uri = String::with_capacity(address.len());
    for c in address.chars() {
        if c.is_ascii_graphic()
            && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        {
            uri.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // A text takes all that is written.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
