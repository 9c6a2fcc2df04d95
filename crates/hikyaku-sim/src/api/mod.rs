//! The operations of the platform, one file each: how its request is read, and what it does.

mod account_link;
mod aggregation_info;
mod aggregation_list;
mod answer;
mod audience;
mod body;
mod bot_info;
mod broadcast;
mod caller;
mod content;
mod coupon;
mod followers;
mod form;
mod group;
mod insight;
mod liff;
mod loading;
mod login;
mod mark_as_read;
mod membership;
mod mini_app;
mod mission;
mod module;
mod multicast;
mod multipart;
mod narrowcast;
mod narrowcast_progress;
mod page;
mod profile;
mod push;
mod push_by_phone;
mod push_by_phone_template;
mod quota;
mod reply;
mod retry_key;
mod rich_menu;
mod route;
mod send;
mod sent_count;
mod token;
mod validate;
mod webhook_endpoint;

use bytes::Bytes;
use hikyaku_model::{
    UserId,
    limits::{REQUEST_BYTES, Rate, rates},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use answer::Answer;
pub(crate) use body::{Body, Messages};
pub(crate) use login::authorize::CONSENT as LOGIN_CONSENT;
pub(crate) use module::behalf;
pub(crate) use route::{Routes, check_place, documented};
pub(crate) use webhook_endpoint::tell_ping;

use crate::{
    query,
    state::{
        World,
        audience::Audiences,
        channel::{Accepted, Channel},
        holder::Holder,
        log::Host,
        login::LoginChannel,
        person::UserKey,
        token::TokenKind,
    },
};

/// All operations.
pub(crate) static ENDPOINTS: &[Endpoint] = &[
    reply::ENDPOINT,
    push::ENDPOINT,
    multicast::ENDPOINT,
    broadcast::ENDPOINT,
    narrowcast::ENDPOINT,
    narrowcast_progress::ENDPOINT,
    push_by_phone::ENDPOINT,
    push_by_phone_template::ENDPOINT,
    validate::REPLY,
    validate::PUSH,
    validate::MULTICAST,
    validate::NARROWCAST,
    validate::BROADCAST,
    quota::QUOTA,
    quota::CONSUMPTION,
    sent_count::REPLY,
    sent_count::PUSH,
    sent_count::MULTICAST,
    sent_count::BROADCAST,
    sent_count::PNP,
    sent_count::PNP_BY_TEMPLATE,
    aggregation_info::ENDPOINT,
    aggregation_list::ENDPOINT,
    loading::ENDPOINT,
    mark_as_read::BY_TOKEN,
    mark_as_read::BY_USER,
    bot_info::ENDPOINT,
    profile::ENDPOINT,
    followers::ENDPOINT,
    group::SUMMARY,
    group::COUNT,
    group::ROOM_COUNT,
    group::MEMBERS,
    group::ROOM_MEMBERS,
    group::MEMBER,
    group::ROOM_MEMBER,
    group::LEAVE,
    group::LEAVE_ROOM,
    content::CONTENT,
    content::PREVIEW,
    content::TRANSCODING,
    rich_menu::menu::CREATE,
    rich_menu::menu::VALIDATE,
    rich_menu::menu::LIST,
    rich_menu::menu::GET,
    rich_menu::menu::DELETE,
    rich_menu::image::UPLOAD,
    rich_menu::image::DOWNLOAD,
    rich_menu::default::SET,
    rich_menu::default::GET,
    rich_menu::default::CANCEL,
    rich_menu::user::LINK,
    rich_menu::user::GET,
    rich_menu::user::UNLINK,
    rich_menu::user::LINK_MANY,
    rich_menu::user::UNLINK_MANY,
    rich_menu::batch::BATCH,
    rich_menu::batch::VALIDATE,
    rich_menu::batch::PROGRESS,
    rich_menu::alias::CREATE,
    rich_menu::alias::LIST,
    rich_menu::alias::UPDATE,
    rich_menu::alias::GET,
    rich_menu::alias::DELETE,
    account_link::ENDPOINT,
    audience::upload::CREATE,
    audience::upload::ADD,
    audience::file::CREATE,
    audience::file::ADD,
    audience::from_message::CLICK,
    audience::from_message::IMPRESSION,
    audience::shared::LIST,
    audience::shared::GET,
    audience::group::LIST,
    audience::group::GET,
    audience::group::DELETE,
    audience::group::RENAME,
    coupon::CREATE,
    coupon::CLOSE,
    coupon::LIST,
    coupon::GET,
    token::short_lived::ISSUE,
    token::short_lived::VERIFY,
    token::short_lived::REVOKE,
    token::stateless::ISSUE,
    token::v2_1::ISSUE,
    token::v2_1::KEY_IDS,
    token::v2_1::VERIFY,
    token::v2_1::REVOKE,
    insight::delivery::DELIVERY,
    insight::followers::FOLLOWERS,
    insight::demographic::DEMOGRAPHIC,
    insight::event::EVENT,
    insight::unit::UNIT,
    insight::rich_menu::SUMMARY,
    insight::rich_menu::DAILY,
    membership::list::LIST,
    membership::subscription::SUBSCRIPTION,
    membership::users::USERS,
    mission::ENDPOINT,
    mini_app::service::TOKEN,
    mini_app::service::SEND,
    mini_app::purchase::RESERVE,
    mini_app::purchase::EVENTS,
    liff::app::ADD,
    liff::app::LIST,
    liff::change::UPDATE,
    liff::change::DELETE,
    module::attach::ATTACH,
    module::detach::DETACH,
    module::list::LIST,
    module::control::ACQUIRE,
    module::control::RELEASE,
    login::account_link::DIALOG,
    login::authorize::PAGE,
    login::authorize::CONSENT,
    login::id_token::VERIFY,
    login::id_token::KEYS,
    login::user::INFO,
    login::user::INFO_BY_POST,
    login::user::PROFILE,
    login::friendship::STATUS,
    login::deauthorize::ENDPOINT,
    webhook_endpoint::SET,
    webhook_endpoint::GET,
    webhook_endpoint::TEST,
];

/// One operation.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) host: Host,
    pub(crate) method: Method,
    /// The exact path; a step in braces stands for any.
    pub(crate) path: &'static str,
    pub(crate) rate: Rate,
    pub(crate) takes_retry_key: bool,
    pub(crate) auth: Auth,
    pub(crate) read: Read,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// A caller with a token of a Messaging API channel, or of a module channel that may act for its account.
    /// [`Scene::channel`] is the place of the account's channel.
    Channel,
    /// A caller with a token of a LINE Login channel, of one of these kinds. [`Scene::channel`] is then its place among
    /// those.
    Login(&'static [TokenKind]),
    /// A caller with a token of a module channel. [`Scene::channel`] is then its place among those.
    Module,
    /// A caller with a token of any channel.
    Any,
    /// Anybody; its body says who. Nothing but the world may be touched, whatever [`Scene::channel`] is.
    Open,
}

impl Endpoint {
    /// An operation of `api.line.me` with the usual rate and no retry key.
    pub(crate) const fn new(method: Method, path: &'static str, read: Read) -> Self {
        Self {
            host: Host::Api,
            method,
            path,
            rate: rates::USUAL,
            takes_retry_key: false,
            auth: Auth::Channel,
            read,
        }
    }

    /// The same on `api-data.line.me`.
    pub(crate) const fn data(method: Method, path: &'static str, read: Read) -> Self {
        let mut endpoint = Self::new(method, path, read);
        endpoint.host = Host::Data;
        endpoint
    }

    /// The operation for callers without a token.
    pub(crate) const fn open(self) -> Self {
        self.auth(Auth::Open)
    }

    /// The operation for other callers.
    pub(crate) const fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The most bytes that the body of a request may have.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group-by-file>
    fn most_bytes(&self) -> usize {
        // LINE names no size for a file of 1,500,000 ids; this is more than that takes.
        if self.path.ends_with("/byFile") { 64 << 20 } else { REQUEST_BYTES }
    }

    /// The operation with a rate of its own.
    pub(crate) const fn rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
        self
    }
}

