use std::net::IpAddr;

use http::StatusCode;

use super::OAuth;
use crate::{
    Error,
    answer::{self, Answer, told},
    fields::Fields,
    state::Exchanged,
};

impl OAuth {
    /// `POST /oauth/token`: a service exchanges a code for a token. Whatever is wrong is answered with 400, as LINE Notify did.
    pub(super) async fn token(&self, fields: &Fields, caller: IpAddr) -> Answer {
        if !self.mistakes.allows(caller) {
            return told(StatusCode::TOO_MANY_REQUESTS, "too many wrong requests, try again later");
        }
        match self.exchange(fields).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => {
                self.mistakes.count(caller);
                told(StatusCode::BAD_REQUEST, why)
            }
            Err(error) => {
                tracing::error!(%error, "a code could not be exchanged");
                let why = "the gateway's store failed, try again later";
                told(StatusCode::INTERNAL_SERVER_ERROR, why)
            }
        }
    }

    async fn exchange(&self, fields: &Fields) -> Result<Result<Answer, &'static str>, Error> {
        let given = |name: &str| fields.get(name).filter(|value| !value.is_empty());
        match given("grant_type") {
            Some("authorization_code") => {}
            Some(_) => return Ok(Err("grant_type: must be authorization_code")),
            None => return Ok(Err("grant_type: must not be empty")),
        }
        let Some(code) = given("code") else { return Ok(Err("code: must not be empty")) };
        let Some(redirect_uri) = given("redirect_uri") else {
            return Ok(Err("redirect_uri: must not be empty"));
        };
        let Some(client_id) = given("client_id") else {
            return Ok(Err("client_id: must not be empty"));
        };
        let Some(secret) = given("client_secret") else {
            return Ok(Err("client_secret: must not be empty"));
        };
        let Some(service) = self.state.proven_service(client_id, secret).await? else {
            return Ok(Err("client_id or client_secret: is wrong"));
        };
        match self.state.exchange(service.id, code, redirect_uri).await? {
            Exchanged::Token(token) => Ok(Ok(answer::issued(&token))),
            Exchanged::TooMany => Ok(Err(
                "code: its person has as many tokens as there may be, and has to revoke one first",
            )),
            Exchanged::Nothing => Ok(Err(
                "code: is wrong, was used before, has expired, or is of another redirect_uri",
            )),
        }
    }
}
