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
    /// Adds a rule that makes requests fail; gives its id.
    ///
    /// # Errors
    /// The rule makes no sense, such as a probability of 2, or can hit nothing, because LINE has no operation of its method
    /// and path.
    pub fn fault(&self, rule: FaultRule) -> Result<String, InvalidFault> {
        api::check_place(&rule)?;
        self.change(|world| world.faults.add(rule))
    }

    /// Removes all rules that make requests fail.
    pub fn clear_faults(&self) {
        self.change(|world| world.faults.clear());
    }

    /// How many requests a rule has hit.
    pub fn fault_hits(&self, id: &str) -> u64 {
        self.look(|world| world.faults.hits(id))
    }

    /// Whether rate limits hold.
    pub fn set_rate_limits(&self, on: bool) {
        self.change(|world| world.rate_limits = on);
    }

    /// Sets the rate of one operation, by the path that it is documented with; with nothing it has no limit. The
    /// buckets of all channels are full again. Says whether there is such an operation.
    pub fn set_rate_limit(&self, method: &str, path: &str, rate: impl Into<Option<Rate>>) -> bool {
        let Some(endpoint) = api::documented(method, path) else {
            return false;
        };
        let rate = rate.into();
        self.change(|world| world.set_rate(endpoint, rate));
        true
    }

    /// The time in this simulator.
    pub fn now(&self) -> Timestamp {
        self.look(|world| world.clock.now())
    }

    /// Sets the clock.
    pub fn set_clock(&self, mode: ClockMode) {
        self.change(|world| world.clock = Clock::new(mode));
    }

    /// Sets the clock forward, and lets everything happen that falls due until then.
    pub fn advance(&self, by: Duration) {
        self.change(|world| world.clock.advance(by));
    }

    /// Goes back to the start: nobody is there, nothing was sent, no fault is set. Channels and their credentials stay.
    pub fn reset(&self) {
        self.change(World::reset);
    }
}
