use std::fmt;

use clap::Args;
use hikyaku_inbox::{EventFilter, Inbox, KeptEvent, KeptState};

use crate::{
    failure::not_found,
    output::{Output, visible},
};

/// Show one event: where it stands, its JSON, and what to do next
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku inbox show 17
  hikyaku inbox show --event-id 01FZ74A0TDDPYRVKNK77XKC3ZR
  hikyaku inbox show 17 --json | jq -r .body.message.text")]
pub(super) struct Show {
    #[arg(
        value_name = "ID",
        help = "Its number, as `inbox list` shows it",
        required_unless_present = "event_id"
    )]
    id: Option<i64>,

    /// The id that LINE gave it, instead of its number
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    event_id: Option<String>,
}

impl Show {
    pub(super) async fn run(self, inbox: &Inbox, output: Output) -> anyhow::Result<()> {
        let event = match (self.id, self.event_id) {
            (Some(id), _) => inbox.show(id).await?,
            (None, event_id) => {
                let event_id = event_id.unwrap_or_default();
                let filter = EventFilter::default().event_id(&event_id).limit(1);
                inbox.list(filter).await?.pop().ok_or_else(|| {
                    not_found(format!(
                        "there is no event {} in the inbox; those that were handled are kept for 7 days",
                        visible(&event_id)
                    ))
                })?
            }
        };
        output.print(&event, Story(&event))
    }
}

struct Story<'a>(&'a KeptEvent);

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KeptEvent { id, state, event_id, chat, at, received_at, attempts, due, .. } = self.0;
        writeln!(f, "event {id} is {state}")?;
        writeln!(f, "  LINE's id     {}", visible(event_id))?;
        writeln!(f, "  chat          {}", visible(chat.rsplit(' ').next().unwrap_or_default()))?;
        writeln!(f, "  happened      {at}")?;
        writeln!(f, "  came          {received_at}")?;
        writeln!(f, "  attempts      {attempts}")?;
        if *state == KeptState::Waiting {
            writeln!(f, "  due           {due}")?;
        }
        if let Some(done_at) = self.0.done_at {
            writeln!(f, "  done          {done_at}")?;
        }
        if self.0.late {
            writeln!(f, "  order         later events of its chat were handled before it")?;
        }
        if let Some(why) = &self.0.error {
            writeln!(f, "  last error    {}", visible(why))?;
        }
        write!(f, "  event         {}", visible(&self.0.body))?;
        match state {
            KeptState::Dead => write!(
                f,
                "\nnext: when the cause is mended, `hikyaku inbox retry {id}`; to give it up, `hikyaku inbox drop {id}`"
            ),
            KeptState::Unanswered => write!(
                f,
                "\nnext: it was handled, and its answer did not arrive; write to the chat yourself, then `hikyaku inbox drop {id}`"
            ),
            KeptState::Waiting if *attempts > 0 => {
                write!(
                    f,
                    "\nnext: it is tried again when it is due; `hikyaku inbox retry {id}` does so at once"
                )
            }
            _ => Ok(()),
        }
    }
}
