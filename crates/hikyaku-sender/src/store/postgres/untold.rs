//! What other programs are still to be told of.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// The channel that is notified of new work.
pub(super) const CHANNEL: &str = "hikyaku";

/// The channel that is notified of deliveries that somebody waits for.
pub(super) const SETTLED: &str = "hikyaku_settled";

/// How many deliveries one notification names: it has room for 8,000 bytes.
const NAMED: usize = 300;

/// How many are remembered at most. Who waits for others looks a little later.
const MOST: usize = 10_000;

/// New work for workers of other programs, and deliveries for those who wait for them there.
#[derive(Debug, Default)]
pub(super) struct Untold {
    what: Mutex<What>,
    notify: Notify,
}

#[derive(Debug, Default)]
struct What {
    work: bool,
    settled: Vec<i64>,
}

impl Untold {
    /// There may be new work.
    pub(super) fn work(&self) {
        self.add(|what| what.work = true);
    }

    /// Something has become of these.
    pub(super) fn settled(&self, deliveries: Vec<i64>) {
        self.add(|what| {
            if what.settled.len() < MOST {
                what.settled.extend(deliveries);
            }
        });
    }

    fn add(&self, add: impl FnOnce(&mut What)) {
        add(&mut self.what.lock().unwrap_or_else(PoisonError::into_inner));
        self.notify.notify_one();
    }

    /// Waits until there is something, and gives the statements that tell it.
    pub(super) async fn next(&self) -> String {
        self.notify.notified().await;
        let what = std::mem::take(&mut *self.what.lock().unwrap_or_else(PoisonError::into_inner));
        let mut statements = Vec::new();
        if what.work {
            statements.push(format!("NOTIFY {CHANNEL}"));
        }
        for some in what.settled.chunks(NAMED) {
            let ids: Vec<String> = some.iter().map(i64::to_string).collect();
            statements.push(format!("NOTIFY {SETTLED}, '{}'", ids.join(",")));
        }
        statements.join("; ")
    }
}

/// The deliveries that a notification names.
pub(super) fn named(payload: &str) -> impl Iterator<Item = i64> + '_ {
    payload.split(',').filter_map(|id| id.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_told_is_told_once_and_in_pieces() {
        let untold = Untold::default();
        untold.work();
        untold.settled((1..=301).collect());
        let told = untold.next().await;
        let told: Vec<&str> = told.split("; ").collect();
        assert_eq!((told.len(), told[0]), (3, "NOTIFY hikyaku"));
        let ids = |told: &str| named(told.split('\'').nth(1).unwrap()).collect::<Vec<_>>();
        assert_eq!((ids(told[1]), ids(told[2])), ((1..=300).collect(), vec![301]));
        untold.settled(vec![7]);
        assert_eq!(untold.next().await, "NOTIFY hikyaku_settled, '7'");
        assert_eq!(named("x,8,").collect::<Vec<_>>(), [8]);
    }
}
