use super::{Checker, Problem};

impl Checker {
    /// Checks an optional colour, `#RRGGBB`.
    pub(crate) fn color(&mut self, field: &'static str, color: Option<&str>) {
        if color.is_some_and(|color| hex_digits(color) != Some(6)) {
            self.report_field(field, Problem::Pattern("#RRGGBB"));
        }
    }

    /// Checks an optional colour, `#RRGGBB` or with an alpha value `#RRGGBBAA`.
    pub(crate) fn color_with_alpha(&mut self, field: &'static str, color: Option<&str>) {
        if color.is_some_and(|color| !matches!(hex_digits(color), Some(6 | 8))) {
            self.report_field(field, Problem::Pattern("#RRGGBB or #RRGGBBAA"));
        }
    }
}

fn hex_digits(color: &str) -> Option<usize> {
    let digits = color.strip_prefix('#')?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits.len())
}
