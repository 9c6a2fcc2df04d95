use http::{StatusCode, header};
use serde_json::json;

use super::{Answer, Request};
use crate::query;

/// The fields of a form.
#[derive(Debug)]
pub(crate) struct Form(String);

impl Form {
    pub(crate) fn read(request: &Request) -> Result<Self, Answer> {
        let content_type = request.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("");
        let media_type = content_type.split(';').next().unwrap_or("").trim();
        match str::from_utf8(&request.body) {
            Ok(text) if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(missed()),
        }
    }

    /// A field that must be there.
    pub(crate) fn field(&self, name: &str) -> Result<String, Answer> {
        self.optional(name).ok_or_else(missed)
    }

    /// A field; an empty one is as good as none.
    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        query::parameter(&self.0, name).filter(|value| !value.is_empty())
    }
}

/// 400 in the form that the errors of OAuth have.
pub(crate) fn oauth_error(error: &str, description: &str) -> Answer {
    let body = json!({ "error": error, "error_description": description });
    Answer::json(StatusCode::BAD_REQUEST, &body)
}

pub(crate) fn missed() -> Answer {
    oauth_error("invalid_request", "some parameters missed or invalid")
}
