use hikyaku::message::NarrowcastProgress;
use indicatif::{ProgressBar, ProgressStyle};

/// How far a narrowcast is, as a bar on stderr where that is a terminal. It goes away when dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0).with_style(style("  {spinner} {msg}, {elapsed}"));
        bar.set_message("LINE looks for the recipients");
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Self(bar)
    }

    pub(crate) fn show(&self, progress: &NarrowcastProgress) {
        let Some(target) = progress.target_count else { return };
        let done = progress.success_count.unwrap_or(0) + progress.failure_count.unwrap_or(0);
        self.0.set_style(style("  {spinner} {bar:40.green} {pos} of {len}, {elapsed}"));
        self.0.set_length(target);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a template that is written here")
}
