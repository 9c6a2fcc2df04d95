use std::time::Duration;

use super::{State, row::Row};
use crate::{Error, token::SecretKind};

impl State {
    /// Notes that a channel access token acts as the key of this name, for as long as it lives.
    pub(crate) async fn note_issued(
        &self,
        token: &str,
        key: &str,
        life: Duration,
    ) -> Result<(), Error> {
        let now = self.outbox.now().await?;
        let sql = "DELETE FROM hikyaku_gateway_issued WHERE expires_at <= $1";
        self.ask(sql, [now.as_millis().into()], |_| ()).await?;
        let sql = "INSERT INTO hikyaku_gateway_issued (hash, key_name, expires_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (hash) DO UPDATE SET key_name = excluded.key_name, expires_at = excluded.expires_at";
        let hash = self.hash(SecretKind::ApiKey, token);
        let params = [hash.into(), key.into(), (now + life).as_millis().into()];
        self.ask(sql, params, |_| ()).await?;
        Ok(())
    }

    /// Forgets a channel access token that was revoked.
    pub(crate) async fn forget_issued(&self, token: &str) -> Result<(), Error> {
        let sql = "DELETE FROM hikyaku_gateway_issued WHERE hash = $1";
        self.ask(sql, [self.hash(SecretKind::ApiKey, token).into()], |_| ()).await?;
        Ok(())
    }

    /// The name of the key that an issued token acts as, by the token's hash.
    pub(crate) async fn find_issued(&self, hash: &[u8]) -> Result<Option<String>, Error> {
        let sql = "SELECT key_name FROM hikyaku_gateway_issued WHERE hash = $1 AND expires_at > $2";
        let params = [hash.to_vec().into(), self.now().await?.into()];
        Ok(self.ask(sql, params, Row::text).await?.pop())
    }
}
