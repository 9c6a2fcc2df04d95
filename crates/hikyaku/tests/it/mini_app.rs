//! The server side of LINE MINI Apps: each call's request, and its answer.

use std::time::{Duration, SystemTime};

use hikyaku::{
    ErrorKind,
    mini_app::{ClientOs, PurchaseEventStatus, PurchaseEventType},
    model::{NotificationToken, UserAccessToken},
};

use crate::server::{Server, answer};

fn liff_token() -> UserAccessToken {
    UserAccessToken::new("LIFF-TOKEN").unwrap()
}

#[tokio::test]
async fn a_notification_token_is_issued_and_renewed_by_use() {
    let issued = r#"{"notificationToken":"34c1","expiresIn":31536000,"remainingCount":5,"sessionId":"xD06"}"#;
    let renewed = r#"{"notificationToken":"c988","expiresIn":31535906,"remainingCount":4,"sessionId":"xD06"}"#;
    let last = r#"{"expiresIn":0,"remainingCount":0}"#;
    let server =
        Server::start([answer(200, issued), answer(200, renewed), answer(200, last)]).await;
    let client = crate::client(&server);
    let first = client.issue_notification_token(&liff_token()).await.unwrap();
    assert_eq!((first.remaining_count, first.session_id.as_deref()), (5, Some("xD06")));
    let token = first.notification_token.as_ref().unwrap();
    let params = [("username", "Brown & Cony"), ("date", "2020-04-23")];
    let next = client.send_service_message(token, "thankyou_msg_en", params).await.unwrap();
    let token = next.notification_token.as_ref().unwrap();
    assert_eq!((token.expose(), next.expires_in), ("c988", 31_535_906));
    let last = client.send_service_message(token, "thankyou_msg_en", []).await.unwrap();
    assert_eq!((last.notification_token.as_ref(), last.remaining_count), (None, 0));

    let requests = server.requests();
    let line = |index: usize| requests[index].head.lines().next().unwrap().to_owned();
    assert_eq!(line(0), "POST /message/v3/notifier/token HTTP/1.1");
    assert_eq!(requests[0].header("authorization"), Some("Bearer TOKEN"));
    assert_eq!(requests[0].body, br#"{"liffAccessToken":"LIFF-TOKEN"}"#);
    assert_eq!(line(1), "POST /message/v3/notifier/send?target=service HTTP/1.1");
    assert_eq!(
        std::str::from_utf8(&requests[1].body).unwrap(),
        r#"{"templateName":"thankyou_msg_en","params":{"date":"2020-04-23","username":"Brown & Cony"},"notificationToken":"34c1"}"#
    );
    assert_eq!(
        requests[2].body,
        br#"{"templateName":"thankyou_msg_en","params":{},"notificationToken":"c988"}"#
    );
}

#[tokio::test]
async fn what_line_would_refuse_is_not_sent() {
    let server = Server::start([]).await;
    let client = crate::client(&server);
    let token = NotificationToken::new("34c1").unwrap();
    let long = "a".repeat(31);
    let refused = client.send_service_message(&token, &long, []).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    let (liff_token, ip) = (liff_token(), "::1".parse().unwrap());
    for name in ["", &"a".repeat(21)] {
        let reserve = client.reserve_purchase(&liff_token, ip, ClientOs::Ios, "p", name);
        assert_eq!(reserve.await.unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_purchase_is_reserved_by_the_persons_token() {
    let server = Server::start([answer(200, r#"{"orderId":"T2025020710000002126002"}"#)]).await;
    let (liff_token, ip) = (liff_token(), "192.168.1.1".parse().unwrap());
    let reserved = crate::client(&server)
        .reserve_purchase(&liff_token, ip, ClientOs::Android, "iap_ln_002", "Premium Package")
        .await
        .unwrap();
    assert_eq!(reserved.order_id, "T2025020710000002126002");
    let request = &server.requests()[0];
    assert!(request.head.starts_with("POST /iap/v1/product/reserve HTTP/1.1\r\n"));
    assert_eq!(request.header("authorization"), Some("Bearer LIFF-TOKEN"));
    assert_eq!(
        std::str::from_utf8(&request.body).unwrap(),
        r#"{"clientIp":"192.168.1.1","clientOs":"android","productId":"iap_ln_002","shopProductName":"Premium Package"}"#
    );
}

#[tokio::test]
async fn events_of_purchases_are_read_page_by_page() {
    let page = r#"{"events":[{"transactionType":"PRODUCT","event":{"type":"purchaseComplete","orderId":"T1","productId":"iap_ln_002","userId":"U91FC5A","purchaseTimestamp":1738672496,"channelId":"12345"}}],"nextCursor":"MTY3NjU0"}"#;
    let last_page = r#"{"events":[{"transactionType":"PRODUCT","event":{"type":"later","orderId":"T2","productId":"p","userId":"U9","purchaseTimestamp":1,"channelId":"1","more":true}}],"nextCursor":null}"#;
    let server = Server::start([answer(200, page), answer(200, last_page)]).await;
    let client = crate::client(&server);
    let second =
        |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 999);
    let events =
        || client.purchase_events(second(1), second(2)).status(PurchaseEventStatus::Failed);
    let first = events().await.unwrap();
    assert_eq!(first.events[0].event.event_type, PurchaseEventType::PurchaseComplete);
    let cursor = first.next_cursor.as_deref().unwrap();
    let last = events().start(cursor).await.unwrap();
    let event = &last.events[0].event;
    assert_eq!(event.event_type, PurchaseEventType::Other("later".into()));
    assert_eq!((event.extra.get("more").is_some(), last.next_cursor.as_ref()), (true, None));
    let requests = server.requests();
    let line = |index: usize| requests[index].head.lines().next().unwrap().to_owned();
    let path = "GET /iap/v1/webhook/events?startEpochSeconds=1&endEpochSeconds=2&status=FAILED&pageSize=100";
    assert_eq!(line(0), format!("{path} HTTP/1.1"));
    assert_eq!(line(1), format!("{path}&cursor=MTY3NjU0 HTTP/1.1"));

    let server = Server::start([answer(200, page), answer(200, last_page)]).await;
    let client = crate::client(&server);
    let mut all = client.purchase_events(second(1), second(2)).page_size(7).page_size(1).stream();
    let mut orders = Vec::new();
    while let Some(record) = all.next().await {
        orders.push(record.unwrap().event.order_id);
    }
    assert_eq!(orders, ["T1", "T2"]);
    assert!(server.requests().iter().all(|request| request.head.contains("&pageSize=1")));

    let server = Server::start([]).await;
    let client = crate::client(&server);
    for size in [0, 101] {
        let refused = client.purchase_events(second(1), second(2)).page_size(size).await;
        let error = refused.unwrap_err();
        assert_eq!(error.details()[0].property.as_deref(), Some("pageSize"));
    }
}
