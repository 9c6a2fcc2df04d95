use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use hikyaku::{Accepted, Client, ErrorKind, message::NarrowcastPhase};
use tokio::{sync::Mutex, time::Instant};
use uuid::Uuid;

use super::{Shared, request};
use crate::{
    HoldReason, Lane,
    delivery::{Outcome, Phase, backoff},
    pace::{self, LONGEST_SILENCE},
    store::{
        Body,
        step::{GetCampaign, Hold, Job},
    },
};

/// How long a permit is good: a worker that is late must not fire an old lot into a new second. One that is not spent
/// goes back to its bucket.
const PERMIT_LIFE: Duration = Duration::from_millis(100);

/// The same where an hour's sends are counted one by one, with ten seconds to spare.
const EXACT_PERMIT_LIFE: Duration = Duration::from_secs(5);

/// So many failures of LINE in a row on one lane, and the lane waits.
const LINE_IS_DOWN: u32 = 10;

/// How long a lane waits at least for the quota, or for a new token.
const PARKED: Duration = Duration::from_mins(1);

/// The longest that a lane waits because an answer asked for it: LINE documents no such header, so it is a proxy's word.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// How many campaigns' requests are kept in memory at most; what is not is read from the store again.
const BODIES: usize = 100;

/// Makes one attempt at one delivery.
pub(super) struct Sender<'a> {
    shared: &'a Shared,
    /// The requests of campaigns, by their ids.
    bodies: Mutex<HashMap<i64, Arc<str>>>,
    /// Failures of LINE in a row.
    failures: HashMap<String, [AtomicU32; Lane::ALL.len()]>,
}

