use std::sync::Arc;

use hikyaku::IntoMessages;
use hikyaku_model::{
    Check, Checker, Message, PreparedMessages, SendKind, Violations, limits::Problem,
    send::AggregationUnit,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Campaign;
use crate::{
    CampaignId, Error, ErrorKind, Existing, Outbox, Priority, Time, UnknownPolicy, key,
    new_delivery::{DEFAULT_CHANNEL, Options, Request, check_name, check_times},
    outbox::Inner,
    store::{
        CampaignState, NewCampaign,
        step::{StartCampaign, Started},
    },
};

/// The builder of a campaign. Made by [`Outbox::new_campaign`] and [`Outbox::new_personal_campaign`].
#[derive(Clone, Debug)]
#[must_use = "a campaign does nothing until it is started"]
pub struct CampaignBuilder {
    inner: Arc<Inner>,
    messages: Result<Box<RawValue>, Violations>,
    personal: bool,
    options: Options,
    channel: String,
    idempotency_key: Option<String>,
    dedupe: bool,
    strict: bool,
    priority: Priority,
    on_unknown: UnknownPolicy,
    at: Option<Time>,
    expires_at: Option<Time>,
}

impl Outbox {
    /// Starts to build a campaign that sends the same messages to everybody, in multicasts of 500.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), hikyaku_sender::Error> {
    /// # let outbox = hikyaku_sender::Outbox::open("memory:").await?;
    /// let list = "U4af4980629000000000000000000000a\nU4af4980629000000000000000000000b\n";
    /// let campaign = outbox.new_campaign("spring is here").idempotency_key("spring").start().await?;
    /// let fed = campaign.feed(list.as_bytes()).await?;
    /// assert_eq!(fed.progress.total, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new_campaign<'a>(&self, messages: impl IntoMessages<'a>) -> CampaignBuilder {
        let messages = messages.into_messages().prepare().and_then(|messages| {
            messages.check(SendKind::Multicast).map_err(Clone::clone)?;
            Ok(raw(messages.as_json()))
        });
        CampaignBuilder::new(self.shared(), messages, false)
    }

    /// Starts to build a campaign whose messages have variables: a push for each record of a CSV list. The list's first
    /// line names the columns; the first column is the id. The messages of each record are checked when the list is
    /// read.
    ///
    /// `{name}` in any text of the messages, including templates and Flex Messages, is replaced by the record's value
    /// in the column of exactly this name. A literal brace is written twice, `{{` or `}}`; any other text in braces
    /// refuses the list.
    /// - In a URI (fields such as `uri`, `url` or `imageUrl`) the value is percent-encoded, so that it stays a single
    ///   part of the URI. At the beginning of such a field the value is the URI itself and is inserted unchanged.
    /// - In a text message of version 2, LINE's own `{key}` of `substitution` is left alone.
    #[expect(
        clippy::missing_panics_doc,
        reason = "JSON of a message has string keys, so it cannot fail"
    )]
    pub fn new_personal_campaign<'a>(&self, template: impl IntoMessages<'a>) -> CampaignBuilder {
        let json =
            serde_json::to_string(&template.into_messages()).expect("messages have string keys");
        CampaignBuilder::new(self.shared(), Ok(raw(&json)), true)
    }
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("it was written as JSON just now")
}

impl CampaignBuilder {
    fn new(inner: Arc<Inner>, messages: Result<Box<RawValue>, Violations>, personal: bool) -> Self {
        Self {
            inner,
            messages,
            personal,
            options: Options::default(),
            channel: DEFAULT_CHANNEL.to_owned(),
            idempotency_key: None,
            dedupe: false,
            strict: false,
            priority: Priority::Low,
            on_unknown: UnknownPolicy::default(),
            at: None,
            expires_at: None,
        }
    }

