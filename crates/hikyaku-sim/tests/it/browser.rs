//! A Chromium, driven by its own protocol over a pipe: it needs no driver, and nothing that is not in the standard toolbox.
//!
//! Source: <https://chromedevtools.github.io/devtools-protocol/>

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// How long a browser may take for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
#[derive(Debug)]
pub(crate) struct Browser {
    _child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
    /// The files that were downloaded and not looked at yet.
    downloaded: Vec<PathBuf>,
    profile: PathBuf,
}

impl Browser {
    /// A browser whose window has this size; nothing where there is none, unless `HIKYAKU_TEST_BROWSER` demands one.
    pub(crate) async fn start(width: u32, height: u32) -> Option<Self> {
        let program = find()?;
        let profile = env::temp_dir().join(format!("hikyaku-{}", uuid::Uuid::new_v4()));
        // The browser takes commands on descriptor 3 and answers on 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>&2"])
            .arg(program)
            .args(["--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-sandbox"])
            .args(["--no-first-run", "--hide-scrollbars", "--disable-background-networking"])
            .args(["--disable-extensions", "--disable-sync", "--disable-dev-shm-usage"])
            // Nothing is reached but this machine.
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let from = BufReader::new(from);
        let mut browser = Self {
            _child: child,
            to,
            from,
            session: None,
            last: 0,
            downloaded: Vec::new(),
            profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach).await;
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        browser.call("Page.enable", json!({})).await;
        browser.resize(width, height).await;
        Some(browser)
    }

    pub(crate) async fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Sets whether the reader's system is dark, and that nothing moves.
    pub(crate) async fn dark(&mut self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub(crate) async fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
        self.until("document.readyState === 'complete'").await;
    }

