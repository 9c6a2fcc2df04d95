use hikyaku_model::{ChatId, UserId};
use hikyaku_sender::{Filter, State};
use serde_json::Value;

use crate::{
    answer::{AnswerError, Question},
    store::FindMessage,
    transaction::EventTransaction,
};

/// How many of a chat's sends are read at once, the newest first.
const PAGE: u32 = 200;

/// The message that another one quotes. Made by [`InContext::quoted`](crate::InContext::quoted).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quoted {
    /// Its id, under which LINE has the content of a picture, video, recording or file.
    pub message_id: String,
    /// Its author.
    pub author: QuotedAuthor,
    /// Its JSON, as LINE sent it or as it was sent to LINE; `None` if the store does not have it.
    pub message: Option<Value>,
}

/// The author of a quoted message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuotedAuthor {
    /// This bot.
    Bot,
    /// A person, with their id if LINE gave it.
    Person(Option<UserId>),
    /// The store has no such message: it is older than what the store keeps, or was sent otherwise.
    Unknown,
}

impl Quoted {
    /// Returns whether this bot has sent it.
    pub fn is_mine(&self) -> bool {
        self.author == QuotedAuthor::Bot
    }

    /// Returns its text, or its alternative text if it is of another kind.
    pub fn text(&self) -> Option<&str> {
        let message = self.message.as_ref()?;
        message.get("text").or_else(|| message.get("altText"))?.as_str()
    }
}

/// Returns the message that the question quotes.
pub(crate) async fn quoted(
    transaction: &EventTransaction,
    question: &Question<'_>,
) -> Result<Option<Quoted>, AnswerError> {
    let Some(id) = question.event.quoted_message_id().map(str::to_owned) else { return Ok(None) };
    let unknown = (QuotedAuthor::Unknown, None);
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric());
    let Some(chat) = question.event.chat_id().filter(|_| is_id) else {
        let (author, message) = unknown;
        return Ok(Some(Quoted { message_id: id, author, message }));
    };
    let found = match of_a_person(transaction, &id).await? {
        Some(found) => Some(found),
        None => of_the_bot(transaction, &chat, &id).await?,
    };
    let (author, message) = found.unwrap_or(unknown);
    Ok(Some(Quoted { message_id: id, author, message }))
}

async fn of_a_person(
    transaction: &EventTransaction,
    id: &str,
) -> Result<Option<(QuotedAuthor, Option<Value>)>, AnswerError> {
    let claim = transaction.claim();
    let find = FindMessage { chat: claim.chat.clone(), id: id.to_owned() };
    let bodies = claim.outbox.look(find).await?;
    let events = bodies.iter().filter_map(|body| serde_json::from_str::<Value>(body).ok());
    let mut messages = events.filter_map(|event| {
        let message = event.get("message").filter(|it| it.get("id").is_some_and(|it| it == id))?;
        let user = event.pointer("/source/userId").and_then(Value::as_str).map(UserId::from);
        Some((QuotedAuthor::Person(user), Some(message.clone())))
    });
    Ok(messages.next())
}

async fn of_the_bot(
    transaction: &EventTransaction,
    chat: &ChatId,
    id: &str,
) -> Result<Option<(QuotedAuthor, Option<Value>)>, AnswerError> {
    let outbox = &transaction.claim().outbox;
    // Answers are sent in the order of their chat, so they have its id as their order key.
    let mut sends = Filter::default().order_key(chat.as_str()).state(State::Accepted).limit(PAGE);
    loop {
        let page = outbox.list(sends.clone()).await?;
        for send in &page {
            if let Some(place) = send.sent_messages.iter().position(|it| it.id == id) {
                let message = send.body.as_ref().and_then(|body| body.get("messages")?.get(place));
                return Ok(Some((QuotedAuthor::Bot, message.cloned())));
            }
        }
        match page.last() {
            Some(last) if page.len() >= PAGE as usize => sends.before = Some(last.id),
            _ => return Ok(None),
        }
    }
}
