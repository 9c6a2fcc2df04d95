//! LINE Notify's endpoints.

use std::{
    borrow::Cow,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hikyaku_sender::{DeliveryId, ErrorKind, Outbox};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use tokio::sync::Mutex;

use crate::{
    Error, Rehost, State, TokenRow,
    answer::{self, Answer, INVALID_TOKEN, Reply, StatusBody, told, whole_answer},
    deliver::{Courier, Delivered, How, Told},
    fields::Fields,
    notification::{Notification, Post},
    one_header::idempotency_key,
    picture::{Kept, Pictures, Wanted},
    state::Spent,
    throttle::Throttle,
    usage::Usage,
    window::Left,
};

/// How many requests without a token that works one address may make in a minute.
pub(crate) const MISTAKES: u32 = 30;

/// How long a store that took a commit counts as one that does.
const PROVEN_FOR: Duration = Duration::from_secs(1);

/// LINE Notify's text where its account was not in the group. Scripts compare it.
const NOT_IN_GROUP: &str = "LINE Notify account doesn't join group which you want to send.";

/// What a user does to end it without a word: LINE would accept a message to such a user and show it to nobody.
const BLOCKED: &str = "the user has blocked the LINE account";

/// LINE Notify's text for a token that has uploaded too many pictures. Scripts look for it.
const TOO_MANY_IMAGES: &str = "Image rate limit exceeded.";

/// What is told of a caller who calls too often.
pub(crate) const RATE_LIMIT: &str = "Rate limit exceeded.";

/// LINE's words for a month that is used up.
const MONTHLY_LIMIT: &str = "You have reached your monthly limit.";

/// What is told of a token whose budget has no room.
const BUDGET_USED_UP: &str = "The monthly budget of this token is used up; nothing was sent. It begins anew with the month in Japan.";

/// What is told of a name that is taken.
const OTHER_NOTIFICATION: &str = "this Idempotency-Key stands for another notification already";

/// What is told of a notification that somebody withdrew.
const WITHDRAWN: &str = "the notification was withdrawn before it was sent";

/// What is told of a token whose channel is gone.
const NO_CHANNEL: &str = "the gateway has no channel of this token any more; nothing was sent";

/// The header by which a notification goes by itself, with the value `off`.
const ALONE: &str = "x-gateway-coalesce";

/// LINE's words for a target that does not exist or that the account is not in.
const FAILED_TO_SEND: &str = "Failed to send messages";

/// The API of LINE Notify over one outbox.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) outbox: Outbox,
    pub(crate) state: State,
    pub(crate) courier: Courier,
    /// Uploads of pictures, where they are served.
    pub(crate) pictures: Option<Arc<Pictures>>,
    /// Which pictures are fetched.
    pub(crate) rehost: Rehost,
    pub(crate) usage: Usage,
    /// What has no token that works, by the address that it comes from.
    pub(crate) mistakes: Throttle,
    /// When the store was last seen to take a commit.
    pub(crate) proven: Mutex<Option<Instant>>,
}

/// What the caller of a notification is told.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) status: StatusCode,
    pub(crate) message: Cow<'static, str>,
    /// The notification in the outbox, if it is there.
    pub(crate) id: Option<DeliveryId>,
    /// What has become of it: `sent`, `queued` or `refused`.
    delivery: Option<&'static str>,
    /// What the token has left of its hour.
    left: Option<Left>,
    /// How the token's budget stands, if it has one.
    spent: Option<Spent>,
}

impl Verdict {
    fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), id: None, delivery: None, left: None, spent: None }
    }

    fn wrong(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Puts what it knows into the head of an answer.
    pub(crate) fn mark(&self, mut answer: Answer) -> Answer {
        if let Some(delivery) = self.delivery {
            answer.headers_mut().insert("x-gateway-delivery", HeaderValue::from_static(delivery));
        }
        if let Some(left) = self.left {
            answer::set_rate_limits(&mut answer, left);
        }
        if let Some(spent) = self.spent {
            answer::set_budget(&mut answer, spent.budget, spent.used);
        }
        answer
    }
}

