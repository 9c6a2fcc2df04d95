//! Commands for all deliveries that match a filter.

use crate::{
    Act, Error, Filter, Listed, Outbox, State,
    delivery::Refusal,
    outbox::Inner,
    store::step::{ActOnPage, ActedOn, EXAMPLES, PreviewPage},
};

/// How many one transaction acts on.
const PAGE: u32 = 500;

/// The effect that a command on all deliveries that match a filter would have now. Made by [`Outbox::preview`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview {
    /// The number of deliveries that the command would change.
    pub possible: u64,
    /// The number of matching deliveries that would stay unchanged, by reason.
    pub refused: Vec<(Refusal, u64)>,
    /// The ten newest of the deliveries that it would change.
    pub examples: Vec<Listed>,
    /// The part of the monthly quota that a retry may use: the recipients of pushes and multicasts. Only LINE knows the
    /// cost of broadcasts and narrowcasts.
    pub quota: u64,
    /// The number of deliveries to be retried that may arrive twice.
    pub may_duplicate: u64,
}

impl Preview {
    /// Returns the number of deliveries that match the filter.
    pub fn deliveries(&self) -> u64 {
        self.possible + self.refused.iter().map(|(_, count)| count).sum::<u64>()
    }
}

/// The result of a command on deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acted {
    /// The number of deliveries changed.
    pub done: u64,
    /// The number of matching deliveries that stay unchanged, by reason.
    pub refused: Vec<(Refusal, u64)>,
}

impl Acted {
    /// Returns the number of deliveries that matched the filter.
    pub fn deliveries(&self) -> u64 {
        self.done + self.refused.iter().map(|(_, count)| count).sum::<u64>()
    }
}

impl Outbox {
    /// Previews the effect of [`act_on`](Self::act_on). It reads every matching delivery and changes none.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn preview(&self, filter: &Filter, act: Act) -> Result<Preview, Error> {
        let inner = self.shared();
        let mut all = ActedOn::default();
        let mut preview = Preview {
            possible: 0,
            refused: Vec::new(),
            examples: Vec::new(),
            quota: 0,
            may_duplicate: 0,
        };
        for mut filter in passes(filter) {
            loop {
                let step = PreviewPage { filter: filter.clone(), act };
                let page = inner.store.read(step).await?;
                all.add(&page.acted);
                preview.quota += page.quota;
                preview.may_duplicate += page.may_duplicate;
                preview.examples.extend(page.examples.into_iter().map(Listed::from));
                preview.examples.sort_unstable_by_key(|it| std::cmp::Reverse(it.id));
                preview.examples.truncate(EXAMPLES);
                match page.acted.next {
                    Some(next) => filter.before = Some(next),
                    None => break,
                }
            }
        }
        (preview.possible, preview.refused) = (all.changed, all.refused);
        Ok(preview)
    }

    /// Applies a command to all deliveries that match a filter, the newest first, with a commit after every 500; the
    /// filter's `limit` is ignored. After each commit, `on_progress` receives the result so far.
    ///
    /// If it is interrupted and called again, the final result is the same: deliveries that were changed no longer
    /// match, or are refused. Deliveries enqueued after it began are left alone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), hikyaku_sender::Error> {
    /// use hikyaku_sender::{Act, Filter, Outbox, State};
    ///
    /// # let outbox = Outbox::open("memory:").await?;
    /// let refused = Filter::default().state(State::Rejected).error("invalid user");
    /// let preview = outbox.preview(&refused, Act::Drop).await?;
    /// let acted = outbox.act_on(&refused, Act::Drop, |_| {}).await?;
    /// assert_eq!(acted.done, preview.possible);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The store failed. Deliveries that were changed before stay changed.
    pub async fn act_on(
        &self,
        filter: &Filter,
        act: Act,
        on_progress: impl FnMut(&Acted),
    ) -> Result<Acted, Error> {
        act_on(&self.shared(), filter, act, on_progress).await
    }
}

pub(crate) async fn act_on(
    inner: &Inner,
    filter: &Filter,
    act: Act,
    mut on_progress: impl FnMut(&Acted),
) -> Result<Acted, Error> {
    let mut all = ActedOn::default();
    for mut filter in passes(filter) {
        loop {
            let step = ActOnPage { filter: filter.clone(), act };
            let page = inner.store.run(step).await?;
            if page.changed > 0 {
                inner.store.news().tell();
            }
            all.add(&page);
            on_progress(&told(&all));
            match page.next {
                Some(next) => filter.before = Some(next),
                None => break,
            }
        }
    }
    Ok(told(&all))
}

fn told(all: &ActedOn) -> Acted {
    Acted { done: all.changed, refused: all.refused.clone() }
}

/// The filter for each state by itself, whose pages an index has in order. What an act makes of a delivery comes before
/// what it makes it of, so that none is met twice.
fn passes(filter: &Filter) -> Vec<Filter> {
    let mut whole = filter.clone();
    whole.limit = PAGE;
    if filter.states.is_empty() {
        return vec![whole];
    }
    let rank = |state: &State| match state {
        State::Ready => 1,
        State::Rejected | State::Unknown => 2,
        _ => 0,
    };
    let mut states: Vec<State> =
        State::ALL.iter().copied().filter(|it| filter.states.contains(it)).collect();
    states.sort_by_key(rank);
    states.into_iter().map(|state| Filter { states: vec![state], ..whole.clone() }).collect()
}
