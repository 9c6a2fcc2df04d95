use clap::Args;
use hikyaku_inbox::{EventAct, Inbox};
use hikyaku_sender::Time;

use super::act::{ActArgs, Doing};
use crate::output::Output;

/// Give up a dead letter or an unanswered event, or all that match
#[derive(Debug, Args)]
#[command(after_help = "\
It is remembered for 7 days, so that LINE's redelivery does not bring it back. Without --state, all dead letters; an event \
that waits or is unanswered is given up with --state waiting or --state unanswered, or by its number.

Examples:
  hikyaku inbox drop 17
  hikyaku inbox drop --state dead --received-before 720h --yes")]
pub(super) struct Drop {
    #[command(flatten)]
    which: ActArgs,
}

impl Drop {
    pub(super) async fn run(self, inbox: &Inbox, now: Time, output: Output) -> anyhow::Result<()> {
        let doing = Doing {
            act: EventAct::Drop,
            one: "is given up",
            many: "are given up",
            would: "would be given up",
        };
        doing.run(self.which, inbox, now, output).await
    }
}
