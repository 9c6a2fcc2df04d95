use serde::Serialize;

use super::object::object;
use crate::{Extra, UserId, shared_str::SharedStr, word::words};

/// What happened between a module channel and an account.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#module-channel-specific-webhook-events>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleContent<S = SharedStr> {
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

object! {
    ModuleContent<S> is "the content of a module event, which is an object" {
        required r#type = "type",
        optional bot_id = "botId",
        optional scopes = "scopes",
        optional reason = "reason",
    }
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
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChatControl {
    /// When it ends, in milliseconds since 1970.
    pub expire_at: i64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

object! {
    ChatControl is "a chat control, which is an object" {
        required expire_at = "expireAt",
    }
}
