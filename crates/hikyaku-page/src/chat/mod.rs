//! Messages as a phone shows them: rows of balloons, with names, times and read marks.

mod entry;
mod imagemap;
mod kind;
mod media;
mod quick_reply;
mod row;
mod template;
mod text;

pub use entry::{Entry, Quote, Said, Speaker, Time};
pub use row::avatar;

use crate::{
    html::{Attribute, Html},
    look::Look,
};

/// Draws a conversation, oldest message first. Only the last message shows its quick replies, as in LINE.
///
/// ```
/// use hikyaku_model::Message;
/// use hikyaku_page::{Look, chat::{self, Entry, Time}};
///
/// let [question, answer] = [Message::text("Is it <there>?"), Message::text("It is.")];
/// let html = chat::draw(
///     &[
///         Entry::message(&question, "/0").mine().at(Time { hour: 9, minute: 41 }).read(),
///         Entry::message(&answer, "/1").by("Courier").at(Time { hour: 9, minute: 42 }),
///     ],
///     &Look::default(),
/// );
/// assert!(html.as_str().contains("Is it &lt;there&gt;?"));
/// assert!(html.as_str().contains("09:42"));
/// ```
pub fn draw(entries: &[Entry<'_>], look: &Look) -> Html {
    let mut html = Html::default();
    html.div("chat").set(Attribute::Role, "log").body(|html| rows(entries, look, html));
    html
}

/// Draws the rows of a conversation into an element with the class `chat`, like [`draw`].
pub fn rows(entries: &[Entry<'_>], look: &Look, html: &mut Html) {
    let mut before = None;
    for (index, entry) in entries.iter().enumerate() {
        let is_last = index + 1 == entries.len();
        row::draw(entry, before, is_last, look, html);
        before = Some(entry);
    }
}
