use std::collections::BTreeMap;

use hikyaku_model::UserId;

use crate::strings::Lang;

/// The options of a drawing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Look {
    /// The language of the drawing's own texts.
    pub lang: Lang,
    /// Whether external images are loaded.
    pub pictures: Pictures,
    /// The names of mentioned users; others are shown by their ids.
    pub names: BTreeMap<UserId, String>,
    /// The account's coupons, by their ids; without them, a coupon is shown by its id.
    pub coupons: Option<BTreeMap<String, KnownCoupon>>,
    /// Whether every message and component contains its JSON pointer, in `data-at`.
    pub tells_places: bool,
}

/// Whether external images are loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pictures {
    /// A placeholder with a button: no request leaves the machine until the reader asks for it.
    #[default]
    OnDemand,
    /// Loaded at once.
    Loaded,
}

/// A coupon that a message can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KnownCoupon {
    /// One that can be used, and its title.
    Running(String),
    /// One that was closed or has expired, and its title.
    Closed(String),
}

impl Look {
    /// Creates options with a language.
    pub fn new(lang: Lang) -> Self {
        Self { lang, ..Self::default() }
    }

    /// Sets whether external images are loaded.
    pub fn pictures(mut self, pictures: Pictures) -> Self {
        self.pictures = pictures;
        self
    }

    /// Adds its JSON pointer to every message and component, in `data-at`, so that a script can relate the drawing and
    /// the JSON.
    pub fn with_places(mut self) -> Self {
        self.tells_places = true;
        self
    }

    /// Sets the account's coupons. A coupon that is not among them is marked as one that does not exist.
    pub fn coupons(mut self, coupons: impl IntoIterator<Item = (String, KnownCoupon)>) -> Self {
        self.coupons = Some(coupons.into_iter().collect());
        self
    }

    /// Sets the name of a user whom messages mention.
    pub fn name(mut self, user: impl Into<UserId>, name: impl Into<String>) -> Self {
        self.names.insert(user.into(), name.into());
        self
    }
}
