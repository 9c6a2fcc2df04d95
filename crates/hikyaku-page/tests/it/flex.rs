use hikyaku_model::flex::Container;
use hikyaku_page::{Lang, Look, Pictures, flex};

use crate::markup::Markup;

fn draw(json: &str) -> String {
    flex(&Container::from_json(json).unwrap(), &Look::default(), "").into()
}

/// Compares a drawing with the one that was looked at.
fn snapshot(name: &str, drawing: &str) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, drawing) });
}

/// A bubble whose body is a box of a layout around some children.
fn body(layout: &str, children: &str) -> String {
    format!(
        r#"{{"type":"bubble","body":{{"type":"box","layout":"{layout}","contents":[{children}]}}}}"#
    )
}

/// What stands in the body of a bubble, a line for each set of children.
fn bodies(layout: &str, sets: &[&str]) -> String {
    let drawn = sets.iter().map(|set| {
        let html = draw(&body(layout, set));
        let inner =
            html.split_once("<div class=\"fx-block fx-body\"><div class=\"fx-box ").unwrap().1;
        let inner = inner.split_once('>').unwrap().1;
        let inner = inner.strip_suffix("</div></div></section>").unwrap();
        format!("{set}\n  {inner}\n\n")
    });
    drawn.collect()
}

#[test]
fn texts() {
    snapshot(
        "texts",
        &bodies(
            "vertical",
            &[
                r#"{"type":"text","text":"plain <b> & \"quotes\""}"#,
                r#"{"type":"text","text":"a\nb","wrap":true,"maxLines":2}"#,
                r#"{"type":"text","text":"no end","wrap":true,"maxLines":0}"#,
                r#"{"type":"text","text":"one line","maxLines":2}"#,
                r#"{"type":"text","text":"apart","wrap":true,"lineSpacing":"6px"}"#,
                r##"{"type":"text","text":"looks","size":"xl","weight":"bold","style":"italic","decoration":"underline","color":"#FF000080"}"##,
                r#"{"type":"text","text":"pixels","size":"11.5px","decoration":"line-through","weight":"regular","style":"normal"}"#,
                r#"{"type":"text","text":"scaled","scaling":true}"#,
                r#"{"type":"text","text":"sides","align":"end","gravity":"center","flex":2,"margin":"lg"}"#,
                r#"{"type":"text","text":"middle","align":"center","gravity":"bottom","adjustMode":"shrink-to-fit"}"#,
                r##"{"type":"text","text":"not this","contents":[{"type":"span","text":"red","color":"#ff0000","size":"sm"},{"type":"span","text":" bold","weight":"bold","decoration":"line-through","style":"italic"}]}"##,
                r#"{"type":"text","text":"wrong","size":"50%","color":"red","margin":"10%","lineSpacing":"5%"}"#,
                r#"{"type":"text","text":"tap","action":{"type":"message","label":"Say","text":"hi"}}"#,
            ],
        ),
    );
}

#[test]
fn positions() {
    snapshot(
        "positions",
        &bodies(
            "vertical",
            &[
                r#"{"type":"text","text":"moved","offsetTop":"-2px","offsetStart":"md"}"#,
                r#"{"type":"text","text":"badge","position":"absolute","offsetTop":"10%","offsetEnd":"xl","margin":"lg","flex":1}"#,
                r#"{"type":"text","text":"under","position":"relative","offsetBottom":"4px"}"#,
            ],
        ),
    );
    snapshot(
        "positions_in_a_baseline_box",
        &bodies(
            "baseline",
            &[r#"{"type":"text","text":"stays","offsetBottom":"4px","gravity":"bottom"}"#],
        ),
    );
}

#[test]
fn spaces_between_children() {
    snapshot(
        "spaces_between_children",
        &bodies(
            "vertical",
            &[
                r#"{"type":"box","layout":"horizontal","spacing":"md","contents":[
            {"type":"text","text":"first","margin":"xs"},
            {"type":"text","text":"spacing"},
            {"type":"text","text":"margin","margin":"xxl"},
            {"type":"text","text":"none","margin":"none"},
            {"type":"filler"},
            {"type":"text","text":"absolute","position":"absolute"}
        ]}"#,
                r#"{"type":"box","layout":"horizontal","spacing":"md","contents":[
            {"type":"text","text":"absolute","position":"absolute"},
            {"type":"text","text":"the first in its row"}
        ]}"#,
            ],
        ),
    );
}

