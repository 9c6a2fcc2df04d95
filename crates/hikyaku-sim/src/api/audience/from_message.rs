use std::collections::HashSet;

use hikyaku_model::limits::rates;
use http::Method;
use jiff::SignedDuration;
use uuid::Uuid;

use super::{check_description, check_number, created, error, not_found};
use crate::{
    api::{Action, Answer, Body, Endpoint, Request, Scene},
    state::{audience::AudienceKind, person::UserKey},
};

/// Makes an audience of those who opened a link of a broadcast or narrowcast.
///
/// LINE takes up to hours to have it ready. Our choice: it is ready, or has failed, at once.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-click-audience-group>
pub(crate) const CLICK: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/audienceGroup/click", |request| {
        read(request, AudienceKind::Click)
    })
    .rate(rates::AUDIENCE);

/// Makes an audience of those who saw a broadcast or narrowcast.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-imp-audience-group>
pub(crate) const IMPRESSION: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/audienceGroup/imp", |request| {
        read(request, AudienceKind::Imp)
    })
    .rate(rates::AUDIENCE);

/// How old the messages may be.
const OLDEST: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The fewest people of such an audience.
const FEWEST: usize = 50;

/// The most characters of a link, in UTF-16 code units.
const URL: usize = 2000;

fn read(request: &Request, kind: AudienceKind) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let description: String = body.optional("description")?.unwrap_or_default();
    check_description(&description)?;
    let request_id: String = body.optional("requestId")?.unwrap_or_default();
    let url: Option<String> = match kind {
        // An empty one means any link, as none does.
        AudienceKind::Click => body.optional("clickUrl")?.filter(|url: &String| !url.is_empty()),
        _ => None,
    };
    if url.as_ref().is_some_and(|url| url.encode_utf16().count() > URL) {
        // LINE documents the limit; the words are ours.
        return Err(Answer::coded("size over clickUrl", "TOO_LONG", Some("clickUrl")));
    }
    Ok(Box::new(move |scene| {
        let users = match users(scene, kind, &request_id, url.as_deref()) {
            Ok(users) => users,
            Err(refused) => return refused,
        };
        let (now, minimums) = (scene.now, scene.world.settings.narrowcast.minimums);
        let audiences = scene.audiences();
        let source = (request_id, url);
        let is_there =
            audiences.iter().any(|(_, of)| of.kind == kind && of.source.as_ref() == Some(&source));
        if is_there {
            return error("request id is duplicate", "AUDIENCE_GROUP_REQUESTID_DUPLICATE");
        }
        if let Err(refused) = check_number(audiences) {
            return refused;
        }
        let id = audiences.make(description, now);
        let Some(audience) = audiences.get_mut(id) else { return not_found() };
        audience.kind = kind;
        audience.is_too_small = minimums && users.len() < FEWEST;
        audience.ready = !audience.is_too_small;
        audience.users = users;
        audience.source = Some(source);
        created(id, audience)
    }))
}

/// Who did so with the messages of a request.
fn users(
    scene: &Scene<'_>,
    kind: AudienceKind,
    request_id: &str,
    url: Option<&str>,
) -> Result<HashSet<UserKey>, Answer> {
    let unknown = || error("request not found", "REQUEST_NOT_FOUND");
    let request: Uuid = request_id.parse().map_err(|_| unknown())?;
    let now = scene.now;
    let channels = &scene.world.channels;
    let Some((sent, reaction)) = channels[scene.channel].reactions.get(request, now) else {
        let of_another = channels.iter().any(|of| of.reactions.get(request, now).is_some());
        return Err(if of_another { error("wrong bot id", "WRONG_BOT_ID") } else { unknown() });
    };
    if !reaction.is_sent {
        return Err(unknown());
    }
    if now.duration_since(sent) > OLDEST {
        return Err(error("too old messages", "TOO_OLD_MESSAGES"));
    }
    Ok(match kind {
        AudienceKind::Click => reaction
            .uses
            .opened
            .iter()
            .filter(|((_, opened), _)| url.is_none_or(|url| opened == url))
            .flat_map(|(_, tally)| &tally.users)
            .copied()
            .collect(),
        _ => reaction.uses.seen.iter().flat_map(|tally| &tally.users).copied().collect(),
    })
}
