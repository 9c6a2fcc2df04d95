use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context;

use crate::{environment, failure::usage};

/// The variable that names another browser.
const VARIABLE: &str = "HIKYAKU_BROWSER";

/// The usual names of Chromium and its relatives.
const NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
];

/// The usual places on systems where programs are not on a path.
const PLACES: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// The maximum height of an image in pixels; a longer page is cut.
const HEIGHT: u32 = 16_000;

/// A Chromium that draws pages without a window.
#[derive(Debug)]
pub(crate) struct Browser(OsString);

impl Browser {
    /// Finds the named browser, or the first one installed.
    pub(crate) fn find() -> anyhow::Result<Self> {
        if let Some(named) = environment::value(VARIABLE) {
            return Ok(Self(named));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path)
            .flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)));
        let found = on_path.chain(PLACES.iter().map(PathBuf::from)).find(|place| place.is_file());
        found.map(|place| Self(place.into())).ok_or_else(|| {
            usage(format!(
                "a picture needs Chromium or Chrome, and none is here; install one (apt install chromium, \
                 brew install chromium), name one in {VARIABLE}, or write a page (.html)"
            ))
        })
    }

    /// Draws a page with a given width and its natural height, at two dots per pixel.
    pub(crate) fn picture(&self, page: &str, width: u32, online: bool) -> anyhow::Result<Vec<u8>> {
        let folder = Folder::new()?;
        let file = folder.0.join("page.html");
        fs::write(&file, page).context("cannot write a temporary file")?;
        let address = file.display().to_string();
        let measured = self.run(&folder.0, online, width, 600, &["--dump-dom", &address])?;
        let height = height(&String::from_utf8_lossy(&measured)).unwrap_or(600).clamp(1, HEIGHT);
        let picture = folder.0.join("page.png");
        let screenshot = format!("--screenshot={}", picture.display());
        self.run(&folder.0, online, width, height, &[&screenshot, &address])?;
        fs::read(&picture).with_context(|| format!("{} drew no picture", self.name()))
    }

    fn run(
        &self,
        folder: &Path,
        online: bool,
        width: u32,
        height: u32,
        words: &[&str],
    ) -> anyhow::Result<Vec<u8>> {
        let mut command = Command::new(&self.0);
        command
            .args(["--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-extensions", "--disable-sync"])
            .args(["--force-device-scale-factor=2", "--virtual-time-budget=10000"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .arg(format!("--window-size={width},{height}"));
        if !online {
            // The page makes no request; this blocks the browser's own.
            command.arg("--host-resolver-rules=MAP * ~NOTFOUND");
        }
        if is_root() {
            // Chromium refuses to run as root with its sandbox.
            command.arg("--no-sandbox");
        }
        let done = command.args(words).stdin(Stdio::null()).output();
        let done = done.map_err(|error| {
            usage(format!("cannot run {}: {error}; name another in {VARIABLE}", self.name()))
        })?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr);
            let last = said.lines().last().unwrap_or_default().to_owned();
            anyhow::bail!("{} failed ({}): {last}", self.name(), done.status);
        }
        Ok(done.stdout)
    }

    fn name(&self) -> std::path::Display<'_> {
        Path::new(&self.0).display()
    }
}

/// Returns the height that a page reports.
fn height(dom: &str) -> Option<u32> {
    let (_, rest) = dom.split_once("data-height=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

fn is_root() -> bool {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0)
    }
    #[cfg(not(target_os = "linux"))]
    {
        false
    }
}

/// A folder that is removed when this value is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        let name = format!("hikyaku-{}", uuid::Uuid::new_v4());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).context("cannot make a temporary folder")?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The system removes files left in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
