//! Replies that nothing is pushed in place of are looked after: where one did not arrive, a person is told.

use hikyaku_sender::{Error, Listed, Outbox, State};

use crate::store::{Became, DueReplies, Looked};

/// Checks the replies whose tokens have expired by now.
pub(crate) async fn look_after_replies(outbox: &Outbox) -> Result<(), Error> {
    for (event, channel, key) in outbox.look(DueReplies).await? {
        let became = became(outbox.find(channel, key).await?.as_ref());
        let lost = match &became {
            Became::Lost(why) => Some(why.clone()),
            _ => None,
        };
        if outbox.transact(Looked { event, became }).await?
            && let Some(why) = lost
        {
            tracing::warn!(event, why, "a question was not answered");
        }
    }
    Ok(())
}

fn became(reply: Option<&Listed>) -> Became {
    let Some(reply) = reply else { return Became::Settled };
    let id = reply.id;
    match reply.state {
        State::Ready | State::InFlight => Became::Open,
        State::Cancelled => Became::Lost(format!(
            "its reply token ended before the reply was sent, and nothing is pushed in its place; the reply is delivery {id}"
        )),
        State::Rejected => {
            let why = reply.last_error.as_deref().unwrap_or("it said no more");
            Became::Lost(format!("LINE refused its reply, which is delivery {id}: {why}"))
        }
        _ => Became::Settled,
    }
}
