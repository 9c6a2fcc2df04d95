use std::collections::BTreeMap;

use hikyaku_gateway::{Gateway, Listener};
use serde::Serialize;

use super::place::Place;
use crate::{output::Output, stop::StopSignals};

/// The listeners' addresses, by the names in the configuration.
#[derive(Serialize)]
struct Listening {
    urls: BTreeMap<String, String>,
}

pub(super) async fn run(
    place: &Place,
    insecure_pictures: bool,
    output: Output,
) -> anyhow::Result<()> {
    let config = place.config_to_serve(insecure_pictures)?;
    let is_https = |listen: &Listener| listen.certificate_file.is_some();
    let secure: Vec<_> =
        config.listen.iter().filter(|it| is_https(it.1)).map(|it| it.0.clone()).collect();
    let gateway = Gateway::open(config).await?;
    let stop = StopSignals::listen()?;
    let url = |(name, address): (&String, &std::net::SocketAddr)| {
        let scheme = if secure.contains(name) { "https" } else { "http" };
        (name.clone(), format!("{scheme}://{address}"))
    };
    let listening = Listening { urls: gateway.addresses().iter().map(url).collect() };
    let told: Vec<_> =
        listening.urls.iter().map(|(name, url)| format!("{name} listens at {url}")).collect();
    output.print(&listening, told.join("\n"))?;
    gateway.run(stop.wait()).await?;
    Ok(())
}
