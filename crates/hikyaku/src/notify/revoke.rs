use hikyaku_model::NotifyToken;
use http::{HeaderValue, Method, StatusCode};

use super::{
    NotifyClient,
    endpoint::{Body, Endpoint, Origin},
    judge::Done,
};
use crate::{Answer, Error, ErrorKind, form::Form, route::Repeat};

static REVOKE: Endpoint = Endpoint {
    method: Method::POST,
    origin: Origin::Api,
    path: "/api/revoke",
    repeat: Repeat::Always,
};

/// The result of revoking a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// This call revoked it.
    Revoked,
    /// The user or another call revoked it before, or it never was a token.
    AlreadyRevoked,
}

impl NotifyClient {
    /// Revokes a token. Delete the token after either result.
    ///
    /// # Errors
    /// Any error means that the token may still work; if the error [`is_retryable`](Error::is_retryable), try again
    /// later.
    pub async fn revoke(&self, token: &NotifyToken) -> Result<Answer<Revocation>, Error> {
        let body = Body {
            content_type: Some(HeaderValue::from_static(Form::CONTENT_TYPE)),
            ..Body::default()
        };
        match self.call(&REVOKE, Some(token), body).await {
            Ok(exchange) => {
                exchange.json::<Done>().map(|answer| answer.map(|_| Revocation::Revoked))
            }
            Err(error) if error.kind() == ErrorKind::Unauthorized => Ok(Answer::new(
                Revocation::AlreadyRevoked,
                StatusCode::UNAUTHORIZED,
                error.headers().clone(),
            )),
            Err(error) => Err(error),
        }
    }
}
