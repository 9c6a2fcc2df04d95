//! Packages of the npm registry that a test needs, pinned by a lock file beside it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Installs what the lock file of a folder of the tests names, and puts these files of the folder beside it; nothing where
/// that is not possible here and need not be.
pub(crate) fn install(folder: &str, files: &[&str]) -> Option<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&to).unwrap();
    for name in files {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    let lock = fs::read(from.join("package-lock.json")).unwrap();
    let installed = to.join("installed.json");
    if !runs("node") || !runs("npm") {
        return skip(folder, "node and npm are not both on this machine");
    }
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Some(to);
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    let output = Command::new("npm").args(npm).current_dir(&to).output().unwrap();
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        return skip(folder, &format!("`npm ci` failed: {why}"));
    }
    fs::write(installed, lock).unwrap();
    Some(to)
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn skip(folder: &str, why: &str) -> Option<PathBuf> {
    assert_ne!(
        env::var("HIKYAKU_TEST_NODE").as_deref(),
        Ok("required"),
        "HIKYAKU_TEST_NODE demands the test of {folder}, but {why}"
    );
    eprintln!("skipped the test of {folder}: {why}");
    None
}
