use std::time::Duration;

use hikyaku_model::{
    Action, Message,
    action::DatetimeMode,
    imagemap::{ImagemapAction, ImagemapArea},
    message::{Emoji, QuickReplyItem, Sender, Substitution, TextMessage, TextV2Message},
    template::{
        ButtonsTemplate, CarouselColumn, CarouselTemplate, ConfirmTemplate, ImageCarouselColumn,
        ImageCarouselTemplate,
    },
};
use hikyaku_page::{
    Look,
    chat::{self, Entry, Time},
    html::Html,
};

pub(crate) fn time(hour: u8, minute: u8) -> Time {
    Time { hour, minute }
}

pub(crate) fn english(look: &Look) -> Html {
    let look = look.clone().name("U1", "Mira");
    let hello =
        Message::text("Hi! Is my parcel on its way? The tracking page says nothing since Monday.");
    let photo = Message::image("https://example.com/uploads/doorstep.jpg");
    let found: Message = TextV2Message::new("Good morning {who}! Found it: https://example.com/track/4711 It left Osaka an hour ago {smile}")
        .substitute("who", Substitution::mention("U1"))
        .substitute("smile", Substitution::emoji("5ac1bfd5040ab15980c9b435", "001"))
        .into();
    let map =
        Message::location("Pick-up locker 12", "1-8 Nihonbashi, Chuo, Tokyo", 35.6838, 139.7744);
    let quoting = Message::text("Can the courier leave it there?").quoting("q");
    let confirm = Message::template(ConfirmTemplate::new(
        "Leave the parcel in locker 12 until Friday, 20:00?",
        [Action::postback("Yes, please", "locker=12"), Action::postback("No", "locker=no")],
    ))
    .sender(Sender::named("Sora from Parcels"));
    let voice = Message::audio("https://example.com/voice.m4a", Duration::from_secs(14));
    let thanks = Message::sticker("446", "1988");
    let coupon = Message::coupon("01HZX9FJ4Q7E8").quick_reply([
        QuickReplyItem::message("Thank you", "Thank you"),
        QuickReplyItem::message("Track another", "Track").image_url("https://example.com/box.png"),
        QuickReplyItem::location("Send my location"),
        QuickReplyItem::camera("Take a picture"),
    ]);
    let shop = "Hoshi Parcels";
    chat::draw(
        &[
            Entry::notice("Today"),
            Entry::message(&hello, "/0").mine().at(time(9, 38)).read(),
            Entry::message(&photo, "/1").mine().at(time(9, 39)).read(),
            Entry::message(&found, "/2").by(shop).at(time(9, 41)),
            Entry::message(&map, "/3").by(shop).at(time(9, 41)),
            Entry::message(&quoting, "/4")
                .mine()
                .at(time(9, 44))
                .read()
                .quoting(shop, "Pick-up locker 12"),
            Entry::message(&confirm, "/5").by(shop).at(time(9, 45)),
            Entry::message(&voice, "/6").mine().at(time(9, 46)).read(),
            Entry::file("delivery-note-4711.pdf", 183_402).mine().at(time(9, 46)),
            Entry::message(&thanks, "/7").by(shop).at(time(9, 47)),
            Entry::message(&coupon, "/8").by(shop).at(time(9, 47)),
        ],
        &look,
    )
}

