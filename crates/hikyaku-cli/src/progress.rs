use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use hikyaku::message::NarrowcastProgress;
use hikyaku_sender::campaign::{CampaignPhase, Watched};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use crate::work;

/// The interval at which a bar moves by itself.
const TICK: Duration = Duration::from_millis(100);

/// The time without any progress after which the user may wonder why.
const STILL: Duration = Duration::from_secs(3);

/// The progress of a narrowcast, as a bar on stderr if it is a terminal. It disappears when dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0).with_style(style("  {spinner} {msg}, {elapsed}"));
        bar.set_message("LINE looks for the recipients");
        bar.enable_steady_tick(TICK);
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

/// The progress of a campaign: a bar on stderr if it is a terminal, with the rate, the remaining time and the reason
/// for waiting. It disappears when dropped.
pub(crate) struct CampaignBar {
    bar: ProgressBar,
    still_since: Cell<Option<Instant>>,
}

impl CampaignBar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0).with_style(style("  {spinner}"));
        bar.enable_steady_tick(TICK);
        Self { bar, still_since: Cell::new(None) }
    }

    pub(crate) fn show(&self, watched: &Watched) {
        const BAR: &str = "  {spinner} {bar:24.green} {human_pos} of {human_len}, {wide_msg}";

        self.bar.set_style(style(BAR));
        self.bar.set_length(watched.progress.total);
        self.bar.set_position(watched.progress.finished());
        let mut parts = told(watched);
        if self.stands_still(watched) {
            parts.push("nothing moves, does a worker run?".to_owned());
        }
        self.bar.set_message(parts.join(", "));
    }

    /// Returns whether there has been no progress for a while without a known reason.
    fn stands_still(&self, watched: &Watched) -> bool {
        let running = watched.progress.state == CampaignPhase::Running;
        let still = running && watched.remaining.is_none() && watched.waiting.is_none();
        let since = still.then(|| self.still_since.get().unwrap_or_else(Instant::now));
        self.still_since.set(since);
        since.is_some_and(|since| since.elapsed() > STILL)
    }
}

impl Drop for CampaignBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn told(watched: &Watched) -> Vec<String> {
    let mut parts = vec![format!("{:.0}/s", watched.per_second)];
    if let Some(remaining) = watched.remaining {
        parts.push(format!("{:#} left", HumanDuration(remaining)));
    }
    for (count, what) in
        [(watched.progress.rejected, "rejected"), (watched.progress.unknown, "unknown")]
    {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    match watched.progress.state {
        CampaignPhase::Feeding => parts.push("reads the list".to_owned()),
        CampaignPhase::Paused => parts.push("paused".to_owned()),
        _ => {}
    }
    if let Some(waiting) = &watched.waiting {
        parts.push(work::told(waiting.reason).to_owned());
    }
    parts
}

/// The progress of work with an unknown total. It disappears when dropped.
pub(crate) struct Count(ProgressBar);

impl Count {
    pub(crate) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0).with_style(style("  {spinner} {human_pos} {msg}, {elapsed}"));
        bar.set_message(what);
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    pub(crate) fn show(&self, count: u64) {
        self.0.set_position(count);
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The progress of work with a known total. It disappears when dropped.
pub(crate) struct Share(ProgressBar);

impl Share {
    pub(crate) fn new(total: u64) -> Self {
        const BAR: &str = "  {spinner} {bar:40.green} {human_pos} of {human_len}, {elapsed}";

        let bar = ProgressBar::new(total).with_style(style(BAR));
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    pub(crate) fn show(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a template that is written here")
}
