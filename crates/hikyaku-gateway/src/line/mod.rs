//! LINE's own API over the outbox: sends are on disk before LINE hears of them, and everything else is passed on.
//!
//! The door holds no queue, repeats nothing and knows no rate. It turns a request into a delivery, and what became of the
//! delivery into an answer.

mod answers;
mod ask;
mod budget;
mod check;
mod issue;
mod names;
mod open;
mod pass;
mod path;
mod picture;
mod request;
mod send;
mod ticket;
mod translate;

use std::{collections::BTreeMap, net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use hikyaku::{operation::Host, transport::HyperTransport};
use hikyaku_sender::Outbox;
use http::{HeaderMap, Request, StatusCode, header, request::Parts};
use hyper::body::Incoming;
use tokio::sync::Semaphore;

pub(crate) use open::Means;
pub(crate) use path::is_lines;
pub(crate) use ticket::ticket;

use crate::{
    ApiKeyRow, CallClass, Error, LineSettings, Rehost, State,
    account::Accounts,
    alert::Alerts,
    answer::{Answer, Reply, whole_answer},
    backlog::Backlog,
    drain::Drain,
    known_keys::KnownKeys,
    patience::Patience,
    picture::Pictures,
    throttle::Throttle,
};

use self::{
    answers::{forbidden, not_found, own, plain},
    issue::Issuer,
    pass::{Outgoing, Upstream},
    path::Place,
};

/// The largest body of a send.
const LARGEST_SEND: usize = hikyaku_model::limits::REQUEST_BYTES;

/// How many requests without a key that works one address may make in a minute.
const MISTAKES: u32 = 30;

/// How long a question about deliveries waits for what was told to be recorded.
const RECORDING: Duration = Duration::from_secs(1);

/// LINE's API over one outbox.
#[derive(Debug)]
pub(crate) struct LineDoor {
    outbox: Outbox,
    state: State,
    accounts: Arc<Accounts>,
    alerts: Alerts,
    /// Who may wait for LINE's answer.
    patience: Arc<Patience>,
    keys: KnownKeys,
    /// What has no key, by the address that it comes from.
    mistakes: Throttle,
    settings: LineSettings,
    transport: HyperTransport,
    /// The channels, by the names that keys have.
    channels: BTreeMap<String, Upstream>,
    /// Those of them that issue tokens through the gateway.
    issuers: Vec<Issuer>,
    drain: Drain,
    /// Uploads of pictures, where they are served.
    pictures: Option<Arc<Pictures>>,
    /// Which pictures are fetched.
    rehost: Rehost,
    backlog: Backlog,
    /// Bodies with pictures that are in memory.
    uploads: Arc<Semaphore>,
}

impl LineDoor {
    /// Answers a request whose path is LINE's, or nobody's.
    pub(crate) async fn answer(&self, request: Request<Incoming>, caller: IpAddr) -> Reply {
        let (parts, body) = request.into_parts();
        let place = path::find(&parts.method, parts.uri.path());
        match place {
            Place::Nothing => return whole_answer(not_found()),
            Place::WrongMethod => {
                let message = "Method not allowed";
                return whole_answer(plain(StatusCode::METHOD_NOT_ALLOWED, message));
            }
            Place::Tokens if self.drain.has_begun() => return whole_answer(stopping()),
            // Its caller proves itself to LINE, by the channel's secret or its key.
            Place::Tokens => {
                if !self.mistakes.allows(caller) {
                    return whole_answer(too_many());
                }
                let answer = self.tokens(&parts, body).await;
                if answer.status().is_client_error() {
                    self.mistakes.count(caller);
                }
                return whole_answer(answer);
            }
            _ => {}
        }
        let key = match self.key(&parts.headers).await {
            Ok(Some(key)) => key,
            Ok(None) if !self.mistakes.count(caller) => return whole_answer(too_many()),
            Ok(None) => return whole_answer(answers::unauthorized()),
            Err(error) => {
                tracing::error!(%error, "a key could not be looked up");
                return whole_answer(store_failed());
            }
        };
        self.with_key(&key, place, &parts, body).await
    }

    async fn with_key(
        &self,
        key: &ApiKeyRow,
        place: Place,
        parts: &Parts,
        body: Incoming,
    ) -> Reply {
        if self.drain.has_begun() {
            return whole_answer(stopping());
        }
        if matches!(
            place,
            Place::Delivery | Place::Deliveries | Place::Withdrawal | Place::NamedWithdrawal
        ) {
            // Who asks may have been told of an acceptance a moment ago.
            self.outbox.wait_until_recorded(RECORDING).await;
        }
        match place {
            Place::Send(kind) if !key.rights.may_send(kind) => {
                whole_answer(forbidden("this key may not send in this way"))
            }
            // No worker would ever send it.
            Place::Send(_) if !self.channels.contains_key(&key.channel) => {
                whole_answer(no_channel(key))
            }
            Place::Send(kind) => match self.body_of_send(body).await {
                Ok(body) => whole_answer(self.send(key, kind, parts, &body).await),
                Err(refusal) => refusal,
            },
            Place::Delivery => whole_answer(self.delivery(key, parts).await),
            Place::Withdrawal => whole_answer(self.withdraw(key, parts).await),
            Place::Deliveries => whole_answer(self.deliveries(key, parts).await),
            Place::NamedWithdrawal => whole_answer(self.withdraw_named(key, parts).await),
            Place::Picture if !key.rights.may_call(CallClass::Pictures) => {
                whole_answer(forbidden("this key may not make calls of the class pictures"))
            }
            Place::Picture => whole_answer(self.picture(key, parts, body).await),
            Place::Progress | Place::Quota | Place::Consumption | Place::ById
                if !key.rights.may_call(CallClass::Read) =>
            {
                whole_answer(forbidden("this key may not call this"))
            }
            Place::Progress => self.progress(key, parts, body).await,
            Place::Quota | Place::Consumption => self.quota(key, place, parts, body).await,
            Place::Pass(_, class) if !key.rights.may_call(class) => {
                let why = format!("this key may not make calls of the class {class}");
                whole_answer(forbidden(&why))
            }
            Place::Pass(host, _) => self.pass(key, host, parts, body.into()).await,
            Place::ById => self.pass_by_id(key, parts, body).await,
            Place::WithIds if !key.rights.may_call(CallClass::Audience) => {
                whole_answer(forbidden("this key may not make calls of the class audience"))
            }
            Place::WithIds => self.pass_with_ids(key, parts, body).await,
            Place::Elsewhere => whole_answer(forbidden(
                "a user's or a MINI App's token is no key of the gateway; call LINE directly",
            )),
            // Answered before, without a key.
            Place::Nothing | Place::WrongMethod | Place::Tokens => whole_answer(not_found()),
        }
    }

    /// Passes a request on to the channel of its key.
    async fn pass(&self, key: &ApiKeyRow, host: Host, parts: &Parts, body: Outgoing) -> Reply {
        match self.channels.get(&key.channel) {
            Some(upstream) => upstream.pass(&self.transport, host, parts, body).await,
            None => whole_answer(no_channel(key)),
        }
    }

    async fn body_of_send(&self, body: Incoming) -> Result<Bytes, Reply> {
        let read = request::read(body, LARGEST_SEND, "The request body is larger than 2 MB").await;
        read.map_err(|refusal| whole_answer(*refusal))
    }

    /// Whose request it is.
    async fn key(&self, headers: &HeaderMap) -> Result<Option<ApiKeyRow>, Error> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return Ok(None) };
        let Some(token) = value.to_str().ok().and_then(bearer) else { return Ok(None) };
        self.keys.find(token).await
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once([' ', '\t'])?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn stopping() -> Answer {
    let message = "The gateway is stopping; nothing was sent";
    own(StatusCode::SERVICE_UNAVAILABLE, message, Some("draining"), None)
}

fn too_many() -> Answer {
    let message = "The API rate limit has been exceeded. Try again later.";
    plain(StatusCode::TOO_MANY_REQUESTS, message)
}

fn store_failed() -> Answer {
    let message = "The gateway cannot read its store; nothing was sent";
    own(StatusCode::SERVICE_UNAVAILABLE, message, Some("store"), None)
}

fn no_channel(key: &ApiKeyRow) -> Answer {
    tracing::error!(
        key = key.name,
        channel = key.channel,
        "a key is of a channel that the configuration does not have"
    );
    let message = "The gateway has no such channel any more";
    own(StatusCode::BAD_GATEWAY, message, Some("channel-unauthorized"), None)
}
