use hikyaku_page::{
    css::{Length, Property},
    html::{Html, Tag, Url},
};
use hikyaku_sender::{
    CampaignId, ErrorKind,
    campaign::{CampaignPhase, Progress},
};
use http::StatusCode;

use super::{Deed, Looker, badge, frame, told};
use crate::{
    Error,
    answer::{Answer, page_answer, see_other},
    page::{Frame, button, empty, hidden},
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

/// How many are shown.
const SHOWN: u32 = 50;

impl Site {
    /// `GET /operator/campaigns`.
    pub(super) async fn campaigns(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let campaigns = self.outbox.campaigns(SHOWN).await?;
        let known = [("paused", words::told_paused(lang)), ("resumed", words::told_resumed(lang))];
        let frame = frame(visit, who, "/operator/campaigns", told(visit, None, &known));
        let page = frame.draw(|html| {
            if campaigns.is_empty() {
                empty(html, words::no_campaigns(lang));
            }
            html.element(Tag::Ul).class("cards").body(|html| {
                for (id, progress) in &campaigns {
                    html.element(Tag::Li).class("part").body(|html| {
                        one(html, &frame, *id, progress, who.may_act);
                    });
                }
            });
        });
        Ok(page_answer(StatusCode::OK, page))
    }

    /// `POST /operator/campaigns/pause`, and `…/resume`.
    pub(super) async fn pause(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
        pauses: bool,
    ) -> Result<Answer, Error> {
        let gone = || Ok(see_other("/operator/campaigns?told=gone"));
        let Ok(id) = visit.given("id").parse::<CampaignId>() else { return gone() };
        let campaign = match self.outbox.campaign(id).await {
            Ok(campaign) => campaign,
            Err(error) if matches!(error.kind(), ErrorKind::NoCampaign(_)) => return gone(),
            Err(error) => return Err(error.into()),
        };
        let act = if pauses { "pause" } else { "resume" };
        let what = format!("campaign {id}");
        let deed = Deed { act, what: &what, count: Some(1), reason: visit.given("reason") };
        let note = self.note(who, deed).await?;
        if pauses {
            campaign.pause().await?;
        } else {
            campaign.resume().await?;
        }
        self.state.audited(note, 1).await?;
        Ok(see_other(if pauses {
            "/operator/campaigns?told=paused"
        } else {
            "/operator/campaigns?told=resumed"
        }))
    }
}

fn one(html: &mut Html, frame: &Frame<'_>, id: CampaignId, progress: &Progress, may_act: bool) {
    let lang = frame.lang;
    let number = id.to_string();
    html.div("line").body(|html| {
        html.element(Tag::H2).body(|html| {
            let url = Url::query("/operator/deliveries", &[("campaign", &number)]);
            let name = format!("{} {number}", words::campaign(lang));
            match url {
                Some(url) => html.element(Tag::A).leads_to(&url).text(&name),
                None => html.text(&name),
            }
        });
        badge(html, phase(progress.state));
    });
    let share = Length::percent(percent(progress.finished(), progress.total));
    html.div("meter").body(|html| {
        html.div("meter-fill").style(Property::Width, share).empty();
    });
    let (done, total) = (progress.finished().to_string(), progress.total.to_string());
    let values = [("done", done.as_str()), ("total", &total)];
    html.element(Tag::P).text(&fill(words::progress(lang), &values));
    let counts = [progress.accepted, progress.rejected, progress.unknown, progress.cancelled];
    let [accepted, rejected, unknown, cancelled] = counts.map(|count| count.to_string());
    let values = [
        ("accepted", accepted.as_str()),
        ("rejected", &rejected),
        ("unknown", &unknown),
        ("cancelled", &cancelled),
    ];
    html.element(Tag::P).class("hint").text(&fill(words::counts(lang), &values));
    let button_of = match progress.state {
        CampaignPhase::Feeding | CampaignPhase::Running => {
            Some(("/operator/campaigns/pause", words::pause(lang)))
        }
        CampaignPhase::Paused => Some(("/operator/campaigns/resume", words::resume(lang))),
        _ => None,
    };
    if let Some((path, name)) = button_of.filter(|_| may_act) {
        html.div("acts").body(|html| {
            frame.form(html, "inline", path, |html| {
                hidden(html, "id", &number);
                button(html, "act-less", name);
            });
        });
    }
}

fn phase(phase: CampaignPhase) -> &'static str {
    match phase {
        CampaignPhase::Feeding => "feeding",
        CampaignPhase::Running => "running",
        CampaignPhase::Paused => "paused",
        CampaignPhase::Cancelled => "cancelled",
        CampaignPhase::Done => "done",
        _ => "",
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar is an estimate")]
fn percent(part: u64, whole: u64) -> f64 {
    (part as f64 / whole.max(1) as f64 * 100.0).min(100.0)
}
