use serde::Serialize;

/// The phase of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CampaignPhase {
    /// The list is not completely read; the part read may be in flight.
    Feeding,
    /// The list is read, and not all recipients are served.
    Running,
    /// The campaign is paused until it is resumed.
    Paused,
    /// The campaign was withdrawn.
    Cancelled,
    /// Every recipient is accounted for.
    Done,
}
