use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use hikyaku::{Answer, Client};
use hikyaku_model::SendKind;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Shared,
    first_answer::first_answer,
    record::{self, Record},
    refusals::{self, Refusals},
    request,
};
use crate::{
    Event, Hold, Lane, Time,
    delivery::{
        Outcome, Phase, Stop, Tried, Verdict, backoff, judge, judge_progress, judge_unreadable,
    },
    pace,
    recipients::Recipients,
    store::{
        Body, Job,
        step::{self, Attempt, GetCampaign, ListHolds},
    },
};

/// How long a permit is good: a worker that is late must not fire an old lot into a new second. One that is not spent
/// goes back to its bucket. It counts from the grant, because others spend theirs while a claim is being committed.
const PERMIT_LIFE: Duration = Duration::from_millis(75);

/// How long it is good at least, once the claim is committed: with a slow store, nothing would be sent otherwise.
const PERMIT_LEFT: Duration = Duration::from_millis(25);

/// The same where an hour's sends are counted one by one, with ten seconds to spare.
const EXACT_PERMIT_LIFE: Duration = Duration::from_secs(5);

/// How many campaigns' requests are kept in memory at most; what is not is read from the store again.
const BODIES: usize = 100;

/// What was claimed longer ago is sent only after another look at the holds of people, so that none begins a second after
/// a hold was placed.
const HOLDS_KNOWN: Duration = Duration::from_millis(500);

/// Makes one attempt at one delivery.
pub(super) struct Sender<'a> {
    shared: &'a Shared,
    /// The requests of campaigns, by their ids.
    bodies: Mutex<HashMap<i64, Arc<str>>>,
    refusals: Refusals,
    /// The holds of people, where they had to be looked at, and when they were.
    holds: tokio::sync::Mutex<Option<(Instant, Vec<Hold>)>>,
    /// What is known of each channel's lanes, by their codes.
    lanes: Mutex<HashMap<String, [Arc<LaneNow>; Lane::ALL.len()]>>,
}

/// What this worker knows of a lane.
#[derive(Default)]
struct LaneNow {
    /// Failures of LINE in a row.
    failures: AtomicU32,
    /// When an answer has stopped it last.
    stopped: Mutex<Option<Instant>>,
}

/// When a delivery was claimed.
#[derive(Clone, Copy)]
pub(super) struct ClaimedAt {
    /// When the claim began: a stop after this one, it may not have seen.
    pub(super) began: Instant,
    /// When its permits were granted.
    pub(super) granted: Instant,
    /// When it ended.
    pub(super) ended: Instant,
    /// The same on the store's clock, or a little earlier.
    pub(super) at: Time,
}

