use hikyaku_model::message::{Mentionee, Substitution, TextMessage, TextV2Message};

use crate::{
    html::{Attribute, Html, Tag, Url},
    pen::Pen,
};

/// Draws a text with its mentions, where a person has sent it, or with LINE emoji instead of some of its `$`.
pub(super) fn plain(message: &TextMessage, mentions: &[(u64, u64)], html: &mut Html) {
    if !mentions.is_empty() {
        return with_mentions(&message.text, mentions, html);
    }
    let emojis = message.emojis.as_deref().unwrap_or_default();
    let mut done = 0;
    let mut units = 0;
    for (at, c) in message.text.char_indices() {
        let here = emojis.iter().find(|emoji| emoji.index == units && c == '$');
        if let Some(here) = here {
            linked(message.text.get(done..at).unwrap_or_default(), html);
            emoji(&here.product_id, &here.emoji_id, html);
            done = at + c.len_utf8();
        }
        units = units.saturating_add(if c.len_utf16() == 2 { 2 } else { 1 });
    }
    linked(message.text.get(done..).unwrap_or_default(), html);
}

/// Draws a text of a person. Mentions that overlap, or that are beyond its end, are text like the rest.
fn with_mentions(text: &str, mentions: &[(u64, u64)], html: &mut Html) {
    let mut done = 0;
    for (index, length) in mentions {
        let (start, end) = (byte_at(text, *index), byte_at(text, index.saturating_add(*length)));
        let Some((start, end)) =
            start.zip(end).filter(|(start, end)| done <= *start && start < end)
        else {
            continue;
        };
        linked(text.get(done..start).unwrap_or_default(), html);
        html.span("mention").text(text.get(start..end).unwrap_or_default());
        done = end;
    }
    linked(text.get(done..).unwrap_or_default(), html);
}

/// The byte that so many UTF-16 code units stand before.
fn byte_at(text: &str, units: u64) -> Option<usize> {
    let mut before = 0;
    for (at, letter) in text.char_indices() {
        if before >= units {
            return Some(at);
        }
        before += letter.len_utf16() as u64;
    }
    (before == units).then_some(text.len())
}

/// Draws a text with mentions and LINE emoji instead of `{names}`; a brace that is written twice means itself.
pub(super) fn with_placeholders(pen: &Pen<'_>, message: &TextV2Message, html: &mut Html) {
    let mut rest = message.text.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        linked(before, html);
        let (brace, after) = from.split_at(1);
        if let Some(after) = after.strip_prefix(brace) {
            html.text(brace);
            rest = after;
            continue;
        }
        let placeholder = (brace == "{").then(|| after.split_once('}')).flatten();
        let known = placeholder
            .and_then(|(name, after)| Some((message.substitution.as_ref()?.get(name)?, after)));
        if let Some((by, after)) = known {
            substitution(pen, by, html);
            rest = after;
        } else {
            // It stands for nothing, so it is shown as it is written.
            html.text(brace);
            rest = after;
        }
    }
    linked(rest, html);
}

fn substitution(pen: &Pen<'_>, by: &Substitution, html: &mut Html) {
    match by {
        Substitution::Mention(mention) => {
            let name = match &mention.mentionee {
                Mentionee::User(user) => {
                    let name = pen.look.names.get(&user.user_id).map(String::as_str);
                    name.unwrap_or(user.user_id.as_str())
                }
                Mentionee::All(_) => pen.look.lang.everyone(),
                _ => "?",
            };
            html.span("mention").body(|html| {
                html.text("@");
                html.text(name);
            });
        }
        Substitution::Emoji(it) => emoji(&it.product_id, &it.emoji_id, html),
        Substitution::Unknown(object) => crate::flex::unknown(pen, object, html),
        _ => {}
    }
}

/// Draws what stands for a LINE emoji, whose pictures are LINE's.
fn emoji(product: &str, id: &str, html: &mut Html) {
    let name = format!("{product} {id}");
    html.span("emoji")
        .set(Attribute::Role, "img")
        .set(Attribute::AriaLabel, &name)
        .set(Attribute::Title, &name)
        .empty();
}

/// Draws a text whose addresses can be followed.
fn linked(text: &str, html: &mut Html) {
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        let (before, from) = rest.split_at(at);
        html.text(before);
        let end = from.find(|c: char| !c.is_ascii_graphic()).unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let address_end = address.trim_end_matches(['.', ',', '!', '?', ')', ']', '\'', '"']).len();
        let (address, _) = address.split_at(address_end);
        if let Some(url) = Url::https(address) {
            html.element(Tag::A).href(&url).text(address);
            rest = from.get(address_end..).unwrap_or(after);
        } else {
            let (scheme, after) = from.split_at("https://".len());
            html.text(scheme);
            rest = after;
        }
    }
    html.text(rest);
}
