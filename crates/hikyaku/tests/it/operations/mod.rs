//! Every area's calls: the request that each makes, and what becomes of LINE's answers.

mod audience;
mod by_name;
mod chats;
mod content;
mod coupon;
mod insight;
mod lists;
mod rich_menu;
mod settings;

use hikyaku::{Client, Error};

use crate::server::{Server, answer};

/// Makes a call that gets this answer and must not fail. `expected` is the method, the path with its query and, on a
/// line of its own, the body.
async fn check<T>(
    reply: &str,
    act: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    expected: &str,
) -> T {
    let server = Server::start([answer(200, reply)]).await;
    let value = act(&crate::client(&server)).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    let request = &requests[0];
    assert_eq!(request.header("authorization"), Some("Bearer TOKEN"));
    let content_type = (!request.body.is_empty()).then_some("application/json");
    assert_eq!(request.header("content-type"), content_type);
    let (line, _) = request.head.split_once(" HTTP/1.1\r\n").unwrap();
    let body = std::str::from_utf8(&request.body).unwrap();
    assert_eq!(format!("{line}\n{body}").trim_end(), expected);
    value
}
