//! Statistics of messages, followers and rich menus. LINE counts by days of UTC+9; most counts are ready the next day.

mod delivery;
mod demographic;
mod followers;
mod message;
mod rich_menu;

pub use delivery::MessageDeliveries;
pub use demographic::{
    Age, AgeTile, AppType, AppTypeTile, AreaTile, Demographics, Gender, GenderTile,
    SubscriptionPeriod, SubscriptionPeriodTile,
};
pub use followers::{FollowerCount, InsightStatus};
pub use message::{ClickStatistics, MessageStatistics, Statistics, StatisticsOverview};
pub use rich_menu::{
    DailyClick, DailyImpression, DailyMetrics, RichMenuDaily, RichMenuSummary, SummaryClick,
    SummaryImpression, SummaryMetrics,
};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] = &[
    &delivery::ROUTE,
    &followers::ROUTE,
    &demographic::ROUTE,
    &message::EVENT,
    &message::UNIT,
    &rich_menu::SUMMARY,
    &rich_menu::DAILY,
];
