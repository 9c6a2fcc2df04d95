use std::time::Duration;

use hikyaku_model::limits::Rate;
use jiff::Timestamp;

use super::Sim;
use crate::{
    api,
    clock::{Clock, ClockMode},
    fault::{FaultRule, InvalidFault},
    state::World,
};

/// Faults, limits and time.
impl Sim {
    /// Adds a fault rule, and returns its id.
    ///
    /// # Errors
    /// The rule is invalid, such as a probability of 2, or can match nothing, because LINE has no operation with its
    /// method and path.
    pub fn fault(&self, rule: FaultRule) -> Result<String, InvalidFault> {
        api::check_place(&rule)?;
        self.change(|world| world.faults.add(rule))
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.change(|world| world.faults.clear());
    }

    /// Returns how many requests a rule has hit.
    pub fn fault_hits(&self, id: &str) -> u64 {
        self.look(|world| world.faults.hits(id))
    }

    /// Sets whether rate limits are enforced.
    pub fn set_rate_limits(&self, on: bool) {
        self.change(|world| world.rate_limits = on);
    }

    /// Sets the rate limit of one operation, by its documented path; `None` removes it. The buckets of all channels are
    /// refilled. Returns whether there is such an operation.
    pub fn set_rate_limit(&self, method: &str, path: &str, rate: impl Into<Option<Rate>>) -> bool {
        let Some(endpoint) = api::documented(method, path) else {
            return false;
        };
        let rate = rate.into();
        self.change(|world| world.set_rate(endpoint, rate));
        true
    }

    /// Returns the simulator's time.
    pub fn now(&self) -> Timestamp {
        self.look(|world| world.clock.now())
    }

    /// Sets the clock.
    pub fn set_clock(&self, mode: ClockMode) {
        self.change(|world| world.clock = Clock::new(mode));
    }

    /// Advances the clock, and lets everything happen that falls due until then.
    pub fn advance(&self, by: Duration) {
        self.change(|world| world.clock.advance(by));
    }

    /// Resets the simulator to the start: no users, no messages, no faults. Channels and their credentials stay.
    pub fn reset(&self) {
        self.change(World::reset);
    }
}
