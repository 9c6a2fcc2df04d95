//! A send: into the outbox, and LINE's answer when it comes within the wait.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hikyaku_model::SendKind;
use hikyaku_sender::{
    DeliveryId, Enqueued, ErrorKind, Lane, LineAnswer, Listed, NewDelivery, State, Time, Waited,
    WaitingFor,
};
use http::{HeaderMap, HeaderValue, StatusCode, request::Parts};
use serde::Serialize;
use serde_json::json;

use super::{
    LineDoor,
    answers::{self, OrAnswer, Voice, about, own, plain},
    budget, check,
    names::{Name, one},
    ticket::ticket,
};
use crate::{
    ApiKeyRow, Error, OnQuota, answer::Answer, leaving::TellsRefusal, state::Charged,
    withdrawn::Withdrawn,
};

/// The longest wait that a caller may ask for: Java's SDK gives up after ten seconds.
const LONGEST_WAIT: u64 = 8;

/// How many callers of one key wait at most. Where LINE is slow or gone, the others need places, too.
const OF_KEY: usize = 128;

/// LINE's words for a token that was used, or is too old.
const INVALID_REPLY_TOKEN: &str = "Invalid reply token";

/// When a call came.
#[derive(Clone, Copy)]
struct Came {
    here: Instant,
    /// On the store's clock, if the call has a name under which there may have been others.
    in_store: Option<Time>,
}

/// What became of a send.
struct Ended {
    listed: Box<Listed>,
    answer: Option<LineAnswer>,
    /// Whether LINE had accepted it before this call came.
    before: bool,
}

impl LineDoor {
    pub(super) async fn send(
        &self,
        key: &ApiKeyRow,
        kind: SendKind,
        parts: &Parts,
        body: &Bytes,
    ) -> Answer {
        let preferred = Preferred::read(&parts.headers);
        let wanted = preferred.wait.unwrap_or(self.settings.wait());
        let wait = self.patience.wait(format!("key:{}", key.id), OF_KEY, wanted);
        let sent = self.try_to_send(key, kind, parts, body, wait.time).await;
        let mut answer = sent.unwrap_or_else(|refusal| *refusal);
        if let Some(applied) = preferred.applied.filter(|_| wait.time == wanted) {
            answers::set(&mut answer, PREFERENCE_APPLIED, &applied);
        }
        answer
    }

