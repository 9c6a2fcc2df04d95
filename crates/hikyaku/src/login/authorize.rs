use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest;

use crate::form::Form;

/// The URL of the login page. Its [`Display`](fmt::Display) is the URL.
///
/// ```
/// use hikyaku::login::AuthorizeUrl;
///
/// let url = AuthorizeUrl::new("1234567890", "https://example.com/back", "STATE", ["profile", "openid"])
///     .nonce("NONCE")
///     .bot_prompt("aggressive");
/// assert_eq!(
///     url.to_string(),
///     "https://access.line.me/oauth2/v2.1/authorize?response_type=code&client_id=1234567890\
///      &redirect_uri=https%3A%2F%2Fexample.com%2Fback&state=STATE&scope=profile%20openid&nonce=NONCE\
///      &bot_prompt=aggressive"
/// );
/// ```
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/#making-an-authorization-request>
pub struct AuthorizeUrl {
    base_url: String,
    query: Form,
}

impl AuthorizeUrl {
    /// Creates the URL from a channel id, one of the channel's registered redirect URIs, an unpredictable state, and
    /// the scopes that the user is asked for: `profile`, `openid`, `email`.
    pub fn new<'a>(
        channel_id: &str,
        redirect_uri: &str,
        state: &str,
        scope: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let scope: Vec<&str> = scope.into_iter().collect();
        let query = Form::default()
            .field("response_type", "code")
            .field("client_id", channel_id)
            .field("redirect_uri", redirect_uri)
            .field("state", state)
            .field("scope", &scope.join(" "));
        Self { base_url: "https://access.line.me".to_owned(), query }
    }

    /// Sets the nonce, which the ID token repeats to prove that it belongs to this login.
    pub fn nonce(self, nonce: &str) -> Self {
        self.param("nonce", nonce)
    }

    /// Asks the user to add the channel's linked account as a friend: `normal` on the consent screen, `aggressive` on a
    /// separate screen.
    pub fn bot_prompt(self, prompt: &str) -> Self {
        self.param("bot_prompt", prompt)
    }

    /// Binds the code to this verifier (PKCE): 43 to 128 of `[A-Za-z0-9._~-]`, unpredictable.
    pub fn code_verifier(self, verifier: &str) -> Self {
        self.param("code_challenge", &code_challenge(verifier))
            .param("code_challenge_method", "S256")
    }

    /// Sets any other parameter of LINE's, such as `prompt`, `max_age` or `ui_locales`.
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.query = self.query.field(name, value);
        self
    }

    /// Sets another origin than `https://access.line.me`, such as a simulator's.
    pub fn base_url(mut self, url: &str) -> Self {
        url.trim_end_matches('/').clone_into(&mut self.base_url);
        self
    }
}

impl fmt::Display for AuthorizeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/oauth2/v2.1/authorize?{}", self.base_url, self.query.as_str())
    }
}

impl fmt::Debug for AuthorizeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeUrl").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Returns the S256 code challenge of a PKCE verifier.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-pkce/>
pub fn code_challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}
