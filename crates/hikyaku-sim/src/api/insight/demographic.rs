use std::collections::BTreeMap;

use hikyaku_model::{
    audience::{AppType, Area, Gender},
    limits::rates,
};
use http::Method;
use jiff::{Span, civil::Date};
use serde_json::{Value, json};

use super::FEWEST;
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::{day, person::Person},
};

/// What kinds of people the account's friends are, in per cent.
///
/// It is LINE's guess there, about three days old; here it is what is known of those who were friends three days ago,
/// in Japan's days.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-demographic>
pub(crate) const DEMOGRAPHIC: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/demographic", read).rate(rates::INSIGHT);

/// In days.
const OLD: i32 = 3;

const UNKNOWN: &str = "unknown";

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read(_: &Request) -> Result<Action, Answer> {
    Ok(Box::new(|scene| {
        let today = day(scene.now);
        let people = &scene.world.people;
        let friends = &scene.world.channels[scene.channel].friends;
        let friends = friends.friends_on(today.saturating_sub(Span::new().days(OLD)));
        let known: Vec<(Option<&Person>, Date)> =
            friends.map(|(user, since)| (people.get(user), since)).collect();
        let available = known.len() >= FEWEST;
        let tiles = |name: &str, word: &dyn Fn(Option<&Person>, Date) -> &'static str| {
            if !available {
                return json!([]);
            }
            shares(name, known.iter().map(|(person, since)| word(*person, *since)))
        };
        Answer::ok(&json!({
            "available": available,
            "genders": tiles("gender", &|person, _| gender(person)),
            "ages": tiles("age", &|person, _| age(person)),
            "areas": tiles("area", &|person, _| area(person)),
            "appTypes": tiles("appType", &|person, _| app_type(person)),
            "subscriptionPeriods": tiles("subscriptionPeriod", &|_, since| period(since, today)),
        }))
    }))
}

/// Each word with its share in per cent, the largest first.
fn shares(name: &str, words: impl ExactSizeIterator<Item = &'static str>) -> Value {
    let all = words.len();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let tile = |(word, count): (&str, usize)| {
        // In tenths of a per cent, rounded.
        let tenths = (count * 2000 / all).div_ceil(2);
        #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
        let percentage = tenths as f64 / 10.0;
        json!({ name: word, "percentage": percentage })
    };
    counts.into_iter().map(tile).collect()
}

fn gender(person: Option<&Person>) -> &'static str {
    match person.and_then(|person| person.gender.as_ref()).map(Gender::as_str) {
        Some("male") => "male",
        Some("female") => "female",
        _ => UNKNOWN,
    }
}

fn age(person: Option<&Person>) -> &'static str {
    match person.and_then(|person| person.age) {
        None => UNKNOWN,
        Some(0..15) => "from0to14",
        Some(15..20) => "from15to19",
        Some(20..25) => "from20to24",
        Some(25..30) => "from25to29",
        Some(30..35) => "from30to34",
        Some(35..40) => "from35to39",
        Some(40..45) => "from40to44",
        Some(45..50) => "from45to49",
        Some(50..55) => "from50to54",
        Some(55..60) => "from55to59",
        Some(60..65) => "from60to64",
        Some(65..70) => "from65to69",
        Some(70..) => "from70",
    }
}

fn app_type(person: Option<&Person>) -> &'static str {
    match person.and_then(|person| person.app_type.as_ref()).map(AppType::as_str) {
        Some("ios") => "ios",
        Some("android") => "android",
        _ => "others",
    }
}

fn period(since: Date, today: Date) -> &'static str {
    match today.duration_since(since).as_hours() / 24 {
        ..7 => "within7days",
        7..30 => "within30days",
        30..90 => "within90days",
        90..180 => "within180days",
        180..365 => "within365days",
        365.. => "over365days",
    }
}

/// An area as these statistics call it: in the language of its place.
fn area(person: Option<&Person>) -> &'static str {
    let word = person.and_then(|person| person.area.as_ref()).map(Area::as_str);
    let Some((country, number)) = word.and_then(|word| word.split_once('_')) else {
        return UNKNOWN;
    };
    let names: &[&'static str] = match country {
        "jp" => &JAPAN,
        "tw" => &TAIWAN,
        "th" => &THAILAND,
        _ => &[],
    };
    let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    place.and_then(|place| names.get(place)).copied().unwrap_or(UNKNOWN)
}

const JAPAN: [&str; 47] = [
    "北海道",
    "青森",
    "岩手",
    "宮城",
    "秋田",
    "山形",
    "福島",
    "茨城",
    "栃木",
    "群馬",
    "埼玉",
    "千葉",
    "東京",
    "神奈川",
    "新潟",
    "富山",
    "石川",
    "福井",
    "山梨",
    "長野",
    "岐阜",
    "静岡",
    "愛知",
    "三重",
    "滋賀",
    "京都",
    "大阪",
    "兵庫",
    "奈良",
    "和歌山",
    "鳥取",
    "島根",
    "岡山",
    "広島",
    "山口",
    "徳島",
    "香川",
    "愛媛",
    "高知",
    "福岡",
    "佐賀",
    "長崎",
    "熊本",
    "大分",
    "宮崎",
    "鹿児島",
    "沖縄",
];
const TAIWAN: [&str; 22] = [
    "台北市",
    "新北市",
    "桃園市",
    "台中市",
    "台南市",
    "高雄市",
    "基隆市",
    "新竹市",
    "嘉義市",
    "新竹縣",
    "苗栗縣",
    "彰化縣",
    "南投縣",
    "雲林縣",
    "嘉義縣",
    "屏東縣",
    "宜蘭縣",
    "花蓮縣",
    "台東縣",
    "澎湖縣",
    "金門縣",
    "連江縣",
];
const THAILAND: [&str; 8] =
    ["Bangkok", "Pattaya", "Northern", "Central", "Southern", "Eastern", "NorthEastern", "Western"];
