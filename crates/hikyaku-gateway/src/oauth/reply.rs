//! Answers for people, and ways back to a service.

use hikyaku_page::{
    Lang,
    html::{FormTarget, Html},
};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    answer::{self, Answer},
    callback, page,
};

/// A page. No other site may put it into a frame, and none learns its address.
pub(super) fn page_answer(status: StatusCode, page: Html) -> Answer {
    let mut answer = answer::html(status, page);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

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
