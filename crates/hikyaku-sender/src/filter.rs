use crate::{CampaignId, DeliveryId, State, Time};

/// Which deliveries are asked for: those that fit all of what is set. The default is every one, and of a list the 100
/// newest.
///
/// A channel with an idempotency key, a campaign, a recipient of a push, and a state of dead letters or of what waits are
/// found by an index. For a recipient, multicasts are looked through as well, from the newest to the oldest that fit the
/// rest: 16 bytes for each of their recipients, so that a campaign or a time makes it quick. Everything else is compared row by
/// row.
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
    /// Only those in one of these states; in any where it is empty.
    pub states: Vec<State>,
    /// Only those of this channel.
    pub channel: Option<String>,
    /// Only those of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only those to this user, group or room, or to this hash of a phone number, alone or among others. Not replies: their
    /// token is a secret.
    pub recipient: Option<String>,
    /// Only the one of this idempotency key, in each channel. The requests of a campaign have none.
    pub idempotency_key: Option<String>,
    /// Only those with this reference, all of it, in the JSON that [`Filter::reference`] writes.
    pub reference: Option<String>,
    /// Only those of this order key, in each channel.
    pub order_key: Option<String>,
    /// Only those of this fairness key.
    pub fairness_key: Option<String>,
    /// Only the one that LINE accepted under this request id.
    pub request_id: Option<String>,
    /// Only those whose last error has this text in it, letter for letter.
    pub error: Option<String>,
    /// Only those that were enqueued then or later.
    pub created_since: Option<Time>,
    /// Only those that were enqueued earlier.
    pub created_before: Option<Time>,
    /// Only those that are or were due then or later.
    pub due_since: Option<Time>,
    /// Only those that are or were due earlier.
    pub due_before: Option<Time>,
    /// Only those with a smaller id, to go on after a full page.
    pub before: Option<DeliveryId>,
    /// A list has at most so many, newest first. What acts on all that fit does not heed it.
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
    /// Adds to `states`: called again, those in the other state fit, too.
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

    /// Sets `reference`: all of what was given to [`NewDelivery::reference`](crate::NewDelivery::reference).
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
