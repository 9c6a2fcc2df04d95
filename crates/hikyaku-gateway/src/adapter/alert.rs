//! Groups of alerts, as Alertmanager and Grafana send them: one group is one notification.

use super::{
    field::{Object, Wrong, json},
    short::{TEXT, line, line_of, lines, link},
};

/// The version of Alertmanager's webhooks.
///
/// Source: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>
const VERSION: &str = "4";

/// The most alerts of a group that are told one by one.
const MOST: usize = 10;

/// The most characters of an alert that is one of several: [`MOST`] of them, the lines above and below them, and an address are
/// a text that is not cut.
const SHORT: usize = 120;

/// Labels that tell no alert from another, or are told elsewhere.
const UNTOLD: [&str; 4] = ["alertname", "grafana_folder", "job", "severity"];

/// Reads a webhook of Alertmanager.
pub(super) fn alertmanager(body: &[u8]) -> Result<String, Wrong> {
    let body = json(body)?;
    let group = Object::of(&body)?;
    if group.needed_text("version")? != VERSION {
        return Err(group.wrong("version", "must be \"4\": this gateway reads no other"));
    }
    read(&group)
}

/// Reads a webhook of a contact point of Grafana, whose form is Alertmanager's and more.
///
/// Source: <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>
pub(super) fn grafana(body: &[u8]) -> Result<String, Wrong> {
    let body = json(body)?;
    read(&Object::of(&body)?)
}

/// An alert, as far as it is told.
struct Alert<'a> {
    is_resolved: bool,
    /// Labels that the others of its group do not have.
    labels: Vec<String>,
    summary: &'a str,
    description: &'a str,
    values: Vec<String>,
    url: &'a str,
}

fn read(group: &Object<'_>) -> Result<String, Wrong> {
    let alerts = group.objects("alerts")?;
    if alerts.is_empty() {
        return Err(group.wrong("alerts", "must not be empty"));
    }
    let common = group.object("commonLabels")?;
    // What a single alert has is common to all, and worth telling.
    let shared: Vec<_> = match &common {
        Some(common) if alerts.len() > 1 => common.pairs().collect(),
        _ => Vec::new(),
    };
    let name = name_of(group, common.as_ref(), &alerts)?;
    let alerts: Vec<_> =
        alerts.iter().map(|alert| Alert::read(alert, &shared)).collect::<Result<_, _>>()?;
    let severity = common.as_ref().map_or(Ok(""), |labels| labels.text("severity"))?;
    let severity = match severity {
        "" => String::new(),
        severity => format!(" ({severity})"),
    };
    let alone = alerts.len() == 1;
    let (resolved, firing): (Vec<_>, Vec<_>) = alerts.iter().partition(|alert| alert.is_resolved);
    let (mut text, mut room) = (Vec::new(), MOST);
    for (word, alerts) in [("🔥 Firing", firing), ("✅ Resolved", resolved)] {
        let count = match alerts.len() {
            0 => continue,
            _ if alone => String::new(),
            count => format!(" {count}"),
        };
        text.push(line(&format!("{word}{count}: {name}{severity}")));
        for alert in alerts.iter().take(room) {
            if alone {
                text.extend(alert.whole());
            } else {
                text.push(alert.short());
            }
        }
        room = room.saturating_sub(alerts.len());
    }
    let cut_off = group.number("truncatedAlerts")?.unwrap_or(0);
    let more = alerts.len().saturating_sub(MOST) + usize::try_from(cut_off).unwrap_or(0);
    if more > 0 {
        text.push(format!("… and {more} more"));
    }
    let url = match alerts.as_slice() {
        [alert] if link(alert.url).is_some() => alert.url,
        _ => group.text("externalURL")?,
    };
    text.extend(link(url).map(str::to_owned));
    Ok(lines(&text, TEXT))
}

/// What the alerts of a group are called: their common name, the only one's, or else who was to hear of them.
fn name_of<'a>(
    group: &Object<'a>,
    common: Option<&Object<'a>>,
    alerts: &[Object<'a>],
) -> Result<&'a str, Wrong> {
    let alone = match alerts {
        [alert] => alert.object("labels")?,
        _ => None,
    };
    let by = group.object("groupLabels")?;
    for labels in [common, by.as_ref(), alone.as_ref()].into_iter().flatten() {
        let name = labels.text("alertname")?;
        if !name.is_empty() {
            return Ok(name);
        }
    }
    group.text("receiver")
}

impl<'a> Alert<'a> {
    fn read(alert: &Object<'a>, shared: &[(&str, String)]) -> Result<Self, Wrong> {
        let is_resolved = match alert.needed_text("status")? {
            "firing" => false,
            "resolved" => true,
            _ => return Err(alert.wrong("status", "must be firing or resolved")),
        };
        let own = |(name, value): &(&str, String)| {
            !UNTOLD.contains(name) && !shared.iter().any(|(key, of)| key == name && of == value)
        };
        let labels = alert.needed_object("labels")?.pairs().filter(own);
        let labels = labels.map(|(name, value)| format!("{name}={value}")).collect();
        let annotations = alert.object("annotations")?;
        let note = |name| annotations.as_ref().map_or(Ok(""), |it| it.text(name));
        let description = match note("description")? {
            "" => note("message")?,
            description => description,
        };
        let values = match alert.object("values")? {
            Some(values) => values.pairs().map(|(name, value)| format!("{name}={value}")).collect(),
            None => Vec::new(),
        };
        let mut url = "";
        for name in ["generatorURL", "dashboardURL", "panelURL"] {
            let nearer = alert.text(name)?;
            url = if nearer.is_empty() { url } else { nearer };
        }
        Ok(Self { is_resolved, labels, summary: note("summary")?, description, values, url })
    }

