//! Channel access tokens that a bot issues through the gateway. LINE issues them; each acts as the key that the channel's own
//! token acts as, until it expires or is revoked.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, StatusCode, request::Parts};
use hyper::body::Incoming;
use serde::Deserialize;
use tokio::time::timeout;

use super::{
    LineDoor,
    answers::{OrAnswer, forbidden, plain},
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
        let fields = Fields::read(parts.uri.query(), None, &body);
        let id = fields.get("client_id").map(str::to_owned);
        let id = id.or_else(|| fields.get("client_assertion").and_then(issuer_of));
        let issuer = match (&id, fields.get("access_token")) {
            (None, Some(token)) => self.issuer_of_token(token).await?,
            _ => self.issuers.iter().find(|it| Some(&it.channel_id) == id.as_ref()),
        };
        let upstream = issuer.and_then(|issuer| self.channels.get(&issuer.channel));
        let (Some(issuer), Some(upstream)) = (issuer, upstream) else {
            return Err(Box::new(forbidden(
                "tokens are issued through the gateway for channels with drop_in and channel_id alone; call LINE directly",
            )));
        };
        let answer = upstream.ask(&self.transport, parts, body).await?;
        let (head, body) = answer.into_parts();
        if head.status == StatusCode::OK && parts.method == Method::POST {
            self.note(parts.uri.path(), &fields, issuer, &body).await?;
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
        issuer: &Issuer,
        body: &Bytes,
    ) -> OrAnswer<()> {
        let noted = if path.ends_with("/revoke") {
            let token = fields.get("access_token").unwrap_or_default();
            self.state.forget_issued(token).await
        } else if let Ok(Issued { access_token, expires_in }) = serde_json::from_slice(body) {
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
