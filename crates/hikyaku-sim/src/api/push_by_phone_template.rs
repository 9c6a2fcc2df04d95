use std::collections::HashSet;

use hikyaku_model::{
    Checker, SendKind,
    limits::{Count, Length, Problem, Refusal, RefusalDetail, Segment},
    send::PhoneHash,
};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::to_raw_value};

use super::{
    Action, Answer, Body, Endpoint, Messages, Request, body,
    push_by_phone::{deliver, delivery_tag},
    send::Parcel,
};
use crate::state::{counts::Counted, pnp_keys::PnpKeys};

/// Sends a message that is made of a template to the person with a phone number.
///
/// It is delivered as one message of the type `pnpTemplate`, which is ours: LINE's words for the keys are not known.
///
/// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message-template>
pub(crate) const ENDPOINT: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/message/pnp/templated/push", read);

const ITEMS: Count = Count { min: 0, max: 15 };
const BUTTONS: Count = Count { min: 0, max: 2 };
const EMPHASIZED: Length = Length::utf16(15);
const CONTENT: Length = Length::utf16(300);
const URL: Length = Length::utf16(1000);

#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Filling {
    #[serde(skip_serializing_if = "Option::is_none")]
    emphasized_item: Option<Item>,
    items: Vec<Item>,
    buttons: Vec<Button>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Item {
    item_key: String,
    content: String,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Button {
    button_key: String,
    url: String,
}

fn read(request: &Request) -> Result<Action, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let to = body.text("to", &mut errors)?;
    if !to.is_empty()
        && let Err(problem) = to.parse::<PhoneHash>()
    {
        errors.report_field("to", problem);
    }
    let template = body.text("templateKey", &mut errors)?;
    let filling: Option<Filling> = body.optional("body")?;
    match &filling {
        None => errors.report_field("body", Problem::Required),
        Some(filling) => errors.at(Segment::Field("body"), |errors| filling.check(errors)),
    }
    body::finish(errors)?;
    let filling = filling.unwrap_or_default();
    filling.check_twice()?;
    let tag = delivery_tag(request)?;
    let message = json!({ "type": "pnpTemplate", "templateKey": template, "body": json!(filling) });
    Ok(Box::new(move |scene| {
        if let Err(refused) = filling.check_keys(&scene.channel().pnp_keys, &template) {
            return refused;
        }
        let json = to_raw_value(&message).into_iter().collect();
        let parcel = Parcel {
            kind: SendKind::PhoneNumber,
            messages: Messages { json, quotable: vec![false] },
            notification_disabled: false,
            unit: None,
        };
        deliver(scene, parcel, Counted::ByTemplate, to, tag, StatusCode::ACCEPTED)
    }))
}

impl Filling {
    fn check(&self, errors: &mut Checker) {
        if let Some(item) = &self.emphasized_item {
            errors.at(Segment::Field("emphasizedItem"), |errors| item.check(EMPHASIZED, errors));
        }
        errors.at(Segment::Field("items"), |errors| {
            errors.count(self.items.len(), ITEMS);
            for (index, item) in self.items.iter().enumerate() {
                errors.at(Segment::Index(index), |errors| item.check(CONTENT, errors));
            }
        });
        errors.at(Segment::Field("buttons"), |errors| {
            errors.count(self.buttons.len(), BUTTONS);
            for (index, button) in self.buttons.iter().enumerate() {
                errors.at(Segment::Index(index), |errors| {
                    errors.required("buttonKey", &button.button_key);
                    errors.length("url", &button.url, URL);
                });
            }
        });
    }

    /// Refuses an item that is there twice.
    fn check_twice(&self) -> Result<(), Answer> {
        let mut seen = HashSet::new();
        let mut details = Vec::new();
        let mut twice = |property: String, key: &str| {
            let words = format!(
                "Duplicate itemKey in items or between emphasizedItem and items are not allowed: {key}"
            );
            details.push(RefusalDetail::new(property, words));
        };
        for (index, item) in self.items.iter().enumerate() {
            if !seen.insert(&item.item_key) {
                twice(format!("body.items[{index}].itemKey"), &item.item_key);
            }
        }
        if let Some(item) = &self.emphasized_item
            && seen.contains(&item.item_key)
        {
            twice("body.emphasizedItem.itemKey".into(), &item.item_key);
        }
        if details.is_empty() {
            return Ok(());
        }
        Err(Answer::refused(&details.into_iter().collect::<Refusal>()))
    }

    /// Refuses keys that the account cannot use.
    fn check_keys(&self, keys: &PnpKeys, template: &str) -> Result<(), Answer> {
        if !PnpKeys::has(&keys.templates, template) {
            let words = "The specified template doesn't exist, or you don't have the permission";
            let details = vec![RefusalDetail::new("templateKey", words)];
            return Err(refused(format!("Invalid templateKey: {template}"), details));
        }
        let emphasized = self.emphasized_item.iter();
        let emphasized = emphasized.map(|item| ("body.emphasizedItem.itemKey".to_owned(), item));
        let items = self.items.iter().enumerate();
        let items = items.map(|(index, item)| (format!("body.items[{index}].itemKey"), item));
        let unknown =
            emphasized.chain(items).filter(|(_, item)| !PnpKeys::has(&keys.items, &item.item_key));
        let mut details: Vec<RefusalDetail> = unknown
            .map(|(property, item)| {
                let words = format!("The specified item key does not exist: {}", item.item_key);
                RefusalDetail::new(property, words)
            })
            .collect();
        for (index, Button { button_key, .. }) in self.buttons.iter().enumerate() {
            if !PnpKeys::has(&keys.buttons, button_key) {
                let words = format!("The specified button key does not exist: {button_key}");
                let property = format!("body.buttons[{index}].buttonKey");
                details.push(RefusalDetail::new(property, words));
            }
        }
        if details.is_empty() {
            return Ok(());
        }
        let message = format!("The request body has {} invalid key(s).", details.len());
        Err(refused(message, details))
    }
}

fn refused(message: String, details: Vec<RefusalDetail>) -> Answer {
    let mut refusal: Refusal = details.into_iter().collect();
    refusal.message = message;
    Answer::refused(&refusal)
}

impl Item {
    fn check(&self, content: Length, errors: &mut Checker) {
        errors.required("itemKey", &self.item_key);
        errors.length("content", &self.content, content);
    }
}
