//! Pictures of the simulator's page, for the documentation: `make pictures`, or
//! `cargo run -p hikyaku-sim --example pictures -- FOLDER [all]`. With `serve` instead of a folder it leaves the page up.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example that cannot go on fails")]

#[expect(dead_code, reason = "the tests of the page do more in a browser")]
#[path = "../tests/it/browser.rs"]
mod browser;
#[path = "pictures/story.rs"]
mod story;

use browser::Browser;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().unwrap_or_else(|| "docs".to_owned());
    let story = story::tell().await;
    if folder == "serve" {
        println!("{}", story.sim.page_url());
        return std::future::pending().await;
    }
    let mut pictures = vec![("chat", 1440, 900, false, "en", story.japanese.as_str())];
    pictures.push(("chat-dark", 1440, 900, true, "en", story.english.as_str()));
    if words.next().is_some() {
        for (size, width, height) in [("1440", 1440, 900), ("1024", 1024, 768), ("390", 390, 844)] {
            for is_dark in [false, true] {
                let theme = if is_dark { "dark" } else { "light" };
                for (lang, chat) in [
                    ("ja", &story.japanese),
                    ("th", &story.thai),
                    ("en", &story.english),
                    ("zh-Hant", &story.group),
                ] {
                    let name = format!("{size}-{theme}-{lang}");
                    pictures.push((name.leak(), width, height, is_dark, lang, chat));
                }
            }
        }
    }
    let mut browser = Browser::start(1440, 900).await.expect("pictures need a Chromium");
    for (name, width, height, is_dark, lang, chat) in pictures {
        browser.resize(width, height).await;
        browser.dark(is_dark).await;
        browser.open(&format!("{}?lang={lang}&chat={chat}", story.sim.page_url())).await;
        browser
            .until("document.querySelector('.chat-item') && document.querySelector('.row')")
            .await;
        if name == "390-light-th" {
            browser.click(".bottom-tab[data-to=chats]").await;
        }
        if name == "390-light-en" || name == "390-dark-en" {
            browser.click(".bottom-tab[data-to=side]").await;
        }
        browser.value("document.fonts.ready.then(() => document.activeElement.blur())").await;
        std::fs::write(format!("{folder}/{name}.png"), browser.picture().await).unwrap();
        println!("{folder}/{name}.png");
    }
}
