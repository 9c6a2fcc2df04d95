use clap::Args;
use hikyaku_inbox::{EventFilter, KeptState};
use hikyaku_sender::Time;

use crate::{store::Moment, word::one_of};

// The filter of events; all of its fields must match.
#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// Only those in this state; repeat it for several
    #[arg(
        long,
        value_parser = one_of::<KeptState>(KeptState::ALL.iter().map(|state| state.name()))
    )]
    state: Vec<KeptState>,

    /// Only those of this user, group or room
    #[arg(long, value_name = "ID")]
    chat: Option<String>,

    /// Only the one that LINE gave this id
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,

    /// Only those whose last attempt failed with this text in its error
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,

    /// Only those that came since: a time such as 2026-12-24T18:00:00+09:00, or how long ago, such as 2h
    #[arg(long, value_name = "TIME")]
    received_since: Option<Moment>,

    /// Only those that came before, in the same forms
    #[arg(long, value_name = "TIME")]
    received_before: Option<Moment>,
}

impl FilterArgs {
    /// Builds the filter, for a store whose clock says `now`.
    pub(super) fn filter(self, now: Time) -> EventFilter {
        let at = |moment: Option<Moment>| moment.map(|moment| moment.before(now));
        let mut filter = EventFilter::default();
        filter.states = self.state;
        filter.chat = self.chat;
        filter.event_id = self.event_id;
        filter.error = self.error;
        filter.received_since = at(self.received_since);
        filter.received_before = at(self.received_before);
        filter
    }
}
