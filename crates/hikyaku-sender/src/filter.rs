use crate::{CampaignId, DeliveryId, State, Time};

/// A filter for deliveries: those that satisfy every field that is set. The default matches every delivery, and a list
/// returns the 100 newest.
///
/// An index serves a channel with an idempotency key, a campaign, a recipient of a push, and the states of dead letters
/// and of waiting deliveries. For a recipient, multicasts are scanned as well, from the newest to the oldest that match
/// the rest: 16 bytes for each of their recipients, so add a campaign or a time to make it fast. Every other field is
/// compared row by row.
///
/// ```
/// use hikyaku_sender::{Filter, State};
///
/// let refused = Filter::default().state(State::Rejected).error("invalid user");
/// let sent_to = Filter::default().recipient("U4af4980629000000000000000000000a").limit(10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// The accepted states; any state if empty.
    pub states: Vec<State>,
    /// The channel.
    pub channel: Option<String>,
    /// The campaign.
    pub campaign: Option<CampaignId>,
    /// The user, group or room, or the hash of a phone number, alone or among others. Replies never match: their token
    /// is a secret.
    pub recipient: Option<String>,
    /// The idempotency key, in any channel. The requests of a campaign have none.
    pub idempotency_key: Option<String>,
    /// The complete reference, in the JSON that [`Filter::reference`] writes.
    pub reference: Option<String>,
    /// The order key, in any channel.
    pub order_key: Option<String>,
    /// The fairness key.
    pub fairness_key: Option<String>,
    /// LINE's id of the accepted request.
    pub request_id: Option<String>,
    /// A part of the last error, compared literally.
    pub error: Option<String>,
    /// The earliest time of enqueueing, inclusive.
    pub created_since: Option<Time>,
    /// The latest time of enqueueing, exclusive.
    pub created_before: Option<Time>,
    /// The earliest due time, inclusive.
    pub due_since: Option<Time>,
    /// The latest due time, exclusive.
    pub due_before: Option<Time>,
    /// Matches only smaller ids, to continue after a full page.
    pub before: Option<DeliveryId>,
    /// The maximum length of a list, newest first. Commands on all matching deliveries ignore it.
    pub limit: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            channel: None,
            campaign: None,
            recipient: None,
            idempotency_key: None,
            reference: None,
            order_key: None,
            fairness_key: None,
            request_id: None,
            error: None,
            created_since: None,
            created_before: None,
            due_since: None,
            due_before: None,
            before: None,
            limit: 100,
        }
    }
}

impl Filter {
    /// Adds a state to `states`; several calls match any of their states.
    pub fn state(mut self, state: State) -> Self {
        self.states.push(state);
        self
    }

    /// Sets `channel`, see the field.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }

    /// Sets `campaign`, see the field.
    pub fn campaign(mut self, campaign: CampaignId) -> Self {
        self.campaign = Some(campaign);
        self
    }

    /// Sets `recipient`, see the field.
    pub fn recipient(mut self, id: impl Into<String>) -> Self {
        self.recipient = Some(id.into());
        self
    }

    /// Sets `idempotency_key`, see the field.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Sets `reference` to the complete value that was passed to
    /// [`NewDelivery::reference`](crate::NewDelivery::reference).
    pub fn reference(mut self, value: impl Into<serde_json::Value>) -> Self {
        self.reference = Some(value.into().to_string());
        self
    }

    /// Sets `order_key`, see the field.
    pub fn order_key(mut self, key: impl Into<String>) -> Self {
        self.order_key = Some(key.into());
        self
    }

    /// Sets `fairness_key`, see the field.
    pub fn fairness_key(mut self, key: impl Into<String>) -> Self {
        self.fairness_key = Some(key.into());
        self
    }

    /// Sets `request_id`, see the field.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Sets `error`, see the field.
    pub fn error(mut self, text: impl Into<String>) -> Self {
        self.error = Some(text.into());
        self
    }

    /// Sets `created_since`, see the field.
    pub fn created_since(mut self, time: impl Into<Time>) -> Self {
        self.created_since = Some(time.into());
        self
    }

    /// Sets `created_before`, see the field.
    pub fn created_before(mut self, time: impl Into<Time>) -> Self {
        self.created_before = Some(time.into());
        self
    }

    /// Sets `due_since`, see the field.
    pub fn due_since(mut self, time: impl Into<Time>) -> Self {
        self.due_since = Some(time.into());
        self
    }

    /// Sets `due_before`, see the field.
    pub fn due_before(mut self, time: impl Into<Time>) -> Self {
        self.due_before = Some(time.into());
        self
    }

    /// Sets `before`, see the field.
    pub fn before(mut self, id: impl Into<DeliveryId>) -> Self {
        self.before = Some(id.into());
        self
    }

    /// Sets `limit`, see the field.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Whether it asks for a text that no delivery can have: databases hold no NUL.
    pub(crate) fn fits_nothing(&self) -> bool {
        let texts = [
            &self.channel,
            &self.recipient,
            &self.idempotency_key,
            &self.reference,
            &self.order_key,
            &self.fairness_key,
            &self.request_id,
            &self.error,
        ];
        texts.into_iter().flatten().any(|text| text.contains('\0'))
    }
}
