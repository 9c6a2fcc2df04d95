//! Pictures that bots upload with a key, and what their memory costs.

use std::time::Duration;

use hikyaku_gateway::{ApiKey, NewApiKey, Rights};
use hikyaku_sender::NewHold;
use image::ImageFormat;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    home::{Answer, Home},
    picture::{giant, picture, read, upright},
};

const PICTURES: &str = "/_hikyaku/v1/pictures";

impl Home {
    async fn post_picture(
        &self,
        key: &ApiKey,
        query: &str,
        content_type: &str,
        body: &[u8],
    ) -> Answer {
        let head = format!(
            "POST {PICTURES}{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             {content_type}Content-Length: {}\r\n\r\n",
            key.expose(),
            body.len()
        );
        Answer::read(self.raw([head.as_bytes(), body].concat()).await)
    }

    /// Keeps a picture, and gives what is told of it.
    async fn host(&self, key: &ApiKey, query: &str, bytes: &[u8]) -> Value {
        let answer = self.post_picture(key, query, "", bytes).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn send_picture(&self, key: &ApiKey, full: &str, preview: &str) -> Answer {
        let image =
            json!({ "type": "image", "originalContentUrl": full, "previewImageUrl": preview });
        let body = json!({ "to": self.alice, "messages": [image] }).to_string();
        // As PHP writes JSON.
        let body = body.replace('/', "\\/");
        let headers =
            format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", key.expose());
        self.request("POST /v2/bot/message/push", &headers, &body).await
    }
}

fn url<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap()
}

#[tokio::test]
async fn a_bot_uploads_a_picture_and_sends_its_addresses() {
    let home = Home::with_pictures(1000).await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let told = home.host(&key, "", &upright(1200, 800)).await;
    assert_eq!((&told["width"], &told["height"]), (&json!(800), &json!(1200)));
    assert_eq!(told["contentType"], "image/jpeg");
    let (full, preview) = (url(&told, "originalContentUrl"), url(&told, "previewImageUrl"));
    assert!(full.starts_with("https://notify.example/pictures/") && full != preview, "{told}");
    let original = home.get(full).await;
    assert_eq!((original.status, original.header("content-type")), (200, Some("image/jpeg")));
    assert!(!original.body.windows(8).any(|it| it == b"139.7454"));
    let small = read(&home.get(preview).await.body);
    assert_eq!((small.width(), small.height()), (160, 240));
    assert_eq!(home.send_picture(&key, full, preview).await.status, 200);
    let pushed = home.pushed();
    assert_eq!(pushed["messages"][0]["originalContentUrl"], full);

    // As a form, with a preview of another size; the same picture with the same size has the same address.
    let png = picture(1000, 500, ImageFormat::Png);
    let form = [
        b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gif\"\r\n\r\n"
            .as_slice(),
        &png,
        b"\r\n--X--\r\n",
    ]
    .concat();
    let multipart = "Content-Type: multipart/form-data; boundary=X\r\n";
    let answer = home.post_picture(&key, "?preview=100", multipart, &form).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(told["contentType"], "image/png");
    assert_eq!(read(&home.get(url(&told, "previewImageUrl")).await.body).width(), 100);
    assert_eq!(home.host(&key, "?preview=100", &png).await, told);
    let other = home.key(NewApiKey::new("other", "default")).await;
    for told_else in
        [home.host(&key, "", &png).await, home.host(&other, "?preview=100", &png).await]
    {
        assert_ne!(told_else["originalContentUrl"], told["originalContentUrl"]);
    }
    home.stop().await;
}

