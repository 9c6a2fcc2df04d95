use serde::{Deserialize, Serialize};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{LoginChannel, Scopes};
use crate::state::{id::random_token, person::UserKey};

/// What a person has agreed to in one login.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    pub(crate) user: UserKey,
    pub(crate) scopes: Scopes,
    /// What the ID token is to repeat.
    pub(crate) nonce: Option<String>,
    /// When the person logged in, if the ID token is to say so.
    pub(crate) auth_time: Option<Timestamp>,
}

/// What a code can be exchanged for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    /// The hash of the verifier that it takes, by PKCE.
    pub(crate) challenge: Option<String>,
    pub(crate) is_used: bool,
}

/// Why a code cannot be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidCode {
    /// It is unknown, used or too old.
    Code,
    RedirectUri,
    Verifier,
}

impl LoginChannel {
    /// Issues the code of a login.
    pub(crate) fn issue_code(&mut self, code: Code, now: Timestamp) -> String {
        let text = random_token();
        self.codes.insert(text.clone(), code, now);
        text
    }

    /// Uses a code up, whether the exchange succeeds or not.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<Grant, InvalidCode> {
        let code = self.codes.get_mut(code, now).ok_or(InvalidCode::Code)?;
        if std::mem::replace(&mut code.is_used, true) {
            return Err(InvalidCode::Code);
        }
        if code.redirect_uri != redirect_uri {
            return Err(InvalidCode::RedirectUri);
        }
        let is_bound = match (&code.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                is_verifier(verifier)
                    && *challenge == BASE64_URL.encode(Sha256::digest(verifier.as_bytes()))
            }
            _ => false,
        };
        if is_bound { Ok(code.grant.clone()) } else { Err(InvalidCode::Verifier) }
    }
}

/// Whether a text is a verifier by PKCE.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-pkce/>
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
