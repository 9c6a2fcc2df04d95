//! What a program keeps may be shared among threads and tasks, for as long as it likes.

use hikyaku::{
    Accepted, Answer, Client, ClientBuilder, Detail, Error, Messages, Profile, ReplyTo, RetryKey,
    RetryPolicy, To, TokenProvider, audience, content, group, insight, liff, login, message, model,
    module, notify, operation, rich_menu, token, transport,
};

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
