use std::{
    collections::{HashMap, VecDeque},
    future::{Future, pending},
    pin::pin,
    time::Duration,
};

use futures_core::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tracing::{Instrument as _, Span, field::Empty};

use super::{
    Report, Shared,
    ahead::Ahead,
    elsewhere,
    send::{ClaimedAt, Sender},
    served::Served,
    settle,
};
use crate::{
    Error, Event, HoldReason, Lane, State, Time, Waiting, WaitingFor,
    delivery::{Outcome, backoff},
    metrics::AtWork,
    store::{
        Handed, Job, Offer, Promise, Seat,
        step::{Attempt, Claim, Grant, Sweep},
    },
};

/// The longest that a worker sleeps without looking: what another program enqueues may tell nobody.
const LOOK: Duration = Duration::from_secs(1);

/// How long what came of a delivery waits at most for others to be written down with.
const GATHER: Duration = Duration::from_millis(20);

/// How many answers at most come in between two looks whether to claim or to settle.
const FLOW: usize = 16;

/// A worker until idle does not wait for what falls due later than this.
const SOON: Duration = Duration::from_secs(20 * 60);

/// How much longer than for answers a stopping worker waits for its store: a supervisor's patience ends, too.
const LAST_WRITE: Duration = Duration::from_secs(3);

/// Claims, sends and writes down what came of it, until `stop` or until idle; then waits for what is on its way.
///
/// All of it is one task. Some deliveries are claimed, others sent and others written down at the same time, and only
/// whole batches go from thread to thread.
pub(super) async fn run<'a>(
    shared: &'a Shared,
    at_work: AtWork<'a>,
    stop: impl Future<Output = ()>,
) -> Result<Report, Error> {
    let sender = Sender::new(shared);
    let mut served = shared.served.subscribe();
    // It may have changed while the worker began.
    served.mark_changed();
    let (seat, handed) = shared.inner.store.takers().join(offer(shared));
    let mut dispatch = Dispatch {
        shared,
        sender: &sender,
        news: shared.inner.store.news().listen(),
        served,
        at_work,
        seat,
        handed,
        is_behind: true,
        queue: VecDeque::new(),
        sending: FuturesUnordered::new(),
        outcomes: Vec::new(),
        settle_at: None,
        claiming: None,
        claim_began: Instant::now(),
        settling: None,
        held: 0,
        ahead: Ahead::new(shared.settings.concurrency),
        look_at: Instant::now(),
        turn: 0,
        failures: 0,
        told: HashMap::new(),
        report: Report::default(),
    };
    let worked = dispatch.work(stop).await;
    dispatch.drain().await;
    let mut report = dispatch.report;
    report.waiting = worked?;
    Ok(report)
}

struct Dispatch<'a> {
    shared: &'a Shared,
    sender: &'a Sender<'a>,
    news: watch::Receiver<u64>,
    served: watch::Receiver<Served>,
    at_work: AtWork<'a>,
    /// Where those that enqueue see how much it has room for, and what it got from them.
    seat: Seat,
    handed: mpsc::Receiver<(Handed, Promise)>,
    /// Whether the last claim may have left something that is due.
    is_behind: bool,
    /// Claimed and not yet on their way, with when they were.
    queue: VecDeque<(Job, ClaimedAt)>,
    sending: FuturesUnordered<BoxFuture<'a, Attempt>>,
    /// What came of some, not yet being written down, and when it must be.
    outcomes: Vec<Attempt>,
    settle_at: Option<Instant>,
    claiming: Option<BoxFuture<'a, Result<Grant, Error>>>,
    /// When the last claim began.
    claim_began: Instant,
    settling: Option<BoxFuture<'a, settle::Ended>>,
    /// How many are claimed and not yet settled, wherever they are.
    held: usize,
    ahead: Ahead,
    /// When to claim again.
    look_at: Instant,
    turn: usize,
    failures: u32,
    /// What listeners know that lanes wait for, and until when.
    told: HashMap<(String, Lane), (WaitingFor, Option<Time>)>,
    report: Report,
}

