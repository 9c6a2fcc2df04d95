//! Whether a row fits a filter: the reference for what databases do in SQL.

use hikyaku_model::SendKind;

use super::{Row, Stored};
use crate::{Filter, Time};

pub(super) fn fits(filter: &Filter, it: &Stored) -> bool {
    let row = &it.row;
    let Row { id, channel, campaign, delivery, .. } = row;
    still_fits(filter, row)
        && is_asked_for(filter.channel.as_ref(), Some(channel))
        && filter.campaign.is_none_or(|asked| *campaign == Some(asked.0))
        && is_asked_for(filter.idempotency_key.as_ref(), row.idempotency_key.as_ref())
        && is_asked_for(filter.reference.as_ref(), row.reference.as_ref())
        && is_asked_for(
            filter.order_key.as_ref(),
            row.delivery.order.as_ref().map(|order| &order.key),
        )
        && is_asked_for(filter.fairness_key.as_ref(), Some(&row.fairness_key))
        && filter.recipient.as_ref().is_none_or(|asked| {
            delivery.enqueued_as() != SendKind::Reply && it.payload.recipients.contains(asked)
        })
        && is_between(row.created_at, filter.created_since, filter.created_before)
        && filter.before.is_none_or(|before| *id < before.0)
}

/// Whether it fits still, of what may have changed since it was found.
pub(crate) fn still_fits(filter: &Filter, row: &Row) -> bool {
    let it = &row.delivery;
    (filter.states.is_empty() || filter.states.contains(&it.state))
        && is_asked_for(filter.request_id.as_ref(), it.request_id.as_ref())
        && filter
            .error
            .as_ref()
            .is_none_or(|asked| it.last_error.as_ref().is_some_and(|error| error.contains(asked)))
        && is_between(it.due, filter.due_since, filter.due_before)
}

fn is_asked_for(asked: Option<&String>, text: Option<&String>) -> bool {
    asked.is_none() || asked == text
}

fn is_between(time: Time, since: Option<Time>, before: Option<Time>) -> bool {
    since.is_none_or(|since| since <= time) && before.is_none_or(|before| time < before)
}
