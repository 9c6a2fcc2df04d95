use std::future::IntoFuture;

use futures_core::future::BoxFuture;

use super::{Push, Reply};
use crate::{Accepted, Error, ErrorKind, IntoTo, RetryKey, request::accept};

/// Answers an event by a reply, or by a push where there is no reply token or LINE refuses the reply. Made by
/// [`Reply::or_push`]; await it to send.
///
/// A refused reply was surely not delivered: its token has expired, was used, or never was one; or LINE took no more
/// replies for the rate, however often it was asked. Only then the push is sent; it costs messages of the month's quota,
/// as many as the chat has people. Where the reply's outcome is unknown, because the connection broke or LINE failed,
/// nothing is pushed, even if a repeat finds the token used: the reply was perhaps delivered, and the error says
/// [`may_have_landed`](Error::may_have_landed).
///
/// A token that a reply of unknown outcome has used is refused as well. So do not call this a second time with it: the
/// chat could get the messages twice.
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
/// Those of a [`Reply`] that was not refused, or of the [`Push`].
/// [`Invalid`](ErrorKind::Invalid): a limit of either is broken; nothing was sent.
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct ReplyOrPush<'a> {
    reply: Reply<'a>,
    push: Push<'a>,
}

/// How messages were sent.
#[derive(Clone, Debug)]
pub enum SentBy {
    /// By a reply, which costs none of the month's messages.
    Reply(Accepted),
    /// By a push.
    Push(Accepted),
}

impl SentBy {
    /// What LINE accepted.
    pub fn accepted(&self) -> &Accepted {
        match self {
            Self::Reply(accepted) | Self::Push(accepted) => accepted,
        }
    }
}

impl<'a> Reply<'a> {
    /// Pushes the same messages to this chat if there is no reply token, or LINE refuses the reply.
    pub fn or_push<'t: 'a>(self, to: impl IntoTo<'t>) -> ReplyOrPush<'a> {
        let mut push = self.client.push(to, self.body.messages.clone());
        if let Some(disabled) = self.body.notification_disabled {
            push = push.notification_disabled(disabled);
        }
        ReplyOrPush { reply: self, push }
    }
}

impl ReplyOrPush<'_> {
    /// The retry key of the push, if there is one.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        self.push = self.push.retry_key(key);
        self
    }

    async fn send(self) -> Result<SentBy, Error> {
        if self.reply.body.reply_token.as_str().is_none() {
            return accept(self.push.request()).await.map(SentBy::Push);
        }
        // Both are made first: what a push would refuse is not to be found out after the reply.
        let (reply, push) = (self.reply.request()?, self.push.request()?);
        match accept(Ok(reply)).await {
            Ok(accepted) => Ok(SentBy::Reply(accepted)),
            Err(error) if is_refusal(&error) => accept(Ok(push)).await.map(SentBy::Push),
            Err(error) => Err(error),
        }
    }
}

/// Whether LINE has surely not acted on the reply, and may act on a push all the same.
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
