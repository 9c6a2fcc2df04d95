//! The parts of the page that change. The page's script puts each instead of its older self.

use hikyaku_page::html::Html;

use super::{
    asked::Asked, chats, connect, controls::Controls, members::Members, menu::Menu,
    requests::Traffic, thread::Thread,
};
use crate::shared::Shared;

/// All parts, as they are now.
pub(super) fn draw(shared: &Shared, asked: &Asked) -> Html {
    // What is read here is drawn below, so that nobody waits for the drawing.
    let (list, chat, thread, members, menu, connection, traffic, controls) = {
        let mut world = shared.world();
        let channel = asked.channel(&world);
        let list = chats::List::of(&world, channel, asked);
        let chat = asked.chat(&world).cloned().or_else(|| list.first());
        let thread = chat.as_ref().map(|chat| Thread::of(&world, channel, chat, asked));
        let members = Members::of(&world, channel, chat.as_ref(), asked);
        let menu = chat.as_ref().and_then(|chat| Menu::of(&world, channel, chat));
        let connection = connect::Connection::of(shared, &world, channel);
        let traffic = asked.shows_traffic.then(|| Traffic::of(shared, &world, channel, asked));
        let controls = Controls::of(&mut world, channel);
        (list, chat, thread, members, menu, connection, traffic, controls)
    };
    let mut html = Html::default();
    list.draw(chat.as_ref(), asked, &mut html);
    match &thread {
        Some(thread) => {
            thread.draw_head(&mut html);
            thread.draw(asked, &mut html);
            thread.draw_foot(&mut html);
        }
        None => Thread::draw_none(asked.lang, &mut html),
    }
    members.draw(asked.lang, &mut html);
    match &menu {
        Some(menu) => menu.draw(asked.lang, &mut html),
        None => Menu::draw_none(&mut html),
    }
    connection.draw(asked.lang, &mut html);
    controls.draw(asked, &mut html);
    if let Some(traffic) = &traffic {
        traffic.draw(asked, &mut html);
    }
    html
}