impl Door {
    /// Answers a request whose path is one of the door's. An address that guesses tokens hears nothing of its guesses any more.
    pub(crate) async fn answer(&self, parts: &Parts, body: &Bytes, caller: IpAddr) -> Answer {
        let answer = self.reply(parts, body).await;
        if answer.status() == StatusCode::UNAUTHORIZED && !self.mistakes.count(caller) {
            return told(StatusCode::TOO_MANY_REQUESTS, RATE_LIMIT);
        }
        answer
    }

    async fn reply(&self, parts: &Parts, body: &Bytes) -> Answer {
        let path = parts.uri.path().trim_end_matches('/');
        let result = match (path, &parts.method) {
            ("/api/notify", &Method::POST) => self.notify(parts, body).await,
            ("/api/status", &Method::GET | &Method::POST) => self.status(parts).await,
            ("/api/revoke", &Method::POST) => self.revoke(parts).await,
            ("/api/notify" | "/api/status" | "/api/revoke", _) => {
                Ok(told(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"))
            }
            _ => Ok(told(StatusCode::NOT_FOUND, "Not found")),
        };
        // To a script, 401 means that its token is gone for ever: what fails here is never one.
        result.unwrap_or_else(|error| {
            tracing::error!(%error, path, "a call of LINE Notify's API failed");
            told(StatusCode::INTERNAL_SERVER_ERROR, "the gateway's store failed, try again later")
        })
    }

    async fn notify(&self, parts: &Parts, body: &Bytes) -> Result<Answer, Error> {
        let Some(token) = self.token(&parts.headers).await? else { return Ok(unauthorized()) };
        let now = self.outbox.now().await?;
        let mut left = self.count(&token).await?;
        let mut verdict =
            if left.granted { self.send(&token, parts, body).await? } else { too_many() };
        self.usage.count(token.id, now, verdict.status == StatusCode::OK);
        if self.pictures.is_some() {
            left.uploads = self.state.uploads_left(token.id).await?;
        }
        verdict.left = Some(left);
        Ok(verdict.mark(told(verdict.status, &verdict.message)))
    }

    /// Sends what another program tells, for a token.
    pub(crate) async fn tell(
        &self,
        token: &TokenRow,
        post: &Post,
        key: Option<&str>,
    ) -> Result<Verdict, Error> {
        let now = self.outbox.now().await?;
        let left = self.count(token).await?;
        let mut verdict = if !left.granted {
            too_many()
        } else if token.target_gone {
            Verdict::wrong(gone(token))
        } else {
            match Notification::of(post, &self.prefix(token)) {
                Ok(notification) => {
                    let how = How { idempotency_key: key, ..How::default() };
                    self.push(token, &notification, how).await?
                }
                Err(wrong) => Verdict::wrong(wrong),
            }
        };
        self.usage.count(token.id, now, verdict.status == StatusCode::OK);
        verdict.left = Some(left);
        Ok(verdict)
    }

    /// Sees whether the store takes commits; not more than once in a second, however many ask.
    pub(crate) async fn takes_commits(&self) -> Result<(), Error> {
        let mut proven = self.proven.lock().await;
        if proven.is_some_and(|at| at.elapsed() < PROVEN_FOR) {
            return Ok(());
        }
        self.state.takes_commits().await?;
        *proven = Some(Instant::now());
        Ok(())
    }

    /// Whether a request has a token that works.
    pub(crate) async fn knows(&self, parts: &Parts) -> bool {
        self.token(&parts.headers).await.is_ok_and(|it| it.is_some())
    }

    /// Answers a request for a picture.
    pub(crate) async fn picture(&self, parts: &Parts) -> Reply {
        let Some(pictures) = &self.pictures else {
            return whole_answer(told(StatusCode::NOT_FOUND, "Not found"));
        };
        pictures.answer(parts).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a picture could not be served");
            let why = "the gateway's disk failed, try again later";
            whole_answer(told(StatusCode::INTERNAL_SERVER_ERROR, why))
        })
    }

