//! A Chromium for tests.

use std::{
    env,
    path::{Path, PathBuf},
};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A Chromium on the path; a test that needs one is skipped without it, unless `HIKYAKU_TEST_BROWSER` demands it.
pub(crate) fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|place| Path::is_file(place));
    places.or_else(skip)
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
