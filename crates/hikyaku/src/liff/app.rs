use hikyaku_model::{Extra, open_words, setters};
use serde::{Deserialize, Serialize};

/// A new LIFF app.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#add-liff-app>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewLiffApp {
    /// The page and the size of its view.
    pub view: LiffView,
    /// The app's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The features that the app may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<LiffFeatures>,
    /// The way additions to the LIFF URL are passed to the page's URL: `concat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_link_pattern: Option<String>,
    /// The permissions (scopes) that users are asked to grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<LiffScope>>,
    /// The prompt to add the account as a friend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_prompt: Option<LiffBotPrompt>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl NewLiffApp {
    /// Creates an app for a page, an `https` URL without a fragment.
    pub fn new(view_type: LiffViewType, url: impl Into<String>) -> Self {
        Self {
            view: LiffView::new(view_type, url),
            description: None,
            features: None,
            permanent_link_pattern: None,
            scope: None,
            bot_prompt: None,
            extra: Extra::default(),
        }
    }
}

impl NewLiffApp {
    /// Sets `view`, see the field.
    pub fn view(mut self, view: LiffView) -> Self {
        self.view = view;
        self
    }
}

setters!(NewLiffApp {
    into { description: String, permanent_link_pattern: String, scope: Vec<LiffScope> }
    plain { features: LiffFeatures, bot_prompt: LiffBotPrompt }
});

/// A change to a LIFF app. Fields that are not set keep their value.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#update-liff-app>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffAppUpdate {
    /// The page and the size of its view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<LiffViewUpdate>,
    /// The app's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The features that the app may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<LiffFeatures>,
    /// The way additions to the LIFF URL are passed to the page's URL: `concat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_link_pattern: Option<String>,
    /// The permissions (scopes) that users are asked to grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<LiffScope>>,
    /// The prompt to add the account as a friend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_prompt: Option<LiffBotPrompt>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

setters!(LiffAppUpdate {
    into { description: String, permanent_link_pattern: String, scope: Vec<LiffScope> }
    plain { view: LiffViewUpdate, features: LiffFeatures, bot_prompt: LiffBotPrompt }
});

/// A LIFF app as LINE reports it.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#get-all-liff-apps>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffApp {
    /// The app id.
    pub liff_id: String,
    /// The page and the size of its view.
    pub view: LiffView,
    /// The app's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The features that the app may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<LiffFeatures>,
    /// The way additions to the LIFF URL are passed to the page's URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_link_pattern: Option<String>,
    /// The permissions (scopes) that users are asked to grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<LiffScope>>,
    /// The prompt to add the account as a friend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_prompt: Option<LiffBotPrompt>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page and the size of its view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffView {
    /// The size of the view.
    #[serde(rename = "type")]
    pub view_type: LiffViewType,
    /// The page's `https` URL, without a fragment.
    pub url: String,
    /// Whether the app is in module mode, without a share button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_mode: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl LiffView {
    /// Creates a view of a page, an `https` URL without a fragment.
    pub fn new(view_type: LiffViewType, url: impl Into<String>) -> Self {
        Self { view_type, url: url.into(), module_mode: None, extra: Extra::default() }
    }
}

setters!(LiffView { plain { module_mode: bool } });

/// A change to a page or its view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffViewUpdate {
    /// The size of the view.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub view_type: Option<LiffViewType>,
    /// The page's `https` URL, without a fragment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether the app is in module mode, without a share button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_mode: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

setters!(LiffViewUpdate {
    into { url: String }
    plain { view_type: LiffViewType, module_mode: bool }
});

open_words! {
    /// The size of a LIFF app's view on the screen.
    LiffViewType {
        /// Half of the screen.
        Compact = "compact",
        /// Three quarters of the screen.
        Tall = "tall",
        /// The whole screen.
        Full = "full",
    }
}

/// The features that a LIFF app may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LiffFeatures {
    /// Whether it communicates with LINE Things devices. LINE reports it; it cannot be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ble: Option<bool>,
    /// Whether it may use the QR code reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_code: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

setters!(LiffFeatures { plain { qr_code: bool } });

open_words! {
    /// A permission (scope) of a LIFF app.
    LiffScope {
        /// An ID token.
        Openid = "openid",
        /// The e-mail address.
        Email = "email",
        /// The profile.
        Profile = "profile",
        /// Sending messages on the user's behalf.
        ChatMessageWrite = "chat_message.write",
    }

    /// The prompt to add the account as a friend.
    LiffBotPrompt {
        /// A checkbox on the consent screen.
        Normal = "normal",
        /// A separate screen after the consent screen.
        Aggressive = "aggressive",
        /// No prompt.
        None = "none",
    }
}
