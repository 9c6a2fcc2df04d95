use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The keys allowed in LINE notification messages by template. An empty list allows every key, because programs cannot
/// read LINE's own lists.
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/line-notification-messages/template/>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PnpKeys {
    /// The templates that the account may use.
    pub templates: BTreeSet<String>,
    /// The allowed items.
    pub items: BTreeSet<String>,
    /// The allowed buttons.
    pub buttons: BTreeSet<String>,
}

impl PnpKeys {
    /// Whether a list has a key.
    pub(crate) fn has(keys: &BTreeSet<String>, key: &str) -> bool {
        keys.is_empty() || keys.contains(key)
    }
}
