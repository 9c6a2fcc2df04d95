use std::env;

/// Returns an alias to type first so that the printed commands work, if this program is not called by its bare name.
pub(crate) fn alias() -> Option<String> {
    let called = env::args_os().next()?;
    if called == "hikyaku" {
        return None;
    }
    let path = env::current_exe().ok()?;
    Some(format!("alias hikyaku='{}'", path.display()))
}
