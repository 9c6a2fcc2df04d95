//! What has to be done from time to time.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use hikyaku::{Client, message::QuotaKind};
use tokio::time::Instant;

use super::{Shared, elsewhere::Warnings, held::HoldWarnings, served::Channel};
use crate::{
    Error, Event, HoldReason,
    store::step::{EndLeases, LookAtLanes, Release, SetQuota, Sweep},
};

/// The channels that a worker has begun with, and which setting of them it was.
pub(super) type Begun = HashMap<String, u64>;

/// How often leases and keys are looked after.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// How often a worker looks whether others are gone.
const LOOK_AFTER_OTHERS: Duration = Duration::from_secs(1);

/// How often LINE is asked about a month that is used up: somebody may have raised it.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(60);

/// How often a pause looks whether the store's clock was set forward.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(1);

/// How many rows one sweep handles in a transaction.
const SWEEP: u32 = 1000;

/// How long a worker that begins waits for LINE to say how much of the month is left.
const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// How far the store's clock and LINE's may be apart before that is told.
const SKEW: i64 = 60;

/// Sweeps and asks for quotas, until it is aborted.
pub(super) async fn keep(shared: Arc<Shared>, mut begun: Begun) {
    let quotas = async {
        let Some(every) = shared.settings.quota_every else { return };
        let mut asked_at = shared.inner.store.time().await.ok();
        loop {
            pause(&shared, every.min(LOOK_FOR_ROOM)).await;
            let now = shared.inner.store.time().await.ok();
            let is_time = asked_at.zip(now).is_none_or(|(before, now)| now.since(before) >= every);
            if is_time {
                asked_at = now;
            }
            let used_up = if is_time { HashSet::new() } else { used_up(&shared).await };
            for (name, channel) in &*shared.served().channels {
                if is_time || used_up.contains(name) {
                    ask_quota(&shared, name, &channel.client).await;
                }
            }
        }
    };
    let sweeps = async {
        let (mut warnings, mut holds) = (Warnings::default(), HoldWarnings::default());
        loop {
            warnings.warn(&shared).await;
            holds.warn(&shared).await;
            tokio::time::sleep(SWEEP_EVERY).await;
            sweep(&shared).await;
        }
    };
    let others = async {
        if shared.is_alone {
            return;
        }
        loop {
            tokio::time::sleep(LOOK_AFTER_OTHERS).await;
            match shared.inner.store.take_over().await {
                Ok(0) => {}
                Ok(deliveries) => {
                    tracing::info!(deliveries, "took over deliveries of workers that are gone");
                    shared.inner.store.news().tell();
                }
                Err(why) => tracing::debug!(%why, "the store did not say which workers are gone"),
            }
        }
    };
    let changes = async {
        let mut changes = shared.served.subscribe();
        loop {
            begun = begin(&shared, begun).await;
            if changes.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::join!(quotas, sweeps, others, changes);
}

/// Waits so long by the machine's clock or by an embedded store's, whichever is ahead: a machine that was suspended, and a
/// test, set the store's forward.
async fn pause(shared: &Shared, length: Duration) {
    let (began, until) = (shared.inner.store.own_time(), Instant::now() + length);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let passed = began.zip(shared.inner.store.own_time()).map(|(began, now)| now.since(began));
        if left.is_zero() || passed.is_some_and(|passed| passed >= length) {
            return;
        }
        tokio::time::sleep(left.min(LOOK_AT_CLOCK)).await;
    }
}

/// The channels whose month has no room left, as far as is known.
async fn used_up(shared: &Shared) -> HashSet<String> {
    let channels = shared.served().channels.keys().cloned().collect();
    match shared.inner.store.read(LookAtLanes(channels)).await {
        Ok(lanes) => {
            let full = lanes.quotas.into_iter().filter(|(_, quota)| quota.room() == Some(0));
            full.map(|(channel, _)| channel).collect()
        }
        Err(why) => {
            tracing::debug!(%why, "the store did not say whose month is used up");
            HashSet::new()
        }
    }
}

async fn sweep(shared: &Shared) {
    loop {
        match shared.inner.store.sweep(Sweep { keep: shared.inner.keep, limit: SWEEP }).await {
            Ok(swept) => {
                if swept.leases > 0 {
                    tracing::info!(
                        leases = swept.leases,
                        "took over deliveries of workers that did not come back"
                    );
                    shared.inner.store.news().tell();
                }
                if swept.aside > 0 {
                    shared.inner.store.news().tell();
                }
                if swept.keys > 0 {
                    tracing::warn!(
                        keys = swept.keys,
                        "deliveries in doubt have outlived their retry keys"
                    );
                }
                if !swept.more {
                    return;
                }
            }
            Err(why) => {
                tracing::warn!(%why, "the store could not be swept");
                return;
            }
        }
    }
}

/// Lets go of what a worker before this one had to wait for: this one may have a valid token, and the month more
/// messages. A channel that is added later begins in the same way. LINE is asked before the first claim, so that nobody is
/// told to wait for what has come.
pub(super) async fn begin(shared: &Shared, known: Begun) -> Begun {
    let served = shared.served();
    let begin = async |(name, channel): (&String, &Channel)| {
        release(shared, name, HoldReason::Unauthorized).await;
        if shared.settings.quota_every.is_some() {
            // It is asked again later.
            let _ =
                tokio::time::timeout(FIRST_ANSWER, ask_quota(shared, name, &channel.client)).await;
        }
    };
    let new = served.channels.iter().filter(|(name, it)| known.get(*name) != Some(&it.number));
    join_all(new.map(begin)).await;
    served.channels.iter().map(|(name, it)| (name.clone(), it.number)).collect()
}

/// Takes back all that a worker before this one had.
pub(super) async fn end_all_leases(shared: &Shared) -> Result<(), Error> {
    while shared.inner.store.run(EndLeases(SWEEP)).await? >= u64::from(SWEEP) {}
    Ok(())
}

/// Asks LINE how much of the month is left. What it says lags behind; it is a guard, and 429 is the authority.
async fn ask_quota(shared: &Shared, name: &str, client: &Client) {
    let (quota, used) = match (client.quota().await, client.quota_consumption().await) {
        (Ok(quota), Ok(used)) => (quota, used),
        (Err(why), _) | (_, Err(why)) => {
            tracing::debug!(channel = name, %why, "LINE did not say how much of the month is left");
            return;
        }
    };
    let date = used.headers().get("date").and_then(|date| date.to_str().ok());
    compare_clocks(shared, name, date).await;
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let limit = match quota.kind {
        QuotaKind::Limited => quota.value.map(number),
        _ => None,
    };
    let used = number(used.total_usage);
    let known = SetQuota { channel: name.to_owned(), limit, used };
    if let Err(why) = shared.inner.store.run(known).await {
        tracing::warn!(channel = name, %why, "the quota could not be written down");
        return;
    }
    if limit.is_none_or(|limit| used < limit) {
        release(shared, name, HoldReason::Quota).await;
        shared.inner.store.news().tell();
    }
}

/// Tells where the store's clock is not LINE's. The age of retry keys is counted on the one, and LINE forgets them by the
/// other, so a clock that is set while deliveries are in doubt shortens or stretches the time for clearing them up.
async fn compare_clocks(shared: &Shared, name: &str, date: Option<&str>) {
    let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let (Some(theirs), Ok(ours)) = (date, shared.inner.store.time().await) else { return };
    let ahead = ours.as_millis() / 1000 - theirs.timestamp().as_second();
    shared.inner.metrics.clock_ahead(name, ahead);
    if ahead.abs() > SKEW {
        tracing::warn!(
            channel = name,
            seconds_ahead = ahead,
            "the store's clock is not LINE's; set it right, because retry keys expire by LINE's"
        );
        let channel = name.to_owned();
        shared.inner.events.tell(|| Event::ClockSkew { channel, seconds_ahead: ahead });
    }
}

async fn release(shared: &Shared, name: &str, reason: HoldReason) {
    let release = Release { channel: name.to_owned(), reason };
    if let Err(why) = shared.inner.store.run(release).await {
        tracing::warn!(channel = name, %why, reason = reason.name(), "a hold could not be ended");
    }
}
