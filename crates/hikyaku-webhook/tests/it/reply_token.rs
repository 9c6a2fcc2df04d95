use std::time::{Duration, SystemTime};

use hikyaku_model::{
    Event, EventKind,
    event::{DeliveryContext, SharedStr},
};
use hikyaku_webhook::ReplyToken;

const RECEIVED: SystemTime = SystemTime::UNIX_EPOCH;

fn after(seconds: u64) -> SystemTime {
    RECEIVED + Duration::from_secs(seconds)
}

fn event(token: &str) -> Event {
    let mut event = Event::new(EventKind::Join);
    event.reply_token = Some(token.into());
    event
}

#[test]
fn a_token_works_for_a_minute() {
    let token = ReplyToken::of(&event("abc"), RECEIVED).unwrap();
    assert_eq!(token.age(after(20)), Duration::from_secs(20));
    assert_eq!(token.left(after(20)), Duration::from_secs(40));
    assert_eq!(token.clone().take(after(59)).unwrap(), "abc");
    let expired = token.take(after(60)).unwrap_err();
    assert_eq!(
        expired.to_string(),
        "the reply token was received 60 s ago and is no longer sure to work: send a push message instead"
    );
    assert_eq!(expired.token, "abc");
}

#[test]
fn a_redeliverys_token_ends_twenty_minutes_after_the_event_at_the_latest() {
    let mut again = event("abc");
    again.delivery_context = Some(DeliveryContext::new(true));
    again.timestamp = Some(0);
    let left = |received| ReplyToken::of(&again, after(received)).unwrap().left(after(received));
    assert_eq!(left(600), Duration::from_secs(60));
    assert_eq!(left(19 * 60 + 30), Duration::from_secs(30));
    assert_eq!(left(20 * 60), Duration::ZERO);
}

#[test]
fn events_without_a_token_and_the_consoles_dummies_have_none() {
    assert!(ReplyToken::of(&Event::<SharedStr>::new(EventKind::Leave), RECEIVED).is_none());
    assert!(ReplyToken::of(&event("00000000000000000000000000000000"), RECEIVED).is_none());
    assert!(ReplyToken::of(&event("ffffffffffffffffffffffffffffffff"), RECEIVED).is_none());
}

#[test]
fn a_clock_that_goes_back_and_a_timestamp_out_of_reach_do_no_harm() {
    let mut odd = event("abc");
    odd.delivery_context = Some(DeliveryContext::new(true));
    for timestamp in [i64::MIN, -1, i64::MAX] {
        odd.timestamp = Some(timestamp);
        let token = ReplyToken::of(&odd, after(100));
        assert!(token.is_none_or(|token| token.age(after(0)) == Duration::ZERO));
    }
}

#[test]
fn a_token_is_not_shown() {
    let token = ReplyToken::of(&event("abcdef"), RECEIVED).unwrap();
    assert!(!format!("{token:?} {:?}", token.clone().take(after(99))).contains("abcdef"));
}
