use clap::Args;

use crate::{connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku quota-consumption
  hikyaku quota-consumption --json")]
pub(crate) struct QuotaConsumption {
    #[command(flatten)]
    connection: Connection,
}

impl QuotaConsumption {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let consumption = self.connection.client(output)?.quota_consumption().await?.into_inner();
        let text = format!("about {} messages sent this month", consumption.total_usage);
        output.print(&consumption, text)
    }
}
