//! What has to be done from time to time.

use std::{sync::Arc, time::Duration};

use hikyaku::message::QuotaKind;

use super::{Channel, Shared};
use crate::{
    Error, HoldReason,
    store::step::{EndLeases, Release, SetQuota, Sweep},
};

/// How often leases and keys are looked after.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// How many rows one sweep handles in a transaction.
const SWEEP: u32 = 1000;

/// Sweeps and asks for quotas, until it is aborted.
pub(super) async fn keep(shared: Arc<Shared>) {
    let quotas = async {
        let Some(every) = shared.settings.quota_every else { return };
        loop {
            for (name, channel) in &shared.channels {
                ask_quota(&shared, name, channel).await;
            }
            tokio::time::sleep(every).await;
        }
    };
    let sweeps = async {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            sweep(&shared).await;
        }
    };
    tokio::join!(quotas, sweeps);
}

async fn sweep(shared: &Shared) {
    loop {
        match shared.inner.store.run(Sweep { keep: shared.inner.keep, limit: SWEEP }).await {
            Ok(swept) => {
                if swept.leases > 0 {
                    tracing::info!(
                        leases = swept.leases,
                        "took over deliveries of workers that did not come back"
                    );
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

/// Takes back all that a worker before this one had.
pub(super) async fn end_all_leases(shared: &Shared) -> Result<(), Error> {
    while shared.inner.store.run(EndLeases(SWEEP)).await? >= u64::from(SWEEP) {}
    Ok(())
}

/// Asks LINE how much of the month is left. What it says lags behind; it is a guard, and 429 is the authority.
async fn ask_quota(shared: &Shared, name: &str, channel: &Channel) {
    let client = channel.client.read().await.1.clone();
    let (quota, used) = match (client.quota().await, client.quota_consumption().await) {
        (Ok(quota), Ok(used)) => (quota, used),
        (Err(why), _) | (_, Err(why)) => {
            tracing::debug!(channel = name, %why, "LINE did not say how much of the month is left");
            return;
        }
    };
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
        let release = Release { channel: name.to_owned(), reason: HoldReason::Quota };
        if let Err(why) = shared.inner.store.run(release).await {
            tracing::warn!(channel = name, %why, "the hold for the quota could not be ended");
        }
        shared.inner.store.news().tell();
    }
}
