use std::num::NonZeroUsize;

use hikyaku_webhook::SeenInMemory;
use proptest::prelude::*;

#[test]
fn an_event_is_first_once_and_clones_share_what_they_know() {
    let seen = SeenInMemory::default();
    assert!(seen.is_first("01FZ74A0TDDPYRVKNK77XKC3ZR"));
    assert!(!seen.clone().is_first("01FZ74A0TDDPYRVKNK77XKC3ZR"));
    assert!(seen.is_first("01FZ74A0TDDPYRVKNK77XKC3ZS"));
}

#[test]
fn the_oldest_is_forgotten_first() {
    let seen = SeenInMemory::new(NonZeroUsize::new(2).unwrap());
    assert!(["a", "b", "c"].map(|id| seen.is_first(id)).iter().all(|first| *first));
    assert_eq!(["b", "c", "a", "b"].map(|id| seen.is_first(id)), [false, false, true, true]);
}

#[test]
fn an_id_of_absurd_length_is_not_kept() {
    let seen = SeenInMemory::default();
    assert!(seen.is_first(&"x".repeat(65)) && seen.is_first(&"x".repeat(65)));
}

proptest! {
    #[test]
    fn within_its_capacity_it_never_errs(ids in prop::collection::vec("[a-e]{1,2}", 0..60)) {
        let seen = SeenInMemory::new(NonZeroUsize::new(30).unwrap());
        let mut known = std::collections::HashSet::new();
        for id in ids {
            prop_assert_eq!(seen.is_first(&id), known.insert(id));
        }
    }
}
