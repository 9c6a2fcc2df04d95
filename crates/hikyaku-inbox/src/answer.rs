use std::{
    fmt,
    time::{Duration, SystemTime},
};

use hikyaku_model::{
    ChatId, Message,
    event::{Event, MessageContent, ReplyToken},
    limits::MESSAGES,
    message::{MessageKind, from_markdown, plain_text, split_text},
};
use hikyaku_sender::NewDelivery;

use crate::{
    later::Later,
    store::NewPart,
    transaction::{EventTransaction, NotOpen, ReplyPlace},
};

/// The answer to a question: any number of messages. Text of any length converts, and so do messages.
///
/// ```
/// use hikyaku_inbox::Answer;
///
/// let answer = Answer::markdown("**Yes.** It opens at `9:00`.").quoting();
/// ```
#[derive(Clone, Debug)]
#[must_use = "an answer does nothing until it is given to a context"]
pub struct Answer {
    messages: Vec<Message>,
    quoting: bool,
    channel: Option<String>,
    pushes: bool,
}

impl Answer {
    /// Creates an answer of these messages.
    pub fn new(messages: impl IntoIterator<Item = impl Into<Message>>) -> Self {
        let messages = messages.into_iter().map(Into::into).collect();
        Self { messages, quoting: false, channel: None, pushes: true }
    }

    /// Creates an answer from text of any length; [`split_text`] splits it into messages.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::new(split_text(text.as_ref()))
    }

    /// Creates an answer from Markdown, as language models write it; [`plain_text`] removes the syntax.
    pub fn markdown(markdown: impl AsRef<str>) -> Self {
        Self::text(plain_text(markdown.as_ref()))
    }

    /// Creates an answer from Markdown that keeps its look: [`from_markdown`] makes Flex Messages of headings, lists,
    /// tables and the like, with links to tap.
    pub fn formatted(markdown: impl AsRef<str>) -> Self {
        Self::new(from_markdown(markdown.as_ref()))
    }

    /// Lets the first message quote the question, if both allow it: texts and stickers can quote, and LINE gives a
    /// token for messages that can be quoted.
    pub fn quoting(mut self) -> Self {
        self.quoting = true;
        self
    }

    /// Replies or sends nothing: it never pushes, because a push counts towards the monthly quota. If the reply token
    /// has expired, the event becomes [`Unanswered`](crate::KeptState::Unanswered), for an operator to see; an answer
    /// that is too long for one reply is refused.
    pub fn without_push(mut self) -> Self {
        self.pushes = false;
        self
    }

    /// Sets the channel of the outbox that sends it; the default is `default`.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }

    /// Adds the answer to the transaction of its event.
    pub(crate) fn give(
        mut self,
        transaction: &EventTransaction,
        question: &Question<'_>,
    ) -> Result<(), AnswerError> {
        let chat = question.chat()?;
        if self.quoting {
            self.messages = quoted(self.messages, question);
        }
        if self.messages.is_empty() {
            return Err(AnswerError::Empty);
        }
        let requests = self.messages.len().div_ceil(MESSAGES.max);
        let claim = transaction.claim();
        // The rest of an answer that has begun already is pushed, whatever it costs: no button leads to it.
        let has_begun = claim.given.as_ref().is_some_and(|given| !given.is_empty());
        if let Some(later) = claim.later().filter(|_| self.pushes && !has_begun)
            && transaction.pushes_left().is_some_and(|left| requests > left as usize)
        {
            return self.in_parts(transaction, question, &chat, later);
        }
        let mut batches = self.messages.chunks(MESSAGES.max);
        if !self.pushes {
            let (Some(only), None) = (batches.next(), batches.next()) else {
                return Err(AnswerError::TooLong);
            };
            let (reply, ends_at) = question.reply(transaction, only).ok_or(AnswerError::NoReply)?;
            let place = self.place(ends_at, false);
            return Ok(transaction.enqueue_only_reply(self.sent(reply, &chat), place)?);
        }
        for batch in batches {
            self.enqueue_or_push(transaction, question, &chat, batch)?;
        }
        Ok(())
    }

    fn enqueue_or_push(
        &self,
        transaction: &EventTransaction,
        question: &Question<'_>,
        chat: &ChatId,
        batch: &[Message],
    ) -> Result<(), NotOpen> {
        let (send, reply) = match question.reply(transaction, batch) {
            Some((reply, ends_at)) => (reply.or_push(chat), Some(self.place(ends_at, true))),
            None => (NewDelivery::push(chat, batch), None),
        };
        transaction.enqueue_pushed(self.sent(send, chat), reply)
    }

    fn place(&self, ends_at: SystemTime, or_push: bool) -> ReplyPlace<'_> {
        ReplyPlace { channel: self.channel.as_deref(), ends_at, or_push }
    }

    /// Replies with as much as one reply holds, and keeps the rest, or everything if the button was sent already. What
    /// cannot be a reply is one push, if one is left.
    fn in_parts(
        &self,
        transaction: &EventTransaction,
        question: &Question<'_>,
        chat: &ChatId,
        later: &Later,
    ) -> Result<(), AnswerError> {
        let claim = transaction.claim();
        let may_push = transaction.pushes_left() != Some(0);
        let mut rest = self.messages.as_slice();
        let mut part = 0;
        while !rest.is_empty() {
            let fits = if rest.len() > MESSAGES.max { MESSAGES.max - 1 } else { rest.len() };
            let (batch, behind) = rest.split_at_checked(fits).unwrap_or((rest, &[]));
            rest = behind;
            let mut batch = batch.to_vec();
            if !rest.is_empty() {
                batch.push(later.button(&claim.event_id, part + 1));
            }
            if part == 0 && may_push {
                self.enqueue_or_push(transaction, question, chat, &batch)?;
                part += 1;
                continue;
            }
            match question.reply(transaction, &batch).filter(|_| part == 0) {
                Some((reply, ends_at)) => {
                    let place = self.place(ends_at, false);
                    transaction.enqueue_only_reply(self.sent(reply, chat), place)?;
                }
                // No button leads to it.
                None if part == 0 && !transaction.may_keep_first() => {
                    return Err(AnswerError::NoReply);
                }
                None => transaction.keep(NewPart {
                    destination: claim.destination.clone(),
                    event_id: claim.event_id.clone(),
                    part,
                    chat: claim.chat.clone(),
                    messages: serde_json::to_string(&batch).map_err(|_| AnswerError::Empty)?,
                })?,
            }
            part += 1;
        }
        Ok(())
    }

    fn sent(&self, send: NewDelivery, chat: &ChatId) -> NewDelivery {
        let send = send.in_order(chat.as_str());
        match &self.channel {
            Some(channel) => send.channel(channel),
            None => send,
        }
    }
}