impl<'a> Sender<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        let failures =
            shared.channels.keys().map(|name| (name.clone(), Default::default())).collect();
        Self { shared, bodies: Mutex::default(), failures }
    }

    /// What comes of it. Never an error: what cannot be sent has an outcome too.
    pub(super) async fn send(&self, job: Job, granted: Instant) -> Outcome {
        let late = match self.shared.settings.limits.get(job.lane) {
            Some(rate) if pace::is_exact(rate) => EXACT_PERMIT_LIFE,
            Some(_) => PERMIT_LIFE,
            None => self.shared.settings.lease / 2,
        };
        let Some(channel) = self.shared.channels.get(&job.channel) else { return Outcome::NotSent };
        let (token, client) = channel.client.read().await.clone();
        if job.lane == Lane::NarrowcastProgress {
            return self.look(&client, &job, token).await;
        }
        let body = match self.body(&job).await {
            Ok(body) => body,
            Err(why) => {
                tracing::error!(delivery = job.id, %why, "a delivery could not be read");
                // Not at once: what cannot be read now is claimed again and again, ahead of all that can.
                return Self::later(&job, false, None, &why.to_string());
            }
        };
        if granted.elapsed() > late {
            return Outcome::NotSent;
        }
        self.shared.step("before send");
        let mut send = client.send_written(job.kind, body);
        if Lane::of(job.kind).has_retry_key() {
            send = send.retry_key(job.retry_key);
        }
        if let Some(tag) = job.payload.body.as_ref().and_then(|body| body.delivery_tag.as_deref()) {
            send = send.delivery_tag(tag);
        }
        let answer = send.await;
        self.shared.step("after send");
        let result = match &answer {
            Ok(accepted) if accepted.deduplicated => "duplicate",
            Ok(_) => "accepted",
            Err(error) => error.kind().as_str(),
        };
        self.shared.inner.metrics.count(&job.channel, job.lane, result);
        match answer {
            Ok(accepted) => self.accepted(&job, accepted),
            Err(error) => self.failed(&job, token, &error).await,
        }
    }

    async fn body(&self, job: &Job) -> Result<String, crate::Error> {
        let recipients = &job.payload.recipients;
        match (&job.payload.body, job.campaign) {
            (Some(Body { json, .. }), _) => request::body(job.kind, recipients, json),
            (None, Some(campaign)) => {
                request::body(job.kind, recipients, &self.campaign_body(campaign).await?)
            }
            (None, None) => Err(crate::Error::damaged("a delivery has no contents")),
        }
    }

    async fn campaign_body(&self, campaign: i64) -> Result<Arc<str>, crate::Error> {
        let mut bodies = self.bodies.lock().await;
        if let Some(body) = bodies.get(&campaign) {
            return Ok(body.clone());
        }
        let found = self.shared.inner.store.read(GetCampaign(campaign)).await?;
        let found =
            found.ok_or_else(|| crate::Error::damaged("a delivery's campaign is missing"))?;
        let body: Arc<str> = found.spec.body.into();
        if bodies.len() >= BODIES {
            bodies.clear();
        }
        bodies.insert(campaign, body.clone());
        Ok(body)
    }

    fn accepted(&self, job: &Job, accepted: Accepted) -> Outcome {
        self.line_answers(job);
        if accepted.deduplicated {
            return Self::conflict(job, accepted.request_id);
        }
        Outcome::Accepted { request_id: accepted.request_id, duplicate: false }
    }

    /// LINE's 409 for a retry key names the request that it accepted. One that does not is somebody else's, perhaps.
    fn conflict(job: &Job, request_id: Option<String>) -> Outcome {
        const WHY: &str = "409 without the id of an accepted request";
        if request_id.is_some() {
            return Outcome::Accepted { request_id, duplicate: true };
        }
        tracing::warn!(delivery = job.id, WHY);
        Self::later(job, true, Some(409), WHY)
    }

    async fn failed(&self, job: &Job, token: u64, error: &hikyaku::Error) -> Outcome {
        let status = error.status().map(|status| status.as_u16());
        let reason = error.to_string();
        if status == Some(409) && job.lane.has_retry_key() {
            return Self::conflict(job, accepted_request_id(error));
        }
        match error.kind() {
            ErrorKind::Network => {
                self.line_fails(job).await;
                let after = backoff(job.attempts, chance()).min(LONGEST_SILENCE);
                Outcome::Retry { after, may_have_landed: error.may_have_landed(), status, reason }
            }
            ErrorKind::Transient => {
                self.line_fails(job).await;
                Self::later(job, error.may_have_landed(), status, &reason)
            }
            ErrorKind::Decode => Self::later(job, true, status, &reason),
            ErrorKind::RateLimited => {
                let wait = error.retry_after().unwrap_or_default().min(LONGEST_ASKED);
                self.hold(job, vec![job.lane], HoldReason::Rate, wait).await;
                retry(Duration::ZERO, status, reason)
            }
            ErrorKind::QuotaExceeded if error.message().contains("monthly limit") => {
                let lanes = Lane::ALL.iter().copied().filter(|lane| lane.uses_quota()).collect();
                self.hold(job, lanes, HoldReason::Quota, PARKED).await;
                retry(Duration::ZERO, status, reason)
            }
            // Some other 429, such as too many messages to one user: this delivery waits, its lane goes on.
            ErrorKind::QuotaExceeded => Self::later(job, false, status, &reason),
            ErrorKind::Unauthorized => {
                self.refresh(job, token).await;
                retry(Duration::ZERO, status, reason)
            }
            ErrorKind::Invalid
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Gone
            | ErrorKind::Rejected
            | _ => {
                self.line_answers(job);
                let bad_recipient = blames_recipient(error);
                Outcome::Rejected { status: status.unwrap_or(400), reason, bad_recipient }
            }
        }
    }

    async fn look(&self, client: &Client, job: &Job, token: u64) -> Outcome {
        let Some(request_id) = &job.request_id else { return Outcome::Tracked(Phase::Succeeded) };
        self.shared.step("before look");
        match client.narrowcast_progress(request_id).await {
            Ok(progress) => Outcome::Tracked(match progress.phase {
                NarrowcastPhase::Succeeded => Phase::Succeeded,
                NarrowcastPhase::Failed => Phase::Failed {
                    code: progress.error_code,
                    reason: progress.failed_description.clone().unwrap_or_else(|| {
                        format!("LINE stopped the narrowcast with code {:?}", progress.error_code)
                    }),
                },
                _ => Phase::Running { after: look_again(job.fence) },
            }),
            Err(error) => self.failed(job, token, &error).await,
        }
    }

    fn later(job: &Job, may_have_landed: bool, status: Option<u16>, reason: &str) -> Outcome {
        let after = backoff(job.attempts, chance());
        Outcome::Retry { after, may_have_landed, status, reason: reason.to_owned() }
    }

    fn line_answers(&self, job: &Job) {
        if let Some(failures) = self.failures(job) {
            failures.store(0, Ordering::Relaxed);
        }
    }

    async fn line_fails(&self, job: &Job) {
        let Some(failures) = self.failures(job) else { return };
        if failures.fetch_add(1, Ordering::Relaxed) + 1 >= LINE_IS_DOWN {
            self.hold(job, vec![job.lane], HoldReason::LineDown, Duration::ZERO).await;
        }
    }

    fn failures(&self, job: &Job) -> Option<&AtomicU32> {
        self.failures.get(&job.channel)?.get(usize::try_from(job.lane.code()).ok()?)
    }

    async fn hold(&self, job: &Job, lanes: Vec<Lane>, reason: HoldReason, at_least: Duration) {
        let hold = Hold { channel: job.channel.clone(), lanes, reason, at_least, chance: chance() };
        let channel = &job.channel;
        match self.shared.inner.store.run(hold).await {
            // The answers to all that was on its way together are one reason.
            Ok(false) => {}
            Ok(true) => {
                let (kind, reason) = (job.lane.name(), reason.name());
                tracing::warn!(channel, kind, reason, "sends wait because of what LINE answers");
            }
            Err(why) => tracing::warn!(%why, "a lane could not be held"),
        }
    }

    /// LINE refused the token. Whoever finds it out first asks for a new one; without one, the channel stands still.
    async fn refresh(&self, job: &Job, refused: u64) {
        let Some(channel) = self.shared.channels.get(&job.channel) else { return };
        let mut current = channel.client.write().await;
        if current.0 != refused {
            return;
        }
        let new = match &channel.refresh {
            Some(refresh) => refresh().await,
            None => None,
        };
        if let Some(client) = new {
            *current = (refused + 1, client);
        } else {
            self.hold(job, Lane::ALL.to_vec(), HoldReason::Unauthorized, PARKED).await;
        }
    }
}

/// It surely did not land; what it waits for is its lane's to know.
fn retry(after: Duration, status: Option<u16>, reason: String) -> Outcome {
    Outcome::Retry { after, may_have_landed: false, status, reason }
}

/// What LINE's 409 says even where the rest of the answer was lost.
fn accepted_request_id(error: &hikyaku::Error) -> Option<String> {
    let id = error.headers().get("x-line-accepted-request-id")?;
    id.to_str().ok().map(str::to_owned)
}

/// Whether LINE's refusal names a recipient, so that the others may get it without that one.
fn blames_recipient(error: &hikyaku::Error) -> bool {
    let to = |text: &str| text == "to" || text.starts_with("to[");
    error.message().contains("'to'")
        || error.message().contains("'to[")
        || error.message().contains(" to[")
        || error.message().contains("Failed to send messages")
        || error.details().iter().filter_map(|it| it.property.as_deref()).any(to)
}

/// 1, 2, 4 … and then every 30 seconds.
fn look_again(fence: i64) -> Duration {
    let looks = u32::try_from(fence.saturating_sub(2).clamp(0, 5)).unwrap_or(0);
    Duration::from_secs((1 << looks).min(30))
}

/// From 0 to 1.
fn chance() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}
