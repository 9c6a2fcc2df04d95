use hikyaku_model::limits::rates;
use http::{Method, StatusCode};

use super::{
    check_description, check_number, created, error, not_found,
    upload::{check_upload_description, own},
};
use crate::{
    api::{Action, Answer, Endpoint, Request, multipart::Multipart},
    state::person::UserKey,
};

/// Makes an audience of a file with an id in each line.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group-by-file>
pub(crate) const CREATE: Endpoint =
    Endpoint::data(Method::POST, "/v2/bot/audienceGroup/upload/byFile", read_create)
        .rate(rates::AUDIENCE);

/// Adds the ids of a file to an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#update-upload-audience-group-by-file>
pub(crate) const ADD: Endpoint =
    Endpoint::data(Method::PUT, "/v2/bot/audienceGroup/upload/byFile", read_add)
        .rate(rates::AUDIENCE);

/// How many ids a file has.
const MOST_IDS: usize = 1_500_000;

fn read_create(request: &Request) -> Result<Action, Answer> {
    let parts = Multipart::read(request)?;
    let description = parts.text("description").unwrap_or_default();
    check_description(&description)?;
    let upload = check_upload_description(parts.text("uploadDescription"))?;
    let is_ifa = parts.text("isIfaAudience").as_deref() == Some("true");
    let users = File::read(&parts)?.users(is_ifa)?;
    Ok(Box::new(move |scene| {
        let (now, takes) = (scene.now, scene.world.audience_job_time());
        let audiences = scene.audiences();
        if let Err(refused) = check_number(audiences) {
            return refused;
        }
        let id = audiences.make(description, now);
        let Some(audience) = audiences.get_mut(id) else { return not_found() };
        audience.is_ifa = is_ifa;
        audience.add(&users, upload, now, takes);
        // Advertising ids are nobody's here, and somebody's there.
        audience.ready = true;
        created(id, audience)
    }))
}

fn read_add(request: &Request) -> Result<Action, Answer> {
    let parts = Multipart::read(request)?;
    let id = parts.text("audienceGroupId").and_then(|id| id.trim().parse().ok());
    let id: u64 = id.ok_or_else(not_found)?;
    let upload = check_upload_description(parts.text("uploadDescription"))?;
    let file = File::read(&parts)?;
    Ok(Box::new(move |scene| {
        let (now, takes) = (scene.now, scene.world.audience_job_time());
        let audience = match own(scene.channel(), id, now) {
            Ok(audience) => audience,
            Err(refused) => return refused,
        };
        match file.users(audience.is_ifa) {
            Ok(users) => {
                audience.add(&users, upload, now, takes);
                Answer::empty(StatusCode::ACCEPTED)
            }
            Err(refused) => refused,
        }
    }))
}

/// The ids of a file.
struct File {
    ids: usize,
    /// Those that are of the form of a user's.
    users: Vec<UserKey>,
}

impl File {
    fn read(parts: &Multipart) -> Result<Self, Answer> {
        let none = || {
            let code = "UPLOAD_AUDIENCE_GROUP_NO_VALID_AUDIENCE_IDS";
            Answer::coded(code, code, Some("file"))
        };
        let part = parts.part("file").ok_or_else(none)?;
        if part.media_type != "text/plain" {
            // LINE documents the status; the words are ours.
            let words = "The media type of the file is not supported; it must be text/plain";
            return Err(Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, words));
        }
        let mut file = Self { ids: 0, users: Vec::new() };
        for line in part.content.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            if !line.is_empty() {
                file.ids += 1;
                file.users.extend(str::from_utf8(line).ok().and_then(UserKey::parse));
            }
        }
        match file.ids {
            0 => Err(none()),
            1..=MOST_IDS => Ok(file),
            _ => {
                let code = "UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS";
                Err(error("too many audience ids", code))
            }
        }
    }

    /// The people with these ids. Advertising ids are nobody's.
    fn users(&self, is_ifa: bool) -> Result<Vec<UserKey>, Answer> {
        if is_ifa || self.users.len() == self.ids {
            return Ok(self.users.clone());
        }
        let code = "UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT";
        Err(Answer::coded(code, code, Some("file")))
    }
}
