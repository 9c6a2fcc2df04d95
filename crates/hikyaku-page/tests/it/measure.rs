//! What a browser makes of layouts.

use std::{collections::BTreeMap, process::Command};

use base64::{Engine, prelude::BASE64_STANDARD};
use hikyaku_model::flex::Container;
use hikyaku_page::{
    Look, STYLES, flex,
    html::{Asset, Document},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::browser;

const SCRIPT: Asset =
    Asset::new(concat!(include_str!("../../src/asset/drawing.js"), include_str!("measure.js")));

/// Where something is, with what is in it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) outer: Rect,
    pub(crate) inner: Rect,
    pub(crate) letters: f64,
    pub(crate) overflows: bool,
    /// The pointers that a tap on it told of.
    pub(crate) taps: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    fn of(value: &Value) -> Self {
        let [x, y, width, height] = [0, 1, 2, 3].map(|at| value[at].as_f64().unwrap());
        Self { x, y, width, height }
    }

    pub(crate) fn end(self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// Draws layouts on one page, and reads where everything in them is, by what a tap on it says.
pub(crate) fn measure(containers: &[Value]) -> Option<BTreeMap<String, Found>> {
    let browser = browser::find()?;
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT.as_str()));
    let mut document =
        Document::new("en", "geometry").script(SCRIPT, format!("sha256-{hash}").leak()).dark(false);
    for sheet in STYLES {
        document = document.style(sheet);
    }
    let page = document.body(|html| {
        for container in containers {
            let container: Container = serde_json::from_value(container.clone()).unwrap();
            html.append(&flex(&container, &Look::default(), ""));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page.as_str()).unwrap();
    let profile = folder.path().join("profile");
    let done = Command::new(browser)
        .args([
            "--headless",
            "--disable-gpu",
            "--no-sandbox",
            "--no-first-run",
            "--hide-scrollbars",
        ])
        .args(["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .args(["--window-size=1440,900", "--virtual-time-budget=10000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8(done.stdout).unwrap();
    let (_, rest) = dom.split_once("data-found=\"").unwrap_or_else(|| {
        panic!("nothing was measured: {}", String::from_utf8_lossy(&done.stderr))
    });
    let found = rest.split_once('"').unwrap().0.replace("&quot;", "\"");
    let found: BTreeMap<String, Value> = serde_json::from_str(&found).unwrap();
    let read = |(name, value): (String, Value)| {
        let found = Found {
            outer: Rect::of(&value["outer"]),
            inner: Rect::of(&value["inner"]),
            letters: value["letters"].as_f64().unwrap(),
            overflows: value["overflows"].as_bool().unwrap(),
            taps: serde_json::from_value(value["taps"].clone()).unwrap_or_default(),
        };
        (name, found)
    };
    Some(found.into_iter().map(read).collect())
}
