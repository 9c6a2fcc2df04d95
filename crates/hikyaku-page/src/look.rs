use std::collections::BTreeMap;

use hikyaku_model::UserId;

use crate::strings::Lang;

/// How messages are drawn.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Look {
    /// The language of the drawing's own words.
    pub lang: Lang,
    /// Whether pictures of others are loaded.
    pub pictures: Pictures,
    /// What people are called, for mentions; others are called by their ids.
    pub names: BTreeMap<UserId, String>,
    /// Whether every message and component says where in the JSON it is, as a JSON pointer in `data-at`.
    pub tells_places: bool,
}

/// Whether pictures of others are loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pictures {
    /// A placeholder with a button: nothing leaves the machine until a person asks for it.
    #[default]
    OnDemand,
    /// At once.
    Loaded,
}

impl Look {
    /// Draws in a language.
    pub fn new(lang: Lang) -> Self {
        Self { lang, ..Self::default() }
    }

    /// Sets whether pictures of others are loaded.
    pub fn pictures(mut self, pictures: Pictures) -> Self {
        self.pictures = pictures;
        self
    }

    /// Lets every message and component say where in the JSON it is, in `data-at`, so that a script can lead from the one
    /// to the other.
    pub fn with_places(mut self) -> Self {
        self.tells_places = true;
        self
    }

    /// Names a person whom messages mention.
    pub fn name(mut self, user: impl Into<UserId>, name: impl Into<String>) -> Self {
        self.names.insert(user.into(), name.into());
        self
    }
}
