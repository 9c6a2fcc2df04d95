use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The newest items, bounded in number and in bytes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ring<T> {
    items: VecDeque<(usize, T)>,
    #[serde(skip)]
    most_items: usize,
    #[serde(skip)]
    most_bytes: usize,
    #[serde(skip)]
    bytes: usize,
    dropped: u64,
}

impl<T> Ring<T> {
    pub(crate) fn new(most_items: usize, most_bytes: usize) -> Self {
        Self { items: VecDeque::new(), most_items, most_bytes, bytes: 0, dropped: 0 }
    }

    /// Adds an item of about so many bytes; the oldest make room for it.
    pub(crate) fn push(&mut self, bytes: usize, item: T) {
        self.items.push_back((bytes, item));
        self.bytes = self.bytes.saturating_add(bytes);
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.items.len() > self.most_items || self.bytes > self.most_bytes {
            let Some((bytes, _)) = self.items.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(bytes);
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Lets all items make room.
    pub(crate) fn clear(&mut self) {
        self.dropped = self.dropped.saturating_add(self.items.len() as u64);
        self.items.clear();
        self.bytes = 0;
    }

    /// Gives items that were read from JSON their bounds.
    pub(crate) fn bound(&mut self, most_items: usize, most_bytes: usize) {
        let bytes = self.items.iter().map(|(bytes, _)| *bytes);
        self.bytes = bytes.fold(0, usize::saturating_add);
        (self.most_items, self.most_bytes) = (most_items, most_bytes);
        self.make_room();
    }

    /// None, of which so many had to make room before.
    pub(crate) fn after_others(dropped: u64) -> Self {
        Self { dropped, ..Self::new(usize::MAX, usize::MAX) }
    }

    /// The items that are still there, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter().map(|(_, item)| item)
    }

    /// As [`Self::iter`], to change them.
    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.items.iter_mut().map(|(_, item)| item)
    }

    /// The items after those that come first, which must be all that `are_first` holds for.
    pub(crate) fn after(
        &self,
        are_first: impl Fn(&T) -> bool,
    ) -> impl DoubleEndedIterator<Item = &T> {
        let start = self.items.partition_point(|(_, item)| are_first(item));
        self.items.range(start..).map(|(_, item)| item)
    }

    /// How many items had to make room.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room_for_number_and_for_size() {
        let mut ring = Ring::new(3, 100);
        for item in 0..5 {
            ring.push(10, item);
        }
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(ring.after(|item| *item <= 2).copied().collect::<Vec<_>>(), [3, 4]);
        ring.push(95, 5);
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [5]);
        assert_eq!(ring.dropped(), 5);
    }
}