impl<'a> Sender<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            bodies: Mutex::default(),
            refusals: Refusals::default(),
            holds: tokio::sync::Mutex::default(),
            lanes: Mutex::default(),
        }
    }

    /// What comes of it. Never an error: what cannot be sent has an outcome too.
    ///
    /// Each send is a future of its own. What few of them come to is boxed, because all would be as large as that.
    pub(super) async fn send(&self, job: Job, claimed: ClaimedAt) -> Attempt {
        let (outcome, record) = self.try_to_send(&job, claimed).await;
        let (request, answer) = match record {
            Some(Record { attempt, answer }) => (Some(attempt), answer),
            None => (None, None),
        };
        let attempt = Attempt {
            id: job.id(),
            fence: job.fence(),
            outcome,
            request,
            answer,
            claimed: Some(job.row),
        };
        if let Some(answer) = first_answer(&attempt) {
            self.shared.inner.watchers.accepted(attempt.id, answer);
        }
        attempt
    }

    /// What comes of it, and what is kept of the request, where one was made.
    async fn try_to_send(&self, job: &Job, claimed: ClaimedAt) -> (Outcome, Option<Record>) {
        let (client, limit) = {
            let served = self.shared.served.borrow();
            let channel = served.channels.get(job.channel());
            (
                channel.map(|channel| channel.client.clone()),
                served.limits.of(job.channel(), job.lane),
            )
        };
        let late = match limit {
            Some(rate) if pace::is_exact(rate) => EXACT_PERMIT_LIFE,
            Some(_) => PERMIT_LIFE,
            None => self.shared.settings.lease / 2,
        };
        // It was taken away meanwhile.
        let Some(client) = client else { return (Outcome::NotSent, None) };
        // It was claimed ahead, and would only be answered the same.
        if self.lane(job.channel(), job.lane).was_stopped(claimed.began) {
            return (Outcome::NotSent, None);
        }
        if claimed.began.elapsed() > HOLDS_KNOWN && Box::pin(self.is_held(job)).await {
            return (Outcome::NotSent, None);
        }
        if job.lane == Lane::NarrowcastProgress {
            return (Box::pin(self.look(&client, job)).await, None);
        }
        let body = match self.body(job).await {
            Ok(body) => body,
            Err(why) => {
                tracing::error!(delivery = job.id(), %why, "a delivery could not be read");
                return (judge_unreadable(self.tried(job, chance()), why.to_string()), None);
            }
        };
        if claimed.granted.elapsed() > late && claimed.ended.elapsed() > PERMIT_LEFT {
            return (Outcome::NotSent, None);
        }
        let (began, at) = (Instant::now(), claimed.at + claimed.granted.elapsed());
        self.shared.step("before send");
        let mut send = client.send_written(job.kind(), body);
        if Lane::of(job.kind()).has_retry_key() {
            send = send.retry_key(job.row.delivery.retry_key);
        }
        let tag = job.payload.body.as_ref().and_then(|body| body.delivery_tag.as_deref());
        if let Some(tag) = tag.filter(|_| job.kind() == SendKind::PhoneNumber) {
            send = send.delivery_tag(tag);
        }
        let answer = send.await;
        let took = began.elapsed();
        self.shared.step("after send");
        let record = Record::of(job.fence(), at, took, &self.shared.name, &answer);
        let result = record::result(&answer);
        self.shared.inner.metrics.answered(job.channel(), job.lane, result, took);
        // What was accepted does not wait, and to roll dice is a system call.
        let chance = if answer.is_ok() { 0.0 } else { chance() };
        (self.execute(job, judge(self.tried(job, chance), answer)).await, Some(record))
    }

    async fn look(&self, client: &Client, job: &Job) -> Outcome {
        let Some(request_id) = &job.row.delivery.request_id else {
            return Outcome::Tracked(Phase::Succeeded);
        };
        self.shared.step("before look");
        let answer = client.narrowcast_progress(request_id).await.map(Answer::into_inner);
        // The first claim was to send it, and the second to look for the first time.
        let looks = u32::try_from(job.fence().saturating_sub(2)).unwrap_or(0);
        self.execute(job, judge_progress(self.tried(job, chance()), looks, answer)).await
    }

    /// Whether a person has placed a hold on it, as of half a second ago. A store that cannot tell is taken for one that
    /// says so.
    async fn is_held(&self, job: &Job) -> bool {
        let mut known = self.holds.lock().await;
        let holds = match known.take() {
            Some((at, holds)) if at.elapsed() < HOLDS_KNOWN => known.insert((at, holds)),
            _ => {
                let at = Instant::now();
                match self.shared.inner.store.read(ListHolds).await {
                    Ok(holds) => known.insert((at, holds)),
                    Err(why) => {
                        tracing::warn!(%why, "the store did not say which lanes are held");
                        return true;
                    }
                }
            }
        };
        holds.1.iter().any(|hold| hold.stops(job.channel(), job.lane, Some(&job.row.fairness_key)))
    }

    fn tried(&self, job: &Job, chance: f64) -> Tried {
        let lane = self.lane(job.channel(), job.lane);
        let failures = lane.failures.load(Ordering::Relaxed);
        Tried { lane: job.lane, attempts: job.attempts(), failures, chance }
    }

    /// Holds what must wait, and gives what is to be written down.
    async fn execute(&self, job: &Job, verdict: Verdict) -> Outcome {
        let Verdict { mut outcome, hold, failed } = verdict;
        let lane = self.lane(job.channel(), job.lane);
        if failed {
            if lane.failures.fetch_add(1, Ordering::Relaxed) == 0 {
                tell_failure(job, &outcome);
            }
        } else if lane.failures.load(Ordering::Relaxed) > 0
            && lane.failures.swap(0, Ordering::Relaxed) > 0
        {
            tracing::info!(channel = job.channel(), kind = job.lane.name(), "LINE answers again");
        }
        match &mut outcome {
            Outcome::Accepted { .. } if job.lane == Lane::Multicast => self.refusals.accepted(job),
            Outcome::Rejected { bad_recipient, reason, .. }
                if *bad_recipient
                    && job.lane == Lane::Multicast
                    && !self.refusals.refused(job, reason) =>
            {
                (*bad_recipient, *reason) = (false, refusals::told(reason));
            }
            _ => {}
        }
        if let Some(stop) = hold
            && !Box::pin(self.hold(job, stop)).await
            && let Outcome::Retry { after, .. } = &mut outcome
        {
            // Without the hold, it would be sent again at once, and again.
            *after = (*after).max(backoff(job.attempts(), chance()));
        }
        outcome
    }

    async fn body(&self, job: &Job) -> Result<String, crate::Error> {
        let recipients = &job.payload.recipients;
        match (&job.payload.body, job.row.campaign) {
            (Some(Body { json, delivery_tag: Some(token) }), _)
                if job.kind() == SendKind::Reply =>
            {
                request::body(job.kind(), &Recipients::pack(&[token]), json)
            }
            (Some(Body { json, .. }), _) => request::body(job.kind(), recipients, json),
            (None, Some(campaign)) => {
                request::body(job.kind(), recipients, &self.campaign_body(campaign).await?)
            }
            (None, None) => Err(crate::Error::damaged("a delivery has no contents")),
        }
    }

    async fn campaign_body(&self, campaign: i64) -> Result<Arc<str>, crate::Error> {
        if let Some(body) = self.bodies().get(&campaign) {
            return Ok(body.clone());
        }
        // Not under the lock: nobody else should wait for the store. Some may read the same one at once.
        let found = Box::pin(self.shared.inner.store.read(GetCampaign(campaign))).await?;
        let found =
            found.ok_or_else(|| crate::Error::damaged("a delivery's campaign is missing"))?;
        let body: Arc<str> = found.spec.body.into();
        let mut bodies = self.bodies();
        if bodies.len() >= BODIES {
            bodies.clear();
        }
        bodies.insert(campaign, body.clone());
        Ok(body)
    }

    fn bodies(&self) -> MutexGuard<'_, HashMap<i64, Arc<str>>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane(&self, channel: &str, lane: Lane) -> Arc<LaneNow> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let of = match lanes.get(channel) {
            Some(of) => of,
            None => lanes.entry(channel.to_owned()).or_default(),
        };
        let lane = usize::try_from(lane.code()).ok().and_then(|code| of.get(code));
        lane.cloned().unwrap_or_default()
    }

    /// Stops lanes for all workers. Whether the store has written it down.
    async fn hold(&self, job: &Job, stop: Stop) -> bool {
        let Stop { lanes, reason, at_least, status, why } = stop;
        let channel = job.channel().to_owned();
        let hold = step::Hold {
            channel: channel.clone(),
            lanes: lanes.clone(),
            reason,
            at_least,
            chance: chance(),
        };
        let written = self.shared.inner.store.run(hold).await;
        // Only now: a claim that has begun since sees the hold.
        for lane in lanes {
            self.lane(&channel, lane).stop();
        }
        match written {
            // The answers to all that was on its way together are one reason.
            Ok(false) => true,
            Ok(true) => {
                let (kind, lane) = (job.lane.name(), job.lane);
                tracing::warn!(
                    channel,
                    kind,
                    reason = reason.name(),
                    status,
                    why,
                    "sends wait because of an answer"
                );
                self.shared.inner.events.tell(|| Event::Held {
                    channel,
                    lane,
                    reason,
                    status,
                    why,
                });
                true
            }
            Err(why) => {
                tracing::warn!(%why, "a lane could not be held");
                false
            }
        }
    }
}

impl LaneNow {
    fn stop(&self) {
        *self.stopped() = Some(Instant::now());
    }

    /// Whether an answer has stopped it since then.
    fn was_stopped(&self, since: Instant) -> bool {
        self.stopped().is_some_and(|at| at > since)
    }

    fn stopped(&self) -> MutexGuard<'_, Option<Instant>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first failure of a lane is told; it goes on as one, however many sends it meets.
fn tell_failure(job: &Job, outcome: &Outcome) {
    if let Outcome::Retry { reason, status, .. } = outcome {
        tracing::warn!(
            channel = job.channel(),
            kind = job.lane.name(),
            status,
            why = reason,
            "LINE did not take a send; it is tried again, and so are others"
        );
    }
}

/// From 0 to 1.
fn chance() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}
