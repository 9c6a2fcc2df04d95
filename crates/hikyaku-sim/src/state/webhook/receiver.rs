use crate::state::holder::Holder;

/// Whom a webhook is for: a channel's own bot, or a module that is attached to the channel's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Receiver {
    /// The place of the channel.
    pub(crate) channel: usize,
    /// The place of the module.
    pub(crate) module: Option<usize>,
}

impl Receiver {
    /// A channel's own bot.
    pub(crate) fn bot(channel: usize) -> Self {
        Self { channel, module: None }
    }

    /// A module that is attached to a channel's account.
    pub(crate) fn module(channel: usize, module: usize) -> Self {
        Self { channel, module: Some(module) }
    }

    /// The channel whose URL and secret it has.
    pub(crate) fn holder(self) -> Holder {
        self.module.map_or(Holder::Messaging(self.channel), Holder::Module)
    }
}
