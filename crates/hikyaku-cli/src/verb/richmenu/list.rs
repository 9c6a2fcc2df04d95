use std::fmt::Write;

use clap::Args;

use crate::{
    connect::Connection,
    output::{Output, visible},
};

/// List the rich menus that were made by the API
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku richmenu list
  hikyaku richmenu list --json | jq -r '.richmenus[].richMenuId'")]
pub(super) struct List {
    #[command(flatten)]
    connection: Connection,
}

impl List {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let menus = self.connection.client(output)?.rich_menus().await?.into_inner();
        let mut text = format!("{} rich menus", menus.richmenus.len());
        for menu in &menus.richmenus {
            let (id, name) = (visible(&menu.rich_menu_id), visible(&menu.menu.name));
            write!(text, "\n  {id} {name}")?;
        }
        output.print(&menus, text)
    }
}
