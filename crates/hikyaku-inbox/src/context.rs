use hikyaku_webhook::Context;

use crate::{
    answer::{Answer, AnswerError, Question},
    growing::Growing,
    quoted::{Quoted, quoted},
    transaction::{EventTransaction, NotOpen},
};

/// The methods that an inbox adds to the context of an event.
pub trait InContext<S> {
    /// Returns the transaction that commits together with "handled". Every call within an attempt returns the same one.
    ///
    /// # Errors
    /// The event does not come from an inbox.
    fn transaction(&self) -> Result<EventTransaction, NotOpen>;

    /// Answers the event once, even if processes are killed: the answer is enqueued in the outbox in the same
    /// transaction as "handled", and the outbox's workers send it.
    ///
    /// Up to five messages are sent as a reply while the event's reply token is valid, which is free; the reply is
    /// retried with its token if LINE's response is lost. The rest is pushed, in order. If the reply surely did not
    /// arrive, because the token was used or has expired, it is pushed as well, in its position. **If it is in doubt,
    /// it is not**: it then becomes `unknown` in the outbox, and an operator may
    /// [retry](hikyaku_sender::Outbox::retry_may_duplicate) or drop it. With
    /// [`Settings::by_button`](crate::Settings::by_button) nothing is pushed at all.
    ///
    /// Answers in one chat are sent in the order of its questions. A second answer to the same event is pushed.
    ///
    /// # Errors
    /// The answer is empty, the event names no chat or is in standby, or it does not come from an inbox. A message that
    /// breaks one of LINE's rules makes the attempt fail when it is committed.
    fn answer(&self, answer: impl Into<Answer>) -> Result<(), AnswerError>;

    /// Returns the message that this one quotes: whose it is, and its content if the store has it. The inbox has what people
    /// wrote in this chat, the outbox what this bot answered, each for as long as it keeps them.
    ///
    /// # Errors
    /// The event does not come from an inbox, or the store cannot be read.
    fn quoted(&self) -> impl Future<Output = Result<Option<Quoted>, AnswerError>> + Send;

    /// Starts an answer that grows while it is being made.
    ///
    /// # Errors
    /// The event does not come from an inbox.
    fn grow(&self) -> Result<Growing<S>, NotOpen>;
}

impl<S: Clone + Send + Sync> InContext<S> for Context<S> {
    fn transaction(&self) -> Result<EventTransaction, NotOpen> {
        self.extensions.get::<EventTransaction>().cloned().ok_or(NotOpen::NoInbox)
    }

    fn answer(&self, answer: impl Into<Answer>) -> Result<(), AnswerError> {
        let question = Question { event: &self.event, received_at: self.received_at };
        answer.into().give(&self.transaction()?, &question)
    }

    async fn quoted(&self) -> Result<Option<Quoted>, AnswerError> {
        let question = Question { event: &self.event, received_at: self.received_at };
        quoted(&self.transaction()?, &question).await
    }

    fn grow(&self) -> Result<Growing<S>, NotOpen> {
        Ok(Growing::new(self.clone(), self.transaction()?))
    }
}
