use clap::Args;
use hikyaku_inbox::{EventAct, Inbox};
use hikyaku_sender::Time;

use super::act::{ActArgs, Doing};
use crate::output::Output;

/// Have a dead letter handled again, or all that match
#[derive(Debug, Args)]
#[command(after_help = "\
Without --state, all dead letters. With --state waiting, those that wait for their next attempt are tried at once. What an \
earlier attempt did outside of its transaction may happen again.

Examples:
  hikyaku inbox retry 17
  hikyaku inbox retry --error 'timed out' --dry-run
  hikyaku inbox retry --chat \"$USER_ID\" --yes")]
pub(super) struct Retry {
    #[command(flatten)]
    which: ActArgs,
}

impl Retry {
    pub(super) async fn run(self, inbox: &Inbox, now: Time, output: Output) -> anyhow::Result<()> {
        let doing = Doing {
            act: EventAct::Retry,
            one: "will be handled again",
            many: "will be handled again",
            would: "would be handled again",
        };
        doing.run(self.which, inbox, now, output).await
    }
}
