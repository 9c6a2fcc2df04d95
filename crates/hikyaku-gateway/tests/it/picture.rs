//! Pictures that scripts upload.

use std::{fs, io::Cursor, time::Duration};

use hikyaku_sim::FaultRule;
use image::{DynamicImage, ImageFormat, ImageReader, RgbImage};

use crate::home::{Answer, Bytes, Home, OK};

const TOO_MANY: &str = r#"{"status":400,"message":"Image rate limit exceeded."}"#;

pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    // The left half is red, the right one blue.
    let color = |x: u32, _| if x < width / 2 { [255, 0, 0] } else { [0, 0, 255] };
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb(color(x, y)));
    let mut bytes = Vec::new();
    DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A JPEG whose camera was held upright, and says where it was.
pub(crate) fn upright(width: u32, height: u32) -> Vec<u8> {
    let jpeg = picture(width, height, ImageFormat::Jpeg);
    let mut exif =
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend(b"35.6586 N, 139.7454 E");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

/// A PNG that says that it is this large, and is not.
pub(crate) fn giant(side: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend([side.to_be_bytes(), side.to_be_bytes()].concat());
    header.extend([8, 2, 0, 0, 0]);
    let sum = header.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    let rest = picture(8, 8, ImageFormat::Png).split_off(33);
    let start = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    [start, header, (!sum).to_be_bytes().to_vec(), rest].concat()
}

impl Home {
    async fn upload(&self, disposition: &str, file: &[u8], more: &str) -> Answer {
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nlook\r\n{more}--X\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--X--\r\n"].concat();
        let head = format!(
            "POST /api/notify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=X\r\nContent-Length: {}\r\n\r\n",
            self.t1.expose(),
            body.len()
        );
        Answer::read(self.raw([head.as_bytes(), &body].concat()).await)
    }

    pub(crate) async fn get(&self, url: &str) -> Bytes {
        let path = url.strip_prefix("https://notify.example").unwrap();
        self.bytes(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
    }

    /// The addresses of the newest picture and its preview, as LINE got them.
    fn shown(&self) -> (String, String) {
        let pushed = self.pushed();
        let messages = pushed["messages"].as_array().unwrap();
        assert_eq!((messages.len(), &messages[0]["text"]), (2, &"[cron] look".into()), "{pushed}");
        let url = |name: &str| messages[1][name].as_str().unwrap().to_owned();
        (url("originalContentUrl"), url("previewImageUrl"))
    }
}

const FILE: &str = "name=\"imageFile\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";

pub(crate) fn read(bytes: &[u8]) -> DynamicImage {
    ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().decode().unwrap()
}

#[tokio::test]
async fn a_picture_is_turned_stripped_and_served_for_weeks() {
    let home = Home::with_pictures(1000).await;
    let answer = home.upload(FILE, &upright(1200, 800), "").await;
    assert_eq!(
        (answer.body.as_str(), answer.header("X-RateLimit-ImageRemaining")),
        (OK, Some("49"))
    );
    let (full, preview) = home.shown();
    let original = home.get(&full).await;
    assert_eq!((original.status, original.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(original.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let drawn = read(&original.body).to_rgb8();
    assert_eq!(drawn.dimensions(), (800, 1200));
    // What was on the left is on top.
    let (top, below) = (drawn.get_pixel(400, 100), drawn.get_pixel(400, 1100));
    assert!(top[0] > 200 && below[2] > 200, "{top:?} {below:?}");
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|it| it == text);
    assert!(!holds(&original.body, b"Exif") && !holds(&original.body, b"139.7454"));
    let small = home.get(&preview).await;
    let small_picture = read(&small.body);
    assert_eq!((small_picture.width(), small_picture.height()), (160, 240));
    assert!(small.body.len() < 1_000_000);
    home.sim.advance(Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(home.get(&full).await.body, original.body);

    // Another token's URL for the same picture is another.
    let name = full.rsplit('/').next().unwrap();
    assert!(name.strip_suffix(".jpg").is_some_and(|it| it.len() == 64), "{name}");
    for other in [
        "/pictures/".to_owned(),
        format!("/pictures/../{name}"),
        "/pictures/..%2fhikyaku.db".to_owned(),
        format!("/pictures/{}", name.replace(".jpg", ".png")),
        format!("/pictures/{}.jpg", "0".repeat(64)),
    ] {
        let answer = home.get(&format!("https://notify.example{other}")).await;
        assert_eq!(answer.status, 404, "{other}");
    }
    home.stop().await;
}

#[tokio::test]
async fn a_picture_is_served_whole_in_part_and_not_again() {
    let home = Home::with_pictures(1000).await;
    assert_eq!(home.upload(FILE, &picture(40, 30, ImageFormat::Png), "").await.body, OK);
    let (full, _) = home.shown();
    let path = full.strip_prefix("https://notify.example").unwrap().to_owned();
    let ask = async |method: &str, headers: &str| {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        home.bytes(request).await
    };
    let whole = ask("GET", "").await;
    let length = whole.body.len();
    let tag = whole.header("etag").unwrap().to_owned();
    assert_eq!((whole.status, whole.header("accept-ranges")), (200, Some("bytes")));
    let head = ask("HEAD", "").await;
    assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, Some(tag.as_str())));
    assert_eq!(head.header("content-length"), Some(length.to_string().as_str()));
    let part = ask("GET", "Range: bytes=10-19\r\n").await;
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[10..20]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{length}").as_str()));
    assert_eq!(part.header("content-type"), Some("image/png"));
    let none = ask("GET", "Range: bytes=999999-\r\n").await;
    assert_eq!((none.status, none.body.len()), (416, 0));
    assert_eq!(none.header("content-range"), Some(format!("bytes */{length}").as_str()));
    for (headers, status) in [
        (format!("If-None-Match: \"x\", W/{tag}\r\n"), 304),
        ("If-None-Match: \"x\"\r\n".to_owned(), 200),
        (format!("Range: bytes=0-0\r\nIf-Range: {tag}\r\n"), 206),
        ("Range: bytes=0-0\r\nIf-Range: \"x\"\r\n".to_owned(), 200),
        ("Range: bytes=0-0,2-3\r\n".to_owned(), 200),
    ] {
        assert_eq!(ask("GET", &headers).await.status, status, "{headers}");
    }
    home.stop().await;
}

#[tokio::test]
async fn a_file_is_what_its_bytes_are_and_goes_before_urls() {
    let home = Home::with_pictures(1000).await;
    let png = picture(3000, 300, ImageFormat::Png);
    let disposition = "name=\"imageFile\"; filename=\"camera\"\r\nContent-Type: image/gif";
    let more = "--X\r\nContent-Disposition: form-data; name=\"imageFullsize\"; filename=\"imageFullsize\"\r\n\r\nhttps://a.example/b.jpg\r\n";
    assert_eq!(home.upload(disposition, &png, more).await.body, OK);
    let (full, preview) = home.shown();
    assert!(
        full.strip_suffix(".png").is_some() && preview.strip_suffix("-preview.png").is_some(),
        "{full} {preview}"
    );
    let original = home.get(&full).await;
    assert_eq!(original.header("content-type"), Some("image/png"));
    assert_eq!(read(&original.body).width(), 2048);
    // A text that is sent as a file is a text.
    let disposition = "name=\"imageFullsize\"; filename=\"imageFullsize\"";
    assert_eq!(home.upload(disposition, b"https://a.example/b.jpg", "").await.body, OK);
    assert_eq!(home.shown().0, "https://a.example/b.jpg");
    home.stop().await;
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_nothing_is_sent() {
    let home = Home::with_pictures(1000).await;
    let png = picture(300, 300, ImageFormat::Png);
    for (file, told) in [
        (b"hello".to_vec(), "imageFile: must be a JPEG or PNG picture"),
        (Vec::new(), "imageFile: must be a JPEG or PNG picture"),
        (png[..png.len() / 2].to_vec(), "imageFile: is damaged, or no picture that can be read"),
        (giant(30_000), "imageFile: has too many pixels: this gateway takes 40 million"),
        (b"GIF89a\x01\0\x01\0".to_vec(), "imageFile: must be a JPEG or PNG picture"),
    ] {
        let answer = home.upload(FILE, &file, "").await;
        let body = format!(r#"{{"status":400,"message":"{told}"}}"#);
        assert_eq!((answer.status, answer.body), (400, body));
    }
    let answer = home.upload(FILE, &vec![0xff; 12 << 20], "").await;
    assert_eq!((answer.status, answer.body.starts_with(r#"{"status":413,"#)), (413, true));
    assert_eq!(home.pushes(), 0);
    assert_eq!(home.upload(FILE, &png, "").await.body, OK);
    home.stop().await;
}

#[tokio::test]
async fn the_upload_after_the_last_is_told_in_line_notifys_words() {
    let home = Home::with_pictures(1000).await;
    let png = picture(1, 1, ImageFormat::Png);
    for _ in 0..50 {
        assert_eq!(home.upload(FILE, &png, "").await.body, OK);
    }
    let answer = home.upload(FILE, &png, "").await;
    assert_eq!((answer.status, answer.body.as_str()), (400, TOO_MANY));
    assert_eq!(answer.header("X-RateLimit-ImageRemaining"), Some("0"));
    assert_eq!(home.notify(&home.t1, "message=x").await.body, OK);
    assert_eq!(home.pushes(), 51);
    home.sim.advance(Duration::from_secs(3601));
    assert_eq!(home.upload(FILE, &png, "").await.body, OK);
    home.stop().await;
}

#[tokio::test]
async fn the_oldest_pictures_make_room_and_those_to_be_sent_stay() {
    let home = Home::with_pictures(0).await;
    let hours = Duration::from_secs(2 * 60 * 60);
    assert_eq!(home.upload(FILE, &picture(1, 1, ImageFormat::Png), "").await.body, OK);
    let (first, _) = home.shown();
    home.sim.advance(hours);
    // The month is used up, so this one waits.
    home.sim.set_quota(1, 1);
    let waits = home.upload(FILE, &picture(2, 1, ImageFormat::Png), "").await;
    assert_eq!((waits.body.as_str(), waits.header("x-gateway-delivery")), (OK, Some("queued")));
    assert_eq!(home.get(&first).await.status, 404);
    let metrics = home.request("GET /metrics", "", "").await.body;
    assert!(metrics.contains("\nhikyaku_gateway_pictures_removed_early_total 1\n"), "{metrics}");
    home.sim.advance(hours);
    let third = home.upload(FILE, &picture(3, 1, ImageFormat::Png), "").await;
    assert_eq!(third.header("x-gateway-delivery"), Some("queued"));
    let kept = fs::read_dir(home.pictures.as_ref().unwrap()).unwrap().count();
    assert_eq!(kept, 4, "two pictures that wait, each with its preview");
    home.stop().await;
}

#[tokio::test]
async fn a_picture_that_is_sent_again_under_its_key_is_sent_once() {
    let home = Home::with_pictures(1000).await;
    home.sim.fault(FaultRule::answer(500).on("POST", "/v2/bot/message/push").times(1)).unwrap();
    let png = picture(4, 4, ImageFormat::Png);
    let body = [
        b"--X\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nlook\r\n--X\r\nContent-Disposition: form-data; name=\"imageFile\"; filename=\"a\"\r\n\r\n".as_slice(),
        &png,
        b"\r\n--X--\r\n",
    ]
    .concat();
    let head = format!(
        "POST /api/notify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: door-1\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=X\r\nContent-Length: {}\r\n\r\n",
        home.t1.expose(),
        body.len()
    );
    for _ in 0..2 {
        let answer = Answer::read(home.raw([head.as_bytes(), &body].concat()).await);
        assert_eq!(answer.body, OK);
    }
    home.sim.wait_for(1).await.unwrap();
    assert!(home.sim.duplicates().is_empty());
    assert_eq!(home.sim.delivered(), 1);
    home.stop().await;
}