impl Dispatch<'_> {
    /// Gives the lanes that still had due work when there was nothing left to do.
    async fn work(&mut self, stop: impl Future<Output = ()>) -> Result<Vec<Waiting>, Error> {
        let mut stop = pin!(stop);
        let mut alarm = pin!(sleep_until(Instant::now()));
        loop {
            let now = Instant::now();
            let claimed = self.claim(now);
            self.settle(claimed || self.queue.is_empty() || self.settle_at <= Some(now));
            self.send();
            self.seat.has_room(self.room());
            let waits = self.look_at > now && self.failures == 0;
            let look_at = Some(self.look_at).filter(|at| *at > now);
            // While others are being written down, there is nothing to wake up for.
            let settle_at = self.settle_at.filter(|_| self.settling.is_none());
            let wake_at = look_at.into_iter().chain(settle_at).min().unwrap_or(now + LOOK);
            // One that is early does no harm, and to set it anew costs more than a look.
            if wake_at < alarm.deadline() || alarm.deadline() <= now {
                alarm.as_mut().reset(wake_at);
            }
            let mut flow = Flow {
                sender: self.sender,
                concurrency: self.shared.settings.concurrency,
                queue: &mut self.queue,
                sending: &mut self.sending,
                outcomes: &mut self.outcomes,
                settle_at: &mut self.settle_at,
                ahead: &mut self.ahead,
            };
            tokio::select! {
                biased;
                () = &mut stop => return Ok(Vec::new()),
                Ok(()) = self.served.changed() => {
                    let served = self.shared.served();
                    self.at_work.serve(served.channels.keys(), &served.limits);
                    self.seat.offer(offer(self.shared));
                    self.look_at = now;
                }
                Some((handed, promise)) = self.handed.recv() => self.take_handed(handed, promise),
                grant = ended(&mut self.claiming) => {
                    if let Some(waiting) = self.granted(grant).await? {
                        return Ok(waiting);
                    }
                }
                settled = ended(&mut self.settling) => self.settled(&settled),
                () = flow.run() => {}
                Ok(()) = self.news.changed(), if waits => self.look_at = now,
                () = &mut alarm => {}
            }
        }
    }

    /// Begins to claim, if it is time to and there is room. Whether it did.
    fn claim(&mut self, now: Instant) -> bool {
        if self.claiming.is_some() || self.look_at > now {
            return false;
        }
        let want = self.ahead.want(now, self.sending.len(), self.queue.len(), self.held);
        if want == 0 {
            return false;
        }
        // What is told from here on, this claim may not have seen.
        self.news.borrow_and_update();
        self.claim_began = now;
        self.turn = self.turn.wrapping_add(1);
        let shared = self.shared;
        let served = shared.served();
        let claim = Claim {
            channels: served.channels.keys().cloned().collect(),
            turn: self.turn,
            want: u32::try_from(want).unwrap_or(u32::MAX),
            lease: shared.settings.lease,
            limits: served.limits,
            worker: shared.name.clone(),
        };
        self.claiming = Some(
            async move {
                shared.step("before claim");
                let grant = shared.inner.store.run(claim).await;
                shared.inner.metrics.claimed(grant.is_ok(), now.elapsed());
                let grant = grant?;
                shared.step("after claim");
                Span::current().record("jobs", grant.jobs.len());
                Ok(grant)
            }
            .instrument(tracing::debug_span!("claim", want, jobs = Empty))
            .boxed(),
        );
        true
    }

    /// Takes what was claimed. Gives what is still waiting, if it is time to end.
    async fn granted(
        &mut self,
        grant: Result<Grant, Error>,
    ) -> Result<Option<Vec<Waiting>>, Error> {
        self.claiming = None;
        let now = Instant::now();
        let grant = match grant {
            Ok(grant) => grant,
            Err(why) if why.is_retryable() => {
                self.failures += 1;
                tracing::warn!(%why, "the store did not give any work; trying again");
                self.look_at = now + backoff(self.failures, 1.0).min(LOOK * 10);
                return Ok(None);
            }
            Err(why) => return Err(why),
        };
        self.failures = 0;
        self.ahead.claimed(now);
        self.is_behind = grant.more;
        self.tell_waiting(&grant);
        self.look_at = now + grant.next().map_or(LOOK, |next| next.since(grant.now).min(LOOK));
        let may_end = grant.jobs.is_empty() && self.shared.settings.until_idle;
        if may_end && self.nothing_is_left(&grant).await {
            let mut waiting = grant.waiting;
            waiting.extend(elsewhere::waiting(self.shared, Duration::ZERO).await);
            return Ok(Some(waiting));
        }
        self.take(grant);
        Ok(None)
    }

    fn take(&mut self, grant: Grant) {
        self.held += grant.jobs.len();
        let granted = grant.granted.map_or_else(Instant::now, Instant::from_std);
        let claimed =
            ClaimedAt { began: self.claim_began, granted, ended: Instant::now(), at: grant.now };
        self.queue.extend(grant.jobs.into_iter().map(|job| (job, claimed)));
    }

    /// Takes what was enqueued for it, which is as if it had claimed it.
    fn take_handed(&mut self, Handed { jobs, now: at, granted }: Handed, promise: Promise) {
        self.held += jobs.len();
        let granted = Instant::from_std(granted);
        let claimed = ClaimedAt { began: granted, granted, ended: Instant::now(), at };
        self.queue.extend(jobs.into_iter().map(|job| (job, claimed)));
        // They wait in the queue now, and no longer in what was promised.
        self.seat.has_room(self.room());
        drop(promise);
    }

    /// How many it could begin with at once. What is due and was not claimed yet comes first.
    fn room(&self) -> usize {
        if self.is_behind || !self.queue.is_empty() {
            return 0;
        }
        self.shared.settings.concurrency.saturating_sub(self.sending.len())
    }

    /// Sends as many as may be on their way at once.
    fn send(&mut self) {
        let concurrency = self.shared.settings.concurrency;
        send(self.sender, concurrency, &mut self.queue, &mut self.sending);
    }

    fn sent(&mut self, attempt: Attempt) {
        self.settle_at.get_or_insert_with(|| Instant::now() + GATHER);
        self.outcomes.push(attempt);
        self.ahead.sent(1);
        while let Some(Some(attempt)) = self.sending.next().now_or_never() {
            self.outcomes.push(attempt);
            self.ahead.sent(1);
        }
    }

    /// Begins to write down what has come in: together with the next claim, so that both share a commit, or when
    /// nothing else is to come.
    fn settle(&mut self, now: bool) {
        if now && self.settling.is_none() && !self.outcomes.is_empty() {
            self.settle_at = None;
            let outcomes = std::mem::take(&mut self.outcomes);
            let span = tracing::debug_span!("settle", outcomes = outcomes.len());
            let settling = settle::settle(self.shared, outcomes).instrument(span);
            self.settling = Some(settling.boxed());
        }
    }

    fn settled(&mut self, ended: &settle::Ended) {
        self.settling = None;
        self.held -= ended.released;
        for it in ended.settled.iter().filter(|it| it.applied) {
            match it.state {
                State::Accepted | State::Tracking if it.looked_after => {}
                State::Accepted | State::Tracking => self.report.accepted += 1,
                State::Rejected => self.report.rejected += 1,
                State::Unknown => self.report.unknown += 1,
                _ => {}
            }
        }
    }

    /// Tells of each wait once: again only when it is for something else, or is over and has begun again.
    fn tell_waiting(&mut self, grant: &Grant) {
        let lane = |it: &Waiting| (it.channel.clone(), it.lane);
        let still_waits = |of: &(String, Lane)| grant.waiting.iter().any(|it| lane(it) == *of);
        self.told.retain(|of, (_, until)| match until {
            Some(until) => *until > grant.now,
            None => still_waits(of),
        });
        for waiting in &grant.waiting {
            let told = self.told.insert(lane(waiting), (waiting.reason, waiting.until));
            if told.is_none_or(|(reason, _)| reason != waiting.reason) {
                self.shared.inner.events.tell(|| Event::Waiting(waiting.clone()));
            }
        }
    }

    /// Whether nothing is on its way, here or elsewhere, and nothing falls due soon. It tidies the store up, since what a
    /// sweep finds is work.
    async fn nothing_is_left(&mut self, grant: &Grant) -> bool {
        // What was settled since the claim began may have left something to do.
        if self.held > 0 || self.news.has_changed().unwrap_or(false) {
            return false;
        }
        let helpless = |it: &Waiting| match it.reason {
            WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota | HoldReason::Unauthorized) => {
                true
            }
            WaitingFor::Release | WaitingFor::Budget => {
                it.until.is_none_or(|until| until.since(grant.now) >= SOON)
            }
            _ => false,
        };
        let soon = grant.later.is_some_and(|later| later.since(grant.now) < SOON);
        if grant.more || soon || !grant.waiting.iter().all(helpless) {
            return false;
        }
        let sweep = Sweep { keep: self.shared.inner.keep, limit: 1000 };
        // A store that cannot tell is asked again with the next claim.
        let swept = self.shared.inner.store.sweep(sweep).await;
        swept.is_ok_and(|it| it.leases + it.keys + it.withdrawn + it.aside == 0 && !it.leased)
    }

    /// Waits for answers, sends nothing more, and writes down what came of all that was claimed.
    async fn drain(&mut self) {
        let deadline = Instant::now() + self.shared.settings.drain;
        self.seat.has_room(0);
        self.handed.close();
        let mut may_get_more = true;
        loop {
            let unsent = self.queue.drain(..).map(|(job, _)| Attempt {
                id: job.id(),
                fence: job.fence(),
                outcome: Outcome::NotSent,
                request: None,
                answer: None,
                claimed: Some(job.row),
            });
            self.outcomes.extend(unsent);
            self.settle(true);
            let is_idle =
                self.claiming.is_none() && self.settling.is_none() && self.sending.is_empty();
            if is_idle && !may_get_more {
                return;
            }
            tokio::select! {
                // A claim that has begun is seen through: what it took would be nobody's until its lease ends.
                grant = ended(&mut self.claiming) => {
                    self.claiming = None;
                    self.take(grant.unwrap_or_default());
                }
                // So is a commit that has begun to enqueue for it.
                handed = self.handed.recv(), if may_get_more => match handed {
                    Some((handed, promise)) => self.take_handed(handed, promise),
                    None => may_get_more = false,
                },
                settled = ended(&mut self.settling) => self.settled(&settled),
                Some(attempt) = self.sending.next() => self.sent(attempt),
                () = sleep_until(deadline), if !self.sending.is_empty() => {
                    tracing::warn!("some requests had no answer in time; their leases end by themselves");
                    self.sending.clear();
                }
                () = sleep_until(deadline + LAST_WRITE) => {
                    tracing::error!(
                        deliveries = self.held,
                        "the store did not take what came of some deliveries; their leases end by themselves"
                    );
                    return;
                }
            }
        }
    }
}

