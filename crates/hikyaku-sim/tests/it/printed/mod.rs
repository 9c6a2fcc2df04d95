//! The error bodies that LINE's reference prints in full, word for word. Where it prints an id, a date or a menu of its
//! own, that of the test stands here.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/>

mod audience;
mod coupon;
mod reads;
mod rich_menu;
mod sends;
mod token;

use hikyaku_sim::Sim;

use crate::http::call;

/// A request, and the status and body that answer it.
type Case<'a> = (&'a str, &'a str, &'a str, u16, &'a str);

async fn check(sim: &Sim, cases: &[Case<'_>]) {
    for (method, path, body, status, answer) in cases {
        let got = call(sim, method, path, body).await;
        assert_eq!((got.status, got.text()), (*status, *answer), "{method} {path} {body}");
    }
}