/// The event that is answered.
pub(crate) struct Question<'a> {
    pub(crate) event: &'a Event,
    pub(crate) received_at: SystemTime,
}

impl Question<'_> {
    pub(crate) fn chat(&self) -> Result<ChatId, AnswerError> {
        if self.event.is_standby() {
            return Err(AnswerError::Standby);
        }
        self.event.chat_id().ok_or(AnswerError::NoChat)
    }

    /// Whether its reply token has ended.
    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        ReplyToken::of(self.event, self.received_at)
            .is_some_and(|token| token.left(now) == Duration::ZERO)
    }

    /// A reply, and the end of its token, where no other answer has it.
    pub(crate) fn reply(
        &self,
        transaction: &EventTransaction,
        messages: &[Message],
    ) -> Option<(NewDelivery, SystemTime)> {
        let token = ReplyToken::of(self.event, self.received_at)?;
        let ends_at = self.received_at + token.left(self.received_at);
        transaction
            .may_reply()
            .then(|| (NewDelivery::reply(token.as_str(), messages).expires_at(ends_at), ends_at))
    }
}

/// Returns the messages, with the first one quoting the question.
pub(crate) fn quoted(mut messages: Vec<Message>, question: &Question<'_>) -> Vec<Message> {
    let token = question.event.message().and_then(MessageContent::quote_token);
    if let (Some(token), Some(first)) = (token, messages.first_mut())
        && let MessageKind::Text(_) | MessageKind::TextV2(_) | MessageKind::Sticker(_) = first.kind
    {
        *first = first.clone().quoting(token);
    }
    messages
}

impl<T: Into<Message>> From<Vec<T>> for Answer {
    fn from(messages: Vec<T>) -> Self {
        Self::new(messages)
    }
}

impl From<Message> for Answer {
    fn from(message: Message) -> Self {
        Self::new([message])
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// The reason why an event cannot be answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnswerError {
    /// The event does not come from an inbox, or its attempt has ended.
    NotOpen(NotOpen),
    /// The answer has no messages; a blank text has none.
    Empty,
    /// The event names no chat, so nobody can be answered.
    NoChat,
    /// Another module channel acts for the account.
    Standby,
    /// The answer is longer than one reply, and pushes are disabled.
    TooLong,
    /// There is no reply token, or another answer has used it, and pushes are disabled.
    NoReply,
    /// The store failed to commit it.
    Store(hikyaku_sender::Error),
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOpen(why) => return why.fmt(f),
            Self::Store(why) => return why.fmt(f),
            Self::Empty => "the answer is empty; leave it out, or say something",
            Self::NoChat => "the event names no chat to answer in",
            Self::Standby => "the event is in standby: another module channel speaks for the account",
            Self::TooLong => "the answer has more than five messages, which is more than one reply holds; allow pushes, or use a button",
            Self::NoReply => "the event has no reply token left for this answer, and pushes are not wanted",
        })
    }
}

impl std::error::Error for AnswerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(why) => std::error::Error::source(why),
            _ => None,
        }
    }
}

impl From<NotOpen> for AnswerError {
    fn from(why: NotOpen) -> Self {
        Self::NotOpen(why)
    }
}

impl From<hikyaku_sender::Error> for AnswerError {
    fn from(why: hikyaku_sender::Error) -> Self {
        Self::Store(why)
    }
}