    /// Whether a token's body may be as long as a picture.
    pub(crate) async fn may_upload(&self, parts: &Parts) -> bool {
        self.pictures.is_some() && self.knows(parts).await
    }

    async fn send(&self, token: &TokenRow, parts: &Parts, body: &Bytes) -> Result<Verdict, Error> {
        let idempotency_key = match idempotency_key(&parts.headers, "Idempotency-Key") {
            Ok(key) => key,
            Err(wrong) => return Ok(Verdict::wrong(wrong)),
        };
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let fields = Fields::read(parts.uri.query(), content_type, body);
        let longest = self.courier.settings.longest_message;
        let read = Notification::read(&fields, &self.prefix(token), longest, self.rehost);
        let mut notification = match read {
            Ok(notification) => notification,
            Err(wrong) => return Ok(Verdict::wrong(wrong)),
        };
        if token.target_gone {
            return Ok(Verdict::wrong(gone(token)));
        }
        let kept = match (fields.image_file(), notification.picture_to_fetch()) {
            (Some(file), _) => Some(self.upload(token, file).await?),
            (None, Some((field, url))) => Some(self.fetch(token, field, url).await?),
            (None, None) => None,
        };
        let picture = match kept {
            Some(Ok(Kept { name, message, .. })) => {
                notification.show(message);
                Some(name)
            }
            Some(Err(wrong)) => return Ok(Verdict::wrong(wrong)),
            None => None,
        };
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let how = How {
            idempotency_key,
            alone: header(ALONE).is_some_and(|value| value.trim().eq_ignore_ascii_case("off")),
            picture,
        };
        self.push(token, &notification, how).await
    }

    /// What stands in front of a token's texts.
    fn prefix(&self, token: &TokenRow) -> String {
        self.courier.settings.prefix.replace("{name}", &token.name)
    }

    /// Puts a notification into the outbox, and waits for what becomes of it as far as the settings say.
    async fn push(
        &self,
        token: &TokenRow,
        notification: &Notification,
        how: How<'_>,
    ) -> Result<Verdict, Error> {
        match self.courier.deliver(token, notification, how).await {
            Ok(Delivered { id, told, spent }) => {
                let verdict = outcome_verdict(token, told);
                Ok(Verdict { id, spent, ..verdict })
            }
            Err(error) => match error.of_outbox() {
                Some(ErrorKind::Invalid(broken)) => Ok(Verdict::wrong(broken.to_string())),
                _ => Err(error),
            },
        }
    }

    /// Sends a text of the gateway's own to a token's chat, and waits for what becomes of it.
    pub(crate) async fn test(&self, token: &TokenRow, text: &str) -> Result<Told, Error> {
        let post = Post { text: text.to_owned(), image: None, silent: false };
        let notification = Notification::of(&post, &self.prefix(token)).map_err(Error::new)?;
        let how = How { alone: true, ..How::default() };
        let delivered = self.courier.deliver(token, &notification, how).await?;
        self.usage.count(
            token.id,
            self.outbox.now().await?,
            matches!(delivered.told, Told::Sent | Told::Queued),
        );
        Ok(delivered.told)
    }

    /// Keeps a picture that was uploaded. What is wrong is told as LINE Notify told it, or for people.
    async fn upload(&self, token: &TokenRow, file: &Bytes) -> Result<Result<Kept, String>, Error> {
        let Some(pictures) = &self.pictures else {
            let why = "imageFile: this gateway does not take uploads of pictures, nothing was sent; \
                send imageThumbnail and imageFullsize, or the text alone";
            return Ok(Err(why.to_owned()));
        };
        if !self.state.count_upload(token.id).await? {
            return Ok(Err(TOO_MANY_IMAGES.to_owned()));
        }
        let kept = pictures.keep(Wanted::by_token(token.id), file.clone()).await?;
        Ok(kept.map_err(|why| format!("imageFile: {why}")))
    }

