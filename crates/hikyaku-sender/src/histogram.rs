//! Histograms in Prometheus's format. Recording a value costs two additions.
//!
//! Source: <https://prometheus.io/docs/concepts/metric_types/#histogram>

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Where buckets end, and what is counted.
#[derive(Debug)]
pub(crate) struct Scale {
    /// The largest value of each bucket.
    bounds: &'static [u64],
    /// How many of these make one of the unit that is told.
    per_unit: u64,
}

/// From a millisecond to an hour, in microseconds.
pub(crate) const SECONDS: Scale = Scale {
    bounds: &[
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        30_000_000,
        60_000_000,
        300_000_000,
        900_000_000,
        1_800_000_000,
        3_600_000_000,
    ],
    per_unit: 1_000_000,
};

/// How often something was done.
pub(crate) const TIMES: Scale = Scale { bounds: &[1, 2, 3, 4, 5, 7, 10, 20, 50, 100], per_unit: 1 };

#[derive(Debug)]
pub(crate) struct Histogram {
    scale: &'static Scale,
    /// One for each bucket, and one for what is larger than all of them.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// What a histogram says at one moment.
pub(crate) struct Reading {
    /// For each bucket, where it ends and how many values are in it or in a smaller one.
    pub(crate) buckets: Vec<(f64, u64)>,
    pub(crate) count: u64,
    pub(crate) sum: f64,
}

impl Histogram {
    pub(crate) fn new(scale: &'static Scale) -> Self {
        let counts = (0..=scale.bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { scale, counts, sum: AtomicU64::new(0) }
    }

    pub(crate) fn note(&self, value: u64) {
        let bucket = self.scale.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    pub(crate) fn note_time(&self, took: Duration) {
        self.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    #[expect(clippy::cast_precision_loss, reason = "a bucket's end is exact, and a sum is large")]
    pub(crate) fn read(&self) -> Reading {
        let unit = |value: u64| value as f64 / self.scale.per_unit as f64;
        let mut count = 0;
        let mut below = self.counts.iter().map(|it| {
            count += it.load(Ordering::Relaxed);
            count
        });
        let buckets = self.scale.bounds.iter().map(|bound| unit(*bound)).zip(&mut below).collect();
        let count = below.next().unwrap_or_default();
        Reading { buckets, count, sum: unit(self.sum.load(Ordering::Relaxed)) }
    }
}

/// One of something for each of the few words that it is told apart by, made when a word first comes. Finding it again
/// takes no lock.
#[derive(Debug)]
pub(crate) struct ByWord<T>([OnceLock<(&'static str, T)>; WORDS]);

/// How many words there may be at most.
const WORDS: usize = 16;

impl<T> Default for ByWord<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }
}

impl<T> ByWord<T> {
    pub(crate) fn of(&self, word: &'static str, new: impl Fn() -> T) -> Option<&T> {
        self.0.iter().find_map(|it| {
            let (known, value) = it.get_or_init(|| (word, new()));
            (*known == word).then_some(value)
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        self.0.iter().map_while(|it| it.get()).map(|(word, value)| (*word, value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_is_in_the_bucket_that_it_ends() {
        let histogram = Histogram::new(&TIMES);
        for value in [1, 1, 2, 6, 1000] {
            histogram.note(value);
        }
        let Reading { buckets, count, sum } = histogram.read();
        assert_eq!(buckets[..6], [(1.0, 2), (2.0, 3), (3.0, 3), (4.0, 3), (5.0, 3), (7.0, 4)]);
        assert_eq!((buckets[9], count, sum), ((100.0, 4), 5, 1010.0));
    }

    proptest! {
        #[test]
        fn counts_grow_up_to_all(millis in prop::collection::vec(0..10_000_000_u64, 0..50)) {
            let histogram = Histogram::new(&SECONDS);
            for it in millis.iter().copied() {
                histogram.note_time(Duration::from_millis(it));
            }
            let Reading { buckets, count, sum } = histogram.read();
            prop_assert!(buckets.is_sorted());
            for (end, below) in buckets {
                let fit = millis.iter().filter(|it| Duration::from_millis(**it).as_secs_f64() <= end);
                prop_assert_eq!(fit.count() as u64, below);
            }
            prop_assert_eq!(count, millis.len() as u64);
            let total = Duration::from_millis(millis.iter().sum()).as_secs_f64();
            prop_assert!((sum - total).abs() < 0.001);
        }
    }

    #[test]
    fn each_word_has_its_own() {
        let words = ByWord::<AtomicU64>::default();
        for word in ["a", "b", "a"] {
            words.of(word, AtomicU64::default).unwrap().fetch_add(1, Ordering::Relaxed);
        }
        let all: Vec<_> =
            words.iter().map(|(word, it)| (word, it.load(Ordering::Relaxed))).collect();
        assert_eq!(all, [("a", 2), ("b", 1)]);
    }
}
