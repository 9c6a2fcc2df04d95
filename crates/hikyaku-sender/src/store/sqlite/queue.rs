//! What waits for the writer: steps that must not wait long go first, and the others have a share of each commit all the same.

use std::{collections::VecDeque, fmt};

use tokio::sync::mpsc;

/// How many steps share one commit at most.
const BATCH: usize = 1000;

/// How many of the others go with steps that go first, and how many may be done already when one of those comes.
const SHARE: usize = 50;

/// Where steps are put in.
pub(super) struct Entry<T> {
    first: mpsc::Sender<T>,
    /// Nothing at all only wakes the writer.
    rest: mpsc::Sender<Option<T>>,
}

/// Where the writer takes them out.
pub(super) struct Queue<T> {
    first: mpsc::Receiver<T>,
    rest: mpsc::Receiver<Option<T>>,
    /// Those of the rest that were taken out, and gave way.
    back: VecDeque<T>,
}

pub(super) fn queue<T>() -> (Entry<T>, Queue<T>) {
    let (first, of_first) = mpsc::channel(BATCH);
    let (rest, of_rest) = mpsc::channel(BATCH);
    (Entry { first, rest }, Queue { first: of_first, rest: of_rest, back: VecDeque::new() })
}

impl<T> fmt::Debug for Entry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").finish_non_exhaustive()
    }
}

impl<T> Entry<T> {
    /// Puts a step in, as soon as there is room; whether there still is a writer.
    pub(super) async fn put(&self, step: T, goes_first: bool) -> bool {
        if !goes_first {
            return self.rest.send(Some(step)).await.is_ok();
        }
        let is_in = self.first.send(step).await.is_ok();
        // Where there is no room, the writer is awake.
        let _ = self.rest.try_send(None);
        is_in
    }
}

impl<T> Queue<T> {
    /// Waits for steps and takes out those of the next commit. How many of them are done in any case; before another of the
    /// rest, it may be asked whether all [give way](Self::must_give_way). Nothing when no more come.
    pub(super) fn take(&mut self, batch: &mut Vec<T>) -> Option<usize> {
        while batch.is_empty() {
            if self.first.is_empty() && self.back.is_empty() {
                match self.rest.blocking_recv() {
                    Some(step) => self.back.extend(step),
                    None if self.first.is_empty() => return None,
                    None => {}
                }
            }
            while batch.len() < BATCH
                && let Ok(step) = self.first.try_recv()
            {
                batch.push(step);
            }
            let most = if batch.is_empty() { BATCH } else { batch.len() + SHARE };
            let in_any_case = batch.len() + SHARE;
            while batch.len() < most
                && let Some(step) = self.next_of_the_rest()
            {
                batch.push(step);
            }
            if !batch.is_empty() {
                return Some(in_any_case);
            }
        }
        None
    }

    fn next_of_the_rest(&mut self) -> Option<T> {
        self.back
            .pop_front()
            .or_else(|| std::iter::from_fn(|| self.rest.try_recv().ok()).flatten().next())
    }

    /// Whether steps that go first have come meanwhile.
    pub(super) fn must_give_way(&self) -> bool {
        !self.first.is_empty()
    }

    /// Takes steps of the rest back, which come next of it.
    pub(super) fn put_back(&mut self, steps: impl DoubleEndedIterator<Item = T>) {
        steps.rev().for_each(|step| self.back.push_front(step));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The writer's thread has no runtime, so a test has one only while it puts steps in.
    fn put_all(entry: &Entry<usize>, steps: std::ops::Range<usize>, goes_first: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for step in steps {
                assert!(entry.put(step, goes_first).await);
            }
        });
    }

    #[test]
    fn some_go_first_and_the_others_have_their_share() {
        let (entry, mut queue) = queue();
        put_all(&entry, 0..200, false);
        put_all(&entry, 500..503, true);
        let mut batch = Vec::new();
        assert_eq!(queue.take(&mut batch), Some(3 + SHARE));
        let expected: Vec<usize> = (500..503).chain(0..SHARE).collect();
        assert_eq!(std::mem::take(&mut batch), expected);
        assert_eq!(queue.take(&mut batch), Some(SHARE));
        assert_eq!(batch, (SHARE..200).collect::<Vec<_>>());
    }

    #[test]
    fn what_gives_way_comes_next_and_in_its_order() {
        let (entry, mut queue) = queue();
        put_all(&entry, 0..200, false);
        let mut batch = Vec::new();
        queue.take(&mut batch);
        assert!(!queue.must_give_way());
        put_all(&entry, 500..501, true);
        assert!(queue.must_give_way());
        queue.put_back(batch.drain(60..));
        put_all(&entry, 200..300, false);
        batch.clear();
        queue.take(&mut batch);
        let expected: Vec<usize> = (500..501).chain(60..60 + SHARE).collect();
        assert_eq!(std::mem::take(&mut batch), expected);
        queue.take(&mut batch);
        assert_eq!(batch, (60 + SHARE..300).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_left_when_the_last_entry_is_gone() {
        let (entry, mut queue) = queue();
        put_all(&entry, 0..BATCH, false);
        put_all(&entry, 5000..5001, true);
        drop(entry);
        let (mut batch, mut all) = (Vec::new(), Vec::new());
        while queue.take(&mut batch).is_some() {
            all.append(&mut batch);
        }
        assert_eq!(all.len(), BATCH + 1);
        assert_eq!(all.first(), Some(&5000));
    }

    #[test]
    fn a_writer_that_sleeps_is_woken() {
        let (entry, mut queue) = queue();
        let writer = std::thread::spawn(move || {
            let mut batch = Vec::new();
            queue.take(&mut batch);
            batch
        });
        put_all(&entry, 1..2, true);
        assert_eq!(writer.join().unwrap(), [1]);
    }
}