    /// One line, where others are beside it.
    fn short(&self) -> String {
        let labels = self.labels.join(" ");
        let what = if self.summary.is_empty() { self.description } else { self.summary };
        let told = match (labels.as_str(), what) {
            ("", "") => format!("• {}", self.values.join(" ")),
            ("", what) => format!("• {what}"),
            (labels, "") => format!("• {labels} {}", self.values.join(" ")),
            (labels, what) => format!("• {labels}: {what}"),
        };
        line_of(&told, SHORT)
    }

    /// All that there is to tell, where it is the only one.
    fn whole(&self) -> Vec<String> {
        let mut told = vec![line(self.summary)];
        if self.description != self.summary {
            told.push(line(self.description));
        }
        if self.summary.is_empty() && self.description.is_empty() {
            told.push(line(&self.labels.join(" ")));
            told.push(line(&self.values.join(" ")));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn alert(status: &str, instance: &str, summary: &str) -> Value {
        json!({
            "status": status,
            "labels": { "alertname": "DiskFull", "instance": instance, "severity": "critical" },
            "annotations": { "summary": summary },
            "startsAt": "2026-03-01T02:03:04Z", "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=1", "fingerprint": "c6eadffa33fcdf37"
        })
    }

    fn group(alerts: &[Value]) -> Value {
        json!({
            "version": "4", "groupKey": "{}:{alertname=\"DiskFull\"}", "truncatedAlerts": 0,
            "status": "firing", "receiver": "line", "groupLabels": { "alertname": "DiskFull" },
            "commonLabels": { "alertname": "DiskFull", "severity": "critical" },
            "commonAnnotations": {}, "externalURL": "http://alerts.example:9093", "alerts": alerts
        })
    }

    fn told(body: &Value) -> String {
        alertmanager(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn firing_and_resolved_alerts_are_told_apart() {
        let alerts = [
            alert("firing", "db1", "2 % left"),
            alert("resolved", "db2", "2 % left"),
            alert("firing", "db3", ""),
        ];
        assert_eq!(
            told(&group(&alerts)),
            "🔥 Firing 2: DiskFull (critical)\n• instance=db1: 2 % left\n• instance=db3\n\
             ✅ Resolved 1: DiskFull (critical)\n• instance=db2: 2 % left\nhttp://alerts.example:9093"
        );
        assert_eq!(
            told(&group(&alerts[1..2])),
            "✅ Resolved: DiskFull (critical)\n2 % left\nhttp://prometheus:9090/graph?g0.expr=1"
        );
    }

    #[test]
    fn a_group_is_called_by_what_it_has() {
        let mut body = group(&[alert("firing", "a", "")]);
        body["commonLabels"] = json!({});
        body["groupLabels"] = json!({});
        assert!(told(&body).starts_with("🔥 Firing: DiskFull\n"), "{}", told(&body));
        body["alerts"][0]["labels"]["alertname"] = json!(null);
        assert!(told(&body).starts_with("🔥 Firing: line\n"), "{}", told(&body));
    }

    #[test]
    fn a_large_group_is_one_short_text() {
        let alerts: Vec<_> =
            (0..500).map(|it| alert("firing", &format!("db{it}"), &"x".repeat(900))).collect();
        let mut body = group(&alerts);
        body["truncatedAlerts"] = 7.into();
        let told = told(&body);
        assert!(told.starts_with("🔥 Firing 500: DiskFull") && told.chars().count() <= 2000);
        assert_eq!(told.matches('•').count(), 10, "{told}");
        assert!(told.ends_with("… and 497 more\nhttp://alerts.example:9093"), "{told}");
        body["alerts"] = (0..12).map(|it| alert("firing", &it.to_string(), "")).collect();
        assert!(super::alertmanager(body.to_string().as_bytes()).unwrap().contains("… and 9 more"));
    }

    #[test]
    fn what_is_no_group_is_told_by_its_field() {
        let good = group(&[alert("firing", "a", "b")]);
        for (pointer, value, why) in [
            ("/version", json!("3"), "version: must be \"4\": this gateway reads no other"),
            ("/version", json!(null), "version: must not be empty"),
            ("/alerts", json!([]), "alerts: must not be empty"),
            ("/alerts", json!(null), "alerts: is missing"),
            ("/alerts/0", json!("x"), "alerts[0]: must be an object"),
            ("/alerts/0/status", json!("odd"), "alerts[0].status: must be firing or resolved"),
            ("/alerts/0/labels", json!([]), "alerts[0].labels: must be an object"),
            (
                "/alerts/0/annotations/summary",
                json!(1),
                "alerts[0].annotations.summary: must be a text",
            ),
        ] {
            let mut body = good.clone();
            *body.pointer_mut(pointer).unwrap() = value;
            let told = alertmanager(body.to_string().as_bytes()).unwrap_err();
            assert_eq!(told, Wrong(why.to_owned()));
        }
        assert_eq!(grafana(b"[]").unwrap_err(), Wrong("the body: must be an object".to_owned()));
    }
}
