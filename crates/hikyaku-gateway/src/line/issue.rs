//! Channel access tokens that a bot issues through the gateway. LINE issues them; each acts as the key that the channel's own
//! token acts as, until it expires or is revoked.
//!
//! What a request says of its channel is not believed: LINE is asked whose a token is before it acts as anything.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use hyper::body::Incoming;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    LineDoor,
    answers::{OrAnswer, forbidden, plain},
    pass::{Upstream, unreachable},
    request::BODY_TIME,
    store_failed,
};
use crate::{answer::Answer, body::whole, fields::Fields, token::SecretKind};

/// The most bytes of a request for a token.
const LARGEST: usize = 64 << 10;

/// A channel whose tokens act as a key.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) channel: String,
    pub(super) channel_id: String,
    /// The key's name.
    pub(super) key: String,
}

/// What LINE says of a token that it has issued.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    /// In seconds.
    expires_in: u64,
}

impl LineDoor {
    /// Passes on what is about tokens of a channel that issues them through the gateway.
    pub(super) async fn tokens(&self, parts: &Parts, body: Incoming) -> Answer {
        self.pass_tokens(parts, body).await.unwrap_or_else(|refusal| *refusal)
    }

    async fn pass_tokens(&self, parts: &Parts, body: Incoming) -> OrAnswer<Answer> {
        let read = timeout(BODY_TIME, whole(body, LARGEST)).await;
        let body = read.ok().and_then(Result::ok).ok_or_else(|| {
            Box::new(plain(StatusCode::BAD_REQUEST, "The request body did not come to its end"))
        })?;
        let query = parts.uri.query().filter(|query| !query.is_empty());
        if parts.method == Method::POST && query.is_some() {
            let message = "The fields must be in the request body";
            return Err(Box::new(plain(StatusCode::BAD_REQUEST, message)));
        }
        let fields = Fields::read(query, None, &body);
        if let Some(name) = fields.twice() {
            let message = format!("The field {} must be given once", name.escape_default());
            return Err(Box::new(plain(StatusCode::BAD_REQUEST, &message)));
        }
        let refused = || {
            Box::new(forbidden(
                "tokens are issued through the gateway for channels with drop_in and channel_id alone; call LINE directly",
            ))
        };
        let named = fields.get("client_id").map(str::to_owned);
        let asserted = match fields.get("client_assertion") {
            // One that cannot be read is of nobody.
            Some(assertion) => Some(issuer_of(assertion).ok_or_else(refused)?),
            None => None,
        };
        if let (Some(named), Some(asserted)) = (&named, &asserted)
            && named != asserted
        {
            return Err(refused());
        }
        let id = named.or(asserted);
        let issuer = match (&id, fields.get("access_token")) {
            (None, Some(token)) => self.issuer_of_token(token).await?,
            _ => self.issuers.iter().find(|it| Some(&it.channel_id) == id.as_ref()),
        };
        let upstream = issuer.and_then(|issuer| self.channels.get(&issuer.channel));
        let (Some(issuer), Some(upstream)) = (issuer, upstream) else { return Err(refused()) };
        let answer = upstream.ask(&self.transport, parts, body).await?;
        let (head, body) = answer.into_parts();
        if head.status == StatusCode::OK && parts.method == Method::POST {
            self.note(parts.uri.path(), &fields, (issuer, upstream), &body).await?;
        }
        Ok(Answer::from_parts(head, body.into()))
    }

    /// The channel of a token that was issued through the gateway. The gateway's own is nobody's to revoke by name.
    async fn issuer_of_token(&self, token: &str) -> OrAnswer<Option<&Issuer>> {
        let hash = self.state.hash(SecretKind::ApiKey, token);
        match self.state.find_issued(&hash).await {
            Ok(key) => Ok(self.issuers.iter().find(|it| Some(&it.key) == key.as_ref())),
            Err(error) => {
                tracing::error!(%error, "an issued token could not be looked up");
                Err(Box::new(store_failed()))
            }
        }
    }

