//! Pages behind a sign-in: people's tokens and services, and what the people who run the gateway see and do.

mod line_login;
mod operator;
mod person;
mod services;
mod sign_in;
mod token_card;
mod tokens;
mod visit;

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use hikyaku_sender::Outbox;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};

use crate::{
    Access, Error, OperatorAccess, OperatorSettings, Route, Served, State, Visitor,
    account::Accounts,
    answer::{Answer, page_answer, see_other},
    declared_keys::DeclaredKeys,
    door::Door,
    page,
    route::{self, Found},
    throttle::Throttle,
    words::{self, my},
};
pub(crate) use line_login::LineLogin;
use person::Owner;
use visit::{Session, Visit};

/// The most sign-ins that one address may try in a minute.
pub(crate) const ENTRIES: u32 = 20;

/// Where a request for a page came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Whether it came over HTTPS.
    pub(crate) is_tls: bool,
    /// Whether a proxy stands before the listener.
    pub(crate) behind_proxy: bool,
    /// Whether the listener also serves LINE Notify's API.
    pub(crate) serves_notify: bool,
}

/// The pages, over one store.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) outbox: Outbox,
    pub(crate) state: State,
    pub(crate) door: Arc<Door>,
    pub(crate) accounts: Arc<Accounts>,
    /// The channel whose account people speak to.
    pub(crate) channel: String,
    /// Where people reach the gateway from outside, without a `/` at its end.
    pub(crate) public_url: Option<String>,
    /// Where scripts reach LINE Notify's API from nearby, where a listener serves that alone.
    pub(crate) notify_url: Option<String>,
    pub(crate) line_login: Option<LineLogin>,
    /// What a person sends to the account to get a link, where that is answered.
    pub(crate) command: Option<String>,
    pub(crate) operator: OperatorSettings,
    /// The keys of the configuration.
    pub(crate) declared_keys: Arc<DeclaredKeys>,
    pub(crate) entries: Throttle,
}

impl Site {
    /// Answers a request for a page.
    pub(crate) async fn answer(
        &self,
        parts: &Parts,
        body: &Bytes,
        caller: IpAddr,
        place: Place,
    ) -> Answer {
        let mut visit = Visit::new(parts, body, caller, place, self.public_url.as_deref());
        if visit.fields.has_nul() {
            return visit.stop(StatusCode::BAD_REQUEST, my::form_over(visit.lang));
        }
        let mut answer = match self.reply(&mut visit).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, path = visit.path(), "a page could not be made");
                visit.stop(StatusCode::INTERNAL_SERVER_ERROR, words::failed(visit.lang))
            }
        };
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Without one, a browser would say that forms are from nowhere.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        answer
    }

    async fn reply(&self, visit: &mut Visit<'_>) -> Result<Answer, Error> {
        let lang = visit.lang;
        let route = match route::find(visit.method(), visit.path()) {
            Found::Route(route) => route,
            Found::OtherMethod => {
                return Ok(visit.stop(StatusCode::METHOD_NOT_ALLOWED, my::not_found(lang)));
            }
            Found::Nothing => {
                let page =
                    page::stopped_as(lang, my::nothing_here(lang), my::not_found(lang), |_| {});
                return Ok(page_answer(StatusCode::NOT_FOUND, page));
            }
        };
        let is_post = visit.method() == Method::POST;
        if is_post && !visit.is_from_here() {
            return Ok(visit.stop(StatusCode::FORBIDDEN, my::form_over(lang)));
        }
        if let Some(secret) = visit.session_secret(route)
            && let Some(visitor) = self.state.visitor(&secret).await?
        {
            let proof = self.state.form_proof(&secret);
            visit.session = Some(Session { secret, visitor, proof });
        }
        if let Some(refusal) = self.refusal(route, visit) {
            return Ok(refusal);
        }
        if is_post && route.access != Access::Anyone && !self.has_proof(visit) {
            return Ok(visit.stop(StatusCode::FORBIDDEN, my::form_over(lang)));
        }
        if let Some((channel, user)) = visit.person()
            && let Some(answer) = self.person_page(visit, Owner { channel, user }).await?
        {
            return Ok(answer);
        }
        if let Some(who) = self.looker(visit)
            && let Some(answer) = self.operator_page(visit, who).await?
        {
            return Ok(answer);
        }
        self.entry_page(visit).await
    }

    /// What a visitor is told who may not have this.
    fn refusal(&self, route: &Route, visit: &Visit<'_>) -> Option<Answer> {
        let visitor = visit.session.as_ref().map(|it| &it.visitor);
        let may = match (route.access, visitor) {
            (Access::Anyone, _)
            | (Access::Person, Some(Visitor::Person { .. }))
            | (Access::Viewer, Some(Visitor::Operator { .. } | Visitor::Viewer { .. })) => true,
            (Access::Operator, Some(Visitor::Operator { .. })) => {
                self.operator.access == OperatorAccess::Full
            }
            _ => false,
        };
        if may {
            return None;
        }
        if visit.method() == Method::GET && visitor.is_none() {
            let at = if route.served == Some(Served::Operator) {
                "/operator/sign-in"
            } else {
                "/my/sign-in"
            };
            return Some(see_other(at));
        }
        Some(visit.stop(StatusCode::FORBIDDEN, my::forbidden(visit.lang)))
    }

    fn has_proof(&self, visit: &Visit<'_>) -> bool {
        let given = visit.fields.get("proof").unwrap_or_default();
        visit.session.as_ref().is_some_and(|it| self.state.is_form_proof(&it.secret, given))
    }

    async fn entry_page(&self, visit: &Visit<'_>) -> Result<Answer, Error> {
        match (visit.method().as_str(), visit.path()) {
            ("GET", "/my/sign-in") => self.sign_in(visit, StatusCode::OK, None).await,
            ("GET", "/operator/sign-in") => Ok(Self::operator_sign_in(visit)),
            ("GET", "/my/line") => self.begin_line_login(visit).await,
            ("GET", "/my/line/back") => self.end_line_login(visit).await,
            ("GET", "/my/enter" | "/operator/enter") => self.show_link(visit).await,
            ("POST", "/my/enter" | "/operator/enter") => self.enter(visit).await,
            ("POST", "/my/sign-out" | "/operator/sign-out") => self.sign_out(visit).await,
            _ => Ok(visit.stop(StatusCode::NOT_FOUND, my::not_found(visit.lang))),
        }
    }
}
