use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What LINE notification messages by template can be made of. Whatever list is empty has no end: all keys are in it,
/// because LINE's own lists are not where a program could read them.
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/line-notification-messages/template/>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PnpKeys {
    /// The templates that the account may use.
    pub templates: BTreeSet<String>,
    /// The items that there are.
    pub items: BTreeSet<String>,
    /// The buttons that there are.
    pub buttons: BTreeSet<String>,
}

impl PnpKeys {
    /// Whether a list has a key.
    pub(crate) fn has(keys: &BTreeSet<String>, key: &str) -> bool {
        keys.is_empty() || keys.contains(key)
    }
}
