use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What a retry spends, and what its success gives back.
const RETRY: u32 = 10;

/// What a call gives back that succeeds at its first attempt.
const SUCCESS: u32 = 1;

/// The fewest retries of a full budget.
const RETRIES: u32 = 100;

/// The retries that all calls of a client share, so that an outage does not multiply their requests. A retry spends one,
/// and a success gives a part of one back. Without a retry left, calls fail at once.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicU32,
    full: u32,
}

impl Budget {
    /// Creates a full budget, in which one call finds at least as many retries as it may make.
    pub(crate) fn full(max_retries: u32) -> Self {
        let full = RETRIES.max(max_retries).saturating_mul(RETRY);
        Self { left: AtomicU32::new(full), full }
    }

    /// Spends a retry, if there is one left.
    pub(crate) fn spend(&self) -> bool {
        self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(RETRY)).is_ok()
    }

    /// Takes note of a call that succeeded after this many retries.
    pub(crate) fn succeeded(&self, retries: u32) {
        // Nearly always; a load costs nothing that could be measured.
        if retries == 0 && self.left.load(Relaxed) >= self.full {
            return;
        }
        let back = if retries == 0 { SUCCESS } else { RETRY };
        // The closure never refuses.
        let more = |left: u32| Some(left.saturating_add(back).min(self.full));
        let _ = self.left.fetch_update(Relaxed, Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(budget: &Budget) -> u32 {
        let mut retries = 0;
        while budget.spend() {
            retries += 1;
        }
        retries
    }

    #[test]
    fn a_budget_is_spent_once() {
        let budget = Budget::full(3);
        assert_eq!(left(&budget), RETRIES);
        assert!(!budget.spend());
    }

    #[test]
    fn a_call_may_make_all_its_retries() {
        assert_eq!(left(&Budget::full(250)), 250);
        let endless = Budget::full(u32::MAX);
        endless.succeeded(0);
        endless.succeeded(1);
        assert!(endless.spend());
    }

    #[test]
    fn successes_refill_it_up_to_its_size() {
        let budget = Budget::full(3);
        left(&budget);
        for _ in 0..9 {
            budget.succeeded(0);
        }
        assert!(!budget.spend());
        budget.succeeded(0);
        assert_eq!(left(&budget), 1);
        budget.succeeded(3);
        assert_eq!(left(&budget), 1, "what a retry spent comes back with its success");
        for _ in 0..5_000 {
            budget.succeeded(0);
        }
        budget.succeeded(1);
        assert_eq!(left(&budget), RETRIES);
    }

    #[test]
    fn threads_share_it() {
        let budget = Budget::full(3);
        let spent: u32 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| left(&budget))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(spent, RETRIES);
    }
}
