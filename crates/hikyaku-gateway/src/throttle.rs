//! How often one address may do a thing.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long a count goes on.
const WINDOW: Duration = Duration::from_secs(60);

/// The most addresses that are counted; then all that are over are forgotten, and if none is, all.
const ADDRESSES: usize = 20_000;

/// Counts by address, in memory. Addresses of IPv6 are counted by their network of 64 bits, of which one person has as many
/// as there are.
#[derive(Debug)]
pub(crate) struct Throttle {
    most: u32,
    counts: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

impl Throttle {
    /// Allows so many in a minute.
    pub(crate) fn new(most: u32) -> Self {
        Self { most, counts: Mutex::default() }
    }

    /// Whether the address may do it once more. It is not counted yet.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .get(&network(address))
            .is_none_or(|(began, count)| began.elapsed() >= WINDOW || *count < self.most)
    }

    /// Counts, and says whether it was still allowed.
    pub(crate) fn count(&self, address: IpAddr) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= ADDRESSES {
            counts.retain(|_, (began, _)| began.elapsed() < WINDOW);
            if counts.len() >= ADDRESSES {
                counts.clear();
            }
        }
        let (began, count) = counts.entry(network(address)).or_insert((Instant::now(), 0));
        if began.elapsed() >= WINDOW {
            (*began, *count) = (Instant::now(), 0);
        }
        *count = count.saturating_add(1);
        *count <= self.most
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_own_count() {
        let throttle = Throttle::new(2);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let (one, other) = (address("2001:db8::1"), address("2001:db8::ffff:2"));
        assert!(throttle.allows(one) && throttle.count(one) && throttle.count(other));
        assert!(!throttle.allows(one) && !throttle.count(other));
        assert!(throttle.count(address("2001:db8:0:1::1")));
        assert!(
            throttle.count(address("192.0.2.1")) && throttle.count(address("::ffff:192.0.2.1"))
        );
        assert!(!throttle.allows(address("192.0.2.1")) && throttle.allows(address("192.0.2.2")));
    }
}
