use std::future::IntoFuture;

use futures_core::future::BoxFuture;

use super::{Push, Reply};
use crate::{Accepted, Error, ErrorKind, IntoTo, RetryKey, request::accept};

/// Answers an event by a reply, or by a push if there is no reply token or LINE refuses the reply. Made by
/// [`Reply::or_push`]; await it to send.
///
/// A refused reply was surely not delivered: its token had expired, was used, or never was a reply token; or the rate
/// limit outlasted all retries. Only then is the push sent. It counts towards the monthly quota, with one message for
/// each person in the chat. If the outcome of the reply is unknown, because the connection broke or LINE failed,
/// nothing is pushed, even if a retry finds the token used: the reply was perhaps delivered, and the error says
/// [`may_have_landed`](Error::may_have_landed).
///
/// LINE also refuses a token that was used by a reply of unknown outcome. So do not call this a second time with the
/// same token: the chat could receive the messages twice.
///
/// ```no_run
/// # async fn example(client: hikyaku::Client, token: &str, chat: &str) -> Result<(), hikyaku::Error> {
/// use hikyaku::message::SentBy;
///
/// match client.reply(token, "done").or_push(chat).await? {
///     SentBy::Reply(_) => {}
///     SentBy::Push(accepted) => println!("too late for a reply; pushed as {:?}", accepted.request_id),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of a [`Reply`] that failed without being refused, or of the [`Push`].
/// [`Invalid`](ErrorKind::Invalid): a limit of either is broken; nothing was sent.
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct ReplyOrPush<'a> {
    reply: Reply<'a>,
    push: Push<'a>,
}

/// The way in which messages were sent.
#[derive(Clone, Debug)]
pub enum SentBy {
    /// By a reply, which does not count towards the monthly quota.
    Reply(Accepted),
    /// By a push.
    Push(Accepted),
}

impl SentBy {
    /// Returns LINE's acceptance.
    pub fn accepted(&self) -> &Accepted {
        match self {
            Self::Reply(accepted) | Self::Push(accepted) => accepted,
        }
    }
}

impl<'a> Reply<'a> {
    /// Pushes the same messages to this chat if there is no reply token or LINE refuses the reply.
    pub fn or_push<'t: 'a>(self, to: impl IntoTo<'t>) -> ReplyOrPush<'a> {
        let mut push = self.client.push(to, self.body.messages.clone());
        if let Some(disabled) = self.body.notification_disabled {
            push = push.notification_disabled(disabled);
        }
        ReplyOrPush { reply: self, push }
    }
}

impl ReplyOrPush<'_> {
    /// Sets the retry key of the push, if one is sent.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        self.push = self.push.retry_key(key);
        self
    }

    async fn send(self) -> Result<SentBy, Error> {
        if self.reply.body.reply_token.as_str().is_none() {
            return accept(self.push.request()).await.map(SentBy::Push);
        }
        // Build both first: a push that breaks a limit must not be discovered after the reply.
        let (reply, push) = (self.reply.request()?, self.push.request()?);
        match accept(Ok(reply)).await {
            Ok(accepted) => Ok(SentBy::Reply(accepted)),
            Err(error) if is_refusal(&error) => accept(Ok(push)).await.map(SentBy::Push),
            Err(error) => Err(error),
        }
    }
}

/// Returns whether LINE has surely not acted on the reply, but may act on a push.
fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Rejected | ErrorKind::RateLimited) && !error.may_have_landed()
}

impl<'a> IntoFuture for ReplyOrPush<'a> {
    type Output = Result<SentBy, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
