use hikyaku_model::{Extra, limits::rates};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;

use super::{check_description, check_number, created, error, not_found};
use crate::{
    api::{Action, Answer, Body, Endpoint, Request},
    state::{
        audience::{AudienceKind, MOST_OPERATIONS, StoredAudience},
        channel::Channel,
        person::UserKey,
    },
};

/// Makes an audience of a list of ids.
///
/// LINE takes up to hours to have it ready. Our choice: it is ready at once if there is anybody in it, or after the time that a
/// test has set.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
pub(crate) const CREATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/audienceGroup/upload", read_create).rate(rates::AUDIENCE);

/// Adds ids to an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#update-upload-audience-group>
pub(crate) const ADD: Endpoint =
    Endpoint::new(Method::PUT, "/v2/bot/audienceGroup/upload", read_add).rate(rates::AUDIENCE);

/// How many ids one call takes.
const MOST_IDS: usize = 10_000;

#[derive(Deserialize)]
struct Member {
    id: String,
    /// With it serde reads objects alone; a list would pass for the fields in their order.
    #[serde(flatten)]
    _rest: Extra,
}

fn read_create(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let description: String = body.optional("description")?.unwrap_or_default();
    check_description(&description)?;
    let is_ifa = body.flag("isIfaAudience")?;
    let (users, upload) = (users(&members(&body)?, is_ifa)?, upload_description(&body)?);
    Ok(Box::new(move |scene| {
        let (now, takes) = (scene.now, scene.world.audience_job_time());
        let audiences = scene.audiences();
        if let Err(refused) = check_number(audiences) {
            return refused;
        }
        let id = audiences.make(description, now);
        let Some(audience) = audiences.get_mut(id) else { return not_found() };
        audience.is_ifa = is_ifa;
        if !users.is_empty() {
            audience.add(&users, upload, now, takes);
        }
        created(id, audience)
    }))
}

fn read_add(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let id: u64 = body.optional("audienceGroupId")?.ok_or_else(not_found)?;
    let (members, upload) = (members(&body)?, upload_description(&body)?);
    Ok(Box::new(move |scene| {
        let (now, takes) = (scene.now, scene.world.audience_job_time());
        let audience = match own(scene.channel(), id, now) {
            Ok(audience) => audience,
            Err(refused) => return refused,
        };
        match users(&members, audience.is_ifa) {
            Ok(users) => {
                audience.add(&users, upload, now, takes);
                Answer::empty(StatusCode::ACCEPTED)
            }
            Err(refused) => refused,
        }
    }))
}

/// The ids that a body names.
fn members(body: &Body<'_>) -> Result<Vec<Member>, Answer> {
    let members: Vec<Member> = body.optional("audiences")?.unwrap_or_default();
    if members.len() > MOST_IDS {
        let code = "UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS";
        return Err(error("too many audience ids", code));
    }
    Ok(members)
}

/// The people with these ids. Advertising ids are nobody's.
fn users(members: &[Member], is_ifa: bool) -> Result<Vec<UserKey>, Answer> {
    let users: Vec<_> = members.iter().filter_map(|member| UserKey::parse(&member.id)).collect();
    if users.len() < members.len() && !is_ifa {
        let code = "UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT";
        return Err(Answer::coded("Invalid audience id format", code, Some("audiences")));
    }
    Ok(users)
}

fn upload_description(body: &Body<'_>) -> Result<String, Answer> {
    check_upload_description(body.optional("uploadDescription")?)
}

/// The audience of this id, if ids can be added to it.
pub(super) fn own(
    channel: &mut Channel,
    id: u64,
    now: Timestamp,
) -> Result<&mut StoredAudience, Answer> {
    let audience = channel
        .audiences
        .get_mut(id)
        .filter(|audience| audience.kind == AudienceKind::Upload && audience.owner.is_none());
    let audience = audience.ok_or_else(not_found)?;
    if audience.is_expired(now) {
        let code = "AUDIENCE_GROUP_CAN_NOT_UPLOAD_STATUS_EXPIRED";
        return Err(error("audience group is expired", code));
    }
    if audience.operations(now) >= MOST_OPERATIONS {
        // LINE documents the status; the words are ours.
        let words = "The number of concurrent operations of this audience has been exceeded. Try again later.";
        return Err(Answer::error(StatusCode::TOO_MANY_REQUESTS, words));
    }
    Ok(audience)
}

pub(super) fn check_upload_description(description: Option<String>) -> Result<String, Answer> {
    let description = description.unwrap_or_default();
    if description.encode_utf16().count() > 300 {
        let code = "AUDIENCE_GROUP_UPLOAD_DESCRIPTION_SIZE_OVER";
        return Err(error("size over uploadDescription", code));
    }
    Ok(description)
}