#[test]
fn boxes() {
    snapshot(
        "boxes",
        &bodies(
            "horizontal",
            &[
                r#"{"type":"box","layout":"vertical","contents":[]}"#,
                r#"{"type":"box","layout":"vertical","flex":3,"contents":[]}"#,
                r##"{"type":"box","layout":"vertical","contents":[],"width":"2px","backgroundColor":"#B7B7B7"}"##,
                r#"{"type":"box","layout":"vertical","contents":[],"flex":2,"height":"10px"}"#,
                r#"{"type":"box","layout":"vertical","contents":[],"maxWidth":"50%","maxHeight":"20px"}"#,
                r#"{"type":"box","layout":"vertical","contents":[],"paddingAll":"5%","paddingTop":"md","paddingStart":"3px","paddingEnd":"none","paddingBottom":"xxl"}"#,
                r##"{"type":"box","layout":"vertical","contents":[],"borderWidth":"semi-bold","borderColor":"#000000","cornerRadius":"md"}"##,
                r#"{"type":"box","layout":"baseline","contents":[],"justifyContent":"space-between","alignItems":"center"}"#,
                r##"{"type":"box","layout":"vertical","contents":[],"backgroundColor":"#ffffff","background":{"type":"linearGradient","angle":"90deg","startColor":"#000000","endColor":"#ffffff"}}"##,
                r##"{"type":"box","layout":"vertical","contents":[],"background":{"type":"linearGradient","angle":"12.5deg","startColor":"#000000","centerColor":"#ff0000","centerPosition":"20%","endColor":"#ffffff"}}"##,
                r##"{"type":"box","layout":"vertical","contents":[],"background":{"type":"linearGradient","angle":"90deg","startColor":"#000000","centerColor":"#ff0000","endColor":"#ffffff"}}"##,
                r##"{"type":"box","layout":"vertical","contents":[],"backgroundColor":"#ffffff","background":{"type":"linearGradient","angle":"1turn","startColor":"#000000","endColor":"#ffffff"}}"##,
                r#"{"type":"box","layout":"vertical","contents":[],"action":{"type":"uri","uri":"https://example.com/"}}"#,
            ],
        ),
    );
}

#[test]
fn every_word_of_a_box_has_its_class() {
    let mut seen = Vec::new();
    for (field, words) in [
        (
            "justifyContent",
            &["center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"]
                as &[_],
        ),
        ("alignItems", &["center", "flex-start", "flex-end"]),
        ("layout", &["horizontal", "vertical", "baseline"]),
    ] {
        for word in words {
            let layout = if field == "layout" { "" } else { r#""layout":"vertical","# };
            let child = format!(r#"{{"type":"box",{layout}"{field}":"{word}","contents":[]}}"#);
            let html = draw(&body("vertical", &child));
            let inner = html.split("<div class=\"fx-box ").nth(2).unwrap();
            seen.push(inner.split('"').next().unwrap().to_owned());
        }
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    // A vertical box without anything else is among the layouts, and nothing else is alike.
    assert_eq!(unique.len(), seen.len(), "{seen:?}");
}

#[test]
fn images_and_icons() {
    snapshot(
        "images_and_icons",
        &bodies(
            "vertical",
            &[
                r#"{"type":"image","url":"https://example.com/a/cafe.jpg"}"#,
                r##"{"type":"image","url":"https://example.com/a.png","size":"full","aspectRatio":"20:13","aspectMode":"cover","backgroundColor":"#123456"}"##,
                r#"{"type":"image","url":"https://example.com/a.png","size":"40%","align":"end","gravity":"bottom","animated":true}"#,
                r#"{"type":"image","url":"https://example.com/a.png","size":"33px","aspectRatio":"1:9","aspectMode":"fit","align":"start"}"#,
                r#"{"type":"image","url":"javascript:alert(1)"}"#,
                r#"{"type":"image","url":"https://example.com/a.png","size":"full","position":"absolute"}"#,
            ],
        ),
    );
    snapshot(
        "images_in_a_row",
        &bodies(
            "horizontal",
            &[
                r#"{"type":"image","url":"https://example.com/a.png","size":"50%","flex":0}"#,
                r#"{"type":"image","url":"https://example.com/a.png","size":"50%","flex":2}"#,
            ],
        ),
    );
    snapshot(
        "icons",
        &bodies(
            "baseline",
            &[
                r#"{"type":"icon","url":"https://example.com/star.png"}"#,
                r#"{"type":"icon","url":"https://example.com/star.png","size":"xs","aspectRatio":"2:1","margin":"sm","offsetTop":"2px","scaling":true}"#,
                r#"{"type":"icon","url":"https://example.com/star.png","size":"10%"}"#,
            ],
        ),
    );
}

#[test]
fn buttons_separators_and_the_rest() {
    snapshot(
        "buttons_separators_and_the_rest",
        &bodies(
            "vertical",
            &[
                r#"{"type":"button","action":{"type":"postback","label":"Buy","data":"buy=1"}}"#,
                r##"{"type":"button","style":"primary","height":"sm","color":"#905c44","gravity":"center","margin":"md","flex":1,"adjustMode":"shrink-to-fit","scaling":true,"action":{"type":"uri","label":"Open","uri":"https://example.com/"}}"##,
                r#"{"type":"button","style":"secondary","action":{"type":"clipboard","label":"Copy","clipboardText":"code"}}"#,
                r##"{"type":"button","style":"link","color":"#ff0000","action":{"type":"hologram","label":"New"}}"##,
                r##"{"type":"separator","margin":"xl","color":"#000000"}"##,
                r#"{"type":"filler"}"#,
                r#"{"type":"filler","flex":3}"#,
                r#"{"type":"spacer","size":"xl"}"#,
                r#"{"type":"hologram","depth":3}"#,
                r#"{"type":"text"},{"type":"text","text":7}"#,
            ],
        ),
    );
}

#[test]
fn a_whole_bubble() {
    snapshot(
        "a_whole_bubble",
        &draw(
            r##"{"type":"bubble","size":"giga","direction":"rtl",
        "header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"header"}]},
        "hero":{"type":"image","url":"https://example.com/hero.png","size":"full","action":{"type":"uri","label":"Look","uri":"https://example.com/"}},
        "body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"body"}]},
        "footer":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"footer"}]},
        "styles":{"header":{"separator":true},"hero":{"separator":true,"separatorColor":"#ff0000"},"body":{"separator":true},"footer":{"backgroundColor":"#eeeeee"}},
        "action":{"type":"message","text":"all of it"}}"##,
        ),
    );
}

