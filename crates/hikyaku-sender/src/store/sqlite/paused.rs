//! In schema 1, the deliveries of a paused campaign had a state of their own. They are ready since, and wait with it.

use rusqlite::Connection;

use super::{failed, read, seal};
use crate::{
    Error,
    store::{
        Result, Row,
        read::{Columns, known, row},
    },
};

/// The code of that state.
const PAUSED: i16 = 2;

/// Makes them ready, and seals them anew.
pub(super) fn make_ready(connection: &Connection) -> Result<()> {
    let sql = "UPDATE delivery SET state = 0 WHERE state = ?1 RETURNING id";
    let mut update = connection.prepare(sql).map_err(failed)?;
    let ids = update.query_map([PAUSED], |it| it.get(0)).map_err(failed)?;
    let ids = ids.collect::<rusqlite::Result<Vec<i64>>>().map_err(failed)?;
    let sql = format!("SELECT {} FROM delivery WHERE id = ?1", read::row_columns());
    let mut select = connection.prepare(&sql).map_err(failed)?;
    let sql = "UPDATE delivery SET seal = ?2 WHERE id = ?1";
    let mut write = connection.prepare(sql).map_err(failed)?;
    for id in ids {
        let mut rows = select.query([id]).map_err(failed)?;
        let Some(found) = rows.next().map_err(failed)? else { continue };
        let columns: &mut dyn Columns = &mut read::Columns::new(found);
        let Row { channel, campaign, delivery, .. } = row(columns)?;
        let sealed = seal::row_with_state(&channel, campaign, &delivery, PAUSED);
        if known(columns.integer()?)? != sealed {
            return Err(Error::damaged(format!("delivery {id} is not as it was written")));
        }
        write.execute([id, seal::row(&channel, campaign, &delivery)]).map_err(failed)?;
    }
    Ok(())
}
