use hikyaku_model::NotifyToken;
use http::{HeaderValue, Method};
use serde::Deserialize;

use super::{
    NotifyClient,
    endpoint::{Body, Endpoint, Origin},
};
use crate::{Answer, Error, form::Form, route::Repeat};

const AUTHORIZE: &str = "/oauth/authorize";

/// A code works once: after a lost response, a retry would fail and hide the outcome of the first attempt.
static TOKEN: Endpoint = Endpoint {
    method: Method::POST,
    origin: Origin::Bot,
    path: "/oauth/token",
    repeat: Repeat::IfNotSent,
};

impl NotifyClient {
    /// Returns the URL of the page on which a user chooses a chat and consents. The browser returns to the redirect URI
    /// with `code` and `state` in the query, or with `error`, `error_description` and `state`.
    ///
    /// `state` must be a value that only this user's browser session knows; compare it when the browser returns.
    ///
    /// ```
    /// use hikyaku::notify::NotifyClient;
    ///
    /// # fn main() -> Result<(), hikyaku::Error> {
    /// let client = NotifyClient::builder()
    ///     .bot_base_url("https://notify.example.com/")
    ///     .client_id("my-service")
    ///     .redirect_uri("https://example.com/back")
    ///     .build()?;
    /// assert_eq!(
    ///     client.auth_link("s1")?,
    ///     "https://notify.example.com/oauth/authorize?scope=notify&response_type=code&client_id=my-service\
    ///      &redirect_uri=https%3A%2F%2Fexample.com%2Fback&state=s1",
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The client has no client id or redirect URI, or the state is empty.
    pub fn auth_link(&self, state: &str) -> Result<String, Error> {
        Ok(self.authorize_url(&self.authorize_query(state)?))
    }

    /// Returns the URL of the same page as [`auth_link`](Self::auth_link), but the browser returns with a POST whose
    /// form holds `code` and `state`, so that neither appears in a URL.
    ///
    /// # Errors
    /// Those of [`auth_link`](Self::auth_link).
    pub fn auth_link_form_post(&self, state: &str) -> Result<String, Error> {
        let query = self.authorize_query(state)?.field("response_mode", "form_post");
        Ok(self.authorize_url(&query))
    }

    /// Exchanges the code from the redirect URI for a token. A code works once.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the client has no client id, client secret or redirect URI.
    /// [`Rejected`](crate::ErrorKind::Rejected): the code was used or is unknown, or the service's credentials are
    /// wrong.
    pub async fn token(&self, code: &str) -> Result<Answer<NotifyToken>, Error> {
        #[derive(Deserialize)]
        struct Issued {
            access_token: String,
        }

        let form = Form::default()
            .field("grant_type", "authorization_code")
            .field("code", code)
            .field("redirect_uri", self.redirect_uri()?)
            .field("client_id", self.client_id()?)
            .field("client_secret", self.client_secret()?.expose());
        let body = Body {
            content_type: Some(HeaderValue::from_static(Form::CONTENT_TYPE)),
            bytes: form.into_bytes(),
        };
        let issued = self.call(&TOKEN, None, body).await?.json::<Issued>()?;
        let (status, headers) = (issued.http_status(), issued.headers().clone());
        match NotifyToken::new(issued.into_inner().access_token) {
            Ok(token) => Ok(Answer::new(token, status, headers)),
            Err(why) => {
                let why = serde::de::Error::custom(format!("the access token {why}"));
                Err(Error::decode(status, headers, why))
            }
        }
    }

    fn authorize_query(&self, state: &str) -> Result<Form, Error> {
        if state.is_empty() {
            return Err(Error::invalid(
                "state",
                "must not be empty; it ties the answer to the user's session",
            ));
        }
        Ok(Form::default()
            .field("scope", "notify")
            .field("response_type", "code")
            .field("client_id", self.client_id()?)
            .field("redirect_uri", self.redirect_uri()?)
            .field("state", state))
    }

    fn authorize_url(&self, query: &Form) -> String {
        format!("{}?{}", self.bot_base_url().fixed(AUTHORIZE), query.as_str())
    }
}
