use serde::Serialize;

use crate::shared_str::SharedStr;

/// A file that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-file>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileMessageContent<S = SharedStr> {
    /// The name of the file on the user's device. Never use it as a path unchecked.
    pub file_name: S,
    /// The size of the file, in bytes.
    pub file_size: u64,
}
