use super::MemoryTx;
use crate::{
    Time,
    outcome::{NewOutcome, Outcome},
    store::{OutcomeCursorRow, Outcomes, Result},
};

impl Outcomes for MemoryTx<'_> {
    async fn tell(&mut self, outcomes: &[NewOutcome]) -> Result<()> {
        for outcome in outcomes {
            self.memory.last_outcome += 1;
            let id = self.memory.last_outcome;
            self.memory.outcomes.insert(id, outcome.clone().at(id));
        }
        Ok(())
    }

    async fn import_outcomes(&mut self, outcomes: &[Outcome], mark: i64) -> Result<()> {
        self.memory.outcomes.extend(outcomes.iter().map(|it| (it.id, it.clone())));
        self.memory.last_outcome = self.memory.last_outcome.max(mark);
        Ok(())
    }

    async fn lock_outcome_cursor(&mut self, name: &str) -> Result<OutcomeCursorRow> {
        let new =
            || OutcomeCursorRow { name: name.to_owned(), after: 0, reader: None, until: None };
        Ok(self.memory.outcome_cursors.entry(name.to_owned()).or_insert_with(new).clone())
    }

    async fn save_outcome_cursor(&mut self, cursor: &OutcomeCursorRow) -> Result<()> {
        self.memory.outcome_cursors.insert(cursor.name.clone(), cursor.clone());
        Ok(())
    }

    async fn remove_outcome_cursor(&mut self, name: &str) -> Result<()> {
        self.memory.outcome_cursors.remove(name);
        Ok(())
    }

    async fn forget_outcomes(&mut self, before: Time, limit: u32) -> Result<u64> {
        let oldest = self.memory.outcomes.values().take(limit as usize);
        let old: Vec<i64> = oldest.filter(|it| it.at < before).map(|it| it.id).collect();
        for id in &old {
            self.memory.outcomes.remove(id);
        }
        Ok(old.len() as u64)
    }
}