    /// An error is an answer, too: nothing was stored.
    async fn try_to_send(
        &self,
        key: &ApiKeyRow,
        kind: SendKind,
        parts: &Parts,
        body: &Bytes,
        wait: Duration,
    ) -> OrAnswer<Answer> {
        check::check_content_type(&parts.headers)?;
        let json = check::text(body)?;
        check::check_json(json)?;
        let json = match kind {
            // It may be for those of another one.
            SendKind::Narrowcast => self.translated(key, json).await?,
            _ => json.into(),
        };
        let json = &*json;
        let mut delivery = NewDelivery::request(kind, json)
            .map_err(|why| not_stored(&why.into(), &Name::None, kind))?;
        check::check(kind, json, self.settings.check)?;
        let name = Name::read(kind, &parts.headers)?;
        if let Some(tag) = one(&parts.headers, "x-line-delivery-tag")?
            && kind == SendKind::PhoneNumber
        {
            delivery = delivery.delivery_tag(tag);
        }
        if matches!(kind, SendKind::Push | SendKind::Multicast)
            && let Some(other) = delivery.recipients().iter().find(|id| !key.rights.reaches(id))
        {
            tracing::debug!(key = key.name, "a key may not send to this target");
            let why = format!("this key may not send to {other}");
            return Err(Box::new(answers::forbidden(&why)));
        }
        let charge = self.charge(key, kind, &delivery, json).await?;
        let token = delivery.recipients().first().cloned().unwrap_or_default();
        let mut named = name.in_outbox(key.id, &token);
        if let Some(name) = &named {
            delivery = delivery.idempotency_key(name);
        } else if let Name::RetryKey(key) = name {
            delivery = delivery.retry_key(key);
            named = Some(format!("retry-key:{key}"));
        } else if matches!(kind, SendKind::Broadcast | SendKind::Narrowcast) {
            // The outbox demands a name; LINE does not.
            delivery = delivery.retry_key(hikyaku::RetryKey::new());
        }
        delivery = delivery
            .channel(&key.channel)
            .priority(key.priority)
            .fairness_key(&key.fairness_key)
            .reference(json!({ "key": key.name }))
            .take_over_name();
        if let Some(traceparent) = one(&parts.headers, "traceparent")? {
            let tracestate = one(&parts.headers, "tracestate")?;
            delivery = delivery.trace_context(traceparent, tracestate);
        }
        if !wait.is_zero() {
            delivery = delivery.watched(wait);
        } else if self.settings.on_quota == OnQuota::Park {
            // Its caller is answered 202, if LINE is not faster, and nothing withdraws it.
            delivery = delivery.tell_outcome();
        }
        let refuse = |why: &Error| not_stored(why, &name, kind);
        // What has no name is in the outbox once, and PostgreSQL need not tell the time.
        let in_store = match &named {
            Some(_) => Some(self.outbox.now().await.map_err(|why| refuse(&why.into()))?),
            None => None,
        };
        let came = Came { here: Instant::now(), in_store };
        self.check_backlog(key, named.as_deref()).await.map_err(|why| refuse(&why))??;
        let is_charged = charge.is_some();
        let named = named.as_deref().map(|name| (key.channel.as_str(), name));
        let charged = self.state.enqueue(delivery, charge, named).await;
        let enqueued = match charged.map_err(|why| refuse(&why))? {
            Charged::Enqueued(enqueued, spent) => {
                if spent.is_some_and(|spent| spent.is_nearly_all) {
                    tracing::warn!(key = key.name, "a key has used 80 % of its budget");
                }
                enqueued
            }
            Charged::UsedUp(_) => return Err(Box::new(budget::used_up())),
        };
        // From here on it is on disk, whatever fails.
        self.note_pictures(json, enqueued.id).await;
        let mut told = self.tell(kind, &name, &enqueued, came, wait).await;
        // What it cost comes back at once where its caller hears that nobody got it; else the outcome brings it back.
        if is_charged
            && told.status().is_client_error()
            && let Err(error) = self.state.give_back_if_not_sent(enqueued.id).await
        {
            tracing::debug!(%error, "what a refused send cost is given back later");
            told.extensions_mut().remove::<TellsRefusal>();
        }
        if let Some(id) = ticket(&self.state, enqueued.id) {
            about(&mut told, &id.to_string());
        }
        Ok(told)
    }

    /// Refuses a send of which there are too many already, unless it is in the outbox under its name.
    async fn check_backlog(
        &self,
        key: &ApiKeyRow,
        name: Option<&str>,
    ) -> Result<OrAnswer<()>, Error> {
        if self.backlog.takes(&self.outbox, key).await? {
            return Ok(Ok(()));
        }
        if let Some(name) = name
            && self.outbox.find(&key.channel, name).await?.is_some()
        {
            return Ok(Ok(()));
        }
        let (message, why) = (
            "Too many messages wait to be sent",
            "so many sends of this key wait that it takes no more (backlog); nothing was sent",
        );
        let refusal = own(StatusCode::TOO_MANY_REQUESTS, message, Some("backlog"), Some(why));
        Ok(Err(Box::new(refusal)))
    }

    /// Keeps the pictures that a send shows for as long as it is open.
    async fn note_pictures(&self, json: &str, id: DeliveryId) {
        let Some(pictures) = &self.pictures else { return };
        // PHP writes every slash so.
        let json = &json.replace("\\/", "/");
        let shown: Vec<&str> = pictures.shown_in(json).collect();
        if let Err(error) = self.state.pictures_are_of(&shown, id).await {
            tracing::warn!(%error, "a picture may be removed before its message is sent");
        }
    }

    /// The answer to what becomes of a send within the wait. It is on disk, whatever fails.
    async fn tell(
        &self,
        kind: SendKind,
        name: &Name,
        enqueued: &Enqueued,
        came: Came,
        wait: Duration,
    ) -> Answer {
        let id = enqueued.id;
        let mut wait = wait;
        loop {
            let (listed, answer) = match self
                .drain
                .wait_for_answer(&self.outbox, *enqueued, wait)
                .await
            {
                Ok(Some(Waited::Accepted { answer, heard, .. })) => {
                    break accepted(kind, name, &answer, enqueued.existing && heard < came.here);
                }
                Ok(Some(Waited::Stored { delivery, answer, .. })) => (delivery, answer),
                _ => break self.on_disk(id, None),
            };
            let is_earlier = |it: &LineAnswer| came.in_store.is_some_and(|came| it.at < came);
            let before = enqueued.existing && answer.as_ref().is_some_and(is_earlier);
            let ended = Ended { listed, answer, before };
            if let Some(told) = self.told(kind, name, &ended).await {
                break told;
            }
            let is_open = matches!(ended.listed.state, State::Ready | State::InFlight);
            if ended.listed.tells_outcome || !is_open || self.will_be_reported(id).await {
                break self.on_disk(id, Some(&ended.listed));
            }
            // It has ended at this moment.
            wait = Duration::ZERO;
        }
    }

