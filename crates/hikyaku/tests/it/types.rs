//! What a program keeps may be shared among threads and tasks, and stored, for as long as it likes.

use hikyaku::{
    Accepted, Answer, Client, ClientBuilder, Date, Detail, Error, Messages, Profile, ReplyTo,
    RetryKey, RetryPolicy, SentMessage, To, TokenProvider, audience, content, group, insight, liff,
    login, message, mini_app, model, module, notify, operation, rich_menu, token, transport,
};
use serde::{Serialize, de::DeserializeOwned};

/// Reads this JSON, and writes the same again.
fn round_trip<T: Serialize + DeserializeOwned>(json: &str) -> T {
    let value: T = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    value
}

#[test]
fn what_a_program_stores_is_read_as_it_was_written() {
    let sent: SentMessage = round_trip(r#"{"id":"1","quoteToken":"q","isNew":true}"#);
    assert_eq!((sent.id.as_str(), sent.quote_token.as_deref()), ("1", Some("q")));
    round_trip::<SentMessage>(r#"{"id":"1"}"#);
    let key: RetryKey = round_trip(r#""d791346d-581c-54ef-8b00-fa17d5d51f35""#);
    assert_eq!(key, RetryKey::named("order-17", 1));
    assert!(serde_json::from_str::<RetryKey>(r#""order-17""#).is_err());
    let day: Date = round_trip(r#""2026-01-31""#);
    assert_eq!(serde_json::from_str::<Date>(r#""20260131""#).unwrap(), day);
    assert!(serde_json::from_str::<Date>(r#""2026-02-30""#).is_err());
    round_trip::<mini_app::ClientOs>(r#""ios""#);
    round_trip::<mini_app::PurchaseReservation>(r#"{"orderId":"T1","x":1}"#);
    round_trip::<message::TemplateItem>(r#"{"itemKey":"k","content":"c","x":1}"#);
    round_trip::<message::TemplateButton>(r#"{"buttonKey":"k","url":"u","x":1}"#);
    round_trip::<message::NarrowcastPhase>(r#""word""#);
    round_trip::<content::Transcoding>(r#"{"status":"word","x":1}"#);
    round_trip::<audience::AudienceStatus>(r#""WORD""#);
}

fn shared<T: Send + Sync + 'static>() {}
fn sent<T: Send + 'static>() {}

#[test]
fn what_a_program_keeps_is_send_and_sync() {
    shared::<(Client, Error, Detail, RetryKey, RetryPolicy)>();
    shared::<(Accepted, Answer<Profile>, ReplyTo, To, Messages)>();
    shared::<(model::Message, model::Event, model::PreparedMessages, model::Violations)>();
    shared::<(model::flex::Container, model::event::ReplyToken, model::ChannelToken)>();
    shared::<(notify::NotifyClient, notify::Notified, notify::RateLimits)>();
    shared::<(token::AssertionKey, token::IssuedToken, token::TokenFile)>();
    shared::<(login::LoginChannel, login::IdTokenVerifier, login::LoginKeys)>();
    shared::<(message::MulticastChunk, message::NarrowcastProgress, message::SentBy)>();
    shared::<(audience::AudienceData, group::GroupSummary, insight::StatisticsOverview)>();
    shared::<(liff::LiffApps, module::ModuleBots, rich_menu::RichMenus)>();
    shared::<(operation::Route, transport::HyperTransport, Box<dyn transport::Transport>)>();
}

#[test]
fn what_a_program_hands_to_a_task_is_send() {
    sent::<(ClientBuilder, TokenProvider, content::Content)>();
    sent::<(message::Push, message::Reply, message::ReplyOrPush, message::PushByPhone)>();
    sent::<(message::Multicast, message::MulticastInChunks, message::Broadcast)>();
    sent::<(message::Narrowcast, message::WrittenSend, message::Validate)>();
}
