use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many LIFF apps a channel may have.
///
/// Source: <https://developers.line.biz/en/reference/liff-server/#add-liff-app>
pub(crate) const MOST: usize = 30;

/// A LIFF app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiffApp {
    pub(crate) liff_id: String,
    pub(crate) view: LiffView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) features: LiffFeatures,
    pub(crate) permanent_link_pattern: Cow<'static, str>,
    pub(crate) scope: Vec<String>,
    pub(crate) bot_prompt: String,
}

/// The page of a LIFF app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiffView {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) module_mode: Option<bool>,
}

/// What a LIFF app may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LiffFeatures {
    /// Nobody can set it.
    #[serde(skip_deserializing)]
    pub(crate) ble: bool,
    pub(crate) qr_code: bool,
}

/// All LIFF apps of a channel, in the order they were made in.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct LiffApps(Vec<LiffApp>);

impl LiffApps {
    /// Adds an app and gives it its id. Nothing where there are too many.
    pub(crate) fn add(&mut self, channel_id: &str, mut app: LiffApp) -> Option<&str> {
        if self.0.len() >= MOST {
            return None;
        }
        let chance = Uuid::new_v4().simple().to_string();
        app.liff_id = format!("{channel_id}-{}", chance.get(..8).unwrap_or_default());
        self.0.push(app);
        self.0.last().map(|app| &*app.liff_id)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&LiffApp> {
        self.0.iter().find(|app| app.liff_id == id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut LiffApp> {
        self.0.iter_mut().find(|app| app.liff_id == id)
    }

    pub(crate) fn all(&self) -> &[LiffApp] {
        &self.0
    }

    /// Deletes an app. False if there is none.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|app| app.liff_id != id);
        self.0.len() < before
    }
}
