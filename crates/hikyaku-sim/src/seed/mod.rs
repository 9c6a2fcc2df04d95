//! The initial contents of a simulator, as written by hand.

mod picture;

use std::{fmt, path::PathBuf};

use bytes::Bytes;
use hikyaku_model::{
    ChannelSecret, ChannelToken, Object, UserId,
    audience::{AppType, Area, Gender},
    coupon::CouponCreate,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, de::Error as _};

/// The initial contents of a simulator: channels, users, groups, rich menus, coupons and the clock.
///
/// serde reads it from any format; `hikyaku sim --seed FILE` reads TOML. Unknown keys are refused. `docs/simulator.md`
/// documents all keys.
///
/// ```
/// use hikyaku_sim::{Seed, Sim};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seed: Seed = serde_json::from_str(
///     r#"{"channel": [{"name": "Hanaya"}], "person": [{"name": "Hana", "language": "ja"}]}"#,
/// )?;
/// let sim = Sim::builder().begin_with(seed, ".").start().await?;
/// # assert_eq!(sim.channel_id(), "sim-channel-1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub(crate) clock: Option<SeedClock>,
    pub(crate) channel: Vec<SeedChannel>,
    pub(crate) login: Vec<SeedLogin>,
    pub(crate) person: Vec<SeedPerson>,
    pub(crate) group: Vec<SeedChat>,
    pub(crate) room: Vec<SeedChat>,
    pub(crate) rich_menu: Vec<SeedMenu>,
    pub(crate) coupon: Vec<SeedCoupon>,
}

/// One of the two: a time that stands still, or a difference to the machine's.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedClock {
    pub(crate) fixed: Option<Timestamp>,
    pub(crate) offset: Option<SignedDuration>,
}

/// A Messaging API channel and its account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedChannel {
    pub(crate) name: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub(crate) secret: Option<ChannelSecret>,
    #[serde(default, deserialize_with = "secret")]
    pub(crate) token: Option<ChannelToken>,
    pub(crate) webhook: Option<String>,
    #[serde(default)]
    pub(crate) webhook_redelivery: bool,
    pub(crate) plan: Option<Plan>,
    pub(crate) quota: Option<u64>,
    #[serde(default)]
    pub(crate) quota_used: u64,
}

/// A subscription plan of Japan, and so the messages of a month without further cost.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/pricing/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Plan {
    Communication,
    Light,
    Standard,
}

impl Plan {
    pub(crate) fn quota(self) -> u64 {
        match self {
            Self::Communication => 200,
            Self::Light => 5_000,
            Self::Standard => 30_000,
        }
    }
}

/// A LINE Login channel.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedLogin {
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub(crate) secret: Option<ChannelSecret>,
    /// The channel whose account is linked to it; the first without it.
    pub(crate) channel: Option<String>,
    #[serde(default)]
    pub(crate) redirect_uris: Vec<String>,
}

/// A person, as the channels of one provider know them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedPerson {
    pub(crate) name: String,
    pub(crate) id: Option<UserId>,
    pub(crate) provider: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) picture: Option<String>,
    pub(crate) status_message: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) gender: Option<Gender>,
    pub(crate) age: Option<u8>,
    pub(crate) app_type: Option<AppType>,
    pub(crate) area: Option<Area>,
    /// The channels whose accounts they have added; all of their provider without it.
    pub(crate) friend_of: Option<Vec<String>>,
    /// The channels whose accounts they have added and then blocked.
    #[serde(default)]
    pub(crate) has_blocked: Vec<String>,
}

/// A group or room.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedChat {
    pub(crate) name: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) members: Vec<String>,
    /// The channel whose account takes part, as the only one of the list; the first without it.
    pub(crate) channels: Option<Vec<String>>,
}

/// A rich menu, with the keys that `hikyaku richmenu apply` reads.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedMenu {
    pub(crate) channel: Option<String>,
    pub(crate) name: String,
    pub(crate) chat_bar_text: String,
    #[serde(default)]
    pub(crate) selected: bool,
    pub(crate) image: PathBuf,
    pub(crate) alias: Option<String>,
    #[serde(default)]
    pub(crate) default: bool,
    /// The people who see it whatever the default is.
    #[serde(default)]
    pub(crate) people: Vec<String>,
    #[serde(default)]
    pub(crate) area: Vec<SeedArea>,
    /// What is in the file; read when the simulator starts.
    #[serde(skip)]
    pub(crate) picture: Option<SeedPicture>,
}

/// A picture that was checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SeedPicture {
    pub(crate) bytes: Bytes,
    pub(crate) media_type: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedArea {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// LINE's own object.
    pub(crate) action: Object,
}

/// A coupon: LINE's own object, and whose it is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedCoupon {
    pub(crate) channel: Option<String>,
    pub(crate) coupon: CouponCreate,
}

/// The reason why a simulator cannot start with a [`Seed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSeed {
    place: String,
    message: String,
}

impl InvalidSeed {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    /// Returns the place in the seed, such as `person[0].friend_of[1]`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns the problem.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for InvalidSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for InvalidSeed {}

/// Reads a secret, without quoting an invalid one in the error.
fn secret<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: TryFrom<String, Error = hikyaku_model::InvalidSecret>,
{
    let text = String::deserialize(deserializer)?;
    T::try_from(text)
        .map(Some)
        .map_err(|why| D::Error::custom(format!("the secret or token {why}")))
}