    /// Keeps a picture that is at an address. It counts as an upload, because it is as much work.
    async fn fetch(
        &self,
        token: &TokenRow,
        field: &str,
        url: &str,
    ) -> Result<Result<Kept, String>, Error> {
        // The configuration sees to it that they are there.
        let Some(pictures) = &self.pictures else {
            return Ok(Err(format!("{field}: must be an https URL")));
        };
        if !self.state.count_upload(token.id).await? {
            return Ok(Err(TOO_MANY_IMAGES.to_owned()));
        }
        let kept = pictures.keep_from(Wanted::by_token(token.id), url).await?;
        Ok(kept.map_err(|why| format!("{field}: {why}")))
    }

    async fn status(&self, parts: &Parts) -> Result<Answer, Error> {
        let Some(token) = self.token(&parts.headers).await? else { return Ok(unauthorized()) };
        let left = self.count(&token).await?;
        let mut answer = if left.granted {
            let target_type = if token.target.starts_with('U') { "USER" } else { "GROUP" };
            let target = token.target_name.as_deref().filter(|_| !token.target_gone);
            answer::json(
                StatusCode::OK,
                &StatusBody { status: 200, message: "ok", target_type, target },
            )
        } else {
            told(StatusCode::TOO_MANY_REQUESTS, RATE_LIMIT)
        };
        answer::set_rate_limits(&mut answer, left);
        Ok(answer)
    }

    async fn revoke(&self, parts: &Parts) -> Result<Answer, Error> {
        let Some(token) = self.token(&parts.headers).await? else { return Ok(unauthorized()) };
        // Of two at once, one comes too late.
        let revoked = self.state.revoke(token.id).await?;
        Ok(if revoked { answer::ok() } else { unauthorized() })
    }

    async fn count(&self, token: &TokenRow) -> Result<Left, Error> {
        self.state.count_call(token.id).await
    }

    async fn token(&self, headers: &HeaderMap) -> Result<Option<TokenRow>, Error> {
        match bearer(headers) {
            Some(token) => self.state.find(token).await,
            None => Ok(None),
        }
    }
}

fn outcome_verdict(token: &TokenRow, outcome: Told) -> Verdict {
    let (verdict, delivery) = match outcome {
        Told::Sent => (Verdict::new(StatusCode::OK, "ok"), "sent"),
        Told::Queued => (Verdict::new(StatusCode::OK, "ok"), "queued"),
        Told::Refused(why) if why.contains(FAILED_TO_SEND) && !token.target.starts_with('U') => {
            (Verdict::wrong(NOT_IN_GROUP), "refused")
        }
        Told::Refused(why) => (Verdict::wrong(format!("LINE refused it: {why}")), "refused"),
        Told::Withdrawn => (Verdict::new(StatusCode::CONFLICT, WITHDRAWN), "refused"),
        Told::NoChannel => (Verdict::new(StatusCode::INTERNAL_SERVER_ERROR, NO_CHANNEL), "refused"),
        Told::OurFault => {
            let why = "LINE refuses the gateway's channel access token; nothing was sent";
            (Verdict::new(StatusCode::INTERNAL_SERVER_ERROR, why), "refused")
        }
        Told::MonthUsedUp => {
            (Verdict::new(StatusCode::TOO_MANY_REQUESTS, MONTHLY_LIMIT), "refused")
        }
        Told::BudgetUsedUp => {
            (Verdict::new(StatusCode::TOO_MANY_REQUESTS, BUDGET_USED_UP), "refused")
        }
        Told::Conflict => (Verdict::new(StatusCode::CONFLICT, OTHER_NOTIFICATION), "refused"),
    };
    Verdict { delivery: Some(delivery), ..verdict }
}

fn too_many() -> Verdict {
    Verdict::new(StatusCode::TOO_MANY_REQUESTS, RATE_LIMIT)
}

/// What is told of a target that a webhook has said goodbye for. LINE is not asked.
fn gone(token: &TokenRow) -> &'static str {
    if token.target.starts_with('U') { BLOCKED } else { NOT_IN_GROUP }
}

fn unauthorized() -> Answer {
    told(StatusCode::UNAUTHORIZED, INVALID_TOKEN)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once([' ', '\t'])?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