    /// Sets the channel that sends it; the default is `default`.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = name.into();
        self
    }

    /// Sets the caller's name for this campaign. A campaign started again with the same key and contents resumes where
    /// it stopped.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Sets whether recipients that occurred before in the list are dropped. It takes some 40 bytes of disk per
    /// recipient while the list is read.
    pub fn dedupe(mut self, dedupe: bool) -> Self {
        self.dedupe = dedupe;
        self
    }

    /// Sets whether nothing is sent until the whole list is read, and nothing at all if one line is bad.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets the priority; the default is [`Priority::Low`].
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Sets the policy for deliveries whose outcome cannot be determined.
    pub fn on_unknown(mut self, policy: UnknownPolicy) -> Self {
        self.on_unknown = policy;
        self
    }

    /// Sets when to begin sending; the default is at once.
    pub fn at(mut self, time: impl Into<Time>) -> Self {
        self.at = Some(time.into());
        self
    }

    /// Sets when the campaign expires; later than [`at`](Self::at), if that is set.
    pub fn expires_at(mut self, time: impl Into<Time>) -> Self {
        self.expires_at = Some(time.into());
        self
    }

    /// Sets whether users receive the message without a push notification.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.options.notification_disabled = Some(disabled);
        self
    }

    /// Sets the aggregation unit under which LINE counts it in its statistics.
    pub fn unit(mut self, name: impl Into<AggregationUnit>) -> Self {
        self.options.custom_aggregation_units = vec![name.into()];
        self
    }

    /// Stores the campaign in the outbox, or finds it there by its idempotency key. Then [`feed`](Campaign::feed) it.
    ///
    /// # Errors
    /// Its messages break a rule, its idempotency key belongs to another campaign, or the store failed to commit it.
    pub async fn start(self) -> Result<Campaign, Error> {
        let mut checker = Checker::default();
        check_name("channel", &self.channel, &mut checker);
        if let Some(key) = &self.idempotency_key {
            check_name("idempotency_key", key, &mut checker);
        }
        check_times(self.at, self.expires_at, &mut checker);
        if let Err(violations) = &self.messages {
            checker.include(violations);
        }
        self.options.check(&mut checker);
        checker.finish().map_err(Error::invalid)?;
        let messages = self.messages.as_ref().map_err(|why| Error::invalid(why.clone()))?;
        let body = serde_json::to_string(&Request { messages, options: &self.options })
            .map_err(|why| Error::breaks(Vec::new(), Problem::Shape(why.to_string())))?;
        let digest = NewCampaign::digest_of(self.personal, self.dedupe, &body);
        let seed = match &self.idempotency_key {
            Some(name) => key::derive(&self.channel, name),
            None => Uuid::new_v4(),
        };
        let now = self.inner.store.time().await?;
        let campaign = NewCampaign {
            channel: self.channel,
            idempotency_key: self.idempotency_key,
            digest,
            seed,
            body,
            personal: self.personal,
            dedupe: self.dedupe,
            priority: self.priority,
            on_unknown: self.on_unknown,
            due: self.at.unwrap_or(now),
            expires_at: self.expires_at,
            state: if self.strict { CampaignState::Held } else { CampaignState::Running },
            created_at: now,
        };
        match self.inner.store.run(StartCampaign(campaign)).await? {
            Started::New(id) | Started::Existing(id) => {
                Ok(Campaign { inner: self.inner, id: CampaignId(id) })
            }
            Started::Conflict(id) => {
                let existing = Existing::Campaign(CampaignId(id));
                Err(Error::new(ErrorKind::Conflict { existing }))
            }
        }
    }
}

/// Checks what one line's request would send.
pub(super) fn check_rendered(body: &str) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Rendered {
        messages: Vec<Message>,
    }

    let rendered: Rendered = serde_json::from_str(body).map_err(|why| why.to_string())?;
    let messages = PreparedMessages::new(&rendered.messages).map_err(|why| why.to_string())?;
    messages.check(SendKind::Push).map_err(ToString::to_string)
}
