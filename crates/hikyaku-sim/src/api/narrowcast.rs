use hikyaku_model::{
    Checker, SendKind,
    audience::{Filter, Limit, Recipient},
    limits::rates,
};
use http::{Method, StatusCode};
use jiff::SignedDuration;

use super::{Action, Answer, Auth, Body, Endpoint, Request, body, send::Parcel};
use crate::state::{
    day,
    log::Host,
    narrowcast::{InvalidRecipient, Plan, Sources},
};

/// Sends to friends of some kind, some time later.
///
/// LINE documents two answers where the reach is larger than the quota that remains: an error at once, and a failure
/// when sending starts. Our choice: an error at once where nothing remains, else the failure.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    host: Host::Api,
    method: Method::POST,
    path: "/v2/bot/message/narrowcast",
    rate: rates::NARROWCAST,
    takes_retry_key: true,
    auth: Auth::Channel,
    read,
};

/// The smallest target reach of an account that may filter by attributes.
const FEWEST_REACHED: usize = 100;

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    body.only(&["messages", "recipient", "filter", "limit", "notificationDisabled"])?;
    let mut errors = Checker::strict();
    let messages = body.messages(SendKind::Narrowcast, &mut errors)?;
    let notification_disabled = body.flag("notificationDisabled")?;
    let recipient: Option<Recipient> = body.optional("recipient")?;
    let filter: Option<Filter> = body.optional("filter")?;
    let limit: Option<Limit> = body.optional("limit")?;
    errors.optional("limit", limit.as_ref());
    let limit = limit.unwrap_or_default();
    if limit.forbid_partial_delivery == Some(true) && limit.up_to_remaining_quota != Some(true) {
        let message = "The option forbidPartialDelivery must be used with upToRemainingQuota.";
        return Err(Answer::error(StatusCode::BAD_REQUEST, message));
    }
    errors.optional("recipient", recipient.as_ref());
    errors.optional("filter", filter.as_ref());
    body::finish(errors)?;
    let parcel = Parcel { kind: SendKind::Narrowcast, messages, notification_disabled, unit: None };
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let channel = scene.channel();
        let sources =
            Sources { audiences: &channel.audiences, narrowcasts: &channel.narrowcasts, now };
        if let Some(Err(invalid)) = recipient.as_ref().map(|recipient| sources.check(recipient)) {
            let message = match invalid {
                InvalidRecipient::Audience(id) => format!("Invalid audience group id: {id}"),
                InvalidRecipient::Request(id) => format!("Invalid request id: {id}"),
            };
            return Answer::error(StatusCode::BAD_REQUEST, &message);
        }
        let reach = channel.friends.target_reach(day(now));
        let no_quota = channel.quota.remaining(now) == Some(0);
        let by_attributes = filter.as_ref().is_some_and(|filter| filter.demographic.is_some());
        let settings = scene.world.settings.narrowcast;
        if settings.minimums && by_attributes && reach < FEWEST_REACHED {
            let message = "Your account does not have enough friends";
            return Answer::error(StatusCode::FORBIDDEN, message);
        }
        if no_quota {
            return Answer::quota_exceeded();
        }
        let plan = Plan { sent: scene.pack(parcel), recipient, filter, limit };
        let waiting = SignedDuration::try_from(settings.waiting).unwrap_or(SignedDuration::MAX);
        let channel = scene.channel();
        channel.reactions.begin(&plan.sent, now);
        channel.narrowcasts.accept(plan, waiting, now);
        Answer::empty(StatusCode::ACCEPTED)
    }))
}
