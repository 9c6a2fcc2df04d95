//! What happens to modules, and the events that they are told of it with.
//!
//! Source: <https://developers.line.biz/en/reference/partner-docs/#module-channel-specific-webhook-events>

use hikyaku_model::{
    EventKind,
    event::{ChatControl, DetachReason, ModuleContent},
};
use jiff::Timestamp;

use super::{
    World,
    chat::Target,
    module::{Held, ModuleChannel},
};

/// Why a module is not attached.
#[derive(Debug)]
pub(crate) enum NotAttached {
    /// The code is not good.
    Code,
    /// Another module speaks in every chat of the account.
    Exclusive,
}

impl World {
    /// Attaches a module by a code; gives the place of the channel whose account it is.
    pub(crate) fn attach_module(
        &mut self,
        module: usize,
        code: &str,
        redirect_uri: &str,
    ) -> Result<usize, NotAttached> {
        let now = self.clock.now();
        if let Some(channel) = self.modules[module].asked(code, now)
            && self.modules[module].is_default_active
            && self.default_module(channel).is_some_and(|other| other != module)
        {
            return Err(NotAttached::Exclusive);
        }
        let attached = self.modules[module].attach(code, redirect_uri, now);
        let (channel, scopes) = attached.ok_or(NotAttached::Code)?;
        let scopes = scopes.iter().map(|scope| scope.as_str().into()).collect();
        let content = ModuleContent::attached(self.channels[channel].bot.clone(), scopes);
        self.tell_module((channel, module), None, EventKind::Module(Box::new(content)));
        Ok(channel)
    }

    /// The module that speaks for a channel's account wherever no other does.
    pub(crate) fn default_module(&self, channel: usize) -> Option<usize> {
        let is_default = |module: &ModuleChannel| {
            module.is_default_active && module.attached.contains_key(&channel)
        };
        self.modules.iter().position(is_default)
    }

    /// Takes a module off a channel's account, because it was asked to or because the account is gone. False where it is
    /// not attached.
    pub(crate) fn detach_module(
        &mut self,
        channel: usize,
        module: usize,
        reason: Option<DetachReason>,
    ) -> bool {
        let was_attached = self.modules[module].attached.remove(&channel).is_some();
        if was_attached {
            self.channels[channel].control.release_all(module);
            let content = ModuleContent::detached(self.channels[channel].bot.clone(), reason);
            self.tell_module((channel, module), None, EventKind::Module(Box::new(content)));
        }
        was_attached
    }

    /// Lets a module speak in a chat, until it is over. Who spoke before hears of it, if that was a module.
    pub(crate) fn acquire_control(
        &mut self,
        (channel, module): (usize, usize),
        chat: &Target,
        until: Option<Timestamp>,
    ) -> Result<(), Held> {
        let now = self.clock.now();
        let before = self.speaking_module(channel, chat);
        let control = &mut self.channels[channel].control;
        control.acquire(chat.clone(), module, until, now)?;
        if before != Some(module) {
            if let Some(before) = before {
                self.tell_module((channel, before), Some(chat), EventKind::Deactivated);
            }
            // LINE does not say what it tells of a time that never ends. Our choice: the last one there is.
            let expires = until.unwrap_or(Timestamp::MAX).as_millisecond();
            let activated = EventKind::Activated(ChatControl::new(expires));
            self.tell_module((channel, module), Some(chat), activated);
        }
        Ok(())
    }

    /// Gives a chat back to the account's own channel, if a module speaks in it.
    pub(crate) fn release_control(&mut self, channel: usize, module: usize, chat: &Target) {
        let now = self.clock.now();
        let control = &mut self.channels[channel].control;
        let spoke = control.speaker(chat, now) == Some(module);
        control.release(chat, module);
        if spoke {
            self.tell_module((channel, module), Some(chat), EventKind::Deactivated);
        }
    }

    /// Lets LINE suspend an account, or end that; its modules hear of it.
    pub(crate) fn set_suspended(&mut self, channel: usize, is_suspended: bool) {
        let was_suspended =
            std::mem::replace(&mut self.channels[channel].is_suspended, is_suspended);
        if was_suspended == is_suspended {
            return;
        }
        let kind = if is_suspended { EventKind::BotSuspended } else { EventKind::BotResumed };
        for module in 0..self.modules.len() {
            if self.modules[module].attached.contains_key(&channel) {
                self.tell_module((channel, module), None, kind.clone());
            }
        }
    }
}
