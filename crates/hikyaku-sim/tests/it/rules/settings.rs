use hikyaku_sim::{Audience, ClockMode, Sim};
use serde_json::{Value, json};

use super::{Rule, families, letters, of_parameter, of_request, times, url, with};
use crate::{
    http::post,
    rich_menu::{make_with_image, menu},
};

async fn start() -> Sim {
    let start = ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap());
    Sim::builder().rate_limits(false).clock(start).start().await.unwrap()
}

fn at_most(number: usize) -> String {
    format!("must not be longer than {number} characters")
}

#[tokio::test]
async fn rich_menus() {
    let sim = start().await;
    let size = |width: u32, height: u32| {
        with(menu(), json!({ "size": { "width": width, "height": height }, "areas": [] }))
    };
    let area = menu()["areas"][0].clone();
    let areas = |count| with(menu(), json!({ "areas": times(count, &area) }));
    let labelled = |label: String| {
        let action = json!({ "type": "message", "label": label, "text": "a" });
        with(menu(), json!({ "areas": [with(area.clone(), json!({ "action": action }))] }))
    };
    let switch = |alias: String| {
        let action = json!({ "type": "richmenuswitch", "richMenuAliasId": alias, "data": "a" });
        with(menu(), json!({ "areas": [with(area.clone(), json!({ "action": action }))] }))
    };
    let name = |name: String| with(menu(), json!({ "name": name }));
    let bar = |text: String| with(menu(), json!({ "chatBarText": text }));
    let width = of_request(&[("size.width", "Must be between 800 and 2500")]);
    let ratio = of_request(&[("size.height", "must be at most the width divided by 1.45")]);
    for path in ["/v2/bot/richmenu/validate", "/v2/bot/richmenu"] {
        for rule in [
            Rule::body(
                "POST",
                path,
                (200, name(families(300))),
                name(families(301)),
                of_request(&[("name", &at_most(300))]),
            ),
            Rule::body(
                "POST",
                path,
                (200, bar(families(14))),
                bar(families(15)),
                of_request(&[("chatBarText", &at_most(14))]),
            ),
            Rule::body(
                "POST",
                path,
                (200, areas(20)),
                areas(21),
                of_request(&[("areas", "Size must be between 0 and 20")]),
            ),
            Rule::body("POST", path, (200, size(800, 250)), size(799, 250), width.clone()),
            Rule::body("POST", path, (200, size(2500, 250)), size(2501, 250), width.clone()),
            Rule::body("POST", path, (200, size(1450, 1000)), size(1449, 1000), ratio.clone()),
            Rule::body(
                "POST",
                path,
                (200, labelled(families(20))),
                labelled(families(21)),
                of_request(&[("areas[0].action.label", &at_most(20))]),
            ),
            Rule::body(
                "POST",
                path,
                (200, switch(letters(32))),
                switch(letters(33)),
                of_request(&[("areas[0].action.richMenuAliasId", &at_most(32))]),
            ),
        ] {
            rule.holds(&sim).await;
        }
    }
    let low = post(&sim, "/v2/bot/richmenu/validate", &size(800, 249).to_string()).await;
    let words = "Must be between 250 and 1724";
    assert_eq!((low.status, low.json()), (400, of_request(&[("size.height", words)])));
}

