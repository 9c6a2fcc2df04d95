//! Pictures of the simulator's page, for the documentation: `make pictures`, or
//! `cargo run -p hikyaku-sim --example pictures -- FOLDER [all]`. With `serve` instead of a folder it leaves the page up.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example that cannot go on fails")]

#[expect(dead_code, reason = "the tests of the page do more in a browser")]
#[path = "../tests/it/browser.rs"]
mod browser;
#[path = "pictures/story.rs"]
mod story;

use std::path::Path;

use browser::Browser;
use hikyaku_sim::{FaultRule, Sim};
use story::Story;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().unwrap_or_else(|| "docs".to_owned());
    let story = story::tell().await;
    if folder == "serve" {
        println!("{}", story.sim.page_url());
        return std::future::pending().await;
    }
    let Story { japanese, thai, english, group, refused, sim, .. } = &story;
    let mut pictures = vec![
        Picture::new("chat", (1440, 900), false, format!("lang=en&chat={english}&panel=requests")),
        Picture::new(
            "chat-refused",
            (1440, 900),
            true,
            format!("lang=en&chat={japanese}&entry=r{refused}"),
        ),
    ];
    let all = words.next().is_some();
    if all {
        for size in [(1440, 900), (1024, 768), (390, 844)] {
            for is_dark in [false, true] {
                for (lang, chat, panel) in [
                    ("ja", japanese, if is_dark { "controls" } else { "connect" }.to_owned()),
                    ("th", thai, "requests".to_owned()),
                    ("en", english, format!("requests&entry=r{refused}")),
                    ("zh-Hant", group, "requests&entry=w3".to_owned()),
                ] {
                    let theme = if is_dark { "dark" } else { "light" };
                    let query = format!("lang={lang}&chat={chat}&panel={panel}");
                    pictures.push(Picture::new(
                        &format!("{}-{theme}-{lang}", size.0),
                        size,
                        is_dark,
                        query,
                    ));
                }
            }
        }
    }
    let mut browser = Browser::start(1440, 900).await.expect("pictures need a Chromium");
    for Picture { name, size: (width, height), is_dark, query } in pictures {
        browser.resize(width, height).await;
        browser.dark(is_dark).await;
        browser.open(&format!("{}?{query}", sim.page_url())).await;
        browser
            .until("document.querySelector('.chat-item') && document.querySelector('.row')")
            .await;
        match name.as_str() {
            "390-light-th" => browser.click(".bottom-tab[data-to=chats]").await,
            "390-light-en" | "390-dark-zh-Hant" => browser.click(".bottom-tab[data-to=side]").await,
            "390-dark-ja" => browser.click(".fx-link").await,
            _ => {}
        }
        // Where the first of a picture's letters are drawn, all are.
        browser.value("document.fonts.ready.then(() => document.activeElement.blur())").await;
        std::fs::write(format!("{folder}/{name}.png"), browser.picture().await).unwrap();
        println!("{folder}/{name}.png");
    }
    if all {
        desk(&mut browser, &story, &folder).await;
        // What a newcomer sees first, and with a fault.
        let sim = Sim::start().await.unwrap();
        sim.add_friend();
        browser.resize(1440, 900).await;
        browser.dark(false).await;
        browser.open(&sim.page_url()).await;
        browser.until("document.querySelector('.foot-note')").await;
        std::fs::write(format!("{folder}/new.png"), browser.picture().await).unwrap();
        sim.fault(FaultRule::drop_after_accept().times(1)).unwrap();
        browser.open(&format!("{}?panel=controls", sim.page_url())).await;
        browser.until("document.querySelector('.banner-words')").await;
        std::fs::write(format!("{folder}/fault.png"), browser.picture().await).unwrap();
    }
}

/// What stands at the end of the controls, and a chat with other letters on another phone.
async fn desk(browser: &mut Browser, story: &Story, folder: &str) {
    let Story { japanese, thai, english, group, sim, .. } = story;
    for (size, is_dark, lang, chat) in [
        ((1440, 900), false, "en", english),
        ((1440, 900), true, "ja", japanese),
        ((1024, 768), false, "th", thai),
        ((1024, 768), true, "zh-Hant", group),
        ((390, 844), false, "ja", japanese),
        ((390, 844), true, "en", english),
    ] {
        browser.resize(size.0, size.1).await;
        browser.dark(is_dark).await;
        let page = format!("{}?lang={lang}&chat={chat}&panel=controls", sim.page_url());
        browser.open(&page).await;
        browser.until("document.querySelector('.gauge') && document.querySelector('.row')").await;
        let (letters, width) = if is_dark { ("extra", "320") } else { ("large", "360") };
        if size.0 < 900 {
            browser.click(".bottom-tab[data-to=side]").await;
        }
        browser.click(&format!("[data-do=letters][data-to={letters}]")).await;
        if size.0 >= 900 {
            browser.click(&format!("[data-do=width][data-to='{width}']")).await;
        }
        browser.value("document.querySelector('.column-side').scrollTop = 1e6").await;
        browser.value("document.fonts.ready.then(() => document.activeElement.blur())").await;
        let name = format!("desk-{}-{}-{lang}", size.0, if is_dark { "dark" } else { "light" });
        std::fs::write(format!("{folder}/{name}.png"), browser.picture().await).unwrap();
        // While it records, and with a file whose import is not confirmed yet.
        browser.click("#record").await;
        browser.until("document.querySelector('#record').ariaPressed === 'true'").await;
        browser.choose("#import-file", Path::new(&format!("{folder}/{name}.png"))).await;
        browser.until("!document.querySelector('#import-sure').hidden").await;
        browser.value("document.querySelector('.column-side').scrollTop = 1e6").await;
        let picture = browser.picture().await;
        std::fs::write(format!("{folder}/{name}-import.png"), picture).unwrap();
        if size.0 < 900 {
            browser.click(".bottom-tab[data-to=chat]").await;
            let picture = browser.picture().await;
            std::fs::write(format!("{folder}/{name}-chat.png"), picture).unwrap();
        }
        browser.value("localStorage.clear()").await;
    }
}

struct Picture {
    name: String,
    size: (u32, u32),
    is_dark: bool,
    query: String,
}

impl Picture {
    fn new(name: &str, size: (u32, u32), is_dark: bool, query: String) -> Self {
        Self { name: name.to_owned(), size, is_dark, query }
    }
}
