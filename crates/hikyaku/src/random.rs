//! Randomness for retry keys and jitter, from the standard library's keyed hash.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use uuid::Uuid;

thread_local! {
    // Each thread's `RandomState` has 128 bits of its own from the operating system; SipHash over a counter is a
    // pseudo-random function of them. Asking the system for each key would cost more than the rest of a request.
    static STATE: (RandomState, Cell<u64>) = (RandomState::new(), Cell::new(0));
}

/// Two words that no other thread, process or machine has. A process that forks, or a machine that is restored twice
/// from one snapshot, copies the thread's state with the counter: the process id and the clock tell the copies apart.
fn next() -> [u64; 2] {
    STATE.with(|(hash, counter)| {
        counter.set(counter.get() + 1);
        words(hash, counter.get(), process::id(), SystemTime::now())
    })
}

fn words(hash: &impl BuildHasher, counter: u64, process: u32, now: SystemTime) -> [u64; 2] {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    [0_u8, 1].map(|half| hash.hash_one((counter, process, now, half)))
}

/// A random (version 4) UUID.
pub(crate) fn uuid() -> Uuid {
    let [high, low] = next();
    uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
        .into_uuid()
}

/// A number from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "jitter needs no more than 53 bits")]
pub(crate) fn fraction() -> f64 {
    next()[0] as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_copy_of_the_state_makes_other_keys_in_another_process_or_at_another_time() {
        let state = RandomState::new();
        let then = SystemTime::now();
        let here = words(&state, 1, 100, then);
        assert_ne!(here, words(&state, 1, 101, then));
        assert_ne!(here, words(&state, 1, 100, then + std::time::Duration::from_nanos(1)));
        assert_ne!(here, words(&state, 2, 100, then));
        assert_ne!(here[0], here[1]);
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
