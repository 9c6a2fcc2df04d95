use http::Method;

use crate::state::log::Host;

/// The operations of LINE's that the simulator does not serve: answered with 501, so that nobody takes them for
/// mistakes of their own. What stands here and what is served are all that LINE documents for these two hosts.
///
/// Sources: <https://github.com/line/line-openapi>, <https://developers.line.biz/en/reference/>
pub(super) static UNSERVED: &[(Host, Method, &str)] = &[
    // LINE notification messages by template.
    (Host::Api, Method::POST, "/v2/bot/message/pnp/templated/push"),
    (Host::Api, Method::GET, "/v2/bot/message/delivery/pnp/templated"),
    // Insight.
    (Host::Api, Method::GET, "/v2/bot/insight/message/delivery"),
    (Host::Api, Method::GET, "/v2/bot/insight/followers"),
    (Host::Api, Method::GET, "/v2/bot/insight/demographic"),
    (Host::Api, Method::GET, "/v2/bot/insight/message/event"),
    (Host::Api, Method::GET, "/v2/bot/insight/message/event/aggregation"),
    (Host::Api, Method::GET, "/v2/bot/insight/richmenu/{richMenuId}/summary"),
    (Host::Api, Method::GET, "/v2/bot/insight/richmenu/{richMenuId}/daily"),
    // Audiences.
    (Host::Data, Method::POST, "/v2/bot/audienceGroup/upload/byFile"),
    (Host::Data, Method::PUT, "/v2/bot/audienceGroup/upload/byFile"),
    (Host::Api, Method::POST, "/v2/bot/audienceGroup/click"),
    (Host::Api, Method::POST, "/v2/bot/audienceGroup/imp"),
    (Host::Api, Method::GET, "/v2/bot/audienceGroup/shared/{audienceGroupId}"),
    (Host::Api, Method::GET, "/v2/bot/audienceGroup/shared/list"),
    // Memberships.
    (Host::Api, Method::GET, "/v2/bot/membership/subscription/{userId}"),
    (Host::Api, Method::GET, "/v2/bot/membership/list"),
    (Host::Api, Method::GET, "/v2/bot/membership/{membershipId}/users/ids"),
    // Module channels. The first is one of `manager.line.biz`.
    (Host::Api, Method::POST, "/module/auth/v1/token"),
    (Host::Api, Method::POST, "/v2/bot/channel/detach"),
    (Host::Api, Method::POST, "/v2/bot/chat/{chatId}/control/acquire"),
    (Host::Api, Method::POST, "/v2/bot/chat/{chatId}/control/release"),
    (Host::Api, Method::GET, "/v2/bot/list"),
    // LIFF apps, mission stickers and LINE MINI Apps.
    (Host::Api, Method::POST, "/liff/v1/apps"),
    (Host::Api, Method::GET, "/liff/v1/apps"),
    (Host::Api, Method::PUT, "/liff/v1/apps/{liffId}"),
    (Host::Api, Method::DELETE, "/liff/v1/apps/{liffId}"),
    (Host::Api, Method::POST, "/shop/v3/mission"),
    (Host::Api, Method::POST, "/message/v3/notifier/token"),
    (Host::Api, Method::POST, "/message/v3/notifier/send"),
    (Host::Api, Method::POST, "/iap/v1/product/reserve"),
    (Host::Api, Method::GET, "/iap/v1/webhook/events"),
];
