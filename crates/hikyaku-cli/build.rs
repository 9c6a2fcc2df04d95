//! Links the unwinder into the program, which would else load it as `libgcc_s.so.1`.
//!
//! Loading takes some 5 % of the time of a `hikyaku push`, and the smallest container images do not have that file.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target_is = |what: &str, value: &str| env::var(what).is_ok_and(|is| is == value);
    if target_is("CARGO_CFG_TARGET_OS", "linux") && target_is("CARGO_CFG_TARGET_ENV", "gnu") {
        // Whole: `libgcc_s` comes first, and whatever of this was not there by then would be taken from it.
        println!("cargo::rustc-link-arg-bins=-Wl,--whole-archive,-lgcc_eh,--no-whole-archive");
    }
}