pub(crate) fn japanese(look: &Look) -> Html {
    let hello: Message =
        TextMessage::new("こんにちは。今週の土曜日、午後にカットの予約はできますか？ $")
            .emojis([Emoji::new(30, "5ac1bfd5040ab15980c9b435", "002")])
            .into();
    let buttons: Message = Message::template(
        ButtonsTemplate::new(
            "土曜日は次の時間が空いています。",
            [
                Action::postback("13:00 から", "slot=13"),
                Action::postback("15:30 から", "slot=15"),
                Action::datetime_picker("ほかの日時を選ぶ", "slot", DatetimeMode::Datetime),
            ],
        )
        .title("ご予約")
        .thumbnail_image_url("https://example.com/salon/window.jpg"),
    );
    let choice = Message::text("15:30でお願いします。");
    let styles = Message::template(ImageCarouselTemplate::new([
        ImageCarouselColumn::new(
            "https://example.com/style/short.jpg",
            Action::message("ショート", "ショート"),
        ),
        ImageCarouselColumn::new(
            "https://example.com/style/bob.jpg",
            Action::message("ボブ", "ボブ"),
        ),
    ]));
    let video = Message::video("https://example.com/v.mp4", "https://example.com/style/how-to.jpg");
    let done = Message::text(
        "ご予約を承りました。\n11月28日（土）15:30\n担当：佐々木\n\n変更は前日の18時までにご連絡ください。",
    );
    let shop = "美容室 そよかぜ";
    chat::draw(
        &[
            Entry::notice("11月24日（火）"),
            Entry::message(&hello, "/0").mine().at(time(12, 3)).read(),
            Entry::message(&buttons, "/1").by(shop).at(time(12, 3)),
            Entry::message(&choice, "/2").mine().at(time(12, 5)).read(),
            Entry::message(&done, "/3").by(shop).at(time(12, 5)),
            Entry::message(&styles, "/4").by(shop).at(time(12, 6)),
            Entry::message(&video, "/5").by(shop).at(time(12, 6)),
        ],
        look,
    )
}

pub(crate) fn thai(look: &Look) -> Html {
    let hello = Message::text("สวัสดีค่ะ พรุ่งนี้ร้านเปิดกี่โมงคะ อยากสั่งข้าวเหนียวมะม่วงสองกล่องค่ะ");
    let answer = Message::text("สวัสดีครับ ร้านเปิด 10:00 น. รับออเดอร์ล่วงหน้าได้เลยครับ");
    let menu = Message::template(CarouselTemplate::new([
        CarouselColumn::new(
            "มะม่วงน้ำดอกไม้ เสิร์ฟพร้อมกะทิสด",
            [Action::postback("สั่งเลย", "a"), Action::uri("ดูรายละเอียด", "https://example.com/a")],
        )
        .title("ข้าวเหนียวมะม่วง")
        .thumbnail_image_url("https://example.com/menu/mango.jpg"),
        CarouselColumn::new(
            "ชาไทยเย็นสูตรบ้านเรา",
            [Action::postback("สั่งเลย", "b"), Action::uri("ดูรายละเอียด", "https://example.com/b")],
        )
        .title("ชาไทย")
        .thumbnail_image_url("https://example.com/menu/tea.jpg"),
    ]));
    let map = Message::imagemap(
        "https://example.com/map",
        "เลือกสาขา",
        585,
        [
            ImagemapAction::message("สาขาสยาม", ImagemapArea::new(0, 0, 520, 585)),
            ImagemapAction::message("สาขาอารีย์", ImagemapArea::new(520, 0, 520, 585)),
        ],
    );
    let thanks = Message::text("ขอบคุณค่ะ").quick_reply([
        QuickReplyItem::message("สั่งเพิ่ม", "สั่งเพิ่ม"),
        QuickReplyItem::message("ดูเมนูทั้งหมด", "เมนู"),
        QuickReplyItem::location("ส่งตำแหน่งของฉัน"),
    ]);
    let shop = "ร้านบ้านสวน";
    chat::draw(
        &[
            Entry::notice("วันนี้"),
            Entry::message(&hello, "/0").mine().at(time(18, 20)).read(),
            Entry::message(&answer, "/1").by(shop).at(time(18, 21)),
            Entry::message(&menu, "/2").by(shop).at(time(18, 21)),
            Entry::message(&map, "/3").by(shop).at(time(18, 22)),
            Entry::message(&thanks, "/4").mine().at(time(18, 24)),
        ],
        look,
    )
}
