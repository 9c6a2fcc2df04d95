use hikyaku_model::Action;

use crate::{
    html::{Attribute, Element},
    look::Look,
    pointer::Pointer,
};

/// What every part of a drawing needs: how it looks, and where in the JSON it is.
#[derive(Debug)]
pub(crate) struct Pen<'a> {
    pub(crate) look: &'a Look,
    at: Pointer,
    /// Whether something around what is drawn can be tapped, so that nothing in it can be a button of its own.
    is_within: bool,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(look: &'a Look, start: &str) -> Self {
        Self { look, at: Pointer::new(start), is_within: false }
    }

    /// Draws a field of the value at hand.
    pub(crate) fn field<T>(&mut self, name: &str, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.at.enter(name);
        let drawn = draw(self);
        self.at.leave();
        drawn
    }

    /// Draws an item of the list at hand.
    pub(crate) fn item<T>(&mut self, index: usize, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.field(&index.to_string(), draw)
    }

    /// Lets an element say where the value at hand is, if the look wants that.
    pub(crate) fn place<'e>(&self, element: Element<'e>) -> Element<'e> {
        let at = self.look.tells_places.then(|| self.at.as_str());
        element.set_some(Attribute::DataAt, at)
    }

    /// Draws what is in an element, which can be tapped if it has an action.
    pub(crate) fn within<T>(
        &mut self,
        action: Option<&Action>,
        draw: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.is_within;
        self.is_within |= action.is_some();
        let drawn = draw(self);
        self.is_within = before;
        drawn
    }

    /// Whether something around what is drawn can be tapped.
    pub(crate) fn is_within(&self) -> bool {
        self.is_within
    }

    /// Makes an element tappable, if there is an action in a field of the value at hand.
    pub(crate) fn tap<'e>(
        &self,
        element: Element<'e>,
        field: &str,
        action: Option<&Action>,
    ) -> Element<'e> {
        let Some(action) = action else { return element };
        self.act(element, field, action)
            .set(Attribute::Role, "button")
            .set(Attribute::TabIndex, "0")
    }

    /// Says what a tap on an element does; for one that is a button by itself.
    pub(crate) fn act<'e>(
        &self,
        element: Element<'e>,
        field: &str,
        action: &Action,
    ) -> Element<'e> {
        self.point(element, field, kind(action), outcome(action))
    }

    /// The same for what has no [`Action`].
    pub(crate) fn point<'e>(
        &self,
        element: Element<'e>,
        field: &str,
        kind: &str,
        outcome: Option<&str>,
    ) -> Element<'e> {
        element
            .set(Attribute::DataPtr, &self.at.field(field))
            .set(Attribute::DataAct, kind)
            .set_some(Attribute::Title, outcome)
    }
}

fn kind(action: &Action) -> &str {
    match action {
        Action::Postback(_) => "postback",
        Action::Message(_) => "message",
        Action::Uri(_) => "uri",
        Action::DatetimePicker(_) => "datetimepicker",
        Action::Camera(_) => "camera",
        Action::CameraRoll(_) => "cameraRoll",
        Action::Location(_) => "location",
        Action::RichMenuSwitch(_) => "richmenuswitch",
        Action::Clipboard(_) => "clipboard",
        Action::Unknown(object) => {
            object.get("type").and_then(|kind| kind.as_str()).unwrap_or_default()
        }
        _ => "",
    }
}

/// What a tap sends, says, opens or copies.
fn outcome(action: &Action) -> Option<&str> {
    match action {
        Action::Postback(action) => Some(&action.data),
        Action::Message(action) => Some(&action.text),
        Action::Uri(action) => Some(&action.uri),
        Action::DatetimePicker(action) => Some(&action.data),
        Action::RichMenuSwitch(action) => Some(&action.data),
        Action::Clipboard(action) => Some(&action.clipboard_text),
        _ => None,
    }
}
