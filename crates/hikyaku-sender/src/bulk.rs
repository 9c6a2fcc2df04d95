//! Acts on all deliveries that fit a filter.

use crate::{
    Act, Error, Filter, Listed, Outbox, State,
    delivery::Refusal,
    outbox::Inner,
    store::step::{ActOnPage, ActedOn, EXAMPLES, PreviewPage},
};

/// How many one transaction acts on.
const PAGE: u32 = 500;

/// What an act on all deliveries that fit a filter would come to now. Made by [`Outbox::preview`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview {
    /// How many the act would change.
    pub possible: u64,
    /// How many fit and would stay as they are, by the reason.
    pub refused: Vec<(Refusal, u64)>,
    /// The ten newest of those that it would change.
    pub examples: Vec<Listed>,
    /// How many of the month's messages a retry may use up: the recipients of pushes and multicasts. What broadcasts and
    /// narrowcasts cost, LINE alone knows.
    pub quota: u64,
    /// How many of those that a retry would send again may arrive twice.
    pub may_duplicate: u64,
}

impl Preview {
    /// How many fit the filter.
    pub fn deliveries(&self) -> u64 {
        self.possible + self.refused.iter().map(|(_, count)| count).sum::<u64>()
    }
}

/// What an act on deliveries came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acted {
    /// How many it has changed.
    pub done: u64,
    /// How many fitted and stay as they are, by the reason.
    pub refused: Vec<(Refusal, u64)>,
}

impl Acted {
    /// How many fitted the filter.
    pub fn deliveries(&self) -> u64 {
        self.done + self.refused.iter().map(|(_, count)| count).sum::<u64>()
    }
}

impl Outbox {
    /// What [`act_on`](Self::act_on) would come to now. It looks at every delivery that fits, and changes none.
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

    /// Acts on all deliveries that fit a filter, the newest first, 500 with each commit; its `limit` is not heeded. After
    /// each commit, `on_progress` is told what it has come to so far.
    ///
    /// Broken off and called again, it comes to the same end: what was acted on fits no more, or is refused. What is
    /// enqueued after it began is left alone.
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
    /// The store did not take it. What was acted on before stays so.
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
