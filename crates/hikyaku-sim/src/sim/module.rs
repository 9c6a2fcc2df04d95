use std::fmt;

use hikyaku_model::{ChannelSecret, ChannelToken, event::DetachReason};

use super::Sim;
use crate::state::{
    holder::Holder,
    webhook::{InvalidWebhookUrl, WebhookDelivery, WebhookSettings, deliverable},
};

/// Module channels.
impl Sim {
    /// Adds a module channel, which is not attached to an account yet.
    pub fn add_module(&self) -> Module {
        let place = self.change(|world| world.add_module(false));
        Module { sim: self.clone(), place }
    }

    /// Adds a module channel with LINE's "Default Active" feature: it speaks in every chat of an account from when it is
    /// attached, and no other of its kind can be attached to that account.
    ///
    /// Source: <https://developers.line.biz/en/docs/partner-docs/module-technical-chat-control/#default-active>
    pub fn add_default_active_module(&self) -> Module {
        let place = self.change(|world| world.add_module(true));
        Module { sim: self.clone(), place }
    }

    /// Makes LINE suspend the channel's account, or end the suspension. Its modules are told; there is no other effect.
    pub fn set_suspended(&self, is_suspended: bool) {
        self.change(|world| world.set_suspended(self.channel, is_suspended));
    }
}

/// A module channel of a simulator; made by [`Sim::add_module`].
///
/// Source: <https://developers.line.biz/en/docs/partner-docs/module/>
#[derive(Clone)]
pub struct Module {
    sim: Sim,
    place: usize,
}

impl Module {
    /// Returns the channel's id. The id, token and secret are visibly fake, and the same in every run.
    pub fn channel_id(&self) -> String {
        self.sim.look(|world| world.modules[self.place].id.to_string())
    }

    /// Returns the channel access token.
    pub fn channel_token(&self) -> ChannelToken {
        self.sim.look(|world| world.modules[self.place].token.clone())
    }

    /// Returns the channel secret.
    pub fn channel_secret(&self) -> ChannelSecret {
        self.sim.look(|world| world.modules[self.place].secret.clone())
    }

    /// Makes the administrator of the account of `sim`'s channel consent to the module, as on LINE's page. Returns the
    /// code for attaching it.
    pub fn agree(
        &self,
        sim: &Sim,
        redirect_uri: impl Into<String>,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> String {
        let scopes = scopes.into_iter().map(Into::into).collect();
        let redirect_uri = redirect_uri.into();
        self.sim.change(|world| {
            let now = world.clock.now();
            world.modules[self.place].agree(sim.channel, redirect_uri, scopes, now)
        })
    }

    /// Makes LINE detach the module from the account of `sim`'s channel because all data of the account is deleted, which
    /// LINE does three months after the account. The channel itself stays. Returns false if the module is not attached to it.
    pub fn account_deleted(&self, sim: &Sim) -> bool {
        let reason = Some(DetachReason::BotDeleted);
        self.sim.change(|world| world.detach_module(sim.channel, self.place, reason))
    }
}

/// What the module's server is told: events of the accounts that granted `message:receive`, and what concerns the module
/// itself.
impl Module {
    /// Sets the URL of the module's webhooks. Without one, nothing is sent.
    ///
    /// # Errors
    /// The URL is not one of this machine; see
    /// [`SimBuilder::allow_remote_webhooks`](crate::SimBuilder::allow_remote_webhooks).
    pub fn set_webhook(&self, url: impl Into<String>) -> Result<(), InvalidWebhookUrl> {
        let url = url.into();
        self.sim.change(|world| {
            deliverable(&url, world.settings.webhook.remote_allowed)?;
            world.modules[self.place].webhook.url = Some(url);
            Ok(())
        })
    }

    /// Turns the module's webhooks off or on.
    pub fn set_webhook_active(&self, active: bool) {
        self.change_webhook(|webhook| webhook.active = active);
    }

    /// Sets whether failed webhooks are redelivered; as with LINE, they are not by default.
    pub fn set_webhook_redelivery(&self, on: bool) {
        self.change_webhook(|webhook| webhook.redelivery = on);
    }

    /// Returns the webhooks to the module's server that are still kept, oldest first. The waiting methods of
    /// [`Sim::webhooks`] count them, too.
    pub fn webhooks(&self) -> Vec<WebhookDelivery> {
        self.sim.look(|world| world.webhooks_of(Holder::Module(self.place)))
    }

    fn change_webhook(&self, change: impl FnOnce(&mut WebhookSettings)) {
        self.sim.change(|world| change(&mut world.modules[self.place].webhook));
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("channel_id", &self.channel_id()).finish_non_exhaustive()
    }
}