    /// Whether the caller of a send that is not over hears of its outcome later, and nobody withdraws it meanwhile.
    async fn will_be_reported(&self, id: DeliveryId) -> bool {
        self.outbox.report_outcome(id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the acceptance of a send will not be an outcome");
            true
        })
    }

    /// The answer to what became of a send; nothing as long as it is on disk only.
    async fn told(&self, kind: SendKind, name: &Name, ended: &Ended) -> Option<Answer> {
        let Ended { listed, answer, before } = ended;
        Some(match (listed.state, answer) {
            (State::Accepted | State::Tracking, Some(answer)) => {
                accepted(kind, name, answer, *before)
            }
            (State::Rejected | State::Dropped, Some(answer)) if !listed.may_have_landed => {
                self.telling(listed, answers::as_it_came(answer, Voice::Line))
            }
            (State::Unknown | State::Dropped, answer) => unknown(kind, answer.as_ref(), *before),
            (State::Cancelled, answer) => match Withdrawn::of(listed) {
                Some(Withdrawn::MonthUsedUp) => {
                    self.telling(listed, month_used_up(answer.as_ref()))
                }
                _ => own(
                    StatusCode::CONFLICT,
                    "The message was withdrawn before it was sent",
                    Some("cancelled"),
                    listed.last_error.as_deref(),
                ),
            },
            (State::Ready, answer) if self.settings.on_quota == OnQuota::Refuse => {
                self.refused_by_quota(listed, answer.as_ref()).await?
            }
            _ => return None,
        })
    }

    /// LINE's refusal for the month, where that is what a send waits for: it is withdrawn, unless it may have been sent, or
    /// somebody was told that it will be.
    async fn refused_by_quota(
        &self,
        listed: &Listed,
        answer: Option<&LineAnswer>,
    ) -> Option<Answer> {
        let why = Withdrawn::waits(listed).filter(|it| *it == Withdrawn::MonthUsedUp)?;
        let mut is_withdrawn = matches!(self.outbox.refuse(listed.id, why.words()).await, Ok(true));
        if !is_withdrawn {
            // By another caller, perhaps.
            let shown = self.outbox.show(listed.id).await.ok().flatten();
            is_withdrawn = shown.is_some_and(|it| Withdrawn::of(&it) == Some(why));
        }
        is_withdrawn.then(|| self.telling(listed, month_used_up(answer)))
    }

    /// The answer, which tells its caller of the refusal: once it has left, nobody else need deal with that.
    ///
    /// Somebody who was told that it will be sent hears of it by an outcome, and it stays a dead letter.
    fn telling(&self, refused: &Listed, mut answer: Answer) -> Answer {
        if !refused.tells_outcome {
            let (outbox, refused) = (self.outbox.clone(), refused.id);
            answer.extensions_mut().insert(TellsRefusal { outbox, refused });
        }
        answer
    }

    /// It is on disk, and will be delivered.
    fn on_disk(&self, id: DeliveryId, listed: Option<&Listed>) -> Answer {
        #[derive(Serialize)]
        struct Body<'a> {
            delivery: Delivery<'a>,
        }
        #[derive(Serialize)]
        struct Delivery<'a> {
            id: Option<&'a str>,
            state: &'static str,
            waiting_for: Option<&'static str>,
        }
        let ticket = ticket(&self.state, id).map(|id| id.to_string());
        let state = listed.map_or(State::Ready, |it| it.state).name();
        let waiting_for = listed.and_then(|it| it.waiting_for).map(WaitingFor::name);
        let body = Body { delivery: Delivery { id: ticket.as_deref(), state, waiting_for } };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut answer = answers::json(StatusCode::ACCEPTED, body, Voice::Gateway);
        answers::name(&mut answer, ticket.as_deref());
        if let Some(ticket) = &ticket {
            about(&mut answer, ticket);
        }
        answer
    }
}

