use hikyaku_model::limits::rates;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{check_description, describe, error, expires, not_found};
use crate::{
    api::{Action, Answer, Body, Endpoint, Request},
    query,
    state::audience::StoredAudience,
};

/// All audiences.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-groups>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/audienceGroup/list", read_list).rate(rates::AUDIENCE);

/// One audience, and what was added to it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
pub(crate) const GET: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/audienceGroup/{audienceGroupId}", read_get)
        .rate(rates::AUDIENCE);

/// Deletes an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#delete-audience-group>
pub(crate) const DELETE: Endpoint =
    Endpoint::new(Method::DELETE, "/v2/bot/audienceGroup/{audienceGroupId}", read_delete)
        .rate(rates::AUDIENCE);

/// Gives an audience another name.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#set-description-audience-group>
pub(crate) const RENAME: Endpoint = Endpoint::new(
    Method::PUT,
    "/v2/bot/audienceGroup/{audienceGroupId}/updateDescription",
    read_rename,
)
.rate(rates::AUDIENCE);

/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-groups>
const STATUSES: &[&str] = &["IN_PROGRESS", "READY", "FAILED", "EXPIRED", "INACTIVE", "ACTIVATING"];
const ROUTES: &[&str] =
    &["OA_MANAGER", "MESSAGING_API", "POINT_AD", "AD_MANAGER", "BUSINESS_MANAGER"];

fn read_asked(request: &Request) -> Result<Asked, Answer> {
    let number = |name: &str, usual: usize| match request.parameter(name) {
        None => Ok(usual),
        Some(text) => text.parse().ok().filter(|number| *number >= 1).ok_or_else(|| {
            error(&format!("{name}: must be greater than or equal to 1"), "TOO_LOW")
        }),
    };
    let (page, size) = (number("page", 1)?, number("size", 20)?);
    if size > 40 {
        return Err(error("size: must be less than or equal to 40", "TOO_HIGH"));
    }
    let description = request.parameter("description").map(|text| text.to_lowercase());
    let status = words_of(request, "status", STATUSES)?;
    let routes = words_of(request, "createRoute", ROUTES)?;
    Ok(Asked { page, size, description, status, routes })
}

fn read_list(request: &Request) -> Result<Action, Answer> {
    let asked = read_asked(request)?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let own = scene.audiences().iter().filter(|(_, of)| of.owner.is_none());
        asked.answer(own, now)
    }))
}

/// What a list of audiences is asked for by.
struct Asked {
    page: usize,
    size: usize,
    description: Option<String>,
    status: Vec<String>,
    routes: Vec<String>,
}

impl Asked {
    fn answer<'a>(
        &self,
        all: impl DoubleEndedIterator<Item = (u64, &'a StoredAudience)>,
        now: Timestamp,
    ) -> Answer {
        let Self { page, size, description, status, routes } = self;
        let fits = |(id, audience): &(u64, &StoredAudience)| {
            let name = audience.description.to_lowercase();
            let route = describe(*id, audience);
            description.as_ref().is_none_or(|part| name.contains(part))
                && (status.is_empty() || status.iter().any(|wanted| wanted == word(audience, now)))
                && (routes.is_empty() || routes.iter().any(|of| route["createRoute"] == **of))
        };
        // The newest first, as LINE's console has them.
        let all: Vec<_> = all.rev().filter(fits).collect();
        let writable = all.iter().filter(|(_, audience)| audience.owner.is_none()).count();
        let start = (page - 1).saturating_mul(*size);
        let part = all.iter().skip(start).take(*size);
        let part: Vec<_> = part.map(|(id, audience)| full(*id, audience, now)).collect();
        Answer::ok(&json!({
            "audienceGroups": part,
            "hasNextPage": start.saturating_add(*size) < all.len(),
            "totalCount": all.len(),
            "readWriteAudienceGroupTotalCount": writable,
            "page": page,
            "size": size,
        }))
    }
}

/// Lists what others share, and what the channel has made if it is asked for.
pub(super) fn read_shared(request: &Request) -> Result<Action, Answer> {
    let asked = read_asked(request)?;
    let with_own = request.parameter("includesOwnedAudienceGroups").as_deref() == Some("true");
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let all = scene.audiences().iter();
        asked.answer(all.filter(|(_, of)| with_own || of.owner.is_some()), now)
    }))
}

fn read_get(request: &Request) -> Result<Action, Answer> {
    let id = id(request)?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let Some(audience) = scene.audiences().get(id) else { return not_found() };
        Answer::ok(&whole(id, audience, now))
    }))
}

/// An audience and what was added to it.
pub(super) fn whole(id: u64, audience: &StoredAudience, now: Timestamp) -> Value {
    let jobs = audience.jobs.iter().rev().map(|job| {
        json!({
            "audienceGroupJobId": job.id,
            "audienceGroupId": id,
            "description": Some(&job.description).filter(|words| !words.is_empty()),
            "type": "DIFF_ADD",
            "jobStatus": if job.is_done(now) { "FINISHED" } else { "WORKING" },
            "failedType": null,
            "audienceCount": job.users,
            "created": job.created.as_second(),
        })
    });
    let jobs: Vec<_> = jobs.collect();
    json!({ "audienceGroup": full(id, audience, now), "jobs": jobs })
}

fn read_delete(request: &Request) -> Result<Action, Answer> {
    let id = id(request)?;
    Ok(Box::new(move |scene| {
        let audiences = scene.audiences();
        let is_own = audiences.get(id).is_some_and(|audience| audience.owner.is_none());
        if is_own && audiences.remove(id) {
            Answer::empty(StatusCode::ACCEPTED)
        } else {
            not_found()
        }
    }))
}

fn read_rename(request: &Request) -> Result<Action, Answer> {
    let id = id(request)?;
    let description: String = Body::read(request)?.optional("description")?.unwrap_or_default();
    check_description(&description)?;
    Ok(Box::new(move |scene| match scene.audiences().get_mut(id) {
        Some(audience) if audience.owner.is_some() => not_found(),
        None => not_found(),
        Some(audience) => {
            audience.description = description;
            Answer::empty(StatusCode::OK)
        }
    }))
}

/// The words that a list is asked for by, of which one must fit. What LINE says to one that it does not know is not known.
fn words_of(request: &Request, name: &str, known: &[&str]) -> Result<Vec<String>, Answer> {
    let words = query::parameters(&request.query, name).filter(|word| !word.is_empty());
    let words: Vec<String> = words.collect();
    if words.iter().all(|word| known.contains(&word.as_str())) {
        return Ok(words);
    }
    Err(error(&format!("{name}: must be one of {}", known.join(", ")), "INVALID"))
}

fn id(request: &Request) -> Result<u64, Answer> {
    request.step(3).parse().map_err(|_| not_found())
}

fn full(id: u64, audience: &StoredAudience, now: Timestamp) -> Value {
    let mut json = describe(id, audience);
    json["status"] = word(audience, now).into();
    if audience.is_too_small {
        json["failedType"] = "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT".into();
    }
    json["audienceCount"] = audience.told_users().into();
    // LINE's examples of shared audiences have none.
    if audience.owner.is_none() {
        json["expireTimestamp"] = expires(audience);
    }
    json
}

fn word(audience: &StoredAudience, now: Timestamp) -> &'static str {
    if audience.is_too_small {
        "FAILED"
    } else if audience.is_expired(now) {
        "EXPIRED"
    } else if audience.is_ready(now) {
        "READY"
    } else {
        "IN_PROGRESS"
    }
}
