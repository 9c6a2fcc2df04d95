use hikyaku_model::Event;

use super::{Sim, WaitTimeout};
use crate::state::{
    World,
    holder::Holder,
    webhook::{InvalidWebhookUrl, WebhookDelivery, WebhookError, deliverable},
};

/// What the channel's bot is told.
impl Sim {
    /// Sets the URL of the channel's webhooks. Without one, nothing is sent.
    ///
    /// # Errors
    /// The URL is not one of this machine; see
    /// [`SimBuilder::allow_remote_webhooks`](crate::SimBuilder::allow_remote_webhooks).
    pub fn set_webhook(&self, url: impl Into<String>) -> Result<(), InvalidWebhookUrl> {
        let url = url.into();
        self.change(|world| {
            deliverable(&url, world.settings.webhook.remote_allowed)?;
            world.channels[self.channel].webhook.url = Some(url);
            Ok(())
        })
    }

    /// Turns the channel's webhooks off or on, like the switch in the LINE Developers Console.
    pub fn set_webhook_active(&self, active: bool) {
        self.change_channel(|channel, _| channel.webhook.active = active);
    }

    /// Sets whether failed webhooks are redelivered; as with LINE, they are not by default.
    pub fn set_webhook_redelivery(&self, on: bool) {
        self.change_channel(|channel, _| channel.webhook.redelivery = on);
    }

    /// Sends the bot any event. Missing fields are filled in: the mode, time, id, delivery context, and a reply token
    /// if its kind has one and its source is a chat. Returns the event's id, or `None` if no webhooks are sent.
    ///
    /// ```
    /// use hikyaku_model::{Event, event::{EventKind, Source}};
    ///
    /// # async fn example(sim: &hikyaku_sim::Sim) {
    /// let mut event = Event::new(EventKind::Join);
    /// event.source = Some(Source::group("Ca56f94637c0000000000000000000000", None));
    /// let id = sim.send_event(event);
    /// # let _ = id;
    /// # }
    /// ```
    pub fn send_event(&self, event: Event) -> Option<String> {
        self.change(|world| world.announce(self.channel, event))
    }

    /// Returns the webhooks to the channel's bot.
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks { sim: self }
    }
}

/// The webhooks of one channel; made by [`Sim::webhooks`].
#[derive(Clone, Copy, Debug)]
pub struct Webhooks<'a> {
    sim: &'a Sim,
}

impl Webhooks<'_> {
    /// Returns all that are still kept, oldest first: the waiting ones, and the newest 10,000 of all others.
    pub fn all(self) -> Vec<WebhookDelivery> {
        self.sim.look(|world| world.webhooks_of(Holder::Messaging(self.sim.channel)))
    }

    /// Waits until this many attempts to deliver have ended, of all channels, and returns the channel's webhooks.
    ///
    /// # Errors
    /// It took longer than 10 seconds, or than the time set by [`Sim::within`].
    pub async fn wait_for(self, attempts: u64) -> Result<Vec<WebhookDelivery>, WaitTimeout> {
        let count = |world: &World| world.webhooks.attempts();
        self.sim.wait_until("webhook attempts", attempts, count).await?;
        Ok(self.all())
    }

    /// Waits until the bot has answered all pending webhooks, or they have timed out, and returns the channel's
    /// webhooks. It does not wait for those that are redelivered later.
    ///
    /// # Errors
    /// It took longer than 10 seconds, or than the time set by [`Sim::within`].
    pub async fn wait_until_idle(self) -> Result<Vec<WebhookDelivery>, WaitTimeout> {
        let idle = |world: &World| u64::from(world.webhooks.is_idle());
        self.sim.wait_until("moment without a waiting webhook", 1, idle).await?;
        Ok(self.all())
    }

    /// Redelivers a webhook. Returns false if none with that id is kept.
    pub fn redeliver(self, id: u64) -> bool {
        self.sim.change(|world| world.webhooks.redeliver(id))
    }

    /// Returns LINE's error statistics: failed attempts, grouped by reason within a minute, oldest first.
    pub fn errors(self) -> Vec<WebhookError> {
        self.sim.look(|world| {
            let id = &world.channels[self.sim.channel].id;
            world.webhooks.errors(id).cloned().collect()
        })
    }
}
