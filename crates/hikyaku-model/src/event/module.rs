use serde::{Deserialize, Serialize};

use crate::{Extra, UserId, word::words};

/// What happened between a module channel and an account.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#module-channel-specific-webhook-events>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModuleContent<S = String> {
    /// What happened.
    pub r#type: ModuleType,
    /// The account's bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<UserId>,
    /// What the account's owner allowed, when attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<S>>,
    /// Why, when detached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DetachReason>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

words! {
    /// What happened between a module channel and an account.
    ModuleType {
        /// The module channel was attached.
        Attached = "attached",
        /// The module channel was detached.
        Detached = "detached",
    }
}

words! {
    /// Why a module channel was detached.
    DetachReason {
        /// The account was deleted.
        BotDeleted = "bot_deleted",
    }
}

/// How long a module channel may speak for the account.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#activated-event>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatControl {
    /// When it ends, in milliseconds since 1970.
    pub expire_at: i64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
