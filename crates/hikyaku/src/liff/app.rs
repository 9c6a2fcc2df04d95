use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

/// A LIFF app to be added.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#add-liff-app>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewLiffApp {
    /// The page and how much of the screen it takes.
    pub view: LiffView,
    /// The app's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the app may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<LiffFeatures>,
    /// How additions to the LIFF URL become part of the page's: `concat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_link_pattern: Option<String>,
    /// What users are asked to share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<LiffScope>>,
    /// Whether users are asked to add the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_prompt: Option<LiffBotPrompt>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl NewLiffApp {
    /// An app of this page, an `https` URL without a fragment.
    pub fn new(view_type: LiffViewType, url: impl Into<String>) -> Self {
        let view =
            LiffView { view_type, url: url.into(), module_mode: None, extra: Extra::default() };
        Self {
            view,
            description: None,
            features: None,
            permanent_link_pattern: None,
            scope: None,
            bot_prompt: None,
            extra: Extra::default(),
        }
    }
}

/// What changes of a LIFF app. What is not set stays as it is.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#update-liff-app>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffAppUpdate {
    /// The page and how much of the screen it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<LiffViewUpdate>,
    /// The app's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the app may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<LiffFeatures>,
    /// How additions to the LIFF URL become part of the page's: `concat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_link_pattern: Option<String>,
    /// What users are asked to share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<LiffScope>>,
    /// Whether users are asked to add the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_prompt: Option<LiffBotPrompt>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A LIFF app as LINE has it.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#get-all-liff-apps>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffApp {
    /// The app's id.
    pub liff_id: String,
    /// The page and how much of the screen it takes.
    pub view: LiffView,
    /// The app's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the app may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<LiffFeatures>,
    /// How additions to the LIFF URL become part of the page's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_link_pattern: Option<String>,
    /// What users are asked to share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<LiffScope>>,
    /// Whether users are asked to add the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_prompt: Option<LiffBotPrompt>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page and how much of the screen it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffView {
    /// How much of the screen.
    #[serde(rename = "type")]
    pub view_type: LiffViewType,
    /// The page: an `https` URL without a fragment.
    pub url: String,
    /// Whether the app is one without a share button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_mode: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What changes of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffViewUpdate {
    /// How much of the screen.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub view_type: Option<LiffViewType>,
    /// The page: an `https` URL without a fragment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether the app is one without a share button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_mode: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much of the screen a LIFF app takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LiffViewType {
    /// Half of it.
    Compact,
    /// Three quarters of it.
    Tall,
    /// All of it.
    Full,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// What a LIFF app may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffFeatures {
    /// Whether it talks to LINE Things devices. LINE tells it; it cannot be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ble: Option<bool>,
    /// Whether it may read QR codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_code: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What users are asked to share with a LIFF app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LiffScope {
    /// An ID token.
    #[serde(rename = "openid")]
    Openid,
    /// The e-mail address.
    #[serde(rename = "email")]
    Email,
    /// The profile.
    #[serde(rename = "profile")]
    Profile,
    /// Sending messages in the user's name.
    #[serde(rename = "chat_message.write")]
    ChatMessageWrite,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Whether users are asked to add the account as a friend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LiffBotPrompt {
    /// On the page of consent.
    Normal,
    /// On a page of its own.
    Aggressive,
    /// Not at all.
    None,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}