    /// The value of an expression of the page.
    pub(crate) async fn value(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", ask).await;
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression of the page holds.
    pub(crate) async fn until(&mut self, expression: &str) {
        let look = format!(
            "new Promise((done) => {{ const end = Date.now() + 1000; const look = () => {{ let is = false; \
             try {{ is = {expression}; }} catch {{}} \
             if (is || Date.now() > end) done(!!is); else setTimeout(look, 10); }}; look(); }})"
        );
        let ask = json!({ "expression": look, "awaitPromise": true, "returnByValue": true });
        let holds = timeout(PATIENCE, async {
            // A page that is left may take the answer with it; the next one is asked anew.
            let asked = async |browser: &mut Self| {
                let answer = browser.try_call("Runtime.evaluate", ask.clone());
                timeout(PATIENCE / 4, answer).await.ok()?.ok()?["result"]["value"].as_bool()
            };
            while asked(self).await != Some(true) {}
        });
        assert!(holds.await.is_ok(), "it never became so: {expression}");
    }

    /// Puts the cursor into an element and writes, as a keyboard does.
    pub(crate) async fn write(&mut self, selector: &str, text: &str) {
        self.value(&format!("document.querySelector({selector:?}).focus()")).await;
        self.call("Input.insertText", json!({ "text": text })).await;
    }

    /// Lets an input method show what it would write, which is not written yet.
    pub(crate) async fn compose(&mut self, text: &str) {
        let end = text.encode_utf16().count();
        let composition = json!({ "text": text, "selectionStart": end, "selectionEnd": end });
        self.call("Input.imeSetComposition", composition).await;
    }

    /// Presses Enter. Within a composition a browser says that the key is the input method's, 229.
    pub(crate) async fn enter(&mut self, is_composing: bool) {
        let code = if is_composing { 229 } else { 13 };
        let text = if is_composing { "" } else { "\r" };
        for kind in ["keyDown", "keyUp"] {
            let key = json!({
                "type": kind, "key": if is_composing { "Process" } else { "Enter" }, "code": "Enter",
                "windowsVirtualKeyCode": code, "text": if kind == "keyDown" { text } else { "" },
            });
            self.call("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Presses a key; with `shift`, Tab goes the other way round.
    pub(crate) async fn press(&mut self, key: &str, shift: bool) {
        self.press_as(key, if shift { 8 } else { 0 }).await;
    }

    /// Presses a key while Alt is held.
    pub(crate) async fn press_with_alt(&mut self, key: &str) {
        self.press_as(key, 1).await;
    }

    async fn press_as(&mut self, key: &str, modifiers: u8) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            "ArrowUp" => (38, ""),
            "ArrowDown" => (40, ""),
            " " => (32, " "),
            "/" | "?" => (191, key),
            letter if letter.len() == 1 => (letter.as_bytes()[0].to_ascii_uppercase(), letter),
            other => panic!("no code is known for the key {other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let key = json!({
                "type": kind, "key": key, "windowsVirtualKeyCode": code, "text": text,
                "modifiers": modifiers,
            });
            self.call("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Goes from element to element, forward or back, until one that fits has the focus.
    pub(crate) async fn tab_to(&mut self, selector: &str, back: bool) {
        for _ in 0..60 {
            if self.value(&format!("document.activeElement.matches({selector:?})")).await == true {
                return;
            }
            self.press("Tab", back).await;
        }
        panic!("the keyboard does not reach {selector}");
    }

    /// Clicks in the middle of an element.
    pub(crate) async fn click(&mut self, selector: &str) {
        let at = self.hover(selector).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let click =
                json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", click).await;
        }
    }

    /// Points at the middle of an element, and says where that is.
    pub(crate) async fn hover(&mut self, selector: &str) -> Value {
        self.until(&format!("document.querySelector({selector:?})?.getClientRects().length > 0"))
            .await;
        // Where it is and stays, and where nothing else lies above it.
        let at = self
            .value(&format!(
                "new Promise((done) => {{ let before = ''; const look = () => {{ \
                 const place = document.querySelector({selector:?}); \
                 place?.scrollIntoView({{ block: 'center' }}); \
                 const {{ x, y, width, height }} = place?.getBoundingClientRect() ?? {{}}; \
                 const at = [x + width / 2, y + height / 2]; \
                 if (place && String(at) === before && place.contains(document.elementFromPoint(...at))) done(at); \
                 else {{ before = String(at); setTimeout(look, 30); }} }}; look(); }})"
            ))
            .await;
        let point = json!({ "type": "mouseMoved", "x": at[0], "y": at[1] });
        self.call("Input.dispatchMouseEvent", point).await;
        at
    }

    /// Lets downloads go into a folder.
    pub(crate) async fn downloads_to(&mut self, folder: &Path) {
        // Downloads are the browser's, not the page's.
        let session = self.session.take();
        let allow =
            json!({ "behavior": "allow", "downloadPath": folder.to_str(), "eventsEnabled": true });
        self.call("Browser.setDownloadBehavior", allow).await;
        self.session = session;
    }

    /// Waits for a download to end, and reads the file.
    pub(crate) async fn downloaded(&mut self) -> Vec<u8> {
        while self.downloaded.is_empty() {
            let message = self.read().await;
            self.note(&message);
        }
        std::fs::read(self.downloaded.remove(0)).unwrap()
    }

    /// Chooses a file in a field.
    pub(crate) async fn choose(&mut self, selector: &str, file: &Path) {
        let ask = json!({ "expression": format!("document.querySelector({selector:?})") });
        let field = self.call("Runtime.evaluate", ask).await["result"]["objectId"].clone();
        let files = json!({ "objectId": field, "files": [file.to_str()] });
        self.call("DOM.setFileInputFiles", files).await;
    }

    /// A picture of the window, as PNG.
    pub(crate) async fn picture(&mut self) -> Vec<u8> {
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        BASE64_STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()
    }

    /// Calls a method of the browser, and waits for its answer.
    async fn call(&mut self, method: &str, params: Value) -> Value {
        let answer = self.try_call(method, params).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The same for a call that may be refused.
    async fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.last += 1;
        let mut call = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            call["sessionId"] = session.as_str().into();
        }
        let mut bytes = call.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).await.unwrap();
        loop {
            let answer = self.read().await;
            self.note(&answer);
            if answer["id"] == self.last {
                return match answer.get("error") {
                    Some(error) => Err(json!({ "error": error, "call": call })),
                    None => Ok(answer["result"].clone()),
                };
            }
        }
    }

    /// What the browser says next.
    async fn read(&mut self) -> Value {
        let mut message = Vec::new();
        let read = timeout(PATIENCE, self.from.read_until(0, &mut message)).await;
        let length = read.expect("the browser says nothing").unwrap();
        assert_ne!(length, 0, "the browser has gone");
        message.pop();
        serde_json::from_slice(&message).unwrap()
    }

    /// Keeps what somebody waits for later.
    fn note(&mut self, message: &Value) {
        let event = &message["params"];
        if message["method"] == "Browser.downloadProgress" && event["state"] == "completed" {
            self.downloaded.push(event["filePath"].as_str().unwrap().into());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The system removes what is left.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    places.find(|place| Path::is_file(place)).or_else(skip)
}

#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn skip() -> Option<PathBuf> {
    let required = env::var("HIKYAKU_TEST_BROWSER");
    assert_ne!(
        required.as_deref(),
        Ok("required"),
        "HIKYAKU_TEST_BROWSER demands a Chromium, but none is on the path"
    );
    eprintln!("skipped: no Chromium is on the path");
    None
}
