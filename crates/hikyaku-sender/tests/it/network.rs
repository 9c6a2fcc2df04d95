//! Where a worker runs that is to be cut off, and its ways to the servers: a network namespace where this machine lets one
//! make them, as root may; otherwise this machine, behind proxies. `HIKYAKU_TEST_NETNS=required` demands namespaces.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Command,
};

use crate::{
    namespace::{Namespace, Wire},
    proxy::{Cut, Proxy},
};

/// A place for a worker.
pub(crate) struct Site(Option<Namespace>);

/// The way from a worker to one server.
pub(crate) enum Way {
    Wire(Wire),
    /// Nothing before it is opened.
    Proxy(Option<Proxy>),
}

impl Site {
    pub(crate) fn new() -> Self {
        match Namespace::new().and_then(|namespace| namespace.wire().map(|_| namespace)) {
            Ok(namespace) => {
                crate::tell("networks are cut in network namespaces");
                Self(Some(namespace))
            }
            Err(why) => {
                let required = std::env::var("HIKYAKU_TEST_NETNS").as_deref() == Ok("required");
                assert!(!required, "network namespaces are required, and this machine says: {why}");
                crate::tell(&format!(
                    "networks are cut by proxies, for there are no namespaces: {why}"
                ));
                Self(None)
            }
        }
    }

    pub(crate) fn way(&self) -> Way {
        match &self.0 {
            Some(namespace) => Way::Wire(namespace.wire().unwrap()),
            None => Way::Proxy(None),
        }
    }

    /// Lets a program run there.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        match &self.0 {
            Some(namespace) => namespace.command(program),
            None => Command::new(program),
        }
    }
}

impl Way {
    /// Where the server has to listen.
    pub(crate) fn server(&self) -> Ipv4Addr {
        match self {
            Self::Wire(wire) => wire.server(),
            Self::Proxy(_) => Ipv4Addr::LOCALHOST,
        }
    }

    /// Opens it to a server that listens there, at this port. Where the worker finds it.
    pub(crate) async fn open(&mut self, port: u16) -> SocketAddr {
        let server = SocketAddr::from((self.server(), port));
        match self {
            Self::Wire(_) => server,
            Self::Proxy(proxy) => proxy.insert(Proxy::start(server).await).address(),
        }
    }

    pub(crate) fn cut(&self, cut: Cut) {
        match self {
            Self::Wire(wire) => wire.cut(cut),
            Self::Proxy(proxy) => proxy.as_ref().unwrap().cut(cut),
        }
    }

    pub(crate) fn heal(&self) {
        match self {
            Self::Wire(wire) => wire.heal(),
            Self::Proxy(proxy) => proxy.as_ref().unwrap().heal(),
        }
    }
}
