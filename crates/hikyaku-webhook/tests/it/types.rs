//! What a program keeps may be shared among threads and tasks, for as long as it likes.

use hikyaku_webhook::{
    Context, Error, Outcome, Receiver, ReplyToken, Router, SeenInMemory, Verifier, Webhook,
    axum::Queue,
};

fn shared<T: Send + Sync + 'static>() {}

#[test]
fn what_a_program_keeps_is_send_and_sync() {
    shared::<(Router<String>, Context<String>, Receiver, Verifier, SeenInMemory, Queue)>();
    shared::<(Webhook, Error, Outcome, ReplyToken)>();
}
