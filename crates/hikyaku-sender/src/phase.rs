use serde::Serialize;

/// What a campaign is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CampaignPhase {
    /// Its list is not wholly read; what is read may be on its way.
    Feeding,
    /// Its list is read, and not all recipients are served.
    Running,
    /// It stands still until it is resumed.
    Paused,
    /// It was withdrawn.
    Cancelled,
    /// Every recipient is accounted for.
    Done,
}
