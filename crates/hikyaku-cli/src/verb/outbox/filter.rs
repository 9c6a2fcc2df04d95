use clap::Args;
use hikyaku_sender::{CampaignId, Filter, State, Time};

use super::options::reference;
use crate::{store::Moment, word::one_of};

// The filter of deliveries; all of its fields must match.
#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// Only those in this state; repeat it for several
    #[arg(
        long,
        value_parser = one_of::<State>(State::ALL.iter().map(|state| state.name()))
    )]
    state: Vec<State>,

    /// Only those of this channel
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    /// Only those of this campaign
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,

    /// Only those to this user, group, room or hash of a phone number, alone or among others
    #[arg(long, value_name = "ID")]
    to: Option<String>,

    /// Only the one that was added under this key
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,

    /// Only those with this reference, all of it
    #[arg(long, value_name = "JSON", value_parser = reference)]
    reference: Option<serde_json::Value>,

    /// Only those of this order key
    #[arg(long, value_name = "KEY")]
    order_key: Option<String>,

    /// Only those of this fairness key
    #[arg(long, value_name = "KEY")]
    fairness_key: Option<String>,

    /// Only the one that LINE accepted under this request id
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,

    /// Only those whose last error has this text in it
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,

    /// Only those added since: a time such as 2026-12-24T18:00:00+09:00, or how long ago, such as 2h
    #[arg(long, value_name = "TIME")]
    created_since: Option<Moment>,

    /// Only those added before, in the same forms
    #[arg(long, value_name = "TIME")]
    created_before: Option<Moment>,

    /// Only those that are or were due since, in the same forms
    #[arg(long, value_name = "TIME")]
    due_since: Option<Moment>,

    /// Only those that are or were due before, in the same forms
    #[arg(long, value_name = "TIME")]
    due_before: Option<Moment>,
}

impl FilterArgs {
    /// Builds the filter, for a store whose clock says `now`.
    pub(super) fn filter(self, now: Time) -> Filter {
        let at = |moment: Option<Moment>| moment.map(|moment| moment.before(now));
        let mut filter = Filter::default();
        filter.states = self.state;
        filter.channel = self.channel;
        filter.campaign = self.campaign;
        filter.recipient = self.to;
        filter.idempotency_key = self.idempotency_key;
        if let Some(reference) = self.reference {
            filter = filter.reference(reference);
        }
        filter.order_key = self.order_key;
        filter.fairness_key = self.fairness_key;
        filter.request_id = self.request_id;
        filter.error = self.error;
        filter.created_since = at(self.created_since);
        filter.created_before = at(self.created_before);
        filter.due_since = at(self.due_since);
        filter.due_before = at(self.due_before);
        filter
    }
}
