use std::{
    fs,
    path::{Path, PathBuf},
};

use hikyaku::{
    Error,
    model::{
        Check, Checker, Object,
        limits::Segment,
        rich_menu::{RichMenu, RichMenuArea, RichMenuImage, RichMenuSize},
    },
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{
    failure::{invalid, usage},
    file,
    table::{self, known, one_line},
};

const MENU_KEYS: [&str; 8] =
    ["name", "chat_bar_text", "selected", "image", "alias", "default", "area", "size"];
const AREA_KEYS: [&str; 5] = ["x", "y", "width", "height", "action"];

/// The desired state of a rich menu.
pub(super) struct Wanted {
    pub(super) name: String,
    /// With the name that identifies this state.
    pub(super) menu: RichMenu,
    pub(super) image: Vec<u8>,
    pub(super) alias: Option<String>,
    pub(super) default: bool,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    menu: Vec<MenuTable>,
}

/// A table `[[menu]]`.
#[derive(Deserialize)]
struct MenuTable {
    name: String,
    chat_bar_text: String,
    #[serde(default)]
    selected: bool,
    image: PathBuf,
    alias: Option<String>,
    #[serde(default)]
    default: bool,
    size: Option<(u32, u32)>,
    #[serde(default)]
    area: Vec<AreaTable>,
}

/// A table `[[menu.area]]`.
#[derive(Deserialize)]
struct AreaTable {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    /// LINE's own object.
    action: Object,
}

/// Reads a file and its images, and checks everything that can be checked locally.
pub(super) fn read(path: &str) -> anyhow::Result<Vec<Wanted>> {
    let text = file::read(path)?;
    let tables = parse(&text).map_err(|why| usage(format!("{path}: {why}")))?;
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let menus = tables
        .into_iter()
        .map(|table| table.wanted(folder))
        .collect::<anyhow::Result<Vec<Wanted>>>()?;
    check(&menus)?;
    Ok(menus)
}

fn parse(text: &str) -> Result<Vec<MenuTable>, String> {
    let document = table::parse(text)?;
    known(&document, &["menu"], "")?;
    let menus = document.get("menu").and_then(|menus| menus.as_array()).into_iter().flatten();
    for menu in menus.filter_map(|menu| menu.as_table()) {
        known(menu, &MENU_KEYS, " in [[menu]]")?;
        let areas = menu.get("area").and_then(|areas| areas.as_array()).into_iter().flatten();
        for area in areas.filter_map(|area| area.as_table()) {
            known(area, &AREA_KEYS, " in [[menu.area]]")?;
        }
    }
    let Document { menu } =
        document.try_into().map_err(|error: toml::de::Error| one_line(&error.to_string()))?;
    if menu.is_empty() {
        return Err("there is no menu; add a table [[menu]]".to_owned());
    }
    Ok(menu)
}

impl MenuTable {
    fn wanted(self, folder: &Path) -> anyhow::Result<Wanted> {
        let path = folder.join(&self.image);
        let image = fs::read(&path).map_err(|error| {
            usage(format!("cannot read {}: {error}; check the path", path.display()))
        })?;
        let kind = RichMenuImage::check(&image)
            .map_err(|why| invalid("image", format!("{} {why}", path.display())))?;
        let (width, height) = self.size.unwrap_or((kind.width, kind.height));
        if (width, height) != (kind.width, kind.height) {
            let why = format!(
                "{} is {}x{}, the menu {width}x{height}; leave size out to take the image's",
                path.display(),
                kind.width,
                kind.height
            );
            return Err(invalid("size", why));
        }
        let mut menu =
            RichMenu::new(RichMenuSize::new(width, height), &self.name, self.chat_bar_text)
                .selected(self.selected);
        for area in self.area {
            let AreaTable { x, y, width, height, action } = area;
            menu = menu.area(RichMenuArea::new(x, y, width, height, action));
        }
        menu.name = name_of_state(&menu, &image)?;
        Ok(Wanted { name: self.name, menu, image, alias: self.alias, default: self.default })
    }
}

/// Returns the name under which LINE stores a menu in this state; only its developers see it. LINE does not report
/// whether a menu or its image has changed, so the name has to.
fn name_of_state(menu: &RichMenu, image: &[u8]) -> anyhow::Result<String> {
    let digest = Sha256::new().chain_update(serde_json::to_vec(menu)?).chain_update(image);
    let digest =
        digest.finalize().into_iter().take(6).fold(0, |digest, byte| digest << 8 | u64::from(byte));
    Ok(format!("{} #{digest:012x}", menu.name))
}

/// Returns the name that a menu has in the file, if its name was generated here.
pub(super) fn name_in_file(name: &str) -> Option<&str> {
    let (name, digest) = name.rsplit_once(" #")?;
    (digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

fn check(menus: &[Wanted]) -> anyhow::Result<()> {
    let mut checker = Checker::default();
    for (index, wanted) in menus.iter().enumerate() {
        checker.at(Segment::Field("menu"), |checker| {
            checker.at(Segment::Index(index), |checker| wanted.menu.check(checker));
        });
    }
    checker.finish().map_err(Error::from)?;
    for (index, wanted) in menus.iter().enumerate() {
        let before = menus.get(..index).unwrap_or_default();
        if before.iter().any(|other| other.name == wanted.name) {
            let why = format!("{} comes twice; each menu needs a name of its own", wanted.name);
            return Err(invalid("name", why));
        }
        if wanted.alias.is_some() && before.iter().any(|other| other.alias == wanted.alias) {
            return Err(invalid("alias", "two menus cannot have the same one"));
        }
    }
    if menus.iter().filter(|wanted| wanted.default).count() > 1 {
        return Err(invalid("default", "only one menu can be the default"));
    }
    Ok(())
}
