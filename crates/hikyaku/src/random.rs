//! Randomness for retry keys and jitter, from the standard library's keyed hash.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
};

use uuid::Uuid;

thread_local! {
    // Each thread's `RandomState` has 128 bits of its own from the operating system; SipHash over a counter is a
    // pseudo-random function of them. A system call for each key would cost more than the rest of a request.
    static STATE: (RandomState, Cell<u64>) = (RandomState::new(), Cell::new(0));
}

fn next() -> u64 {
    STATE.with(|(hash, counter)| {
        counter.set(counter.get() + 1);
        hash.hash_one(counter.get())
    })
}

/// A random (version 4) UUID.
pub(crate) fn uuid() -> Uuid {
    let (high, low) = (next(), next());
    uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
        .into_uuid()
}

/// A number from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "jitter needs no more than 53 bits")]
pub(crate) fn fraction() -> f64 {
    next() as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

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
