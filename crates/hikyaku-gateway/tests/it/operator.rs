//! The operator's pages.

use std::time::Duration;

use hikyaku_gateway::{DeclaredKey, NewApiKey, TokenChange, Visitor};
use hikyaku_sender::{Filter, NewDelivery, NewHold, State};
use hikyaku_sim::FaultRule;

use crate::{
    home::Home,
    pages::{Browser, between},
};

const PUSH: &str = "/v2/bot/message/push";

impl Home {
    async fn ann(&self) -> Browser<'_> {
        self.signed_in(Visitor::Operator { name: "ann".to_owned() }).await
    }

    /// So many dead letters to people whom LINE does not know.
    async fn refused(&self, count: usize) {
        for number in 0..count {
            let to = format!("Uf{number:031x}");
            let push = NewDelivery::push(to.as_str(), "a secret").fairness_key("shop");
            let id = self.outbox.enqueue(push).await.unwrap().id;
            let listed = loop {
                let patience = std::time::Duration::from_secs(60);
                if let Some(listed) = self.outbox.wait(id, patience).await.unwrap() {
                    break listed;
                }
            };
            assert_eq!(listed.state, State::Rejected, "{listed:?}");
        }
    }
}

#[tokio::test]
async fn an_act_on_many_is_previewed_confirmed_and_written_down() {
    let home = Home::new().await;
    home.refused(12).await;
    let ann = home.ann().await;
    let list = ann.get("/operator/deliveries?state=rejected&key=shop").await;
    assert!(
        list.status == 200 && list.body.contains("Uf0000000000000000000000000000000"),
        "{list:?}"
    );
    assert!(!list.body.contains("a secret"), "{list:?}");

    let form = "state=rejected&key=shop&act=drop&reason=old+ones";
    let shown = ann.post("/operator/preview", form).await;
    assert!(shown.status == 200 && shown.body.contains("Put away: 12 deliveries"), "{shown:?}");
    assert_eq!(shown.body.matches("/operator/delivery?id=").count(), 10, "ten examples");
    let confirmation = between(&shown.body, "name=\"confirmation\" value=\"", "\"").to_owned();
    let dropped =
        || async { home.outbox.list(Filter::default().state(State::Dropped)).await.unwrap().len() };
    assert_eq!(dropped().await, 0);

    // Another count is another preview, and nothing is done.
    home.refused(13).await;
    let form = format!("{form}&count=12&confirmation={confirmation}");
    let changed = ann.post("/operator/act", &form).await;
    assert!(changed.status == 409 && changed.body.contains("fit instead of 12"), "{changed:?}");
    assert_eq!(dropped().await, 0);
    let confirmation = between(&changed.body, "name=\"confirmation\" value=\"", "\"").to_owned();
    // What another session has seen, or another act or filter, is not confirmed by it.
    let other = home.ann().await;
    let form = |more: &str| format!("{more}&reason=old&count=25&confirmation={confirmation}");
    for wrong in ["state=rejected&key=shop&act=retry", "state=rejected&act=drop&recipient=U1"] {
        assert_eq!(ann.post("/operator/act", &form(wrong)).await.status, 409, "{wrong}");
    }
    let right = form("state=rejected&key=shop&act=drop");
    assert_eq!(other.post("/operator/act", &right).await.status, 409);
    let done = ann.post("/operator/act", &right).await;
    assert_eq!(done.status, 303, "{done:?}");
    assert!(done.header("location").unwrap().ends_with("&done=25"), "{done:?}");
    assert_eq!(dropped().await, 25);

    let record = ann.get("/operator/record").await;
    for part in ["ann", "drop", "state=rejected key=shop", "25 of 25", "old"] {
        assert!(record.body.contains(&format!("<td>{part}</td>")), "{part}: {}", record.body);
    }
    // Without a reason, nothing is done.
    let answer = ann.post("/operator/preview", "state=rejected&act=drop&reason=").await;
    assert!(answer.status == 400 && answer.body.contains("Say why"), "{answer:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_refused_delivery_is_looked_at_and_retried() {
    let home = Home::new().await;
    home.sim.fault(FaultRule::answer(400).on("POST", PUSH).times(1)).unwrap();
    let push = NewDelivery::push(home.alice.as_str(), "a secret");
    let id = home.outbox.enqueue(push).await.unwrap().id;
    let patience = std::time::Duration::from_secs(60);
    let listed = home.outbox.wait(id, patience).await.unwrap().unwrap();
    assert_eq!(listed.state, State::Rejected);
    let ann = home.ann().await;
    let story = ann.get(&format!("/operator/delivery?id={id}")).await;
    assert!(story.body.contains("rejected") && story.body.contains("> 400"), "{}", story.body);
    assert!(
        !story.body.contains("a secret") && story.body.contains("show_texts"),
        "{}",
        story.body
    );
    let answer = ann.post("/operator/delivery/act", &format!("id={id}&act=retry")).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let listed = home.outbox.wait(id, patience).await.unwrap().unwrap();
    assert_eq!(listed.state, State::Accepted);
    let again = ann.post("/operator/delivery/act", &format!("id={id}&act=retry")).await;
    assert!(again.status == 409 && again.body.contains("Nothing was changed"), "{again:?}");
    let record = ann.get("/operator/record").await;
    assert!(record.body.contains("1 of 1") && record.body.contains("0 of 1"), "{}", record.body);
}

#[tokio::test]
async fn sends_are_held_and_released_with_a_reason() {
    let home = Home::new().await;
    let ann = home.ann().await;
    let wrong = ann.post("/operator/hold", "channel=default&lane=fax&key=&reason=x").await;
    assert!(wrong.status == 400 && wrong.body.contains("fax"), "{wrong:?}");
    let held =
        ann.post("/operator/hold", "channel=&lane=push&key=&reason=the+price+is+wrong").await;
    assert_eq!(held.header("location"), Some("/operator/lanes?told=held"), "{held:?}");
    let holds = home.outbox.holds().await.unwrap();
    let [placed] = &holds[..] else { panic!("{holds:?}") };
    assert_eq!((placed.reason.as_str(), placed.who.as_str()), ("the price is wrong", "ann"));
    let answer = home.notify(&home.t1, "message=hi").await;
    assert_eq!(
        answer.header("X-Gateway-Delivery").or(answer.header("x-gateway-delivery")),
        Some("queued")
    );
    let page = ann.get("/operator/lanes").await;
    assert!(
        page.body.contains("the price is wrong") && page.body.contains("ann, "),
        "{}",
        page.body
    );
    let form = format!("id={}", placed.id);
    let released = ann.post("/operator/release", &form).await;
    assert_eq!(released.header("location"), Some("/operator/lanes?told=released"));
    home.sim.wait_for(1).await.unwrap();
    assert_eq!(
        ann.post("/operator/release", &form).await.header("location"),
        Some("/operator/lanes?told=gone")
    );
}

#[tokio::test]
async fn keys_end_and_budgets_are_set() {
    let home = Home::new().await;
    let key = home.key(NewApiKey::new("shop-bot", "default")).await;
    let ann = home.ann().await;
    let page = ann.get("/operator/keys").await;
    assert!(page.body.contains("shop-bot") && !page.body.contains(key.expose()), "{}", page.body);
    let form = "key=shop-bot&limit=500&per=month&beyond=cancel";
    assert_eq!(ann.post("/operator/budget", form).await.status, 303);
    let budget = home.outbox.budgets().await.unwrap().pop().unwrap();
    assert_eq!((budget.fairness_key.as_str(), budget.limit), ("shop-bot", 500));
    let page = ann.get("/operator/keys").await;
    assert!(page.body.contains("0 of 500 a month"), "{}", page.body);
    assert_eq!(ann.post("/operator/budget", "key=&limit=5&per=day&beyond=wait").await.status, 400);
    assert_eq!(ann.post("/operator/budget/clear", "key=shop-bot").await.status, 303);
    assert!(home.outbox.budgets().await.unwrap().is_empty());
    let id = home.state.keys().await.unwrap()[0].id;
    let revoked = ann.post("/operator/keys/revoke", &format!("id={id}&reason=leaked")).await;
    assert_eq!(revoked.header("location"), Some("/operator/keys?told=revoked"));
    assert!(home.state.keys().await.unwrap()[0].revoked);
}

#[tokio::test]
async fn budgets_of_tokens_and_of_keys_in_the_configuration_are_shown() {
    let home = Home::changed(|config, _| {
        let declared = format!(
            "name = \"shop-bot\"\nhash = \"sha256:{}\"\nchannel = \"default\"\nbudget = 500",
            "0".repeat(64)
        );
        config.key = vec![toml::from_str::<DeclaredKey>(&declared).unwrap()];
    })
    .await;
    // One of the store with the same name does not work.
    home.key(NewApiKey::new("shop-bot", "default")).await;
    let token = home.state.tokens().await.unwrap().remove(0);
    let change = TokenChange { budget: Some(Some(2)), ..TokenChange::default() };
    assert!(home.state.change_token(token.id, change).await.unwrap());
    let ann = home.ann().await;
    let page = ann.get("/operator/keys").await.body;
    let row = between(&page, "<td>shop-bot</td>", "</tr>");
    assert!(row.contains("in the configuration") && row.contains("0 of 500 a month"), "{row}");
    assert!(
        !row.contains("/operator/keys/revoke"),
        "what the configuration has is changed there: {row}"
    );
    assert!(page.contains("replaced by the configuration"), "{page}");
    let row = between(&page, &format!("<td>{}</td>", token.name), "</tr>");
    assert!(row.contains("0 of 2 a month") && !row.contains("badge-bad"), "{row}");
    for _ in 0..2 {
        assert_eq!(home.notify(&home.t1, "message=hi").await.status, 200);
    }
    let page = ann.get("/operator/keys").await.body;
    let row = between(&page, &format!("<td>{}</td>", token.name), "</tr>");
    assert!(row.contains("2 of 2 a month") && row.contains("badge-bad"), "{row}");
    // Its person sees it, too.
    let alice = home.signed_in(home.alice()).await;
    let page = alice.get("/my").await.body;
    assert!(page.contains("2 of 2 recipients"), "{page}");
    home.stop().await;
}

#[tokio::test]
async fn the_overview_begins_with_what_needs_somebody() {
    let home = Home::new().await;
    let ann = home.ann().await;
    let page = ann.get("/operator").await.body;
    assert!(page.contains("All is well") && page.contains("<h2>default</h2>"), "{page}");
    assert!(!page.contains("Newest failures"), "{page}");

    home.refused(3).await;
    let page = ann.get("/operator").await.body;
    let alert = between(&page, "class=\"alerts\"", "</ul>");
    assert!(alert.contains("3 were refused by LINE"), "{alert}");
    assert!(alert.contains("href=\"/operator/deliveries?state=rejected\""), "{alert}");
    let failures = between(&page, "<h2>Newest failures</h2>", "</section>");
    assert_eq!(failures.matches("/operator/delivery?id=").count(), 3, "{failures}");

    // What somebody holds is not forgotten, and neither is what waits for it.
    let hold =
        home.outbox.hold(NewHold::new("the price is wrong").channel("default")).await.unwrap();
    home.outbox.enqueue(NewDelivery::push(home.alice.as_str(), "hi")).await.unwrap();
    home.sim.advance(Duration::from_secs(5 * 60));
    let page = ann.get("/operator").await.body;
    let alert = between(&page, "class=\"alerts\"", "</ul>");
    assert!(alert.contains("Held (channel=default): the price is wrong"), "{alert}");
    let late = "default/push: 1 wait, the first due 5 min ago: somebody holds it.";
    assert!(alert.contains(late), "{alert}");
    let lanes = between(&page, "<h2>default</h2>", "</section>");
    let waiting = "/operator/deliveries?state=ready&amp;channel=default";
    assert!(lanes.contains(waiting) && lanes.contains(">hold</span>"), "{lanes}");

    // A lane that LINE has stopped comes first.
    home.sim.fault(FaultRule::answer(401).on("POST", PUSH)).unwrap();
    home.outbox.release(hold.id).await.unwrap();
    let alert = loop {
        let page = ann.get("/operator").await.body;
        let alert = between(&page, "class=\"alerts\"", "</ul>").to_owned();
        if alert.contains("stands still") {
            break alert;
        }
        tokio::task::yield_now().await;
    };
    let first = between(&alert, "<li>", "</li>");
    assert!(first.contains("default/push stands still for "), "{alert}");
    assert!(first.contains("LINE refuses the channel access token."), "{alert}");
    home.stop().await;
}

#[tokio::test]
async fn a_campaign_is_paused_and_resumed() {
    let home = Home::new().await;
    let hold = hikyaku_sender::NewHold::new("not yet");
    home.outbox.hold(hold).await.unwrap();
    let campaign =
        home.outbox.new_campaign("hello").idempotency_key("spring").start().await.unwrap();
    campaign.feed(std::io::Cursor::new(home.alice.as_str().to_owned())).await.unwrap();
    let ann = home.ann().await;
    let form = format!("id={}", campaign.id());
    let paused = ann.post("/operator/campaigns/pause", &form).await;
    assert_eq!(paused.header("location"), Some("/operator/campaigns?told=paused"), "{paused:?}");
    let page = ann.get("/operator/campaigns").await;
    assert!(page.body.contains(">paused</span>") && page.body.contains("Resume"), "{}", page.body);
    let resumed = ann.post("/operator/campaigns/resume", &form).await;
    assert_eq!(resumed.header("location"), Some("/operator/campaigns?told=resumed"));
    let page = ann.get("/operator/campaigns").await;
    assert!(!page.body.contains(">paused</span>"), "{}", page.body);
    assert_eq!(
        ann.post("/operator/campaigns/pause", "id=99").await.header("location"),
        Some("/operator/campaigns?told=gone")
    );
}

#[tokio::test]
async fn texts_are_shown_where_the_configuration_says_so() {
    let home = Home::changed(|config, _| config.operator.show_texts = true).await;
    home.notify(&home.t1, "message=%3Cimg+src%3Dx%3E").await;
    let id = home.outbox.list(Filter::default()).await.unwrap()[0].id;
    let page = home.ann().await.get(&format!("/operator/delivery?id={id}")).await;
    assert!(
        page.body.contains("&lt;img src=x&gt;") && !page.body.contains("<img"),
        "{}",
        page.body
    );
    for part in ["Content-Security-Policy", "default-src &#39;none&#39;", "frame-ancestors"] {
        assert!(format!("{}{}", page.head, page.body).contains(part), "{part}");
    }
}
