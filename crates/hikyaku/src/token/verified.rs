use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

/// What LINE knows of a channel access token that is valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerifiedToken {
    /// The channel that it is for.
    pub client_id: String,
    /// Seconds that it is still valid for; for a long-lived one a very large number.
    pub expires_in: u64,
    /// What it permits, words with blanks between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
