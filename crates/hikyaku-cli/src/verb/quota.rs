use clap::Args;
use hikyaku::message::QuotaKind;

use crate::{connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku quota
  hikyaku quota --json")]
pub(crate) struct Quota {
    #[command(flatten)]
    connection: Connection,
}

impl Quota {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let quota = self.connection.client(output)?.quota().await?.into_inner();
        let text = match (&quota.kind, quota.value) {
            (QuotaKind::None, _) => "no limit this month".to_owned(),
            (_, Some(value)) => format!("{value} messages this month"),
            (kind, None) => format!("a limit of an unknown kind ({kind:?})"),
        };
        output.print(&quota, text)
    }
}
