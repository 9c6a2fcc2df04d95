//! Audiences: made of lists of ids, or of what people did with messages.

pub(super) mod file;
pub(super) mod from_message;
pub(super) mod group;
pub(super) mod shared;
pub(super) mod upload;

use serde_json::{Value, json};

use http::StatusCode;

use super::Answer;
use crate::{
    clock::later,
    state::audience::{Audiences, LIFE, StoredAudience},
};

/// The errors of these calls have a code where others have words.
fn error(message: &str, code: &str) -> Answer {
    Answer::coded(message, code, None)
}

/// The error for a malformed id.
fn not_found() -> Answer {
    error("audience group not found", "AUDIENCE_GROUP_NOT_FOUND")
}

/// What all calls say of an audience.
fn describe(id: u64, audience: &StoredAudience) -> Value {
    let shared = audience.owner.is_some();
    let mut json = json!({
        "audienceGroupId": id,
        "type": audience.kind,
        "description": audience.description,
        "created": audience.created.as_second(),
        "permission": if shared { "READ" } else { "READ_WRITE" },
        "isIfaAudience": audience.is_ifa,
        "createRoute": if shared { "BUSINESS_MANAGER" } else { "MESSAGING_API" },
    });
    if let Some((request, url)) = &audience.source {
        json["requestId"] = request.as_str().into();
        if let Some(url) = url {
            json["clickUrl"] = url.as_str().into();
        }
    }
    json
}

/// When an audience is over.
fn expires(audience: &StoredAudience) -> Value {
    later(audience.created, LIFE).as_second().into()
}

/// The answer to an audience that was made.
fn created(id: u64, audience: &StoredAudience) -> Answer {
    let mut json = describe(id, audience);
    json["expireTimestamp"] = expires(audience);
    Answer::json(StatusCode::ACCEPTED, &json)
}

/// The error for a channel that has as many audiences as it may.
fn check_number(audiences: &Audiences) -> Result<(), Answer> {
    if audiences.len() < MOST {
        return Ok(());
    }
    Err(error("too many audience groups", "AUDIENCE_GROUP_COUNT_MAX_OVER"))
}

/// How many audiences a channel may have.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
const MOST: usize = 1000;

/// Whether a name is one; the code if it is not.
fn check_description(description: &str) -> Result<(), Answer> {
    if description.trim().is_empty() {
        return Err(error("audienceGroupName is empty", "AUDIENCE_GROUP_NAME_EMPTY"));
    }
    if description.encode_utf16().count() > 120 {
        return Err(error("size over audienceGroupName", "AUDIENCE_GROUP_NAME_SIZE_OVER"));
    }
    if description.chars().any(char::is_control) {
        return Err(error("audienceGroupName is wrong", "AUDIENCE_GROUP_NAME_WRONG"));
    }
    Ok(())
}
