use http::{StatusCode, header};

use super::{Site, visit::Visit};
use crate::{
    Error, Served, Visitor,
    answer::{Answer, page_answer, see_other},
    page::{Enter, SignIn},
    state::Begun,
    words::{self, my},
};

impl Site {
    /// `GET /my/sign-in`: the ways in.
    pub(super) async fn sign_in(
        &self,
        visit: &Visit<'_>,
        status: StatusCode,
        wrong: Option<&str>,
    ) -> Result<Answer, Error> {
        let info = match self.accounts.get(&self.channel) {
            Some(account) => account.info().await,
            None => None,
        };
        let page = SignIn {
            lang: visit.lang,
            account: info.map_or("LINE", |info| &info.display_name),
            basic_id: info.map(|info| info.basic_id.as_str()),
            with_line: self.line_login.is_some(),
            command: self.command.as_deref(),
            wrong,
        };
        Ok(page_answer(status, page.draw()))
    }

    /// `GET …/enter`: asks whether a link is to be used. That ends no link.
    pub(super) async fn show_link(&self, visit: &Visit<'_>) -> Result<Answer, Error> {
        if !self.entries.count(visit.caller) {
            return Ok(visit.stop(StatusCode::TOO_MANY_REQUESTS, words::too_often(visit.lang)));
        }
        let link = visit.fields.get("link").unwrap_or_default();
        let visitor = self.state.link_of(link).await?;
        let Some(visitor) = visitor.filter(|it| area(it) == of_path(visit)) else {
            return Ok(visit.stop(StatusCode::BAD_REQUEST, my::link_over(visit.lang)));
        };
        let name = self.name_of(&visitor).await;
        let path = match area(&visitor) {
            Served::Operator => "/operator/enter",
            _ => "/my/enter",
        };
        let page = Enter { lang: visit.lang, name: &name, link, path };
        Ok(page_answer(StatusCode::OK, page.draw()))
    }

    /// `POST …/enter`: ends a link, and begins a session.
    pub(super) async fn enter(&self, visit: &Visit<'_>) -> Result<Answer, Error> {
        if !self.entries.count(visit.caller) {
            return Ok(visit.stop(StatusCode::TOO_MANY_REQUESTS, words::too_often(visit.lang)));
        }
        let link = visit.fields.get("link").unwrap_or_default();
        let is_here = |it: &Visitor| area(it) == of_path(visit);
        let begun = match self.state.link_of(link).await? {
            Some(visitor) if is_here(&visitor) => self.state.enter(link).await?,
            _ => None,
        };
        match begun {
            Some(Begun { session, visitor }) => Self::begin(visit, &session, area(&visitor)),
            None => Ok(visit.stop(StatusCode::BAD_REQUEST, my::link_over(visit.lang))),
        }
    }

    /// `POST …/sign-out`.
    pub(super) async fn sign_out(&self, visit: &Visit<'_>) -> Result<Answer, Error> {
        if let Some(session) = &visit.session {
            self.state.leave(&session.secret).await?;
        }
        let served = of_path(visit);
        let at = if served == Served::Operator { "/operator/sign-in" } else { "/my/sign-in" };
        let mut answer = see_other(at);
        answer.headers_mut().insert(header::SET_COOKIE, visit.cookie(served, "")?);
        Ok(answer)
    }

    /// Sends the browser to its first page, with its session.
    pub(super) fn begin(visit: &Visit<'_>, session: &str, served: Served) -> Result<Answer, Error> {
        let mut answer = see_other(if served == Served::Operator { "/operator" } else { "/my" });
        answer.headers_mut().insert(header::SET_COOKIE, visit.cookie(served, session)?);
        Ok(answer)
    }

    /// What a visitor is called, as far as is known.
    pub(super) async fn name_of(&self, visitor: &Visitor) -> String {
        match visitor {
            Visitor::Person { channel, user } => {
                let name = match self.accounts.get(channel) {
                    Some(account) => account.name_of(user).await,
                    None => None,
                };
                name.unwrap_or_else(|| user.clone())
            }
            Visitor::Operator { name } | Visitor::Viewer { name } => name.clone(),
        }
    }
}

/// Which pages a visitor has.
fn area(visitor: &Visitor) -> Served {
    match visitor {
        Visitor::Person { .. } => Served::Pages,
        Visitor::Operator { .. } | Visitor::Viewer { .. } => Served::Operator,
    }
}

fn of_path(visit: &Visit<'_>) -> Served {
    if visit.path().starts_with("/operator") { Served::Operator } else { Served::Pages }
}
