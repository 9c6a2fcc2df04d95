//! Pictures that scripts name by addresses, fetched from a web server beside the gateway.

use std::{
    collections::BTreeMap,
    io::Cursor,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use hikyaku_gateway::{Rehost, Served};
use image::{DynamicImage, ImageFormat, RgbImage};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

use crate::home::{Home, OK};

/// A web server that answers each path with these bytes, and notes what it was asked.
struct Web {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Web {
    async fn serve(answers: impl FnOnce(SocketAddr) -> BTreeMap<&'static str, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (answers, asked) = (answers(address), Arc::new(Mutex::new(Vec::new())));
        let noted = asked.clone();
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.unwrap() == 1 {
                    head.extend(byte);
                }
                let head = String::from_utf8(head).unwrap();
                let path = head.split(' ').nth(1).unwrap().to_owned();
                noted.lock().unwrap().push(head);
                if let Some(answer) = answers.get(path.as_str()) {
                    // Who has read enough hangs up.
                    let _ = stream.write_all(answer).await;
                }
            }
        });
        Self { address, asked, serving }
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture =
        RgbImage::from_fn(width, height, |x, _| image::Rgb([0, u8::try_from(x % 256).unwrap(), 0]));
    DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn home(rehost: Rehost, from: &[&str]) -> Home {
    let from = from.iter().map(|it| it.parse().unwrap()).collect();
    Home::configured_with_pictures(|config| {
        assert!(config.serves(Served::Pictures));
        (config.pictures.rehost, config.pictures.rehost_from) = (rehost, from);
    })
    .await
}

fn form(field: &str, url: &str) -> String {
    format!("message=look&{field}={url}")
}

#[tokio::test]
async fn a_picture_without_https_is_fetched_drawn_and_served() {
    let web = Web::serve(|_| {
        let picture = answer("200 OK\r\nContent-Type: image/png", &png(600, 300));
        let there = answer("302 Found\r\nLocation: there/picture.png?size=l", b"");
        BTreeMap::from([("/cam/door.jpg?t=1", there), ("/cam/there/picture.png?size=l", picture)])
    })
    .await;
    let home = home(Rehost::Http, &["127.0.0.0/8"]).await;
    let url = format!("http://{}/cam/door.jpg%3Ft=1", web.address);
    let sent = home.notify(&home.t1, &form("imageFullsize", &url)).await;
    assert_eq!(sent.body, OK);
    assert_eq!(sent.header("X-RateLimit-ImageRemaining"), Some("49"));
    let pushed = home.pushed();
    let shown = |name: &str| pushed["messages"][1][name].as_str().unwrap().to_owned();
    let (full, preview) = (shown("originalContentUrl"), shown("previewImageUrl"));
    assert!(full.starts_with("https://notify.example/pictures/") && full != preview, "{pushed}");
    for (url, width) in [(full, 600), (preview, 240)] {
        let path = url.strip_prefix("https://notify.example").unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let served = home.bytes(request).await;
        assert_eq!((served.status, served.header("content-type")), (200, Some("image/png")));
        assert_eq!(image::load_from_memory(&served.body).unwrap().width(), width);
    }
    {
        let asked = web.asked.lock().unwrap();
        let head = asked[0].to_lowercase();
        assert!(head.contains(&format!("host: {}\r\n", web.address)), "{head}");
        assert!(!head.contains("authorization") && !head.contains("cookie"), "{head}");
    }
    // With https, an address goes to LINE as it is.
    let https = "https://a.example/b.jpg";
    assert_eq!(home.notify(&home.t1, &form("imageFullsize", https)).await.body, OK);
    assert_eq!(home.pushed()["messages"][1]["originalContentUrl"], https);
    assert_eq!(web.asked(), 2);
    home.stop().await;
}

#[tokio::test]
async fn what_cannot_be_shown_is_told_by_its_field_and_nothing_is_sent() {
    let web = Web::serve(|address| {
        let png = png(8, 8);
        let image = "200 OK\r\nContent-Type: image/png";
        BTreeMap::from([
            ("/text", answer("200 OK\r\nContent-Type: text/html", b"<html>")),
            ("/liar", answer(image, b"hello")),
            ("/half", answer(image, &png)[..120].to_vec()),
            ("/gone", answer("404 Not Found", b"")),
            ("/long", format!("HTTP/1.1 {image}\r\nContent-Length: 99999999\r\n\r\n").into_bytes()),
            (
                "/endless",
                [
                    format!("HTTP/1.1 {image}\r\nConnection: close\r\n\r\n").into_bytes(),
                    vec![0; 21 << 20],
                ]
                .concat(),
            ),
            ("/zip", answer("200 OK\r\nContent-Type: image/png\r\nContent-Encoding: gzip", &png)),
            ("/round", answer("301 Moved\r\nLocation: /round", b"")),
            ("/file", answer("302 Found\r\nLocation: file:///etc/passwd", b"")),
            ("/metadata", answer("302 Found\r\nLocation: http://169.254.169.254/latest/", b"")),
            (
                "/other",
                answer(
                    &format!("302 Found\r\nLocation: http://127.0.0.2:{}/", address.port()),
                    b"",
                ),
            ),
            ("/noise", b"SSH-2.0-OpenSSH\r\n".to_vec()),
        ])
    })
    .await;
    let home = home(Rehost::All, &["127.0.0.1"]).await;
    let private = "is not at a public address, and pictures.rehost_from does not name it";
    for (path, why) in [
        ("/text", "is no picture, by its content type"),
        ("/liar", "must be a JPEG or PNG picture"),
        ("/half", "does not come to its end"),
        ("/gone", "answers 404"),
        ("/long", "is larger than 20 megabytes"),
        ("/endless", "is larger than 20 megabytes"),
        ("/zip", "comes compressed, though that was not asked for"),
        ("/round", "leads on more than 3 times"),
        ("/file", "is no http or https address"),
        ("/metadata", private),
        ("/other", private),
        ("/noise", "does not answer as a web server does"),
    ] {
        let url = format!("http://{}{path}", web.address);
        let told = home.notify(&home.t1, &form("imageThumbnail", &url)).await;
        let body = format!(r#"{{"status":400,"message":"imageThumbnail: {why}"}}"#);
        assert_eq!((told.status, told.body), (400, body), "{path}");
    }
    let asked = web.asked();
    for url in [
        "http://localhost.:1/",
        "http://10.0.0.1/a",
        "http://[::ffff:127.0.0.1]/",
        "https://127.0.0.2/",
    ] {
        let told = home.notify(&home.t1, &form("imageFullsize", url)).await;
        assert!(told.status == 400 && told.body.contains("imageFullsize: "), "{url} {told:?}");
    }
    assert_eq!((web.asked(), home.pushes()), (asked, 0));
    home.stop().await;
}

#[tokio::test]
async fn nothing_is_fetched_unless_the_operator_says_so() {
    let web = Web::serve(|_| BTreeMap::new()).await;
    let home = home(Rehost::Off, &["127.0.0.1"]).await;
    let url = format!("http://{}/a.png", web.address);
    let told = home.notify(&home.t1, &form("imageFullsize", &url)).await;
    let body = r#"{"status":400,"message":"imageFullsize: must be an https URL"}"#;
    assert_eq!((told.status, told.body.as_str(), web.asked()), (400, body, 0));
    home.stop().await;
}
