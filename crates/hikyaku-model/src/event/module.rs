use serde::Serialize;

use super::object::object;
use crate::{Extra, UserId, shared_str::SharedStr, word::words};

/// The attachment or detachment of a module channel.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#module-channel-specific-webhook-events>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleContent<S = SharedStr> {
    /// Whether the channel was attached or detached.
    pub r#type: ModuleType,
    /// The account's bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<UserId>,
    /// The permissions (scopes) that the account's owner granted, when attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<S>>,
    /// The reason, when detached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DetachReason>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<S> ModuleContent<S> {
    /// Creates an attachment to the account of this bot, with these permissions (scopes).
    pub fn attached(bot_id: impl Into<UserId>, scopes: Vec<S>) -> Self {
        Self {
            r#type: ModuleType::Attached,
            bot_id: Some(bot_id.into()),
            scopes: Some(scopes),
            reason: None,
            extra: Extra::default(),
        }
    }

    /// Creates a detachment from the account of this bot.
    pub fn detached(bot_id: impl Into<UserId>, reason: Option<DetachReason>) -> Self {
        Self {
            r#type: ModuleType::Detached,
            bot_id: Some(bot_id.into()),
            scopes: None,
            reason,
            extra: Extra::default(),
        }
    }
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
    /// Whether a module channel was attached or detached.
    ModuleType {
        /// The module channel was attached.
        Attached = "attached",
        /// The module channel was detached.
        Detached = "detached",
    }
}

words! {
    /// The reason why a module channel was detached.
    DetachReason {
        /// The account was deleted.
        BotDeleted = "bot_deleted",
    }
}

/// The period for which a module channel may act for the account.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#activated-event>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChatControl {
    /// The end of the period, in milliseconds since 1970.
    pub expire_at: i64,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ChatControl {
    /// Creates a period that ends at this time, in milliseconds since 1970.
    pub fn new(expire_at: i64) -> Self {
        Self { expire_at, extra: Extra::default() }
    }
}

object! {
    ChatControl is "a chat control, which is an object" {
        required expire_at = "expireAt",
    }
}
