use serde::{Deserialize, Serialize};

/// Chance that can be repeated: the generator `SplitMix64` with a seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are as many as an f64 holds")]
        let drawn = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < probability
    }

    /// Moves a random choice of `count` items to the front.
    pub(crate) fn choose<T>(&mut self, items: &mut [T], count: usize) {
        for index in 0..count.min(items.len()) {
            let rest = items.len() - index;
            #[expect(clippy::cast_possible_truncation, reason = "less than `rest`, a usize")]
            let other = index + (self.next() % rest as u64) as usize;
            items.swap(index, other);
        }
    }
}
