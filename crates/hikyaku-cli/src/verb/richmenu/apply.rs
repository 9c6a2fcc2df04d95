use std::fmt;

use anstyle::{AnsiColor, Effects, Style};
use clap::Args;
use hikyaku::{Client, ErrorKind, model::rich_menu::RichMenuAlias, rich_menu::RichMenuDetail};
use serde::Serialize;

use super::file::{self, Wanted, name_in_file};
use crate::{
    connect::Connection,
    output::{Output, visible},
};

const NAME: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);

/// Create or update rich menus, their images, aliases and the default from a file
#[derive(Debug, Args)]
#[command(after_help = "\
Run it as often as you like: a menu is replaced only where the file or its image has changed, and what an interrupted run \
began is finished. To tell, the menu's name at LINE ends in a digest of both. A menu that is replaced is deleted once \
alias and default have moved to the new one; users to whom it was linked one by one then see the default.

A file:
      [[menu]]
      name = \"main\"
      chat_bar_text = \"Menu\"
      image = \"main.png\"          # JPEG or PNG, up to 1 MB; beside this file
      alias = \"main\"
      default = true

      [[menu.area]]
      x = 0
      y = 0
      width = 1250
      height = 843
      action = { type = \"message\", text = \"hello\" }

Examples:
  hikyaku richmenu apply menus.toml
  hikyaku richmenu apply menus.toml --keep-replaced --json")]
pub(super) struct Apply {
    /// The file, in TOML
    file: String,

    /// Do not delete the menus that are replaced
    #[arg(long)]
    keep_replaced: bool,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Unchanged,
    Created,
    Replaced,
}

/// What became of the menus.
#[derive(Serialize)]
struct Applied {
    menus: Vec<AppliedMenu>,
    deleted: Vec<String>,
}

#[derive(Serialize)]
struct AppliedMenu {
    name: String,
    rich_menu_id: String,
    outcome: Outcome,
    alias: Option<String>,
    default: bool,
}

impl Apply {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let wanted = file::read(&self.file)?;
        let client = self.connection.client(output)?;
        let present = client.rich_menus().await?.into_inner().richmenus;
        let mut menus = Vec::new();
        for wanted in &wanted {
            menus.push(make(&client, wanted, &present).await?);
        }
        set_aliases(&client, &menus).await?;
        set_default(&client, &menus).await?;
        let mut deleted = Vec::new();
        if !self.keep_replaced {
            for menu in present.iter().filter(|menu| is_replaced(menu, &menus)) {
                client.delete_rich_menu(&menu.rich_menu_id).await?;
                deleted.push(menu.rich_menu_id.clone());
            }
        }
        let applied = Applied { menus, deleted };
        output.print(&applied, &applied)
    }
}

/// Returns the menu with its image, and creates it if necessary.
async fn make(
    client: &Client,
    wanted: &Wanted,
    present: &[RichMenuDetail],
) -> anyhow::Result<AppliedMenu> {
    let same = present.iter().find(|menu| menu.menu.name == wanted.menu.name);
    let older = present.iter().any(|menu| name_in_file(&menu.menu.name) == Some(&wanted.name));
    let (rich_menu_id, outcome) = match same {
        Some(menu) if has_image(client, &menu.rich_menu_id).await? => {
            (menu.rich_menu_id.clone(), Outcome::Unchanged)
        }
        // An earlier run was interrupted between the two calls.
        Some(menu) => (upload(client, menu.rich_menu_id.clone(), wanted).await?, Outcome::Created),
        None => {
            let made = client.create_rich_menu(&wanted.menu).await?.into_inner().rich_menu_id;
            let outcome = if older { Outcome::Replaced } else { Outcome::Created };
            (upload(client, made, wanted).await?, outcome)
        }
    };
    Ok(AppliedMenu {
        name: wanted.name.clone(),
        rich_menu_id,
        outcome,
        alias: wanted.alias.clone(),
        default: wanted.default,
    })
}

async fn has_image(client: &Client, rich_menu_id: &str) -> anyhow::Result<bool> {
    match client.rich_menu_image(rich_menu_id).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn upload(client: &Client, rich_menu_id: String, wanted: &Wanted) -> anyhow::Result<String> {
    client.upload_rich_menu_image(&rich_menu_id, wanted.image.clone()).await?;
    Ok(rich_menu_id)
}

async fn set_aliases(client: &Client, menus: &[AppliedMenu]) -> anyhow::Result<()> {
    if menus.iter().all(|menu| menu.alias.is_none()) {
        return Ok(());
    }
    let present = client.rich_menu_aliases().await?.into_inner().aliases;
    for menu in menus {
        let Some(alias) = &menu.alias else { continue };
        let known = |known: &&RichMenuAlias| known.rich_menu_alias_id == *alias;
        match present.iter().find(known) {
            None => client.create_rich_menu_alias(alias, &menu.rich_menu_id).await?,
            Some(known) if known.rich_menu_id == menu.rich_menu_id => continue,
            Some(_) => client.update_rich_menu_alias(alias, &menu.rich_menu_id).await?,
        };
    }
    Ok(())
}

async fn set_default(client: &Client, menus: &[AppliedMenu]) -> anyhow::Result<()> {
    let Some(menu) = menus.iter().find(|menu| menu.default) else { return Ok(()) };
    let present = client.default_rich_menu().await?.into_inner();
    if present.is_none_or(|present| present.rich_menu_id != menu.rich_menu_id) {
        client.set_default_rich_menu(&menu.rich_menu_id).await?;
    }
    Ok(())
}

/// Returns whether a menu is an earlier state of one of these.
fn is_replaced(menu: &RichMenuDetail, menus: &[AppliedMenu]) -> bool {
    let Some(name) = name_in_file(&menu.menu.name) else { return false };
    menus.iter().any(|new| new.name == name)
        && menus.iter().all(|new| new.rich_menu_id != menu.rich_menu_id)
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, menu) in self.menus.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let outcome = match menu.outcome {
                Outcome::Unchanged => "unchanged",
                Outcome::Created => "created",
                Outcome::Replaced => "replaced",
            };
            let (name, id) = (visible(&menu.name), visible(&menu.rich_menu_id));
            write!(f, "{NAME}{outcome}{NAME:#} {name} {id}")?;
            if let Some(alias) = &menu.alias {
                write!(f, ", alias {}", visible(alias))?;
            }
            if menu.default {
                f.write_str(", default")?;
            }
        }
        Ok(())
    }
}
