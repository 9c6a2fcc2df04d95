//! Randomness for retry keys and jitter, from the standard library's keyed hash.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use uuid::Uuid;

/// No process forks in less time. The process id is queried only if the thread has made no key for this long: querying
/// it for each key would cost a twentieth of a push.
const SHORTEST_FORK: u64 = 20_000;

thread_local! {
    // Each thread's `RandomState` has its own 128 bits from the operating system; SipHash is a pseudo-random function
    // of them.
    static STATE: (RandomState, Cell<Made>) = (RandomState::new(), Cell::default());
}

/// The counter of a thread.
#[derive(Clone, Copy, Default)]
struct Made {
    times: u64,
    /// Nanoseconds since 1970.
    last: u64,
    process: u32,
}

/// Returns two words that no other thread, process or machine makes. A process that forks, or a machine that is
/// restored twice from one snapshot, copies the thread's state with the counter: the process id and the clock
/// distinguish the copies.
fn next() -> [u64; 2] {
    STATE.with(|(hash, made)| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = now.as_secs().wrapping_mul(1_000_000_000) + u64::from(now.subsec_nanos());
        let next = made.get().next(now, process::id);
        made.set(next);
        next.words(hash)
    })
}

impl Made {
    fn next(self, now: u64, process: impl FnOnce() -> u32) -> Self {
        let may_have_forked = now.wrapping_sub(self.last) > SHORTEST_FORK;
        let process = if may_have_forked { process() } else { self.process };
        Self { times: self.times + 1, last: now, process }
    }

    fn words(self, hash: &impl BuildHasher) -> [u64; 2] {
        let word =
            |half| hash.hash_one((2 * self.times + half, self.last, u64::from(self.process)));
        [word(0), word(1)]
    }
}

/// Returns a random (version 4) UUID.
pub(crate) fn uuid() -> Uuid {
    let [high, low] = next();
    uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
        .into_uuid()
}

/// Returns a number from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "jitter needs no more than 53 bits")]
pub(crate) fn fraction() -> f64 {
    next()[0] as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_copy_of_the_state_goes_on_otherwise_in_another_process_or_at_another_time() {
        let state = RandomState::new();
        let word = |made: Made| made.words(&state);
        let before = Made { times: 7, last: 1_000, process: 100 };
        let later = 1_000 + 60_000;
        let parent = before.next(later, || 100);
        let child = before.next(later, || 101);
        assert_ne!(word(parent), word(child));
        assert_ne!(word(parent), word(before.next(later + 1, || 100)));
        // A state that is asked twice in the same nanosecond does not repeat itself either.
        assert_ne!(word(parent), word(parent.next(later, || 100)));
        // Once different, they stay different, however fast they continue.
        assert_ne!(word(parent.next(later + 1, || 0)), word(child.next(later + 1, || 0)));
    }

    #[test]
    fn keys_of_many_threads_differ_and_are_version_4() {
        let make = || (0..10_000).map(|_| uuid()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(make)).collect();
        let keys: Vec<Uuid> =
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert!(keys.iter().all(|key| key.get_version_num() == 4));
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 40_000);
    }
}
