use std::fmt;

use hikyaku_model::{ChannelSecret, ChannelToken};

use super::Sim;

/// Module channels.
impl Sim {
    /// Adds a module channel, which is not attached to an account yet.
    pub fn add_module(&self) -> Module {
        let place = self.change(crate::state::World::add_module);
        Module { sim: self.clone(), place }
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
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("channel_id", &self.channel_id()).finish_non_exhaustive()
    }
}
