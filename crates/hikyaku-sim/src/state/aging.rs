use serde::{Deserialize, Serialize};

use std::{
    borrow::Borrow,
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use jiff::{SignedDuration, Timestamp};

/// Values that are forgotten at an age, and at a number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    bound(
        serialize = "K: Serialize, V: Serialize",
        deserialize = "K: Deserialize<'de> + Eq + Hash, V: Deserialize<'de>"
    )
)]
pub(crate) struct Aging<K, V> {
    life: SignedDuration,
    most: usize,
    values: HashMap<K, (Timestamp, V)>,
    order: VecDeque<(Timestamp, K)>,
}

impl<K: Clone + Eq + Hash, V> Aging<K, V> {
    pub(crate) fn new(life: SignedDuration, most: usize) -> Self {
        Self { life, most, values: HashMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn insert(&mut self, key: K, value: V, now: Timestamp) {
        self.forget(now);
        self.order.push_back((now, key.clone()));
        self.values.insert(key, (now, value));
    }

    /// The value, and since when it is there, if it is not too old.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(
        &self,
        key: &Q,
        now: Timestamp,
    ) -> Option<(Timestamp, &V)>
    where
        K: Borrow<Q>,
    {
        let (since, value) = self.values.get(key)?;
        (now.duration_since(*since) < self.life).then_some((*since, value))
    }

    /// As [`Self::get`], to change the value.
    pub(crate) fn get_mut<Q: Eq + Hash + ?Sized>(
        &mut self,
        key: &Q,
        now: Timestamp,
    ) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (since, value) = self.values.get_mut(key)?;
        (now.duration_since(*since) < self.life).then_some(value)
    }

    /// Takes a value out, however old it is.
    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.values.remove(key).map(|(_, value)| value)
    }

    /// All that are still there, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values().map(|(_, value)| value)
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some((since, key)) = self.order.front() {
            if now.duration_since(*since) < self.life && self.order.len() < self.most {
                break;
            }
            // A key that was set again later has a later entry of its own.
            if self.values.get(key).is_some_and(|(at, _)| at == since) {
                self.values.remove(key);
            }
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_gone_at_its_age_and_a_younger_one_under_its_key_stays() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut aging = Aging::new(SignedDuration::from_secs(10), 100);
        aging.insert("a", 1, at(0));
        assert_eq!(aging.get("a", at(9)), Some((at(0), &1)));
        assert_eq!(aging.get("a", at(10)), None);
        aging.insert("a", 2, at(10));
        aging.insert("b", 3, at(15));
        assert_eq!(aging.get("a", at(16)), Some((at(10), &2)));
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let at = Timestamp::UNIX_EPOCH;
        let mut aging = Aging::new(SignedDuration::from_secs(10), 3);
        for key in 0..5 {
            aging.insert(key, (), at);
        }
        assert!(aging.get(&1, at).is_none());
        assert!(aging.get(&4, at).is_some());
        assert_eq!(aging.order.len(), 3);
    }
}
