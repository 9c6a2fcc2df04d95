//! Answers for people, and ways back to a service.

use hikyaku_page::{Lang, html::FormTarget};
use http::{HeaderValue, StatusCode, header};

use crate::{
    answer::{self, Answer, page_answer},
    callback, page,
};

/// A page that says what is wrong, and sends nobody anywhere.
pub(super) fn stop(lang: Lang, status: StatusCode, why: &str) -> Answer {
    page_answer(status, page::stopped(lang, why))
}

/// How a service wants to be told.
pub(super) struct Back<'a> {
    pub(super) lang: Lang,
    pub(super) service: &'a str,
    /// One that is registered.
    pub(super) redirect_uri: &'a str,
    pub(super) form_post: bool,
}

impl Back<'_> {
    /// Sends the person back to the service with these values.
    pub(super) fn with(&self, values: &[(&str, &str)]) -> Answer {
        if self.form_post
            && let Some(target) = FormTarget::url(self.redirect_uri)
        {
            let host = callback::host(self.redirect_uri);
            let page = page::posting(self.lang, self.service, host, &target, values);
            return page_answer(StatusCode::OK, page);
        }
        let mut answer = answer::text(StatusCode::FOUND, "");
        let url = callback::with_query(self.redirect_uri, values);
        // A registered address and percent-encoded values are a header's value.
        if let Ok(url) = HeaderValue::try_from(url) {
            answer.headers_mut().insert(header::LOCATION, url);
        }
        answer.headers_mut().remove(header::CONTENT_TYPE);
        answer
            .headers_mut()
            .insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        answer
    }

    /// Tells the service what became of its wish.
    pub(super) fn error(&self, error: &str, why: &str, state: Option<&str>) -> Answer {
        let mut values = vec![("error", error)];
        values.extend(state.map(|state| ("state", state)));
        values.push(("error_description", why));
        self.with(&values)
    }
}
