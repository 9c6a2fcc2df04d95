//! Signing in with LINE Login.
//!
//! Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/>

use std::time::SystemTime;

use hikyaku::login::{AuthorizeUrl, IdTokenVerifier, LoginChannel};
use http::{StatusCode, header};

use super::{Site, visit::Visit};
use crate::{
    Error, Served, Visitor,
    answer::{Answer, see_other},
    cookie,
    token::letters,
    words::{self, fill, my},
};

/// The name of the cookie that ties a login to the browser in which it began.
const COOKIE: &str = "hikyaku_login";

/// The length of the `state`.
const STATE: usize = 43;

/// How people log in with LINE.
#[derive(Debug)]
pub(crate) struct LineLogin {
    pub(crate) channel: LoginChannel,
    /// Where, where that is not LINE.
    pub(crate) url: Option<String>,
}

impl Site {
    /// `GET /my/line`: sends a person to LINE.
    pub(super) async fn begin_line_login(&self, visit: &Visit<'_>) -> Result<Answer, Error> {
        let (Some(login), Some(back)) = (&self.line_login, self.back(visit)) else {
            return Ok(visit.stop(StatusCode::NOT_FOUND, my::not_found(visit.lang)));
        };
        if !self.entries.count(visit.caller) {
            return Ok(visit.stop(StatusCode::TOO_MANY_REQUESTS, words::too_often(visit.lang)));
        }
        let state = letters(STATE)?;
        if !self.state.begin_login(&state).await? {
            tracing::warn!("too many people log in at once; one was turned away");
            return Ok(visit.stop(StatusCode::SERVICE_UNAVAILABLE, words::failed(visit.lang)));
        }
        let (nonce, verifier) = self.state.login_secrets(&state);
        let mut url = AuthorizeUrl::new(login.channel.id(), &back, &state, ["openid", "profile"])
            .nonce(&nonce)
            .code_verifier(&verifier)
            .bot_prompt("normal")
            .param("ui_locales", visit.lang.tag());
        if let Some(base) = &login.url {
            url = url.base_url(base);
        }
        let mut answer = see_other(&url.to_string());
        let cookie = cookie::set(COOKIE, &state, "/my/line", visit.is_secure(Served::Pages))?;
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
        Ok(answer)
    }

    /// `GET /my/line/back`: where LINE sends the person back to.
    pub(super) async fn end_line_login(&self, visit: &Visit<'_>) -> Result<Answer, Error> {
        let (Some(login), Some(back)) = (&self.line_login, self.back(visit)) else {
            return Ok(visit.stop(StatusCode::NOT_FOUND, my::not_found(visit.lang)));
        };
        if !self.entries.count(visit.caller) {
            return Ok(visit.stop(StatusCode::TOO_MANY_REQUESTS, words::too_often(visit.lang)));
        }
        let given = |name: &str| visit.fields.get(name).filter(|value| !value.is_empty());
        let state = given("state").filter(|state| visit.cookie_value(COOKIE) == Some(state));
        let failed = Some(my::login_failed(visit.lang));
        let (Some(state), Some(code)) = (state, given("code")) else {
            return self.sign_in(visit, StatusCode::BAD_REQUEST, failed).await;
        };
        // Once: a login that comes back again is somebody else's.
        if !self.state.end_login(state).await? {
            return self.sign_in(visit, StatusCode::BAD_REQUEST, failed).await;
        }
        let Some(account) = self.accounts.get(&self.channel) else {
            return self.sign_in(visit, StatusCode::BAD_REQUEST, failed).await;
        };
        let (nonce, verifier) = self.state.login_secrets(state);
        let issued = account.client.issue_login(&login.channel, code, &back);
        let user = match issued.code_verifier(&verifier).await {
            Ok(issued) => {
                let now =
                    self.outbox.now().await?.to_system_time().unwrap_or(SystemTime::UNIX_EPOCH);
                let id_token = issued.into_inner().id_token;
                let claims = id_token
                    .map(|it| IdTokenVerifier::new(&login.channel).verify(&it, Some(&nonce), now));
                match claims {
                    Some(Ok(claims)) => Some(claims.sub.as_str().to_owned()),
                    Some(Err(why)) => {
                        tracing::warn!(%why, "an ID token of LINE Login was refused");
                        None
                    }
                    None => None,
                }
            }
            Err(error) => {
                tracing::warn!(%error, "LINE Login gave no tokens for a code");
                None
            }
        };
        let Some(user) = user else {
            return self.sign_in(visit, StatusCode::BAD_REQUEST, failed).await;
        };
        if self.state.chats_of(&self.channel, &user).await?.iter().all(|chat| chat.id != user) {
            let info = account.info().await;
            let called = info.map_or("LINE", |info| &info.display_name);
            let wrong = fill(my::not_friend(visit.lang), &[("account", called)]);
            return self.sign_in(visit, StatusCode::FORBIDDEN, Some(&wrong)).await;
        }
        let visitor = Visitor::Person { channel: self.channel.clone(), user };
        let session = self.state.begin_session(visitor).await?;
        let mut answer = Self::begin(visit, &session, Served::Pages)?;
        let over = cookie::set(COOKIE, "", "/my/line", visit.is_secure(Served::Pages))?;
        answer.headers_mut().append(header::SET_COOKIE, over);
        Ok(answer)
    }

    /// The address that LINE sends people back to, as it is registered there.
    fn back(&self, visit: &Visit<'_>) -> Option<String> {
        let origin = self.public_url.clone().or_else(|| visit.origin())?;
        Some(format!("{origin}/my/line/back"))
    }
}
