use clap::Args;
use hikyaku_gateway::{Served, Visitor};
use serde::Serialize;

use super::place::Place;
use crate::{failure::invalid, output::Output, work::CHANNEL};

/// Print a link that signs its opener in to the gateway's pages, once, within 15 minutes
#[derive(Debug, Args)]
#[command(after_help = "\
Anyone who has the link is signed in by it: send it where nobody else reads it.

Examples:
  hikyaku gateway sign-in --operator ann
  hikyaku gateway sign-in --viewer bob
  hikyaku gateway sign-in --user \"$USER_ID\"")]
pub(super) struct SignIn {
    #[command(flatten)]
    who: Who,

    /// The channel whose account the person speaks to, by its name in the configuration
    #[arg(long, value_name = "NAME", default_value = CHANNEL, requires = "user")]
    channel: String,
}

// Exactly one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// A person on LINE, who sees and makes tokens of their own
    #[arg(long, value_name = "ID")]
    user: Option<String>,

    /// Somebody who runs the gateway; the record of what is done on its pages has this name
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,

    /// Somebody who sees all that an operator sees, and changes nothing
    #[arg(long, value_name = "NAME")]
    viewer: Option<String>,
}

#[derive(Serialize)]
struct Printed<'a> {
    url: &'a str,
}

impl SignIn {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        // It has the address of the pages.
        let config = place.config()?;
        let state = place.open().await?.state;
        let Self { who, channel } = self;
        let (served, word, flag, visitor) = match who {
            Who { user: Some(user), .. } => {
                if !config.channel.contains_key(&channel) {
                    let why = format!("the configuration has no channel.{channel}");
                    return Err(invalid("--channel", why));
                }
                (Served::Pages, "pages", "--user", Visitor::Person { channel, user })
            }
            Who { operator: Some(name), .. } => {
                (Served::Operator, "operator", "--operator", Visitor::Operator { name })
            }
            Who { viewer, .. } => {
                let name = viewer.unwrap_or_default();
                (Served::Operator, "operator", "--viewer", Visitor::Viewer { name })
            }
        };
        let Some(url) = config.page_url(served) else {
            let why = format!("needs pages: no listener of the configuration serves \"{word}\"");
            return Err(invalid(flag, why));
        };
        let link =
            state.sign_in_link(visitor).await.map_err(|why| invalid(flag, why.to_string()))?;
        let path = if served == Served::Operator { "operator" } else { "my" };
        let url = format!("{url}/{path}/enter?link={link}");
        output.print(&Printed { url: &url }, &url)
    }
}
