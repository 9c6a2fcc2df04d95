use clap::{Args, Subcommand};
use hikyaku_gateway::{NewService, ServiceRow};
use serde::Serialize;

use super::place::Place;
use crate::{
    failure::{invalid, not_found},
    output::{Output, visible},
};

/// Register, list and remove the services that ask people for tokens
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku gateway service add --name Clinic --callback https://clinic.example/callback
  hikyaku gateway service remove 1")]
pub(super) struct Service {
    #[command(subcommand)]
    verb: ServiceVerb,
}

#[derive(Debug, Subcommand)]
enum ServiceVerb {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Register a service, and print its client id and secret this once
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway service add --name Clinic --callback https://clinic.example/callback")]
struct Add {
    /// What people see, and what stands in front of its messages
    #[arg(long)]
    name: String,

    /// Where people are sent back to, compared letter by letter; may come several times
    #[arg(long, value_name = "URL", required = true)]
    callback: Vec<String>,
}

/// List the services
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway service list --json")]
struct List {}

/// End a service, and all tokens that people gave it
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway service remove 1")]
struct Remove {
    /// Its number, as `service list` shows it
    id: i64,
}

#[derive(Serialize)]
struct Added<'a> {
    id: i64,
    client_id: &'a str,
    client_secret: &'a str,
}

#[derive(Serialize)]
struct Listed {
    services: Vec<ServiceRow>,
}

#[derive(Serialize)]
struct Nothing {}

impl Service {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        match self.verb {
            ServiceVerb::Add(Add { name, callback }) => add(place, name, callback, output).await,
            ServiceVerb::List(List {}) => list(place, output).await,
            ServiceVerb::Remove(Remove { id }) => remove(place, id, output).await,
        }
    }
}

async fn add(
    place: &Place,
    name: String,
    callbacks: Vec<String>,
    output: Output,
) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    let new = NewService { name, callbacks };
    let added = state.add_service(new).await.map_err(|why| invalid("service", why.to_string()))?;
    let (client_id, client_secret) = (added.client_id.as_str(), added.client_secret.as_str());
    let told = format!("client id      {client_id}\nclient secret  {client_secret}");
    output.print(&Added { id: added.id, client_id, client_secret }, told)
}

async fn list(place: &Place, output: Output) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    let services = state.services().await?;
    let rows =
        services.iter().map(|ServiceRow { id, client_id, name, callbacks, removed, .. }| {
            let state = if *removed { "removed" } else { "works" };
            let callbacks = callbacks.join(" ");
            format!("{id:>6}  {state:<8}  {client_id:<22}  {}  {callbacks}", visible(name))
        });
    let head = format!("{:>6}  {:<8}  {:<22}  name  callbacks", "id", "state", "client id");
    let told = std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n");
    output.print(&Listed { services }, told)
}

async fn remove(place: &Place, id: i64, output: Output) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    if !state.remove_service(id).await? {
        return Err(not_found(format!("there is no service {id}")));
    }
    output.print(&Nothing {}, format_args!("service {id} and its tokens work no more"))
}
