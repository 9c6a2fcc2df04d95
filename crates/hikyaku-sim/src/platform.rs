//! What LINE answers, and what is noted of it.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::{
    api::{self, Admitted, Answer, ENDPOINTS, Request, Scene, behalf},
    shared::Shared,
    state::log::{Host, LoggedRequest, MOST_BODY},
};

/// What the platform answers. The body is read and checked while no one waits for the state.
pub(crate) fn answer(shared: &Shared, host: Host, request: &Request) -> Answer {
    let admitted = api::admit(&mut shared.world(), &shared.routes, host, request);
    let Admitted { endpoint, caller, channel, bot } = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return refused,
    };
    let plain = bot.as_ref().map(|bot| behalf::plain(request, bot.as_str()));
    let request = plain.as_ref().unwrap_or(request);
    let endpoint = &ENDPOINTS[endpoint];
    let mut answer = match (endpoint.read)(request) {
        Err(refused) => refused,
        Ok(action) => {
            let world = &mut *shared.world();
            let now = world.clock.now();
            let mut scene = Scene { world, channel, caller, request_id: request.id, now };
            api::act(&mut scene, endpoint, request, action)
        }
    };
    if let Some(bot) = bot {
        behalf::disguise(&mut answer, bot.as_str());
    }
    answer
}

/// How a request went.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) arrived_at: Timestamp,
    pub(crate) took: Duration,
    pub(crate) status: Option<u16>,
    pub(crate) accepted_status: Option<u16>,
    pub(crate) answer: Bytes,
    pub(crate) fault: Option<String>,
    pub(crate) hint: Option<String>,
}

/// Notes a request in the log, and wakes those who wait.
pub(crate) fn log(shared: &Shared, host: Host, request: Request, outcome: Outcome) {
    let Outcome { arrived_at, took, status, accepted_status, answer, fault, hint } = outcome;
    let mut world = shared.world();
    let channel_id = request.token().and_then(|token| world.channel_id_of_token(token));
    world.log.push(LoggedRequest {
        seq: 0,
        arrived_at,
        host,
        request_id: request.id.to_string(),
        channel_id: channel_id.as_deref().map(str::to_owned),
        status,
        accepted_status,
        fault,
        hint,
        method: request.method,
        path: request.path,
        query: request.query,
        headers: request.headers,
        answer: start_of(answer),
        took,
        body_length: request.body.len(),
        body: start_of(request.body),
    });
    if world.is_running() {
        shared.rescheduled.notify_one();
    }
    shared.tell(&world);
}

/// A body as the log keeps it. A part is copied, so that the whole can go.
fn start_of(body: Bytes) -> Bytes {
    match body.get(..MOST_BODY) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body,
    }
}
