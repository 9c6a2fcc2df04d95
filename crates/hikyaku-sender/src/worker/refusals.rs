//! When a multicast that LINE refuses is no longer cut in two.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::store::Job;

/// So many recipients are refused alone, in the same words and before any is accepted: then it is the message, or the whole
/// list, and not one of them.
const ALONE: u32 = 10;

/// How an error's text begins to tell the id of LINE's request, after everything else.
const REQUEST_ID: &str = " [request id";

/// How many characters are told of a refusal at most.
const LONGEST: usize = 500;

/// How many messages are remembered at most.
const MESSAGES: usize = 1000;

/// What LINE said of the multicasts of each message: of a campaign, or of sends with the same contents.
#[derive(Default)]
pub(super) struct Refusals(Mutex<HashMap<u64, Said>>);

enum Said {
    /// Some recipients were accepted, so the message is good.
    Accepted,
    /// Only this, and to so many recipients alone.
    Refused { words: String, alone: u32 },
}

impl Refusals {
    /// LINE has accepted one.
    pub(super) fn accepted(&self, job: &Job) {
        let mut all = self.all();
        // Nearly always nothing was ever refused.
        if !all.is_empty() && all.len() < MESSAGES {
            all.insert(message(job), Said::Accepted);
        }
    }

    /// LINE has refused one for its recipients. Whether to believe that it is because of some of them.
    pub(super) fn refused(&self, job: &Job, reason: &str) -> bool {
        self.note(message(job), job.payload.recipients.ids().len(), reason)
    }

    fn note(&self, message: u64, recipients: usize, reason: &str) -> bool {
        let mut all = self.all();
        if all.len() >= MESSAGES {
            all.clear();
        }
        let words = words(reason);
        let said = all.entry(message).or_insert(Said::Refused { words: words.clone(), alone: 0 });
        let Said::Refused { words: before, alone } = said else { return true };
        if *before != words {
            (*before, *alone) = (words, 0);
        }
        *alone += u32::from(recipients == 1);
        *alone < ALONE
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Said>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is told of one that is not cut in two, with the id of LINE's request if the reason has it, however long it is.
pub(super) fn told(reason: &str) -> String {
    let (words, id) = reason.split_at(reason.rfind(REQUEST_ID).unwrap_or(reason.len()));
    let told = format!(
        "not cut in two, because each of {ALONE} recipients alone was refused in the same words: {words}"
    );
    let room = LONGEST.saturating_sub(id.chars().count());
    told.chars().take(room).chain(id.chars()).take(LONGEST).collect()
}

fn message(job: &Job) -> u64 {
    let mut hasher = DefaultHasher::new();
    job.channel().hash(&mut hasher);
    job.row.campaign.hash(&mut hasher);
    job.payload.body.as_ref().map(|body| &body.json).hash(&mut hasher);
    hasher.finish()
}

/// The words of a refusal, without its request's id and the places that it names.
fn words(reason: &str) -> String {
    let words = reason.split(REQUEST_ID).next().unwrap_or(reason);
    words.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_alone_in_the_same_words_and_none_accepted_are_enough() {
        let refusals = Refusals::default();
        assert!(refusals.note(1, 500, "to[3] is bad [request id a]"));
        for n in 0..9 {
            assert!(refusals.note(1, 1, &format!("to[{n}] is bad [request id {n}b]")), "{n}");
        }
        assert!(refusals.note(2, 1, "to[0] is bad"), "another message");
        assert!(!refusals.note(1, 1, "to[0] is bad"));
        assert!(!refusals.note(1, 500, "to[77] is bad"));
        assert!(refusals.note(1, 500, "something else"));
    }

    #[test]
    fn the_request_id_is_told_after_words_of_any_length() {
        let told = |words: String| super::told(&format!("{words} [request id 5a3f-1]"));
        let short = told("`to` is bad".to_owned());
        assert!(short.ends_with("words: `to` is bad [request id 5a3f-1]"), "{short}");
        let long = told("悪".repeat(600));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with("悪 [request id 5a3f-1]"), "{long}");
        assert_eq!(super::told(&"x".repeat(600)).chars().count(), LONGEST);
    }

    #[test]
    fn a_message_that_some_got_is_cut_for_the_others() {
        let refusals = Refusals::default();
        refusals.all().insert(1, Said::Accepted);
        for _ in 0..20 {
            assert!(refusals.note(1, 1, "bad"));
        }
    }
}
