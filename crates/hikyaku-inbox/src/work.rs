//! The work behind the route: stores arrivals, and handles them from the store.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hikyaku_sender::Outbox;
use hikyaku_webhook::{Outcome, Router, Webhook};
use http::Extensions;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use uuid::Uuid;

use crate::{
    answer::Question,
    button,
    callback::Arrived,
    looked_after::look_after_replies,
    settings::Settings,
    settling::Settling,
    store::{Accept, Attempted, Claim, Claimed, Ending, Renew, Sweep},
    transaction::{ClaimOf, Collected, EventTransaction},
};

/// The maximum number of requests that share a commit.
const BATCH: usize = 500;

/// How often it polls for events that are due again, or that other processes have left.
const LOOK: Duration = Duration::from_millis(500);

/// How often old handled events are removed.
const SWEEP: Duration = Duration::from_secs(60);

/// The maximum length of a stored error, in characters.
const ERROR: usize = 2000;

/// The data shared by the parts of the work.
struct Shared {
    outbox: Outbox,
    settings: Settings,
    /// The name of this process in the store.
    lease: String,
    settling: Settling,
    /// The events being handled.
    running: Mutex<BTreeSet<i64>>,
    /// Signals that there may be something to claim.
    news: Notify,
    /// Whether the route is gone.
    closing: AtomicBool,
}

/// Stores arrivals and handles them until the route is dropped.
pub(crate) async fn work<App: Clone + Send + Sync + 'static>(
    outbox: Outbox,
    settings: Settings,
    arrived: mpsc::Receiver<Arrived>,
    router: Router<App>,
) {
    // Separate tasks, so that a slow store delays nothing else.
    let mut beside = JoinSet::new();
    let lease = Uuid::new_v4().to_string();
    let settling = Settling::start(outbox.clone(), lease.clone(), &mut beside);
    let shared = Arc::new(Shared {
        outbox,
        settings,
        lease,
        settling,
        running: Mutex::default(),
        news: Notify::new(),
        closing: AtomicBool::new(false),
    });
    beside.spawn(renew(shared.clone()));
    beside.spawn(sweep(shared.clone()));
    beside.spawn(look_after(shared.clone()));
    let mut tasks = JoinSet::new();
    let router = Arc::new(router);
    tokio::join!(write_down(&shared, arrived), handle(&shared, &router, &mut tasks));
    while tasks.join_next().await.is_some() {}
}

/// Ends when the route is gone.
async fn write_down(shared: &Shared, mut arrived: mpsc::Receiver<Arrived>) {
    let mut batch = Vec::with_capacity(BATCH);
    while arrived.recv_many(&mut batch, BATCH).await > 0 {
        let (events, waiting): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|it| (it.events, it.stored)).unzip();
        let stored = shared.outbox.transact(Accept(events.into_iter().flatten().collect())).await;
        if let Err(why) = &stored {
            tracing::error!(%why, requests = waiting.len(), "webhooks cannot be stored and are refused");
        }
        for it in waiting {
            // LINE may have timed out by now; stored events are handled anyway.
            let _ = it.send(stored.is_ok());
        }
        shared.news.notify_one();
    }
    shared.closing.store(true, Ordering::Relaxed);
    shared.news.notify_one();
}

/// Claims nothing more once the route is gone. A claim that has begun is not cancelled: its events would wait until the
/// lease expires.
async fn handle<App: Clone + Send + Sync + 'static>(
    shared: &Arc<Shared>,
    router: &Arc<Router<App>>,
    tasks: &mut JoinSet<()>,
) {
    while !shared.closing.load(Ordering::Relaxed) {
        while tasks.try_join_next().is_some() {}
        let places = shared.settings.at_once.saturating_sub(tasks.len());
        let claimed = if places == 0 { Vec::new() } else { claim(shared, places).await };
        let full = !claimed.is_empty() && claimed.len() == places;
        for event in claimed {
            tasks.spawn(attempt(shared.clone(), router.clone(), event));
        }
        if full {
            continue;
        }
        // Each attempt that ends notifies as well: the next event of its chat can then be claimed.
        let _ = timeout(LOOK, shared.news.notified()).await;
    }
}

async fn claim(shared: &Shared, limit: usize) -> Vec<Claimed> {
    let claim = Claim {
        lease: shared.lease.clone(),
        lease_for: shared.settings.lease,
        limit,
        attempts: shared.settings.attempts,
    };
    match shared.outbox.transact(claim).await {
        Ok(claimed) => claimed,
        Err(why) => {
            tracing::error!(%why, "the inbox cannot be read; it is tried again");
            Vec::new()
        }
    }
}

/// Removes an event from the running ones when its attempt ends, however it ends.
struct Running<'a>(&'a Shared, i64);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
        self.0.news.notify_one();
    }
}

