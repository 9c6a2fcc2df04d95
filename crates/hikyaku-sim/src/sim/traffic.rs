use std::{fmt, time::Duration};

use hikyaku_model::UserId;
use tokio::time::timeout;

use super::Sim;
use crate::state::{
    World,
    log::LoggedRequest,
    outbox::{Delivery, DeliveryFilter},
    person::UserKey,
};

/// How long the methods that wait do so, unless [`Sim::within`] says otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What was delivered, and what was asked.
impl Sim {
    /// Returns all deliveries that are still kept, of all channels, oldest first: one for each user whom a request
    /// reached.
    pub fn outbox(&self) -> Vec<Delivery> {
        self.outbox_of(&DeliveryFilter::default())
    }

    /// Returns the deliveries that match, oldest first.
    pub fn outbox_of(&self, filter: &DeliveryFilter) -> Vec<Delivery> {
        self.look(|world| world.outbox.find(filter, usize::MAX))
    }

    /// Returns the number of deliveries, whether they are still kept or not.
    pub fn delivered(&self) -> u64 {
        self.look(|world| world.outbox.delivered())
    }

    /// Returns the number of deliveries to a user, whether they are still kept or not.
    pub fn delivery_count(&self, user: &UserId) -> u32 {
        let user = UserKey::parse(user.as_str());
        user.map_or(0, |user| self.look(|world| world.outbox.count_of(user)))
    }

    /// Returns the number of users who had any delivery.
    pub fn people_reached(&self) -> usize {
        self.look(|world| world.outbox.people())
    }

    /// Returns the users with more than one delivery, and their numbers, in the order of their ids.
    pub fn duplicates(&self) -> Vec<(UserId, u32)> {
        self.look(|world| world.outbox.repeated())
    }

    /// Waits until there were this many deliveries in all, and returns the outbox.
    ///
    /// # Errors
    /// It took longer than 10 seconds, or than the time set by [`Self::within`].
    pub async fn wait_for(&self, deliveries: u64) -> Result<Vec<Delivery>, WaitTimeout> {
        self.wait_until("deliveries", deliveries, |world| world.outbox.delivered()).await?;
        Ok(self.outbox())
    }

    /// Waits until there were this many requests in all, and returns the log.
    ///
    /// # Errors
    /// It took longer than 10 seconds, or than the time set by [`Self::within`].
    pub async fn wait_for_requests(
        &self,
        requests: u64,
    ) -> Result<Vec<LoggedRequest>, WaitTimeout> {
        self.wait_until("requests", requests, |world| world.log.requests()).await?;
        Ok(self.requests())
    }

    /// Returns the requests that are still kept, oldest first, without those to the control API.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.look(|world| world.log.iter().cloned().collect())
    }

    pub(super) async fn wait_until(
        &self,
        what: &'static str,
        wanted: u64,
        count: impl Fn(&World) -> u64,
    ) -> Result<(), WaitTimeout> {
        let reached = || self.look(|world| count(world)) >= wanted;
        if timeout(self.patience, self.running.shared.when(reached)).await.is_ok() {
            return Ok(());
        }
        let seen = self.look(|world| count(world));
        Err(self.timed_out(what.to_owned(), wanted, seen, None))
    }

    pub(super) fn timed_out(
        &self,
        what: String,
        wanted: u64,
        seen: u64,
        hint: Option<String>,
    ) -> WaitTimeout {
        let last_requests =
            self.look(|world| world.log.iter().rev().take(5).map(|r| format!("{r:?}")).collect());
        WaitTimeout { waited: self.patience, what, wanted, seen, hint, last_requests }
    }
}

/// The expected event did not happen in time.
#[derive(Clone, Debug)]
pub struct WaitTimeout {
    waited: Duration,
    what: String,
    wanted: u64,
    seen: u64,
    hint: Option<String>,
    last_requests: Vec<String>,
}

impl fmt::Display for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waited, what, wanted, seen, hint, last_requests } = self;
        write!(f, "waited {} s for {wanted} {what} and saw {seen}", waited.as_secs_f64())?;
        if let Some(hint) = hint {
            write!(f, "; {hint}")?;
        }
        if last_requests.is_empty() {
            return f.write_str("; no request has arrived");
        }
        write!(f, "; the last requests: {}", last_requests.join(", "))
    }
}

impl std::error::Error for WaitTimeout {}