/// Why nothing was stored.
fn not_stored(why: &Error, name: &Name, kind: SendKind) -> Box<Answer> {
    Box::new(match why.of_outbox() {
        Some(ErrorKind::Invalid(broken)) => check::refusal(broken),
        Some(ErrorKind::Conflict { .. }) => match name {
            Name::ReplyToken => plain(StatusCode::BAD_REQUEST, INVALID_REPLY_TOKEN),
            Name::Idempotency(_) => own(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The Idempotency-Key was used for another request",
                Some("key-reuse"),
                None,
            ),
            Name::RetryKey(_) | Name::None => own(
                StatusCode::BAD_REQUEST,
                "The retry key was used for another request",
                Some("key-reuse"),
                None,
            ),
        },
        _ => {
            let lane = Lane::of(kind).name();
            tracing::error!(error = %why, lane, "a send could not be stored");
            own(
                StatusCode::SERVICE_UNAVAILABLE,
                "The gateway could not store the message; nothing was sent",
                Some("store"),
                None,
            )
        }
    })
}

/// LINE's own refusal for a month that is used up, if it has refused the send by itself.
fn month_used_up(answer: Option<&LineAnswer>) -> Answer {
    match answer.filter(|answer| answer.status == 429) {
        Some(answer) => answers::as_it_came(answer, Voice::Line),
        None => plain(StatusCode::TOO_MANY_REQUESTS, answers::MONTHLY_LIMIT),
    }
}

/// LINE has accepted it.
fn accepted(kind: SendKind, name: &Name, answer: &LineAnswer, before: bool) -> Answer {
    if before && matches!(name, Name::RetryKey(_)) {
        return answers::already_accepted(answer);
    }
    // The key was used before it came here.
    if answer.status == 409 && !answer.repeated {
        return answers::as_it_came(answer, Voice::Line);
    }
    let usual = match kind {
        SendKind::Narrowcast => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    };
    let voice = if before { Voice::Stored } else { Voice::Line };
    answers::success(answer, usual, voice)
}

/// It may have been delivered, and nobody can tell any more.
fn unknown(kind: SendKind, answer: Option<&LineAnswer>, before: bool) -> Answer {
    if !before && !Lane::of(kind).has_retry_key() {
        return match answer {
            Some(answer) if answer.status >= 500 => answers::as_it_came(answer, Voice::Line),
            _ => own(
                StatusCode::GATEWAY_TIMEOUT,
                "LINE did not answer; the message may have been delivered",
                Some("unknown-outcome"),
                None,
            ),
        };
    }
    own(
        StatusCode::CONFLICT,
        "It is not known whether the message was delivered; it is not sent again under this key",
        Some("unknown-outcome"),
        None,
    )
}

const PREFERENCE_APPLIED: http::HeaderName = http::HeaderName::from_static("preference-applied");

/// How long a caller wants to wait.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc7240>
#[derive(Debug, Default, PartialEq, Eq)]
struct Preferred {
    wait: Option<Duration>,
    applied: Option<String>,
}

impl Preferred {
    fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all("prefer").iter().filter_map(|it| HeaderValue::to_str(it).ok());
        for preference in values.flat_map(|value| value.split(',')) {
            let word = preference.split(';').next().unwrap_or_default().trim();
            if word.eq_ignore_ascii_case("respond-async") {
                return Self { wait: Some(Duration::ZERO), applied: Some(word.to_owned()) };
            }
            let Some((name, seconds)) = word.split_once('=') else { continue };
            let seconds = seconds.trim().trim_matches('"').parse().ok();
            if let Some(seconds) = seconds.filter(|seconds| *seconds <= LONGEST_WAIT)
                && name.trim().eq_ignore_ascii_case("wait")
            {
                let applied = Some(format!("wait={seconds}"));
                return Self { wait: Some(Duration::from_secs(seconds)), applied };
            }
        }
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read() {
        let read = |value: &'static str| {
            Preferred::read(&HeaderMap::from_iter([(
                "prefer".parse().unwrap(),
                value.parse().unwrap(),
            )]))
        };
        assert_eq!(read("respond-async").wait, Some(Duration::ZERO));
        assert_eq!(read("foo, wait=5; x=1").wait, Some(Duration::from_secs(5)));
        assert_eq!(read("wait=5").applied.as_deref(), Some("wait=5"));
        for ignored in ["wait=9", "wait", "wait=-1", "", "handling=lenient"] {
            assert_eq!(read(ignored), Preferred::default(), "{ignored}");
        }
    }
}
