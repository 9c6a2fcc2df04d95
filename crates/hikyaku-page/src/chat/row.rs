use std::borrow::Cow;

use hikyaku_model::message::Sender;

use super::{
    entry::{Entry, Said, Speaker},
    kind, media, quick_reply,
};
use crate::{
    css::Property,
    flex,
    html::{Attribute, Html, Tag},
    look::Look,
    pen::Pen,
    picture::{self, Picture},
};

/// Draws one entry. `before` is the one above it.
pub(super) fn draw(
    entry: &Entry<'_>,
    before: Option<&Entry<'_>>,
    is_last: bool,
    look: &Look,
    html: &mut Html,
) {
    if let Said::Notice(text) = entry.said {
        let notice = html.element(Tag::P).class("notice");
        return notice.set_some(Attribute::DataId, entry.id).text(text);
    }
    let follows = before.is_some_and(|before| entry.follows(before));
    let mut pen = Pen::new(look, entry.pointer);
    let (side, name) = match entry.speaker {
        Speaker::Me => ("row-mine", None),
        Speaker::Other(account) => ("row-theirs", Some(shown_name(entry.sender(), account))),
    };
    let name = name.as_deref();
    let row = html.div("row").class(side).class_some(follows.then_some("row-more"));
    let row = row.set(Attribute::Role, "group").set_some(Attribute::AriaLabel, name);
    let row = pen.place(row);
    let row = row.set_some(Attribute::DataId, entry.id).set_some(Attribute::DataTo, entry.target);
    row.body(|html| {
        if let Some(name) = name {
            if follows {
                html.span("avatar-gap").empty();
            } else {
                sender_avatar(&pen, name, entry.sender(), html);
            }
        }
        html.div("said").body(|html| {
            if let Some(name) = name.filter(|name| !follows && !name.is_empty()) {
                html.span("who").text(name);
            }
            let is_wide = match entry.said {
                Said::Message(message) => kind::is_wide(message),
                Said::Flex(_) => true,
                _ => false,
            };
            let line = html.div("line").class_some(is_wide.then_some("line-wide"));
            line.body(|html| {
                match entry.said {
                    Said::Message(message) => {
                        kind::draw(&mut pen, message, entry, html);
                    }
                    Said::Flex(container) => flex::container(&mut pen, container, None, html),
                    Said::File { name, bytes } => media::file(&pen, name, bytes, html),
                    Said::Picture(url) => media::picture(url, html),
                    Said::Film(url) => media::film(&pen, url, html),
                    Said::Sound(url) => media::sound(&pen, url, html),
                    Said::Notice(_) => {}
                }
                when(entry, look, html);
                acts(entry, html);
            });
            problem(entry, html);
        });
    });
    if let Said::Message(message) = entry.said
        && let Some(quick_reply) = message.quick_reply.as_ref().filter(|_| is_last)
    {
        quick_reply::draw(&mut pen, quick_reply, entry.id, html);
    }
}

/// The name above a message. LINE says whose account it is where a message has a sender of its own.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/>
fn shown_name<'a>(sender: Option<&Sender>, account: &'a str) -> Cow<'a, str> {
    match sender.and_then(|sender| sender.name.as_deref()) {
        Some(name) if !account.is_empty() => format!("{name} from '{account}'").into(),
        Some(name) => name.to_owned().into(),
        None => account.into(),
    }
}

fn sender_avatar(pen: &Pen<'_>, name: &str, sender: Option<&Sender>, html: &mut Html) {
    if let Some(url) = sender.and_then(|sender| sender.icon_url.as_deref()) {
        let place = html.span("avatar").set(Attribute::AriaHidden, "true");
        return picture::draw(pen, place, Picture::small(url));
    }
    avatar(name, html);
}

/// Draws a placeholder for the picture of a user or an account: the first letter of the name.
pub fn avatar(name: &str, html: &mut Html) {
    let place = html.span("avatar").set(Attribute::AriaHidden, "true");
    let initial = name.chars().next().map(String::from).unwrap_or_default();
    place.style(Property::Hue, picture::hue(name)).text(&initial);
}

/// Draws what went wrong with an entry; as a button where a script can show more of it.
fn problem(entry: &Entry<'_>, html: &mut Html) {
    let Some(words) = entry.problem else { return };
    match entry.problem_act {
        None => html.element(Tag::P).class("problem").text(words),
        Some((does, to)) => {
            let button = html.element(Tag::Button).class("problem").plain_button();
            button.set(Attribute::DataDo, does).set(Attribute::DataTo, to).text(words);
        }
    }
}

fn acts(entry: &Entry<'_>, html: &mut Html) {
    if entry.acts.is_empty() {
        return;
    }
    html.span("row-acts").body(|html| {
        for (does, words) in entry.acts {
            let button = html.element(Tag::Button).class("row-act").plain_button();
            let button = button.set(Attribute::DataDo, does);
            button.set_some(Attribute::DataTo, entry.id).text(words);
        }
    });
}

fn when(entry: &Entry<'_>, look: &Look, html: &mut Html) {
    if entry.time.is_none() && !entry.is_read && !entry.is_edited {
        return;
    }
    html.span("when").body(|html| {
        if entry.is_read {
            html.span("read").text(look.lang.read());
        }
        if entry.is_edited {
            html.span("edited").text(look.lang.edited());
        }
        if let Some(time) = entry.time {
            html.element(Tag::Time).text(&time.to_string());
        }
    });
}
