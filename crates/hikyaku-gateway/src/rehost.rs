//! The images that the gateway fetches, and the addresses from which it may: the public internet, and networks that its
//! operator names. A script that anybody can make send a URL must not reach what only the gateway's machine can.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::Deserialize;

use crate::Error;

/// The images given by URL that the gateway fetches, re-encodes and serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Rehost {
    /// None: URLs are passed to LINE unchanged, and must begin with https.
    #[default]
    Off,
    /// Those without https, which LINE refuses.
    Http,
    /// All: LINE also refuses large ones.
    All,
}

impl Rehost {
    /// Returns whether the image at this URL is fetched.
    pub(crate) fn fetches(self, url: &str) -> bool {
        let is = |scheme: &str| {
            url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        match self {
            Self::Off => false,
            Self::Http => is("http://"),
            Self::All => is("http://") || is("https://"),
        }
    }
}

/// A network, such as `192.168.1.0/24`, or a single address.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    /// The length of the prefix, in bits.
    bits: u8,
}

impl Network {
    /// Returns whether an address belongs to the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                let differs = one.to_bits() ^ other.to_bits();
                differs.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => {
                let differs = one.to_bits() ^ other.to_bits();
                differs.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }

    const fn v4(a: u8, b: u8, c: u8, bits: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), bits }
    }

    const fn v6(a: u16, b: u16, bits: u8) -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0)), bits }
    }
}

impl FromStr for Network {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong =
            || Error::new(format!("{text} is no address and no network such as 192.168.1.0/24"));
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse().map_err(|_| wrong())?,
            None => most,
        };
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

impl TryFrom<String> for Network {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// The IPv4 ranges that are not public.
///
/// Source: <https://www.iana.org/assignments/iana-ipv4-special-registry/>
const RESERVED_V4: [Network; 15] = [
    // This network.
    Network::v4(0, 0, 0, 8),
    // Private.
    Network::v4(10, 0, 0, 8),
    // Shared behind the NAT of a carrier.
    Network::v4(100, 64, 0, 10),
    // Loopback.
    Network::v4(127, 0, 0, 8),
    // Link-local, with the metadata of cloud machines.
    Network::v4(169, 254, 0, 16),
    Network::v4(172, 16, 0, 12),
    // Protocol assignments, and documentation.
    Network::v4(192, 0, 0, 24),
    Network::v4(192, 0, 2, 24),
    // Relays from IPv6.
    Network::v4(192, 88, 99, 24),
    Network::v4(192, 168, 0, 16),
    // Benchmarks, and documentation.
    Network::v4(198, 18, 0, 15),
    Network::v4(198, 51, 100, 24),
    Network::v4(203, 0, 113, 24),
    // Multicast, and what is reserved, broadcast among it.
    Network::v4(224, 0, 0, 4),
    Network::v4(240, 0, 0, 4),
];

/// The public range of IPv6. It excludes loopback, private and link-local addresses, multicast, and IPv4 addresses that
/// are mapped or translated (`::ffff:0:0/96`, `64:ff9b::/96`).
const GLOBAL_V6: Network = Network::v6(0x2000, 0, 3);

/// The parts of that range that are not public.
///
/// Source: <https://www.iana.org/assignments/iana-ipv6-special-registry/>
const RESERVED_V6: [Network; 4] = [
    // Protocol assignments: Teredo, benchmarks, ORCHID.
    Network::v6(0x2001, 0, 23),
    // Documentation.
    Network::v6(0x2001, 0x0db8, 32),
    Network::v6(0x3fff, 0, 20),
    // 6to4, which contains an IPv4 address.
    Network::v6(0x2002, 0, 16),
];

/// Whether an address is one of the internet's.
pub(crate) fn is_public(address: IpAddr) -> bool {
    let reserved: &[Network] = if address.is_ipv4() { &RESERVED_V4 } else { &RESERVED_V6 };
    (address.is_ipv4() || GLOBAL_V6.contains(address))
        && !reserved.iter().any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edges_of_the_internet() {
        let ours = "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 \
            169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.255 \
            192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.255 224.0.0.1 \
            239.255.255.255 240.0.0.0 255.255.255.255 \
            :: ::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 ::8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 \
            2001::1 2001:0:53aa::1 2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 \
            2002::1 2002:7f00:1::1 2002:808:808::1 3fff::1 3fff:fff::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1 fec0::1 \
            ff02::1 ff0e::1 4000::1 1fff::1";
        let others = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
            169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 \
            192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 \
            223.255.255.255 \
            2000::1 2001:200::1 2001:db7:ffff::1 2001:db9::1 2001:4860:4860::8888 2003::1 2400:cb00::1 2606:4700::1111 \
            2a00:1450::1 3ffe:ffff::1 3fff:1000::1";
        for address in ours.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in others.split_whitespace() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn networks_are_read() {
        for (text, inside, outside) in [
            ("192.168.1.0/24", "192.168.1.255", "192.168.2.0"),
            ("192.168.1.20", "192.168.1.20", "192.168.1.21"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::1", "::1", "127.0.0.1"),
            ("0.0.0.0/0", "203.0.113.1", "::1"),
        ] {
            let network: Network = text.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{text}");
            assert!(!network.contains(outside.parse().unwrap()), "{text}");
        }
        for wrong in ["", "camera", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    proptest! {
        /// What the standard library calls by a name is never the internet, whatever our tables say.
        #[test]
        fn no_address_with_a_special_name_is_public(v4 in any::<u32>(), top in 0u8..=255) {
            for bits in [v4, (v4 & 0x00ff_ffff) | (u32::from(top) << 24)] {
                let address = Ipv4Addr::from_bits(bits);
                let is_special = address.is_private() || address.is_loopback() || address.is_link_local()
                    || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                    || address.is_unspecified();
                prop_assert!(!(is_special && is_public(address.into())), "{}", address);
                prop_assert!(!is_public(address.to_ipv6_mapped().into()), "{}", address);
                prop_assert!(!is_public(address.to_ipv6_compatible().into()), "{}", address);
                let [a, b, c, d] = address.octets().map(u16::from);
                let (high, low) = ((a << 8) | b, (c << 8) | d);
                for holds in [
                    Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                    Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 1),
                ] {
                    prop_assert!(!is_public(holds.into()), "{}", holds);
                }
            }
        }

        #[test]
        fn no_address_of_ipv6_with_a_special_name_is_public(bits in any::<u128>(), top in any::<u16>()) {
            let address = Ipv6Addr::from_bits((bits >> 16) | (u128::from(top) << 112));
            let is_special = address.is_loopback() || address.is_multicast() || address.is_unspecified()
                || address.is_unique_local() || address.is_unicast_link_local();
            prop_assert!(!(is_special && is_public(address.into())), "{}", address);
            prop_assert_eq!(is_public(address.into()) && !(0x2000..0x4000).contains(&address.segments()[0]), false);
        }
    }
}
