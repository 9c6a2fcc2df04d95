//! Which callers may wait for LINE's answer. The others hear at once that their message is on disk.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How many callers wait at most: half of a listener's connections. Where LINE is slow or gone, those that wait must not keep
/// others from being heard.
pub(crate) const CALLERS: usize = 256;

/// Counts who waits.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    all: usize,
    of: HashMap<String, usize>,
}

impl Patience {
    /// How long a caller of this group waits: as long as it wants to or, where all places are taken, or so many of its group,
    /// not at all.
    pub(crate) fn wait(self: &Arc<Self>, group: String, most: usize, wanted: Duration) -> Wait {
        let place = (!wanted.is_zero()).then(|| self.place(group, most)).flatten();
        let time = if place.is_some() { wanted } else { Duration::ZERO };
        Wait { time, _place: place }
    }

    fn place(self: &Arc<Self>, group: String, most: usize) -> Option<Place> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_group = waiting.of.get(&group).copied().unwrap_or_default();
        if waiting.all >= CALLERS || of_group >= most {
            return None;
        }
        waiting.all += 1;
        waiting.of.insert(group.clone(), of_group + 1);
        Some(Place { group, patience: self.clone() })
    }
}

/// How long a caller waits, and its place among those that do until this is dropped.
#[derive(Debug)]
pub(crate) struct Wait {
    pub(crate) time: Duration,
    _place: Option<Place>,
}

/// Somebody who waits.
#[derive(Debug)]
struct Place {
    group: String,
    patience: Arc<Patience>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.patience.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.all = waiting.all.saturating_sub(1);
        match waiting.of.get_mut(&self.group) {
            Some(others) if *others > 1 => *others -= 1,
            _ => drop(waiting.of.remove(&self.group)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_its_places_and_all_have_theirs() {
        let patience = Arc::new(Patience::default());
        let place = |group: &str| patience.place(group.to_owned(), 2);
        let (first, _second) = (place("a").unwrap(), place("a").unwrap());
        assert!(place("a").is_none());
        let _other = place("b").unwrap();
        drop(first);
        let _again = place("a").unwrap();
        assert!(place("a").is_none());
        let many: Vec<_> = (0..CALLERS).map(|n| place(&n.to_string())).collect();
        assert_eq!(many.iter().flatten().count(), CALLERS - 3);
        assert!(place("c").is_none());
        drop(many);
        assert!(place("c").is_some());
        assert_eq!(patience.0.lock().unwrap().of.len(), 2, "nobody is remembered who has left");
    }
}
