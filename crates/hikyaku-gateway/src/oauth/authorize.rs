use hikyaku_page::Lang;
use http::{HeaderMap, StatusCode, header};

use super::{
    COOKIE, OAuth, browser,
    reply::{Back, stop},
};
use crate::{
    Error,
    answer::Answer,
    cookie,
    fields::Fields,
    state::{Flow, NewFlow},
    token::letters,
    words,
};

/// The length of the secrets of a page and of a browser.
const SECRET: usize = 43;

/// The most bytes of a service's `state`.
const STATE: usize = 2000;

impl OAuth {
    /// `GET /oauth/authorize`: where a service sends people to.
    pub(super) async fn authorize(
        &self,
        headers: &HeaderMap,
        fields: &Fields,
        lang: Lang,
    ) -> Result<Answer, Error> {
        let given = |name: &str| fields.get(name).filter(|value| !value.is_empty());
        let service = match given("client_id") {
            Some(client_id) => self.state.service(client_id).await?,
            None => None,
        };
        let Some(service) = service else {
            return Ok(stop(lang, StatusCode::BAD_REQUEST, words::unknown_service(lang)));
        };
        let redirect_uri = given("redirect_uri").unwrap_or_default();
        if !service.callbacks.iter().any(|registered| registered == redirect_uri) {
            return Ok(stop(lang, StatusCode::BAD_REQUEST, words::unknown_callback(lang)));
        }
        let form_post = given("response_mode") == Some("form_post");
        let back = Back { lang, service: &service.name, redirect_uri, form_post };
        let state = given("state");
        if let Err((error, why)) = check(fields) {
            return Ok(back.error(error, why, state.filter(|state| state.len() <= STATE)));
        }
        let flow = letters(SECRET)?;
        let known = browser(headers).filter(|it| it.len() == SECRET).map(str::to_owned);
        let browser = match known {
            Some(browser) => browser,
            None => letters(SECRET)?,
        };
        let state = state.unwrap_or_default().to_owned();
        let redirect_uri = redirect_uri.to_owned();
        let wish = Flow { service: service.id, redirect_uri, state, form_post, person: None };
        let new = NewFlow {
            service: wish.service,
            redirect_uri: wish.redirect_uri.clone(),
            state: wish.state.clone(),
            form_post,
            lang,
        };
        if !self.state.begin(&flow, &browser, new).await? {
            tracing::warn!("too many people are asked to agree at once; a service was turned away");
            return Ok(back.error("temporarily_unavailable", "try again later", Some(&wish.state)));
        }
        let mut answer = self.page(lang, &service, &wish, &flow, false).await?;
        answer
            .headers_mut()
            .insert(header::SET_COOKIE, cookie::set(COOKIE, &browser, "/oauth", self.is_https)?);
        Ok(answer)
    }
}

/// What is wrong with a wish whose service and address are right, in OAuth's words.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1>
fn check(fields: &Fields) -> Result<(), (&'static str, &'static str)> {
    let given = |name: &str| fields.get(name).filter(|value| !value.is_empty());
    match given("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
        None => return Err(("invalid_request", "response_type is missing")),
    }
    match given("scope") {
        Some("notify") => {}
        Some(_) => return Err(("invalid_scope", "scope must be notify")),
        None => return Err(("invalid_request", "scope is missing")),
    }
    match given("response_mode") {
        None | Some("form_post" | "query") => {}
        Some(_) => return Err(("invalid_request", "response_mode must be form_post, if anything")),
    }
    match given("state") {
        None => Err(("invalid_request", "state is missing")),
        Some(state) if state.len() > STATE => Err(("invalid_request", "state is too long")),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a service asks for is told in an address or a form, and its state comes back as it was.
        #[test]
        fn no_parameters_panic(
            query in "((response_type|scope|state|response_mode|client_id)=(code|notify|form_post|%00|%ff|[ -~]{0,12})&?){0,6}",
            form_post in any::<bool>(),
        ) {
            let fields = Fields::read(Some(&query), None, &Bytes::new());
            let back = Back {
                lang: Lang::English,
                service: "Clinic",
                redirect_uri: "https://a.example/cb",
                form_post,
            };
            let state = fields.get("state").filter(|it| !it.is_empty());
            if let Err((error, why)) = check(&fields) {
                let answer = back.error(error, why, state);
                let location = answer.headers().get(header::LOCATION).map(|it| it.to_str().unwrap());
                prop_assert_eq!(location.is_some(), !form_post);
                prop_assert_eq!(
                    location.is_none_or(|it| it.contains("&state=")),
                    form_post || state.is_some()
                );
            } else {
                prop_assert!(state.is_some());
            }
        }
    }
}
