use hikyaku_webhook::Context;

use crate::{
    answer::{Answer, AnswerError, Question},
    growing::Growing,
    transaction::{EventTransaction, NotOpen},
};

/// What the context of an event has that an inbox handles.
pub trait InContext<S> {
    /// What is committed together with "handled". It is the same one each time it is asked for within an attempt.
    ///
    /// # Errors
    /// The event does not come from an inbox.
    fn transaction(&self) -> Result<EventTransaction, NotOpen>;

    /// Answers the event, once, whatever is killed: it is enqueued in the outbox together with "handled", and its workers
    /// send it.
    ///
    /// Up to five messages are a reply while the event's reply token lives, which is free; the reply is repeated under its
    /// token when LINE's answer is lost. The rest is pushed, in order. Where the reply surely did not arrive, because the token
    /// was used or its minute is over, it is pushed as well, in its place. **In doubt it is not**: it is `unknown` in the
    /// outbox then, and a person may [retry](hikyaku_sender::Outbox::retry_may_duplicate) or drop it. With
    /// [`Settings::by_button`](crate::Settings::by_button) nothing is pushed at all.
    ///
    /// Answers of one chat leave in the order of its questions. A second answer to the same event is pushed.
    ///
    /// # Errors
    /// The answer is empty, the event names no chat or is in standby, or it does not come from an inbox. A message that
    /// breaks a rule of LINE's makes the attempt fail when it is committed.
    fn answer(&self, answer: impl Into<Answer>) -> Result<(), AnswerError>;

    /// Begins an answer that grows while it is made.
    ///
    /// # Errors
    /// The event does not come from an inbox.
    fn grow(&self) -> Result<Growing<S>, NotOpen>;
}

impl<S: Clone> InContext<S> for Context<S> {
    fn transaction(&self) -> Result<EventTransaction, NotOpen> {
        self.extensions.get::<EventTransaction>().cloned().ok_or(NotOpen::NoInbox)
    }

    fn answer(&self, answer: impl Into<Answer>) -> Result<(), AnswerError> {
        let question = Question { event: &self.event, received_at: self.received_at };
        answer.into().give(&self.transaction()?, &question)
    }

    fn grow(&self) -> Result<Growing<S>, NotOpen> {
        Ok(Growing::new(self.clone(), self.transaction()?))
    }
}
