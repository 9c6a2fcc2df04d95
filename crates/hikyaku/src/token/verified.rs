use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

/// The properties of a valid channel access token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerifiedToken {
    /// The id of its channel.
    pub client_id: String,
    /// The remaining validity, in seconds; for a long-lived token a very large number.
    pub expires_in: u64,
    /// The permissions (scopes), separated by blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