    /// Notes a token that was issued or revoked, before anybody can use it.
    async fn note(
        &self,
        path: &str,
        fields: &Fields,
        (issuer, upstream): (&Issuer, &Upstream),
        body: &Bytes,
    ) -> OrAnswer<()> {
        let noted = if path.ends_with("/revoke") {
            let token = fields.get("access_token").unwrap_or_default();
            self.state.forget_issued(token).await
        } else if let Ok(Issued { access_token, expires_in }) = serde_json::from_slice(body) {
            if !self.is_of(issuer, upstream, path, &access_token).await? {
                tracing::warn!(channel = issuer.channel, "LINE issued a token of another channel");
                return Err(Box::new(forbidden("LINE says that the token is of another channel")));
            }
            let life = Duration::from_secs(expires_in);
            self.state.note_issued(&access_token, &issuer.key, life).await
        } else {
            // It was verified, or is no answer of LINE's.
            Ok(())
        };
        noted.map_err(|error| {
            tracing::error!(%error, "a token that LINE issued or revoked could not be noted");
            Box::new(store_failed())
        })
    }

    /// Whether LINE says that a token, which it has issued at this path, is the channel's. It has no endpoint that verifies
    /// stateless tokens; they tell by whose bot they speak.
    ///
    /// Sources: <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token>,
    /// <https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token-v2-1>,
    /// <https://developers.line.biz/en/reference/messaging-api/#get-bot-info>
    async fn is_of(
        &self,
        issuer: &Issuer,
        upstream: &Upstream,
        path: &str,
        token: &str,
    ) -> OrAnswer<bool> {
        let written = utf8_percent_encode(token, NON_ALPHANUMERIC);
        let answer = match path {
            "/v2/oauth/accessToken" => {
                let form = Request::post("/v2/oauth/verify")
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                self.asked(upstream, form, format!("access_token={written}")).await?
            }
            "/oauth2/v2.1/token" => {
                let path = format!("/oauth2/v2.1/verify?access_token={written}");
                self.asked(upstream, Request::get(path), String::new()).await?
            }
            _ => {
                let own = self.user_id(upstream, &upstream.token).await?;
                let bearer = HeaderValue::try_from(format!("Bearer {token}"));
                return Ok(match bearer {
                    Ok(bearer) => own.is_some() && self.user_id(upstream, &bearer).await? == own,
                    Err(_) => false,
                });
            }
        };
        Ok(answer["client_id"].as_str() == Some(issuer.channel_id.as_str()))
    }

    /// The user id of the bot for which a bearer speaks.
    async fn user_id(&self, upstream: &Upstream, bearer: &HeaderValue) -> OrAnswer<Option<String>> {
        let request = Request::get("/v2/bot/info").header(header::AUTHORIZATION, bearer);
        let answer = self.asked(upstream, request, String::new()).await?;
        Ok(answer["userId"].as_str().map(str::to_owned))
    }

    /// What LINE answers to a question of the gateway's own; null for what is no success.
    async fn asked(
        &self,
        upstream: &Upstream,
        request: http::request::Builder,
        body: String,
    ) -> OrAnswer<Value> {
        let request = request.body(body).map_err(|_| {
            Box::new(unreachable(
                StatusCode::BAD_GATEWAY,
                "LINE issued a token that cannot be sent",
            ))
        })?;
        let answer: Response<Bytes> = upstream.ask_self(&self.transport, request).await?;
        let body = answer.body();
        let json = answer.status().is_success().then(|| serde_json::from_slice(body).ok());
        Ok(json.flatten().unwrap_or_default())
    }
}

/// The channel whose assertion a JSON Web Token is. LINE checks whether it is.
fn issuer_of(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
    }
    let claims = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&claims).ok().map(|Claims { iss }| iss)
}