async fn attempt<App: Clone + Send + Sync + 'static>(
    shared: Arc<Shared>,
    router: Arc<Router<App>>,
    event: Claimed,
) {
    shared.running.lock().unwrap_or_else(PoisonError::into_inner).insert(event.id);
    let _running = Running(&shared, event.id);
    let transaction = EventTransaction::new(ClaimOf {
        outbox: shared.outbox.clone(),
        id: event.id,
        lease: shared.lease.clone(),
        attempt: event.attempt,
        late: event.late,
        destination: event.destination.clone(),
        event_id: event.event_id.clone(),
        chat: event.chat.clone(),
        given: event.given.clone(),
        pushes: shared.settings.pushes.clone(),
        pushed: event.pushed,
    });
    let failure = run(&shared, &router, &event, &transaction).await;
    let Collected { statements, sends, parts, reply, pushes, .. } = transaction.close();
    let pushes = transaction.cost(pushes);
    let ending = match failure {
        None => Ending::Handled { statements, sends, parts, reply, pushes },
        Some(why) => failed(&shared.settings, event.attempt, &why),
    };
    let attempted = |ending| Attempted { event: event.id, attempt: event.attempt, ending };
    let settled = shared.settling.settle(attempted(ending)).await;
    if let Err(why) = settled {
        // Its sends or statements may be the cause, so it is reported as a failure of the event.
        let ending = failed(&shared.settings, event.attempt, &why);
        if let Err(why) = shared.settling.settle(attempted(ending)).await {
            tracing::error!(
                event = event.id,
                why,
                "an attempt cannot be settled; its lease will end"
            );
        }
    }
}

/// Returns why the attempt failed, if it did.
async fn run<App: Clone + Send + Sync + 'static>(
    shared: &Shared,
    router: &Router<App>,
    event: &Claimed,
    transaction: &EventTransaction,
) -> Option<String> {
    let body = format!(r#"{{"events":[{}]}}"#, event.body);
    let Some(parsed) =
        Webhook::parse(body.as_bytes()).ok().and_then(|it| it.events.into_iter().next())
    else {
        return Some("what is kept of the event is no event".to_owned());
    };
    let destination = (!event.destination.is_empty()).then(|| event.destination.as_str().into());
    let Some(received_at) = event.received_at.to_system_time() else {
        return Some("what is kept of the event has no time".to_owned());
    };
    let question = Question { event: &parsed, received_at };
    match button::fetch(transaction, &question).await {
        Ok(true) => return None,
        Ok(false) => {}
        Err(why) => return Some(why.to_string()),
    }
    let mut extensions = Extensions::new();
    extensions.insert(transaction.clone());
    let limit = shared.settings.time_limit;
    let timer = || sleep(limit);
    let handling = router.handle_kept(parsed.clone(), destination, received_at, extensions, timer);
    // Whether the button was sent is decided before the event is settled.
    let outcome = match button::beside(handling, transaction, &question).await {
        Ok(outcome) => outcome,
        Err(why) => return Some(format!("the button for a late answer was not sent: {why}")),
    };
    match &*outcome {
        Outcome::Failed(why) => Some(why.to_string()),
        Outcome::Panicked(text) => Some(format!("a handler panicked: {text}")),
        Outcome::TimedOut => Some(format!("a handler took longer than {limit:?}")),
        _ => None,
    }
}

fn failed(settings: &Settings, attempt: i64, why: &str) -> Ending {
    let error: String = why.replace('\0', " ").chars().take(ERROR).collect();
    if attempt >= settings.attempts {
        Ending::Dead { error }
    } else {
        Ending::Again { error, after: settings.wait_after(attempt) }
    }
}

/// Renews the leases of the events being handled.
async fn renew(shared: Arc<Shared>) {
    let mut ticks = interval(shared.settings.lease / 3);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let ids: Vec<i64> =
            shared.running.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        if ids.is_empty() {
            continue;
        }
        let renew = Renew { lease: shared.lease.clone(), lease_for: shared.settings.lease, ids };
        if let Err(why) = shared.outbox.transact(renew).await {
            tracing::warn!(%why, "leases cannot be renewed; others may take the events over");
        }
    }
}

async fn look_after(shared: Arc<Shared>) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(why) = look_after_replies(&shared.outbox, &shared.settings).await {
            tracing::warn!(%why, "it is not known what became of replies; it is looked again");
        }
    }
}

async fn sweep(shared: Arc<Shared>) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match shared.outbox.transact(Sweep { keep: shared.settings.keep }).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(why) => {
                    tracing::warn!(%why, "the inbox was not tidied up");
                    break;
                }
            }
        }
    }
}
