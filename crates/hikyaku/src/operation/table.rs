use crate::{
    account_link, aggregation, audience, bot_info, content, coupon, group, insight, liff, login,
    membership, message, mini_app, module, profile, rich_menu, route::Route, shop, token, user_ids,
    webhook_endpoint,
};

const AREAS: &[&[&Route]] = &[
    message::ROUTES,
    content::ROUTES,
    &[&bot_info::ROUTE, &profile::ROUTE, &user_ids::FOLLOWERS],
    group::ROUTES,
    rich_menu::ROUTES,
    token::ROUTES,
    login::ROUTES,
    audience::ROUTES,
    insight::ROUTES,
    coupon::ROUTES,
    membership::ROUTES,
    liff::ROUTES,
    module::ROUTES,
    &[&aggregation::INFO, &aggregation::LIST],
    &[&shop::ROUTE],
    mini_app::ROUTES,
    &[&account_link::ROUTE],
    &[&webhook_endpoint::GET, &webhook_endpoint::SET, &webhook_endpoint::TEST],
];

/// All operations, grouped by area.
pub static OPERATIONS: [&Route; COUNT] = {
    let mut all = [AREAS[0][0]; COUNT];
    let (mut area, mut next) = (0, 0);
    while area < AREAS.len() {
        let mut index = 0;
        while index < AREAS[area].len() {
            all[next] = AREAS[area][index];
            (index, next) = (index + 1, next + 1);
        }
        area += 1;
    }
    all
};

const COUNT: usize = {
    let (mut area, mut count) = (0, 0);
    while area < AREAS.len() {
        (count, area) = (count + AREAS[area].len(), area + 1);
    }
    count
};

/// Returns the operation with this name.
pub fn find(operation_id: &str) -> Option<&'static Route> {
    OPERATIONS.iter().find(|route| route.operation_id == operation_id).copied()
}
