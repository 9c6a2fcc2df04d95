//! Replies are looked after: where nothing is pushed in place of one that did not arrive, a person is told; where one was
//! pushed, it counts.

use hikyaku_sender::{Error, Listed, Outbox, State};

use hikyaku_model::SendKind;

use crate::{
    settings::Settings,
    store::{Became, DueReplies, DueReply, Looked, Pushes},
    transaction::limit,
};

/// Checks the replies whose tokens have expired by now, and those that may have been pushed.
pub(crate) async fn look_after_replies(outbox: &Outbox, settings: &Settings) -> Result<(), Error> {
    for DueReply { event, chat, channel, key, or_push } in outbox.look(DueReplies).await? {
        let reply = outbox.find(channel, key).await?;
        let became = if or_push {
            let pushes = limit(settings.pushes.as_ref()).map(|limit| Pushes {
                chat,
                limit,
                from: vec![None],
            });
            pushed(reply.as_ref(), pushes)
        } else {
            became(reply.as_ref())
        };
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

/// Whether the reply was pushed, which may cost this.
fn pushed(reply: Option<&Listed>, pushes: Option<Pushes>) -> Became {
    match reply.map(|it| (it.state, it.kind)) {
        Some((State::Ready | State::InFlight, _)) => Became::Open,
        Some((State::Accepted | State::Unknown, SendKind::Push)) => Became::Pushed(pushes),
        _ => Became::Settled,
    }
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
