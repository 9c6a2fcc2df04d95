use clap::Args;
use hikyaku::notify::TargetType;

use super::{Service, send::left};
use crate::output::{Output, visible};

/// Show whom the token sends to
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku notify status --json")]
pub(super) struct Status {}

impl Status {
    pub(super) async fn run(self, service: &Service, output: Output) -> anyhow::Result<()> {
        let status = service.client()?.status(&service.token()?).await?.into_inner();
        let name = visible(status.target.as_deref().unwrap_or("(no name)"));
        let kind = match &status.target_type {
            TargetType::User => "the user",
            TargetType::Group => "the group",
            TargetType::Other(word) => word,
            _ => "a chat of an unknown kind:",
        };
        let left = left(&status.rate_limits);
        output.print(&status, format_args!("sends to {kind} {name}{left}"))
    }
}
