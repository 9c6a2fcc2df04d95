use std::time::{Duration, SystemTime};

use hikyaku_model::message::split_text;
use hikyaku_webhook::Context;

use crate::{
    answer::{Answer, AnswerError, Question, quoted},
    transaction::{EventTransaction, NotOpen, ReplyPlace},
};

/// The minimum length of a part that is sent early, in bytes.
const WORTH: usize = 40;

/// An answer that grows while it is being made, as a language model writes it. The text available after some seconds is
/// sent with the reply token, and the rest is pushed when the answer is [finished](Self::finish). An answer that is
/// complete before that is one reply, and free.
///
/// The part sent early is stored with the event: after a kill or a failure, the next attempt does not send it again,
/// provided that its text begins with the same part. [`said`](Self::said) returns it, so that a model can be asked to
/// continue from there; an attempt whose text begins differently sends everything.
#[derive(Debug)]
#[must_use = "what was not sent early is said by `finish` only"]
pub struct Growing<S> {
    context: Context<S>,
    transaction: EventTransaction,
    text: String,
    /// The number of bytes of the text that were sent already.
    said: usize,
    /// The part sent by an earlier attempt, until the text is known to begin differently.
    before: Option<String>,
    after: Duration,
    quoting: bool,
    channel: Option<String>,
}

impl<S> Growing<S> {
    pub(crate) fn new(context: Context<S>, transaction: EventTransaction) -> Self {
        let before = transaction.claim().given.clone().filter(|it| !it.is_empty());
        Self {
            context,
            transaction,
            text: String::new(),
            said: 0,
            before,
            after: Duration::from_secs(20),
            quoting: false,
            channel: None,
        }
    }

    /// Sets how long after the question the first part is sent; the default is 20 seconds.
    pub fn early_after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    /// Lets the first message quote the question, like [`Answer::quoting`].
    pub fn quoting(mut self) -> Self {
        self.quoting = true;
        self
    }

    /// Sets the channel of the outbox that sends it; the default is `default`.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }

    /// Returns the part sent by an earlier attempt; empty if nothing was sent yet.
    pub fn said(&self) -> &str {
        self.before.as_deref().unwrap_or_default()
    }

    /// Returns the text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Appends text, and sends its complete part once it is time.
    ///
    /// # Errors
    /// The store failed to commit it, the event cannot be answered, or the attempt has ended.
    pub async fn push(&mut self, more: &str) -> Result<(), AnswerError> {
        self.text.push_str(more);
        self.compare();
        // If pushes are disabled, the reply token is for the whole answer or for the button.
        if self.said > 0 || self.before.is_some() || self.transaction.claim().button().is_some() {
            return Ok(());
        }
        let whole = whole(&self.text);
        if whole < WORTH || !self.is_time().await? {
            return Ok(());
        }
        let question = question(&self.context);
        let chat = question.chat()?;
        let begin = self.text.get(..whole).unwrap_or_default();
        let mut texts: Vec<_> = split_text(begin).into_iter().map(Into::into).collect();
        // Text beyond one reply is not urgent.
        texts.truncate(1);
        if self.quoting {
            texts = quoted(texts, &question);
        }
        let Some((reply, ends_at)) = question.reply(&self.transaction, &texts) else {
            return Ok(());
        };
        let place = ReplyPlace { channel: self.channel.as_deref(), ends_at, or_push: true };
        let mut send = reply.or_push(&chat).in_order(chat.as_str());
        if let Some(channel) = &self.channel {
            send = send.channel(channel);
        }
        let said = first_part(begin);
        if !self
            .transaction
            .send_early(send, self.text.get(..said).unwrap_or_default().to_owned(), Some(place))
            .await?
        {
            return Err(NotOpen::Ended.into());
        }
        self.said = said;
        Ok(())
    }

    /// Sends the rest, in the same transaction as "handled".
    ///
    /// # Errors
    /// There was no text at all, the event cannot be answered, or the attempt has ended.
    pub fn finish(mut self) -> Result<(), AnswerError> {
        // A text shorter than the part already sent adds nothing.
        if let Some(before) = self.before.take()
            && before.starts_with(self.text.trim_end())
            && !self.text.trim().is_empty()
        {
            return Ok(());
        }
        let rest = self.text.get(self.said..).unwrap_or_default();
        if self.said > 0 && rest.trim().is_empty() {
            return Ok(());
        }
        let mut answer = Answer::text(rest.trim_start_matches(['\n', '\r', ' ']));
        if self.quoting && self.said == 0 {
            answer = answer.quoting();
        }
        if let Some(channel) = &self.channel {
            answer = answer.channel(channel);
        }
        answer.give(&self.transaction, &question(&self.context))
    }

    /// Compares the text with the part sent by an earlier attempt.
    fn compare(&mut self) {
        let Some(before) = &self.before else { return };
        if self.text.starts_with(before.as_str()) {
            self.said = before.len();
            self.before = None;
        } else if !before.starts_with(self.text.as_str()) {
            self.before = None;
        }
    }

    async fn is_time(&self) -> Result<bool, AnswerError> {
        let now = self.transaction.claim().outbox.now().await?;
        let now = now.to_system_time().unwrap_or(SystemTime::UNIX_EPOCH);
        Ok(now.duration_since(self.context.received_at).unwrap_or_default() >= self.after)
    }
}

fn question<S>(context: &Context<S>) -> Question<'_> {
    Question { event: &context.event, received_at: context.received_at }
}

/// Returns the length of the whole paragraphs of a text, or of its whole sentences.
fn whole(text: &str) -> usize {
    let paragraph = text.rfind("\n\n").map(|at| at + 2).filter(|end| *end >= WORTH);
    let sentence = || {
        let mut ends = text.char_indices().filter(|(at, c)| {
            let behind = text.get(at + c.len_utf8()..).and_then(|it| it.chars().next());
            matches!(c, '。' | '！' | '？' | '\n')
                || matches!(c, '.' | '!' | '?') && behind.is_some_and(char::is_whitespace)
        });
        ends.next_back().map_or(0, |(at, c)| at + c.len_utf8())
    };
    paragraph.unwrap_or_else(sentence)
}

/// Returns the length, in bytes, of the first part of a text.
fn first_part(text: &str) -> usize {
    let first = split_text(text).into_iter().next().unwrap_or_default();
    text.find(&first).map_or(text.len(), |at| at + first.len())
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn what_is_whole_ends_with_a_paragraph_or_a_sentence() {
        let long = "a".repeat(60);
        for (text, expected) in [
            (format!("{long}. And"), 61),
            (format!("{long}.\n\nNext sentence. And"), 63),
            (long.clone(), 0),
            (format!("{long} 3.14 and"), 0),
            ("はい。それ".to_owned(), 9),
            (String::new(), 0),
        ] {
            assert_eq!(whole(&text), expected, "{text}");
        }
    }
}