#[tokio::test]
async fn what_is_no_picture_or_has_no_right_is_refused() {
    let home = Home::with_pictures(1000).await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let json = "Content-Type: application/json\r\n";
    let form = "Content-Type: multipart/form-data; boundary=X\r\n";
    let png = picture(10, 10, ImageFormat::Png);
    for (query, content_type, file, status) in [
        ("", "", b"GIF89a\x01\0\x01\0".to_vec(), 415),
        ("", "Content-Type: image/png\r\n", b"hello".to_vec(), 415),
        ("", "", Vec::new(), 415),
        ("", "", giant(30_000), 415),
        ("", "", png[..png.len() / 2].to_vec(), 415),
        ("", "", vec![0xff; 12 << 20], 413),
        ("", form, b"--X\r\n\r\n--X--".to_vec(), 400),
        ("", json, br#"{"url":"http://a.example/b.png"}"#.to_vec(), 400),
        ("", json, b"[]".to_vec(), 400),
        ("?preview=0", "", png.clone(), 400),
        ("?preview=481", "", png.clone(), 400),
        ("?preview=large", "", png.clone(), 400),
    ] {
        let answer = home.post_picture(&key, query, content_type, &file).await;
        assert_eq!(answer.status, status, "{query} {content_type} {answer:?}");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(body["message"].is_string() && answer.header("x-line-request-id").is_some());
    }
    let rights = Rights::read(None, None, Some("read,other")).unwrap();
    let narrow = home.key(NewApiKey::new("narrow", "default").rights(rights)).await;
    let refused = home.post_picture(&narrow, "", "", &png).await;
    assert_eq!((refused.status, refused.header("x-hikyaku-error")), (403, Some("forbidden")));
    assert_eq!(std::fs::read_dir(home.pictures.as_ref().unwrap()).unwrap().count(), 0);
    home.stop().await;

    let home = Home::new().await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let none = home.post_picture(&key, "", "", &png).await;
    assert_eq!((none.status, none.body.contains("serves no pictures")), (404, true), "{none:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_picture_stays_as_long_as_its_message_is_to_be_sent() {
    let home = Home::with_pictures(0).await;
    let key = home.key(NewApiKey::new("bot", "default")).await;
    let hours = Duration::from_secs(2 * 60 * 60);
    let hold = home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let told = home.host(&key, "", &picture(1, 1, ImageFormat::Png)).await;
    let (full, preview) = (url(&told, "originalContentUrl"), url(&told, "previewImageUrl"));
    assert_eq!(home.send_picture(&key, full, preview).await.status, 202);
    home.sim.advance(hours);
    home.host(&key, "", &picture(2, 1, ImageFormat::Png)).await;
    assert_eq!(home.get(full).await.status, 200);
    home.outbox.release(hold.id).await.unwrap();
    home.sim.wait_for(1).await.unwrap();
    // It is told that it has arrived a moment later.
    let waits = hikyaku_sender::Filter::default().state(hikyaku_sender::State::Accepted);
    while home.outbox.list(waits.clone()).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    home.sim.advance(hours);
    home.host(&key, "", &picture(3, 1, ImageFormat::Png)).await;
    assert_eq!(home.get(full).await.status, 404);
    home.stop().await;
}

/// Its own memory, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn many_who_read_a_large_picture_slowly_cost_little_memory() {
    const LARGE: usize = 20_000_000;
    const READERS: usize = 40;

    let home = Home::with_pictures(1000).await;
    // What it is does not matter: it is not read for being sent.
    let name = format!("{}.png", "a".repeat(64));
    let bytes: Vec<u8> = (0..LARGE).map(|at| at.to_le_bytes()[1]).collect();
    std::fs::write(home.pictures.as_ref().unwrap().join(&name), &bytes).unwrap();
    let request = format!("GET /pictures/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let before = resident();
    let mut readers = Vec::new();
    for _ in 0..READERS {
        let mut stream = TcpStream::connect(home.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut begin = [0; 15];
        stream.read_exact(&mut begin).await.unwrap();
        assert_eq!(&begin, b"HTTP/1.1 200 OK");
        readers.push(stream);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < LARGE as u64 * 2, "{grown} bytes for {READERS} readers");
    let mut last = Vec::new();
    readers.pop().unwrap().read_to_end(&mut last).await.unwrap();
    assert!(last.ends_with(&bytes));
    drop(readers);
    home.stop().await;
}
