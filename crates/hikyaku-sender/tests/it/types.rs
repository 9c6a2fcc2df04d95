//! What a program keeps may be shared among threads and tasks, for as long as it likes.

use hikyaku_sender::{
    Campaign, Clock, Enqueued, Error, Event, Events, Filter, Limits, Listed, NewDelivery, Outbox,
    OutboxBuilder, Overview, Report, Time, Worker,
    campaign::{BadLine, CampaignBuilder, Progress},
};

fn shared<T: Send + Sync + 'static>() {}
fn sent<T: Send + 'static>() {}

#[test]
fn what_a_program_keeps_is_send_and_sync() {
    shared::<(Outbox, Campaign, Clock, Error, Time, Limits)>();
    shared::<(NewDelivery, CampaignBuilder, Enqueued, Listed, Filter, Overview, Report)>();
    shared::<(Event, BadLine, Progress)>();
}

#[test]
fn what_a_program_hands_to_a_task_is_send() {
    sent::<(OutboxBuilder, Worker, Events)>();
}