#[tokio::test]
async fn rich_menus_of_people() {
    let sim = start().await;
    let (friend, shown) = (sim.add_friend(), make_with_image(&sim).await);
    let link = |count| json!({ "richMenuId": shown, "userIds": times(count, &json!(friend)) });
    let unlink = |count| json!({ "userIds": times(count, &json!(friend)) });
    let size = of_request(&[("userIds", "Size must be between 1 and 500")]);
    let batch = |more: Value| with(json!({ "operations": [{ "type": "unlinkAll" }] }), more);
    let key = |key: String| batch(json!({ "resumeRequestKey": key }));
    let alias = |alias: String| json!({ "richMenuAliasId": alias, "richMenuId": shown });
    let pattern = "must match [a-zA-Z0-9_-]{1,100}";
    for rule in [
        Rule::body("POST", "/v2/bot/richmenu/bulk/link", (202, link(500)), link(501), size.clone()),
        Rule::body("POST", "/v2/bot/richmenu/bulk/unlink", (202, unlink(500)), unlink(501), size),
        Rule::body(
            "POST",
            "/v2/bot/richmenu/batch",
            (202, key(letters(100))),
            key(letters(101)),
            of_request(&[("resumeRequestKey", pattern)]),
        ),
        Rule::body(
            "POST",
            "/v2/bot/richmenu/batch",
            (202, key("a_B-9".into())),
            key("a.b".into()),
            of_request(&[("resumeRequestKey", pattern)]),
        ),
        Rule::body(
            "POST",
            "/v2/bot/richmenu/validate/batch",
            (200, batch(json!({}))),
            batch(json!({ "operations": [] })),
            of_request(&[("operations", "Size must be between 1 and 1000")]),
        ),
        Rule::body(
            "POST",
            "/v2/bot/richmenu/alias",
            (200, alias(letters(32))),
            alias(letters(33)),
            of_request(&[("richMenuAliasId", "must match [a-z0-9_-]{1,32}")]),
        ),
        Rule::body(
            "POST",
            "/v2/bot/richmenu/alias",
            (200, alias("a_b-9".into())),
            alias("Ab".into()),
            of_request(&[("richMenuAliasId", "must match [a-z0-9_-]{1,32}")]),
        ),
    ] {
        rule.holds(&sim).await;
    }
    let operation =
        |number: usize| json!({ "type": "unlink", "from": format!("richmenu-{number:032x}") });
    let many = |count: usize| {
        json!({ "operations": (0..count).map(operation).collect::<Value>() }).to_string()
    };
    // A thousand menus that are not there, which is told after the rules of the body.
    assert_eq!(post(&sim, "/v2/bot/richmenu/validate/batch", &many(1000)).await.status, 404);
    let told = post(&sim, "/v2/bot/richmenu/validate/batch", &many(1001)).await;
    assert_eq!(
        (told.status, told.json()),
        (400, of_request(&[("operations", "Size must be between 1 and 1000")]))
    );
}

#[tokio::test]
async fn audiences() {
    let sim = start().await;
    let coded =
        |message: &str, code: &str| json!({ "message": message, "details": [{ "message": code }] });
    let upload = "/v2/bot/audienceGroup/upload";
    let named = |name: String| json!({ "description": name });
    let size = coded("size over audienceGroupName", "AUDIENCE_GROUP_NAME_SIZE_OVER");
    let described = |text: String| json!({ "description": "a", "uploadDescription": text });
    let over = coded("size over uploadDescription", "AUDIENCE_GROUP_UPLOAD_DESCRIPTION_SIZE_OVER");
    let people = |count: usize| {
        let id = |number: usize| json!({ "id": format!("U{number:032x}") });
        json!({ "description": "a", "audiences": (0..count).map(id).collect::<Value>() })
    };
    let many = coded("too many audience ids", "UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS");
    for rule in [
        Rule::body("POST", upload, (202, named(letters(120))), named(letters(121)), size),
        Rule::body("POST", upload, (202, described(letters(300))), described(letters(301)), over),
        Rule::body("POST", upload, (202, people(10_000)), people(10_001), many),
    ] {
        rule.holds(&sim).await;
    }
    let list = "/v2/bot/audienceGroup/list?page=1&size";
    let (good, bad) = (format!("{list}=40"), format!("{list}=41"));
    let high = coded("size: must be less than or equal to 40", "TOO_HIGH");
    Rule::query(&good, &bad, high).holds(&sim).await;
    for _ in 3..999 {
        sim.add_audience(&Audience::default());
    }
    assert_eq!(post(&sim, upload, &named("last".into()).to_string()).await.status, 202);
    let full = post(&sim, upload, &named("one more".into()).to_string()).await.json();
    assert_eq!(full["details"][0]["message"], "AUDIENCE_GROUP_COUNT_MAX_OVER");
}

