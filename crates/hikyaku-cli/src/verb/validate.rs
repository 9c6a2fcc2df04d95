use clap::{Args, ValueEnum};
use hikyaku::{
    message::ValidateKind,
    model::{Check, Checker, SendKind, send::check_messages},
};

use crate::{
    connect::Connection, failure::usage, messages::MessageArgs, output::Output,
    targeting::TargetingArgs,
};

#[derive(Debug, Args)]
#[command(after_help = "\
LINE validates the messages, and its verdict counts. With --local, this program checks them, without a network or a token.

Examples:
  hikyaku validate push --flex @bubble.json --alt-text 'your receipt'
  hikyaku validate broadcast --message @news.json --local
  hikyaku validate narrowcast --text 'hello' --limit-max 0 --local")]
pub(crate) struct Validate {
    /// How they are to be sent
    kind: Kind,

    #[command(flatten)]
    messages: MessageArgs,

    /// Check here, without a network
    #[arg(long)]
    local: bool,

    #[command(flatten)]
    targeting: TargetingArgs,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Reply,
    Push,
    Multicast,
    Narrowcast,
    Broadcast,
}

impl Kind {
    fn for_line(self) -> ValidateKind {
        match self {
            Self::Reply => ValidateKind::Reply,
            Self::Push => ValidateKind::Push,
            Self::Multicast => ValidateKind::Multicast,
            Self::Narrowcast => ValidateKind::Narrowcast,
            Self::Broadcast => ValidateKind::Broadcast,
        }
    }

    fn for_rules(self) -> SendKind {
        match self {
            Self::Reply => SendKind::Reply,
            Self::Push => SendKind::Push,
            Self::Multicast => SendKind::Multicast,
            Self::Narrowcast => SendKind::Narrowcast,
            Self::Broadcast => SendKind::Broadcast,
        }
    }
}

impl Validate {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        if self.targeting.is_given() && self.kind != Kind::Narrowcast {
            return Err(usage(
                "only a narrowcast has a recipient, a filter or a limit; leave them out",
            ));
        }
        let messages = self.messages.read(output)?;
        let targeting = self.targeting.read()?;
        let mut checker = Checker::default();
        // LINE checks only the messages, and ignores misspelt keys elsewhere.
        targeting.check(&mut checker);
        if self.local {
            check_messages(&messages, Some(self.kind.for_rules()), &mut checker);
            checker.finish().map_err(hikyaku::Error::from)?;
            return output.done("valid by the rules that this program knows");
        }
        checker.finish().map_err(hikyaku::Error::from)?;
        let client = self.connection.client(output)?;
        client.validate(self.kind.for_line(), &messages).targeting(targeting).await?;
        output.done("valid, says LINE")
    }
}
