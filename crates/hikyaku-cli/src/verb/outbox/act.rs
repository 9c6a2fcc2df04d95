//! Commands for one delivery, or for all that match a filter.

use std::fmt;

use hikyaku_sender::{Act, Acted, DeliveryId, Filter, Outbox, Preview, State, delivery::Refusal};
use serde::{Serialize, Serializer};

use super::{filter::FilterArgs, list::Deliveries};
use crate::{
    act::{self, Asks, Which},
    consent,
    output::Output,
    progress::Share,
    store::StoreArgs,
};

/// One delivery, or a filter and whether to ask.
pub(super) type ActArgs = act::ActArgs<DeliveryId, FilterArgs>;

/// An act, and how it is told.
pub(in crate::verb) struct Doing {
    act: Act,
    /// The states that it is for, where the command names none.
    states: &'static [State],
    /// What has become of a delivery, of several, and what would: "17 deliveries would be sent again".
    one: &'static str,
    many: &'static str,
    would: &'static str,
}

/// The states of dead letters.
const DEAD: &[State] = &[State::Rejected, State::Unknown];

impl Doing {
    /// Withdraws what was not sent.
    pub(super) fn cancel() -> Self {
        Self {
            act: Act::Cancel,
            states: &[State::Ready],
            one: "is withdrawn",
            many: "are withdrawn",
            would: "would be withdrawn",
        }
    }

    /// Sends dead letters again.
    pub(in crate::verb) fn retry(may_duplicate: bool) -> Self {
        Self {
            act: Act::Retry { may_duplicate },
            states: DEAD,
            one: "will be sent again",
            many: "will be sent again",
            would: "would be sent again",
        }
    }

    /// Gives dead letters up.
    pub(in crate::verb) fn drop() -> Self {
        Self {
            act: Act::Drop,
            states: DEAD,
            one: "is given up",
            many: "are given up",
            would: "would be given up",
        }
    }

    /// Does it to what the words name.
    pub(super) async fn run(
        self,
        which: ActArgs,
        store: &StoreArgs,
        output: Output,
    ) -> anyhow::Result<()> {
        let outbox = store.open(output).await?;
        let now = outbox.now().await?;
        match which.which("delivery", "unknown", |filter| filter.filter(now))? {
            Which::One(id) => self.one(&outbox, id, output).await,
            Which::AllThatFit(mut filter, asks) => {
                if filter.states.is_empty() {
                    filter.states = self.states.to_vec();
                }
                self.many(&outbox, &filter, asks, output).await
            }
        }
    }

    async fn one(&self, outbox: &Outbox, id: DeliveryId, output: Output) -> anyhow::Result<()> {
        match self.act {
            Act::Cancel => outbox.cancel(id).await?,
            Act::Retry { may_duplicate: true } => outbox.retry_may_duplicate(id).await?,
            Act::Retry { .. } => outbox.retry(id).await?,
            _ => outbox.drop_dead_letter(id).await?,
        }
        output.done(format_args!("delivery {id} {}", self.one))
    }

    /// Does it to all that match, after a preview and a yes.
    pub(in crate::verb) async fn many(
        &self,
        outbox: &Outbox,
        filter: &Filter,
        asks: Asks,
        output: Output,
    ) -> anyhow::Result<()> {
        let preview = outbox.preview(filter, self.act).await?;
        let total = preview.possible;
        if asks == Asks::Only {
            let preview = Previewed::new(preview, self);
            return output.print(&preview, &preview);
        }
        if asks == Asks::First && total > 0 {
            consent::ask(
                format_args!("{total} deliveries {}", self.would),
                &Previewed::new(preview, self),
            )?;
        }
        let bar = Share::new(total);
        let acted = outbox.act_on(filter, self.act, |so_far| bar.show(so_far.done)).await?;
        drop(bar);
        let Acted { done, refused, .. } = acted;
        let did = Did { done, refused: Refused(refused), many: self.many };
        output.print(&did, &did)
    }
}

/// What would be done, as it is printed.
#[derive(Serialize)]
struct Previewed {
    deliveries: u64,
    possible: u64,
    refused: Refused,
    quota: u64,
    may_duplicate: u64,
    #[serde(flatten)]
    examples: Examples,
    #[serde(skip)]
    would: &'static str,
}

#[derive(Serialize)]
struct Examples {
    #[serde(rename = "examples")]
    shown: Vec<hikyaku_sender::Listed>,
}

impl Previewed {
    fn new(preview: Preview, doing: &Doing) -> Self {
        Self {
            deliveries: preview.deliveries(),
            possible: preview.possible,
            refused: Refused(preview.refused),
            quota: preview.quota,
            may_duplicate: preview.may_duplicate,
            examples: Examples { shown: preview.examples },
            would: doing.would,
        }
    }
}

impl fmt::Display for Previewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { possible, would, quota, may_duplicate, .. } = self;
        write!(f, "{possible} deliveries {would}")?;
        if *quota > 0 {
            write!(f, ", which may use up {quota} of the month's messages")?;
        }
        if *may_duplicate > 0 {
            write!(f, "; {may_duplicate} may arrive twice")?;
        }
        let shown = &self.examples.shown;
        if !shown.is_empty() {
            write!(f, "\n{}", Deliveries { deliveries: shown.clone(), now: None })?;
        }
        if *possible > shown.len() as u64 {
            write!(f, "\n{:>10}…", "")?;
        }
        self.refused.fmt(f)
    }
}

/// What was done, as it is printed.
#[derive(Serialize)]
struct Did {
    done: u64,
    refused: Refused,
    #[serde(skip)]
    many: &'static str,
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} deliveries {}", self.done, self.many)?;
        self.refused.fmt(f)
    }
}

struct Refused(Vec<(Refusal, u64)>);

impl Serialize for Refused {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Reason {
            reason: &'static str,
            deliveries: u64,
        }

        serializer.collect_seq(
            self.0
                .iter()
                .map(|(why, deliveries)| Reason { reason: why.name(), deliveries: *deliveries }),
        )
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(why, deliveries)| {
            write!(f, "\n{deliveries} others stay as they are: each {why}")
        })
    }
}