#[test]
fn a_video_in_the_hero() {
    snapshot(
        "a_video_in_the_hero",
        &draw(
            r#"{"type":"bubble","hero":{"type":"video","url":"https://example.com/v.mp4","previewUrl":"https://example.com/p.jpg","aspectRatio":"16:9",
        "altContent":{"type":"image","url":"https://example.com/p.jpg"},"action":{"type":"uri","label":"More","uri":"https://example.com/"}}}"#,
        ),
    );
}

#[test]
fn every_size_of_a_bubble_has_its_class() {
    let sizes = ["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"];
    for size in sizes {
        let html = draw(&format!(r#"{{"type":"bubble","size":"{size}"}}"#));
        assert!(html.contains(&format!("class=\"fx-bubble fx-{size} fx-bodyless\"")), "{html}");
    }
    assert!(draw(r#"{"type":"bubble"}"#).contains("fx-mega"));
    assert!(draw(r#"{"type":"bubble","size":"colossal"}"#).contains("fx-mega"));
}

#[test]
fn what_can_be_tapped_has_the_pointer_of_its_action() {
    let json = r#"{"type":"carousel","contents":[
        {"type":"bubble","action":{"type":"message","text":"1"}},
        {"type":"bubble","body":{"type":"box","layout":"vertical","action":{"type":"message","text":"2"},"contents":[
            {"type":"box","layout":"horizontal","contents":[
                {"type":"text","text":"t","action":{"type":"message","text":"3"}},
                {"type":"image","url":"https://example.com/","action":{"type":"message","text":"4"}},
                {"type":"button","action":{"type":"message","label":"b","text":"5"}}]}]},
         "hero":{"type":"video","url":"https://example.com/","previewUrl":"https://example.com/","altContent":{"type":"box","layout":"vertical","contents":[]},
            "action":{"type":"uri","label":"v","uri":"https://example.com/6"}}}]}"#;
    let container = Container::from_json(json).unwrap();
    let html = flex(&container, &Look::default(), "/messages/0/contents");
    let markup = Markup::read(html.as_str());
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut pointers = Vec::new();
    for (element, pointer) in markup.with("data-ptr") {
        let action = value.pointer(pointer.strip_prefix("/messages/0/contents").unwrap()).unwrap();
        let says = action.get("text").or(action.get("uri")).unwrap();
        assert_eq!(element.attributes["title"], says.as_str().unwrap());
        let is_button = element.tag == "button" || element.attributes["role"] == "button";
        assert!(is_button, "{element:?}");
        pointers.push(pointer);
    }
    assert_eq!(pointers.len(), 6, "{pointers:?}");
}

#[test]
fn pictures_are_loaded_only_when_the_owner_of_the_page_asks() {
    let json = body("vertical", r#"{"type":"image","url":"https://example.com/a.png"}"#);
    let container = Container::from_json(&json).unwrap();
    let asleep = Markup::read(flex(&container, &Look::default(), "").as_str());
    assert_eq!(asleep.with("src").count(), 0);
    assert_eq!(asleep.with("data-src").next().unwrap().1, "https://example.com/a.png");
    let look = Look::default().pictures(Pictures::Loaded);
    let loaded = Markup::read(flex(&container, &look, "").as_str());
    let (image, url) = loaded.with("src").next().unwrap();
    assert_eq!((image.tag.as_str(), url), ("img", "https://example.com/a.png"));
    assert_eq!(image.attributes["referrerpolicy"], "no-referrer");
}

#[test]
fn the_drawings_own_words_are_in_the_readers_language() {
    let json = body("vertical", r#"{"type":"image","url":"https://example.com/a.png"}"#);
    let container = Container::from_json(&json).unwrap();
    let words: Vec<_> = Lang::ALL
        .into_iter()
        .map(|lang| Markup::read(flex(&container, &Look::new(lang), "").as_str()).text)
        .collect();
    assert_eq!(words, ["a.pngLoad", "a.png読み込む", "a.png載入", "a.pngโหลด"]);
    for lang in Lang::ALL {
        assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
    }
}

#[test]
fn a_container_of_a_newer_kind_is_named() {
    let html = draw(r#"{"type":"hologram <b>"}"#);
    assert_eq!(Markup::read(&html).text, "Not drawnhologram <b>");
}