/// Reads a request without looking at any state: either it is wrong in itself, or this is to be done.
pub(crate) type Read = fn(&Request) -> Result<Action, Answer>;

/// What a request is to do.
pub(crate) type Action = Box<dyn FnOnce(&mut Scene<'_>) -> Answer + Send>;

/// A whole request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: Uuid,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// The value of a query parameter, decoded. An empty one is as good as none: LINE's SDK for Go writes one for each
    /// parameter that its caller leaves out.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        query::parameter(&self.query, name).filter(|value| !value.is_empty())
    }

    /// The value of an optional header. An empty one is as good as none, for the same reason.
    pub(crate) fn optional_header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.get(name).filter(|value| !value.is_empty())
    }

    /// The step of the path at this place, from 0.
    pub(crate) fn step(&self, place: usize) -> &str {
        self.path.split('/').nth(place + 1).unwrap_or("")
    }

    /// Returns the channel access token.
    pub(crate) fn token(&self) -> Option<&str> {
        self.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }
}

/// Where an action takes place.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a mut World,
    /// The place of the channel that asks, among those of the kind that the operation is for.
    pub(crate) channel: usize,
    /// Whose token it asks with.
    pub(crate) caller: Option<Holder>,
    pub(crate) request_id: Uuid,
    pub(crate) now: Timestamp,
}

