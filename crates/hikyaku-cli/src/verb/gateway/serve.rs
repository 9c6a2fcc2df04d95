use std::{collections::BTreeMap, path::Path};

use hikyaku_gateway::{Config, Gateway};
use serde::Serialize;

use crate::{output::Output, stop::StopSignals};

/// Where it listens, by the names of the configuration.
#[derive(Serialize)]
struct Listening {
    urls: BTreeMap<String, String>,
}

pub(super) async fn run(config: &Path, output: Output) -> anyhow::Result<()> {
    let gateway = Gateway::open(Config::read(config)?).await?;
    let stop = StopSignals::listen()?;
    let url = |(name, address): (&String, &std::net::SocketAddr)| {
        (name.clone(), format!("http://{address}"))
    };
    let listening = Listening { urls: gateway.addresses().iter().map(url).collect() };
    let told: Vec<_> =
        listening.urls.iter().map(|(name, url)| format!("{name} listens at {url}")).collect();
    output.print(&listening, told.join("\n"))?;
    gateway.run(stop.wait()).await?;
    Ok(())
}
