//! The simulator as its callers see it: literal requests over real sockets, literal answers.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod account_link;
mod acts;
mod assertion;
mod audience;
mod audience_file;
mod axe;
mod bot;
#[expect(dead_code, reason = "the example that draws pictures does more with it")]
mod browser;
mod chat;
mod content;
mod control;
mod coupon;
mod description;
mod fault;
mod flows;
mod go_sdk;
mod http;
mod insight;
mod known;
mod lifecycle;
mod liff;
mod limits;
mod login;
mod many;
mod membership;
mod mini_app;
mod mission;
mod module;
mod narrowcast;
mod npm;
mod page;
mod people;
mod phone;
mod printed;
mod push;
mod reads;
mod replay;
mod reply;
mod retry_key;
mod rich_menu;
mod schema;
mod sdk;
mod seed;
mod served;
mod state;
mod talk;
mod token;
mod transport;
mod tls;
mod validation;
mod webhook;
mod webhook_fault;