/// What goes on as long as there is nothing else to decide: what was claimed is sent as soon as others are answered.
struct Flow<'d, 'a> {
    sender: &'a Sender<'a>,
    concurrency: usize,
    queue: &'d mut VecDeque<(Job, ClaimedAt)>,
    sending: &'d mut FuturesUnordered<BoxFuture<'a, Attempt>>,
    outcomes: &'d mut Vec<Attempt>,
    settle_at: &'d mut Option<Instant>,
    ahead: &'d mut Ahead,
}

impl Flow<'_, '_> {
    /// Until it is time to look whether to claim or to settle. It may be broken off at any time.
    async fn run(&mut self) {
        for _ in 0..FLOW {
            let Some(attempt) = self.sending.next().await else { return pending().await };
            self.outcomes.push(attempt);
            self.ahead.sent(1);
            if self.settle_at.is_none() {
                *self.settle_at = Some(Instant::now() + GATHER);
                return;
            }
            if self.queue.is_empty() {
                return;
            }
            send(self.sender, self.concurrency, self.queue, self.sending);
        }
    }
}

fn send<'a>(
    sender: &'a Sender<'a>,
    concurrency: usize,
    queue: &mut VecDeque<(Job, ClaimedAt)>,
    sending: &mut FuturesUnordered<BoxFuture<'a, Attempt>>,
) {
    while sending.len() < concurrency
        && let Some((job, claimed)) = queue.pop_front()
    {
        let span = attempt_span(&job);
        let attempt = async move {
            let attempt = sender.send(job, claimed).await;
            Span::current().record("outcome", attempt.outcome.name());
            attempt
        };
        sending.push(attempt.instrument(span).boxed());
    }
}

/// What it takes from those that enqueue.
fn offer(shared: &Shared) -> Offer {
    let Served { channels, limits, lease, .. } = shared.served();
    let channels = channels.keys().cloned().collect();
    Offer { channels, limits, lease, worker: shared.name.clone() }
}

/// One attempt, within the trace that its delivery is a part of. Where nobody listens, it costs nothing.
fn attempt_span(job: &Job) -> Span {
    let trace = job.payload.trace.as_ref();
    tracing::info_span!(
        "attempt",
        delivery = job.id(),
        channel = job.channel(),
        kind = job.lane.name(),
        attempt = job.attempts(),
        traceparent = trace.map(|it| it.parent.as_str()),
        tracestate = trace.and_then(|it| it.state.as_deref()),
        outcome = Empty,
    )
}

/// What comes of what is being done; never, where nothing is.
async fn ended<T>(running: &mut Option<BoxFuture<'_, T>>) -> T {
    match running {
        Some(running) => running.await,
        None => pending().await,
    }
}
