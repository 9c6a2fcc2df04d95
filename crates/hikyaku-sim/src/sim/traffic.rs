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

/// How long [`Sim::wait_for`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was delivered, and what was asked.
impl Sim {
    /// All deliveries that are still kept, by all channels, oldest first: one for each person that a request reached.
    pub fn outbox(&self) -> Vec<Delivery> {
        self.outbox_of(&DeliveryFilter::default())
    }

    /// The deliveries that match, oldest first.
    pub fn outbox_of(&self, filter: &DeliveryFilter) -> Vec<Delivery> {
        self.look(|world| world.outbox.find(filter, usize::MAX))
    }

    /// How many deliveries there were, whether they are still kept or not.
    pub fn delivered(&self) -> u64 {
        self.look(|world| world.outbox.delivered())
    }

    /// How many deliveries a person had, whether they are still kept or not.
    pub fn delivery_count(&self, user: &UserId) -> u32 {
        let user = UserKey::parse(user.as_str());
        user.map_or(0, |user| self.look(|world| world.outbox.count_of(user)))
    }

    /// How many people had any delivery.
    pub fn people_reached(&self) -> usize {
        self.look(|world| world.outbox.people())
    }

    /// Who had more than one delivery, and how many; in the order of their ids.
    pub fn duplicates(&self) -> Vec<(UserId, u32)> {
        self.look(|world| world.outbox.repeated())
    }

    /// Waits until there were so many deliveries in all, and gives the outbox.
    ///
    /// # Errors
    /// It took more than 10 seconds.
    pub async fn wait_for(&self, deliveries: u64) -> Result<Vec<Delivery>, WaitTimeout> {
        self.wait_until("deliveries", deliveries, |world| world.outbox.delivered()).await?;
        Ok(self.outbox())
    }

    /// Waits until there were so many requests in all, and gives the log.
    ///
    /// # Errors
    /// It took more than 10 seconds.
    pub async fn wait_for_requests(
        &self,
        requests: u64,
    ) -> Result<Vec<LoggedRequest>, WaitTimeout> {
        self.wait_until("requests", requests, |world| world.log.requests()).await?;
        Ok(self.requests())
    }

    /// The requests that are still kept, oldest first. Those to the control API are not among them.
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
        if timeout(PATIENCE, self.running.shared.when(reached)).await.is_ok() {
            return Ok(());
        }
        Err(self.look(|world| WaitTimeout {
            what,
            wanted,
            seen: count(world),
            last_requests: world.log.iter().rev().take(5).map(|r| format!("{r:?}")).collect(),
        }))
    }
}

/// What was waited for did not happen in time.
#[derive(Clone, Debug)]
pub struct WaitTimeout {
    what: &'static str,
    wanted: u64,
    seen: u64,
    last_requests: Vec<String>,
}

impl fmt::Display for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, wanted, seen, last_requests } = self;
        let seconds = PATIENCE.as_secs();
        write!(f, "waited {seconds} s for {wanted} {what} and saw {seen}")?;
        if last_requests.is_empty() {
            return f.write_str("; no request has arrived");
        }
        write!(f, "; the last requests: {}", last_requests.join(", "))
    }
}

impl std::error::Error for WaitTimeout {}