#[tokio::test]
async fn coupons() {
    let sim = start().await;
    let coupon = json!({
        "title": "a",
        "acquisitionCondition": { "type": "normal" },
        "maxUseCountPerTicket": 1,
        "startTimestamp": 1_785_542_400,
        "endTimestamp": 1_785_628_800,
        "timezone": "ASIA_TOKYO",
        "visibility": "UNLISTED",
        "reward": { "type": "discount", "priceInfo": { "type": "percentage", "percentage": 1 } },
    });
    let set = |fields: Value| with(coupon.clone(), fields);
    let percent = |percentage: i64| {
        set(
            json!({ "reward": { "type": "discount", "priceInfo": { "type": "percentage", "percentage": percentage } } }),
        )
    };
    let lottery = |chance: i64, most: i64| {
        set(
            json!({ "acquisitionCondition": { "type": "lottery", "lotteryProbability": chance, "maxAcquireCount": most } }),
        )
    };
    let size = |least: usize, most: usize| format!("Size must be between {least} and {most}");
    let chance =
        of_request(&[("acquisitionCondition.lotteryProbability", "Must be between 1 and 99")]);
    let percentage = of_request(&[("reward.priceInfo.percentage", "Must be between 1 and 99")]);
    let mut rules = Vec::new();
    for (name, least, most) in [
        ("title", 1, 60),
        ("description", 0, 1000),
        ("couponCode", 0, 16),
        ("usageCondition", 0, 100),
    ] {
        let text = |length: usize| set(json!({ name: letters(length) }));
        rules.push(((200, text(most)), text(most + 1), of_request(&[(name, &size(least, most))])));
    }
    rules.extend([
        ((200, percent(1)), percent(0), percentage.clone()),
        ((200, percent(99)), percent(100), percentage),
        ((200, lottery(1, 1)), lottery(0, 1), chance.clone()),
        ((200, lottery(99, 999_999)), lottery(100, 1), chance),
    ]);
    for (good, bad, answer) in rules {
        Rule::body("POST", "/v2/bot/coupon", good, bad, answer).holds(&sim).await;
    }
    for (bad, property) in [
        (lottery(1, 1_000_000), "acquisitionCondition.maxAcquireCount"),
        (lottery(1, 0), "acquisitionCondition.maxAcquireCount"),
        (set(json!({ "maxUseCountPerTicket": 2 })), "maxUseCountPerTicket"),
        (set(json!({ "endTimestamp": 1_785_542_400 })), "endTimestamp"),
        (set(json!({ "timezone": "ASIA_ATLANTIS" })), "timezone"),
        (set(json!({ "visibility": "SECRET" })), "visibility"),
        (set(json!({ "reward": { "type": "cashBack" } })), "reward.priceInfo"),
    ] {
        let refused = post(&sim, "/v2/bot/coupon", &bad.to_string()).await;
        let told = refused.json();
        assert_eq!(
            (refused.status, told["details"][0]["property"].as_str()),
            (400, Some(property)),
            "{bad} {told}"
        );
    }
    let endless = post(&sim, "/v2/bot/coupon", &lottery(1, -1).to_string()).await;
    endless.is_status(200);
}

#[tokio::test]
async fn webhooks_memberships_and_insights() {
    let sim = start().await;
    let endpoint = |length| json!({ "endpoint": url(length) });
    let invalid = json!({ "message": "Invalid webhook endpoint URL" });
    let path = "/v2/bot/channel/webhook/endpoint";
    Rule::body("PUT", path, (200, endpoint(500)), endpoint(501), invalid).holds(&sim).await;
    let plan = sim.add_membership(hikyaku_sim::MembershipPlan::default());
    let limit = |limit: u32| format!("/v2/bot/membership/{plan}/users/ids?limit={limit}");
    Rule::query(&limit(1000), &limit(1001), of_parameter("limit")).holds(&sim).await;
    Rule::query(&limit(1), &limit(0), of_parameter("limit")).holds(&sim).await;
    let menu = make_with_image(&sim).await;
    for (kind, from, before, most) in
        [("summary", "20250630", "20250629", 396), ("daily", "20260423", "20260422", 99)]
    {
        let path = |from: &str, to: &str| {
            format!("/v2/bot/insight/richmenu/{menu}/{kind}?from={from}&to={to}")
        };
        let words = json!({ "message": format!("Date range exceeds. Max range is {most} days.") });
        Rule::query(&path(from, "20260731"), &path(before, "20260731"), words).holds(&sim).await;
        let words =
            json!({ "message": "Parameter to must be the same date as, or after parameter from." });
        Rule::query(&path("20260731", "20260731"), &path("20260731", "20260730"), words)
            .holds(&sim)
            .await;
        let words =
            json!({ "message": "Parameter from must be the same date as, or after 2023-08-01." });
        Rule::query(&path("20230801", "20230801"), &path("20230731", "20230801"), words)
            .holds(&sim)
            .await;
    }
    let unit = |to: &str| {
        format!(
            "/v2/bot/insight/message/event/aggregation?customAggregationUnit=a&from=20260701&to={to}"
        )
    };
    let refused = json!({ "message": null, "key": null, "stacktrace": null, "code": null });
    Rule::query(&unit("20260731"), &unit("20260801"), refused).holds(&sim).await;
}
