//! Packages of the Python Package Index that a test needs, pinned by a list beside it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A Python with what the list of a folder of the tests names; nothing where that is not possible here and need not be.
pub(crate) fn install(folder: &str) -> Option<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let requirements = from.join("requirements.txt");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let (python, installed) = (to.join("bin/python"), to.join("installed.txt"));
    let wanted = fs::read(&requirements).unwrap();
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(python);
    }
    let mut made = Command::new("python3");
    made.args(["-m", "venv"]).arg(&to);
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "-q", "-r"]).arg(&requirements);
    for command in [&mut made, &mut pip] {
        match command.output() {
            Ok(output) if output.status.success() => {}
            Ok(output) => return skip(folder, &String::from_utf8_lossy(&output.stderr)),
            Err(why) => return skip(folder, &why.to_string()),
        }
    }
    fs::write(installed, wanted).unwrap();
    Some(python)
}

#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn skip(folder: &str, why: &str) -> Option<PathBuf> {
    assert_ne!(
        env::var("HIKYAKU_TEST_PYTHON").as_deref(),
        Ok("required"),
        "HIKYAKU_TEST_PYTHON demands the test of {folder}, but {why}"
    );
    eprintln!("skipped the test of {folder}: {why}");
    None
}