impl Scene<'_> {
    pub(crate) fn channel(&mut self) -> &mut Channel {
        &mut self.world.channels[self.channel]
    }

    /// The place of the module that asks; nothing where the account's own channel does.
    pub(crate) fn module(&self) -> Option<usize> {
        match self.caller {
            Some(Holder::Module(module)) => Some(module),
            _ => None,
        }
    }

    /// The audiences that LINE still tells of.
    pub(crate) fn audiences(&mut self) -> &mut Audiences {
        let now = self.now;
        let audiences = &mut self.channel().audiences;
        audiences.forget(now);
        audiences
    }

    /// The LINE Login channel that asks.
    pub(crate) fn login(&mut self) -> &mut LoginChannel {
        &mut self.world.logins[self.channel]
    }

    /// Whether a person is a friend of the account that asks. A push or a reply also reaches some who are not.
    pub(crate) fn is_friend(&self, user: UserKey) -> bool {
        self.world.knows_of(self.channel, user)
            && self.world.channels[self.channel].friends.is_friend(user)
    }
}

/// The most bytes that the body of a request may have.
pub(crate) fn most_bytes(routes: &Routes, host: Host, method: &Method, path: &str) -> usize {
    let endpoint = routes.find(host, method, path).ok();
    endpoint.map_or(REQUEST_BYTES, |endpoint| ENDPOINTS[endpoint].most_bytes())
}

/// What the platform checks before it reads a body: that the path is there, the token and the rate.
///
/// Gives the operation and who calls it.
///
/// LINE does not say in which order it checks. Our choice: path, token, rate, content type, JSON, rules, retry key,
/// targets, and at last the quota.
pub(crate) fn admit(
    world: &mut World,
    routes: &Routes,
    host: Host,
    request: &Request,
) -> Result<Admitted, Answer> {
    let endpoint = routes.find(host, &request.method, &request.path)?;
    let now = world.clock.now();
    let token = request.token().and_then(|token| world.tokens.get(token, now));
    let caller = match (ENDPOINTS[endpoint].auth, token.map(|token| (token.holder, token.kind))) {
        (Auth::Open, _) => None,
        (Auth::Channel, Some((caller @ (Holder::Messaging(_) | Holder::Module(_)), _)))
        | (Auth::Module, Some((caller @ Holder::Module(_), _)))
        | (Auth::Any, Some((caller, _))) => Some(caller),
        (Auth::Login(kinds), Some((caller @ Holder::Login(_), kind))) if kinds.contains(&kind) => {
            Some(caller)
        }
        _ => return Err(unauthorized()),
    };
    let account = match caller {
        Some(Holder::Module(module)) if ENDPOINTS[endpoint].auth == Auth::Channel => {
            Some(behalf::account(world, module, &ENDPOINTS[endpoint], request)?)
        }
        _ => None,
    };
    // LINE names no rates for its login. Our choice: the usual one.
    let counted = caller.or_else(|| caller::of(world, request));
    if !world.take_token((counted, account), endpoint, ENDPOINTS[endpoint].rate) {
        return Err(Answer::rate_limited());
    }
    let channel = account.unwrap_or_else(|| caller.map_or(0, Holder::place));
    let bot = account.map(|account| world.channels[account].bot.clone());
    Ok(Admitted { endpoint, caller, channel, bot })
}

/// A request that LINE looks at.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The place of the operation among all.
    pub(crate) endpoint: usize,
    /// The channel whose token the request has, if it takes one.
    pub(crate) caller: Option<Holder>,
    /// See [`Scene::channel`].
    pub(crate) channel: usize,
    /// The bot of the account that a module acts for.
    pub(crate) bot: Option<UserId>,
}

/// The words for a token that is missing are not known; these are those for a wrong one.
fn unauthorized() -> Answer {
    Answer::error(
        StatusCode::UNAUTHORIZED,
        "Authentication failed due to the following reason: invalid token. \
         Confirm that the access token in the authorization header is valid.",
    )
}

/// Does what a request asks for, once for each retry key.
pub(crate) fn act(
    scene: &mut Scene<'_>,
    endpoint: &Endpoint,
    request: &Request,
    action: Action,
) -> Answer {
    let key = match retry_key::read(endpoint, request) {
        Ok(key) => key,
        Err(answer) => return answer,
    };
    let now = scene.now;
    if let Some(key) = key
        && let Some((_, accepted)) = scene.channel().retry_keys.get(&key, now)
    {
        return retry_key::repeat(accepted);
    }
    let answer = action(scene);
    if let Some(key) = key
        && answer.status.is_success()
    {
        let sent_messages = answer.sent_messages.clone();
        let accepted = Accepted { request_id: request.id, sent_messages };
        scene.channel().retry_keys.insert(key, accepted, now);
    }
    answer
}
