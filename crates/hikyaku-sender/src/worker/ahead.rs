use std::time::Duration;

use tokio::time::Instant;

/// Deliveries are claimed so long before they are sent that no request waits for a commit. What is claimed too early
/// outlives its permit, and keeps more urgent deliveries waiting.
const RESERVE: Duration = Duration::from_millis(40);

/// However long a claim takes, nothing is claimed so early that its permit has run out when its turn comes.
const LONGEST: Duration = Duration::from_millis(80);

/// How many wait in memory at most.
const MOST: usize = 1000;

/// How much is to be claimed, by how fast it is sent and how long a claim takes.
pub(super) struct Ahead {
    concurrency: usize,
    /// Requests a second.
    rate: f64,
    /// How many were sent since when.
    sent: u32,
    since: Instant,
    claiming_since: Instant,
    claim_took: Duration,
}

impl Ahead {
    pub(super) fn new(concurrency: usize) -> Self {
        let now = Instant::now();
        Self {
            concurrency,
            rate: 0.0,
            sent: 0,
            since: now,
            claiming_since: now,
            claim_took: Duration::ZERO,
        }
    }

    pub(super) fn sent(&mut self, requests: u32) {
        self.sent += requests;
    }

    /// A claim has ended that began with the last [`want`](Self::want).
    pub(super) fn claimed(&mut self, now: Instant) {
        self.claim_took = (self.claim_took + (now - self.claiming_since)) / 2;
    }

    /// How many to claim now, while so many are on their way, so many wait to be sent and so many are not settled; none
    /// as long as enough are waiting, because a claim is a commit, whatever it takes.
    pub(super) fn want(
        &mut self,
        now: Instant,
        sending: usize,
        queued: usize,
        unsettled: usize,
    ) -> usize {
        let elapsed = now - self.since;
        if elapsed >= RESERVE / 4 {
            let rate = f64::from(self.sent) / elapsed.as_secs_f64();
            self.rate = self.rate.midpoint(rate);
            (self.sent, self.since) = (0, now);
        }
        let reserve = self.reserve();
        let room = (self.concurrency + 2 * MOST).saturating_sub(unsettled);
        let want = (self.concurrency - sending + reserve).saturating_sub(queued).min(room);
        if want * 2 <= reserve {
            return 0;
        }
        self.claiming_since = now;
        want
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float that is too large becomes the largest integer"
    )]
    fn reserve(&self) -> usize {
        let seconds = RESERVE.max(self.claim_took * 2).min(LONGEST).as_secs_f64();
        ((self.rate * seconds) as usize).min(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_with_as_many_as_may_be_on_their_way() {
        let mut ahead = Ahead::new(64);
        assert_eq!(ahead.want(Instant::now(), 0, 0, 0), 64);
        assert_eq!(ahead.want(Instant::now(), 64, 0, 64), 0);
    }

    #[test]
    fn it_claims_what_is_soon_sent_and_no_more() {
        let mut ahead = Ahead::new(64);
        let mut now = ahead.since;
        // 10,000 a second.
        for _ in 0..20 {
            now += Duration::from_millis(10);
            ahead.sent(100);
            ahead.want(now, 64, 0, 64);
        }
        let want = ahead.want(now, 64, 0, 64);
        assert!((390..=400).contains(&want), "{want}");
        assert_eq!(
            ahead.want(now, 64, want / 2, 64),
            want - want / 2,
            "half of it is a commit's worth"
        );
        assert_eq!(ahead.want(now, 64, want / 2 + 1, 64), 0);
        assert_eq!(
            ahead.want(now, 64, 0, 64 + 2 * MOST),
            0,
            "the store does not take what came of them"
        );
    }
}
