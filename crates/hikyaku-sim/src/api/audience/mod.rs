//! Audiences that are made of lists of ids.

pub(super) mod group;
pub(super) mod upload;

use serde_json::{Value, json};

use super::Answer;
use crate::state::audience::StoredAudience;

/// The errors of these calls have a code where others have words.
fn error(message: &str, code: &str) -> Answer {
    Answer::coded(message, code, None)
}

/// The error for a malformed id.
fn not_found() -> Answer {
    error("audience group not found", "AUDIENCE_GROUP_NOT_FOUND")
}

/// What all calls say of an audience.
fn describe(id: i64, audience: &StoredAudience) -> Value {
    json!({
        "audienceGroupId": id,
        "type": audience.kind,
        "description": audience.description,
        "created": audience.created.as_second(),
        "permission": "READ_WRITE",
        "isIfaAudience": audience.is_ifa,
        "createRoute": "MESSAGING_API",
    })
}

/// Whether a name is one; the code if it is not.
fn check_description(description: &str) -> Result<(), Answer> {
    if description.is_empty() {
        return Err(error("audienceGroupName is empty", "AUDIENCE_GROUP_NAME_EMPTY"));
    }
    if description.encode_utf16().count() > 120 {
        return Err(error("size over audienceGroupName", "AUDIENCE_GROUP_NAME_SIZE_OVER"));
    }
    Ok(())
}
